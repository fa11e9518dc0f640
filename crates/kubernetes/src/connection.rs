//! The client of one API server, made anew when what it was made from is no longer good.
//!
//! Tokens rotate, and so do authorities and client certificates; kube's client looks at a token's file once a minute and at
//! a client certificate never. So the client as a whole is made again: when one of its files has changed, when a plugin's
//! credentials expire, when the server refuses the credentials (401), and when a connection has died unnoticed, because then
//! the other idle ones have too.
//!
//! Invariants:
//! - One client is made at a time, whoever asks; each has a number, and only the client that failed is given up.
//! - A server that goes on refusing does not make a plugin run each time: the pause between two attempts doubles.
//!
//! How to get it wrong: keeping a client beyond one request. Ask for it each time; that is what notices a new token.

mod build;
mod stamp;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kube_client::Client;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::config::Access;
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub(crate) use self::build::in_pod;
use self::build::{Built, build};
use self::stamp::Stamps;
use crate::failure::Failure;

/// How often files are looked at, at most: each look is a few system calls, and a request may need it.
const LOOK: Duration = Duration::from_secs(1);

/// The least time between two clients made because the server refused the credentials.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The most time between them.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// How long making a client may take: a credentials plugin may have to ask its own server, not a person.
const BUILD_TIMEOUT: Duration = Duration::from_mins(1);

/// How long before their end a plugin's credentials are asked for again.
const EXPIRY_MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// The way to one API server.
pub(crate) struct Connection {
    access: Access,
    connect_timeout: Duration,
    state: Mutex<State>,
    /// Clients made in a row that the server refused.
    refused: AtomicU32,
    renewed: AtomicU64,
    reloaded: AtomicU64,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// The number of the last client.
    number: u64,
    /// One being made, which may outlive the patience of who asked for it.
    making: Option<JoinHandle<Result<Built, Failure>>>,
}

struct Current {
    client: Client,
    server: Arc<str>,
    stamps: Stamps,
    looked: Instant,
    made: Instant,
}

/// A client, for one request.
pub(crate) struct Lent {
    /// It.
    pub(crate) client: Client,
    /// Whom it asks: scheme, host and port.
    pub(crate) server: Arc<str>,
    /// Its number, to give it up by.
    pub(crate) number: u64,
}

/// Why a client is given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// The server refused the credentials.
    Refused,
    /// A connection died unnoticed.
    Stale,
}

// === impl Connection ===

impl Connection {
    pub(crate) fn new(access: Access, connect_timeout: Duration) -> Self {
        Self {
            access,
            connect_timeout,
            state: Mutex::default(),
            refused: AtomicU32::new(0),
            renewed: AtomicU64::new(0),
            reloaded: AtomicU64::new(0),
        }
    }

    /// The client of the hour.
    pub(crate) async fn lend(&self) -> Result<Lent, Failure> {
        let mut state = self.state.lock().await;
        let number = state.number;
        if let Some(current) = &mut state.current {
            if !is_outdated(current) {
                return Ok(Lent {
                    client: current.client.clone(),
                    server: Arc::clone(&current.server),
                    number,
                });
            }
            self.reloaded.fetch_add(1, Ordering::Relaxed);
            state.current = None;
        }
        let access = self.access.clone();
        let connect_timeout = self.connect_timeout;
        let making = state
            .making
            .get_or_insert_with(|| tokio::task::spawn_blocking(move || build(&access, connect_timeout)));
        let Ok(made) = timeout(BUILD_TIMEOUT, making).await else {
            return Err(Failure::new(Reason::Timeout, "the credentials plugin does not come to an end"));
        };
        state.making = None;
        let built = made.map_err(|_| Failure::new(Reason::Panicked, "the client could not be made"))??;
        let now = Instant::now();
        let Built { client, server, stamps } = built;
        state.number += 1;
        let lent = Lent { client: client.clone(), server: Arc::clone(&server), number: state.number };
        state.current = Some(Current { client, server, stamps, looked: now, made: now });
        Ok(lent)
    }

    /// Gives up the client of this number. Whether there is a better one to be had now.
    pub(crate) async fn give_up(&self, number: u64, unfit: Unfit) -> bool {
        let mut state = self.state.lock().await;
        let Some(current) = state.current.as_ref().filter(|_| state.number == number) else { return true };
        if unfit == Unfit::Refused {
            let refused = self.refused.load(Ordering::Relaxed);
            let pause = FIRST_PAUSE.saturating_mul(1 << refused.min(8)).min(LONGEST_PAUSE);
            if current.made.elapsed() < pause && !current.stamps.have_changed() {
                return false;
            }
            self.refused.fetch_add(1, Ordering::Relaxed);
            self.renewed.fetch_add(1, Ordering::Relaxed);
        }
        state.current = None;
        true
    }

    /// The server took the credentials.
    pub(crate) fn accepted(&self) {
        self.refused.store(0, Ordering::Relaxed);
    }

    /// How often a client was made because the server refused the credentials, and because its files had changed.
    pub(crate) fn figures(&self) -> (u64, u64) {
        (self.renewed.load(Ordering::Relaxed), self.reloaded.load(Ordering::Relaxed))
    }
}

fn is_outdated(current: &mut Current) -> bool {
    if current.looked.elapsed() < LOOK {
        return false;
    }
    current.looked = Instant::now();
    #[expect(clippy::disallowed_methods, reason = "credentials end by the clock of the day")]
    let now = Timestamp::now();
    let ends = current.client.valid_until().and_then(|end| end.checked_sub(EXPIRY_MARGIN).ok());
    ends.is_some_and(|end| end <= now) || current.stamps.have_changed()
}
