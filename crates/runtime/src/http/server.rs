//! Listening, accepting, and ending in order.

use core::future::{pending, poll_fn};
use core::task::Poll;
use core::time::Duration;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::address::ListenAddress;
use super::figures::HttpMetrics;
use super::{Site, connection};
use crate::shutdown::Shutdown;

/// Connections at the same time, over all listeners. A Prometheus pair, some agents and probes need a dozen.
const MAX_CONNECTIONS: usize = 256;
/// The time for the head of a request, from its first byte: it is one packet, from a peer that is not broken.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The time that a connection may idle: longer than any usual scrape interval, so that scrapers keep theirs.
const IDLE_TIMEOUT: Duration = Duration::from_mins(5);
/// The time for taking an answer. No scraper waits longer than its scrape interval.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(2);
/// The time for finishing what is in flight; half of what Kubernetes grants by default.
const DRAIN_TIMEOUT: Duration = Duration::from_secs(15);
/// The pause after a failed accept: the system is short of something, most often file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

/// The server's limits; the defaults are right outside of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time, over all listeners.
    pub connections: usize,
    /// The time for the head of a request, from its first byte.
    pub head: Duration,
    /// The time that a connection may idle.
    pub idle: Duration,
    /// The time for taking an answer, from when the client falls behind.
    pub answer: Duration,
    /// The time for finishing what is in flight when the process ends.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: MAX_CONNECTIONS,
            head: HEAD_TIMEOUT,
            idle: IDLE_TIMEOUT,
            answer: ANSWER_TIMEOUT,
            drain: DRAIN_TIMEOUT,
        }
    }
}

/// An address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// No address was given.
    #[error("there is no address to listen on; give at least one")]
    FindAddress,
    /// The operating system refused.
    #[error(
        "listening on `{address}` is not possible; the address must be the machine's own, the port free and allowed"
    )]
    BindAddress {
        /// As given.
        address: ListenAddress,
        /// Why not.
        source: io::Error,
    },
}

/// A server that listens, and answers once it is run.
#[derive(Debug)]
pub struct Server {
    listeners: Vec<TcpListener>,
    limits: Limits,
    metrics: HttpMetrics,
}

impl Server {
    /// Listens on all `addresses`. From now on clients can connect; they wait until [`Server::run`].
    ///
    /// # Errors
    /// [`BindError`] for the first address that cannot be listened on, or if there is none.
    pub async fn bind(addresses: &[ListenAddress], limits: Limits) -> Result<Self, BindError> {
        if addresses.is_empty() {
            return Err(BindError::FindAddress);
        }
        let mut listeners = Vec::new();
        for address in addresses {
            let listener = address.bind().await;
            let refused = |source| BindError::BindAddress { address: address.clone(), source };
            listeners.push(listener.map_err(refused)?);
        }
        Ok(Self { listeners, limits, metrics: HttpMetrics::new(limits.connections) })
    }

    /// The addresses that are listened on, with the ports that the system chose.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// What the server counts.
    pub fn metrics(&self) -> HttpMetrics {
        self.metrics.clone()
    }

    /// Answers requests until `shutdown`: the first stage closes the listeners and finishes what is in flight, within
    /// the limit for draining; the second ends it at once. Dropping the future ends it at once too.
    pub async fn run(mut self, site: Site, mut shutdown: Shutdown) {
        let site = Arc::new(site);
        let permits = Arc::new(Semaphore::new(self.limits.connections));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                biased;
                () = shutdown.draining() => break,
                Some(_) = connections.join_next() => {}
                (stream, permit) = accept(&mut self.listeners, &permits) => {
                    let (site, metrics, shutdown) = (Arc::clone(&site), self.metrics.clone(), shutdown.clone());
                    connections.spawn(async move {
                        connection::serve(stream, site, metrics, self.limits, shutdown).await;
                        drop(permit);
                    });
                }
            }
        }
        // From here on a client is refused, and goes to another replica.
        drop(self.listeners);
        drain(connections, self.limits.drain, shutdown).await;
    }
}

/// Waits for the connections to end, but not for ever; those that are left end with their set.
async fn drain(mut connections: JoinSet<()>, limit: Duration, mut shutdown: Shutdown) {
    let all = async { while connections.join_next().await.is_some() {} };
    tokio::select! {
        ended = timeout(limit, all) => {
            if ended.is_err() {
                tracing::warn!(seconds = limit.as_secs_f64(), "requests in flight were not finished in time");
            }
        }
        () = shutdown.aborting() => {}
    }
}

/// The next connection of any listener, once there is a place for it. May be dropped without losing a connection.
async fn accept(
    listeners: &mut [TcpListener],
    permits: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
        // Nobody closes the semaphore.
        return pending().await;
    };
    loop {
        // Another listener is asked first each time, so that a busy one does not starve the others.
        listeners.rotate_left(1);
        let accepted = poll_fn(|context| {
            let mut ready =
                listeners.iter().map(|listener| listener.poll_accept(context)).filter(Poll::is_ready);
            ready.next().unwrap_or(Poll::Pending)
        });
        match accepted.await {
            Ok((stream, _)) => return (stream, permit),
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
