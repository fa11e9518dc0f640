//! Listening, accepting, and ending in order.

use core::future::poll_fn;
use core::task::Poll;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use lookout_web_config::Policy;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::figures::HttpMetrics;
use super::limits::Limits;
use super::listener::{self, BindError, Listener, Peer};
use super::options::WebOptions;
use super::page_cache::PageCache;
use super::places::Places;
use super::slots::Slots;
use super::transport::Socket;
use super::{Site, connection};
use crate::shutdown::Shutdown;

/// The pause after a failed accept: the system is short of something, most often file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// A server that listens, and answers once it is run.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<Listener>,
    limits: Limits,
    slots: Slots,
    metrics: HttpMetrics,
    policy: watch::Receiver<Arc<Policy>>,
    log_requests: bool,
}

/// What every connection needs.
#[derive(Debug)]
pub(super) struct Serving {
    pub(super) site: Site,
    pub(super) limits: Limits,
    pub(super) slots: Slots,
    pub(super) metrics: HttpMetrics,
    /// What the web configuration says now.
    pub(super) policy: watch::Receiver<Arc<Policy>>,
    pub(super) log_requests: bool,
    pub(super) page: PageCache,
}

impl Server {
    /// Listens. From now on clients can connect; they wait until [`Server::run`].
    ///
    /// # Errors
    /// [`BindError`] for the first address that cannot be listened on, or if there is none.
    pub async fn bind(options: &WebOptions) -> Result<Self, BindError> {
        let limits = options.limits;
        let slots = Slots::new(&limits);
        Ok(Self {
            listeners: listener::bind(&options.listen, options.socket_mode).await?,
            limits,
            metrics: HttpMetrics::new(&limits),
            slots,
            policy: options.policy(),
            log_requests: options.log_requests,
        })
    }

    /// The ports that are listened on, as the system chose them.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(Listener::address).collect()
    }

    /// Everything that is listened on, as in `--web.listen-address`.
    pub fn names(&self) -> Vec<String> {
        self.listeners.iter().map(ToString::to_string).collect()
    }

    /// What the server counts.
    pub fn metrics(&self) -> HttpMetrics {
        self.metrics.clone()
    }

    /// Answers requests until `shutdown`: the first stage closes the listeners and finishes what is in flight, within
    /// the limit for draining; the second ends it at once. Dropping the future ends it at once too.
    pub async fn run(self, site: Site, mut shutdown: Shutdown) {
        let Self { mut listeners, limits, slots, metrics, policy, log_requests } = self;
        metrics.observe(slots.clone(), site.prober.clone(), policy.clone());
        let serving = Arc::new(Serving {
            site,
            limits,
            slots,
            metrics,
            policy,
            log_requests,
            page: PageCache::default(),
        });
        let places = Places::new(limits.connections);
        let mut connections = JoinSet::new();
        let serve = async {
            loop {
                tokio::select! {
                    biased;
                    Some(_) = connections.join_next() => {}
                    (socket, peer) = accept(&mut listeners) => {
                        // The one client that is neither served nor left in the system's queue: it is known to be there.
                        let place = places.take().await;
                        let serving = Arc::clone(&serving);
                        connections.spawn(connection::serve(socket, peer, place, serving, shutdown.clone()));
                    }
                }
            }
        };
        let mut draining = shutdown.clone();
        tokio::select! {
            biased;
            () = draining.draining() => {}
            () = serve => {}
        }
        // From here on a client is refused, and goes to another replica.
        drop(listeners);
        // The connections end after they were looked at.
        drain(&mut connections, limits.drain, &mut shutdown).await;
        let answers = places.in_flight();
        if answers > 0 {
            tracing::warn!(answers, "answers were cut off, because the process ends");
        }
    }
}

/// Waits for the connections to end, but not for ever; those that are left end with their set.
async fn drain(connections: &mut JoinSet<()>, limit: Duration, shutdown: &mut Shutdown) {
    let all = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        _ = timeout(limit, all) => {}
        () = shutdown.aborting() => {}
    }
}

/// The next connection of any listener. May be dropped without losing a connection.
async fn accept(listeners: &mut [Listener]) -> (Socket, Peer) {
    loop {
        // Another listener is asked first each time, so that a busy one does not starve the others.
        listeners.rotate_left(1);
        let accepted = poll_fn(|context| {
            let mut ready =
                listeners.iter().map(|listener| listener.poll_accept(context)).filter(Poll::is_ready);
            ready.next().unwrap_or(Poll::Pending)
        });
        match accepted.await {
            Ok(accepted) => return accepted,
            // The client had gone before its turn.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a connection could not be accepted"
                );
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}
