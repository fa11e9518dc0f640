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
//! - All clients of a connection ask the same server as the same user, whatever its kubeconfig has come to say.
//!
//! How to get it wrong: keeping a client beyond one request. Ask for it each time; that is what notices a new token.

mod build;
mod destination;
mod stamp;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use kube_client::Client;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::config::Access;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

pub(crate) use self::build::in_pod;
use self::build::{Built, build};
pub(crate) use self::destination::{Course, Destination};
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

/// How long before their end a plugin's credentials are asked for again, at most: those that last for a minute are good for half of it.
const EXPIRY_MARGIN: jiff::SignedDuration = jiff::SignedDuration::from_secs(60);

/// The way to one API server.
pub(crate) struct Connection {
    access: Access,
    /// Where a kubeconfig led first.
    course: Option<Course>,
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
    /// Whether they are to be looked at whenever that was.
    is_due: bool,
    made: Instant,
    /// When a plugin's credentials are to be asked for again.
    ends: Option<Timestamp>,
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
    /// `course` is that of a kubeconfig.
    pub(crate) fn new(access: Access, course: Option<Course>, connect_timeout: Duration) -> Self {
        Self {
            access,
            course,
            connect_timeout,
            state: Mutex::default(),
            refused: AtomicU32::new(0),
            renewed: AtomicU64::new(0),
            reloaded: AtomicU64::new(0),
        }
    }

    /// The client of the hour.
    pub(crate) async fn lend(&self) -> Result<Lent, Failure> {
        self.lend_of(self.state.lock().await).await
    }

    /// One of the files has changed: what follows from it follows at once.
    pub(crate) async fn look(&self) -> Result<(), Failure> {
        let mut state = self.state.lock().await;
        if let Some(current) = &mut state.current {
            current.is_due = true;
        }
        self.lend_of(state).await.map(drop)
    }

    /// One of the files may have changed since the client was made from them, if it has been.
    pub(crate) async fn look_back(&self) -> Result<(), Failure> {
        let is_made = self.state.lock().await.current.is_some();
        if is_made { self.look().await } else { Ok(()) }
    }

    async fn lend_of(&self, mut state: MutexGuard<'_, State>) -> Result<Lent, Failure> {
        if let Some(course) = &self.course {
            // Before a plugin is run for whom nobody asks any more.
            course.check()?;
        }
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
        let Built { client, server, stamps, target } = built;
        if let Some((course, target)) = self.course.as_ref().zip(target) {
            course.note(target)?;
        }
        state.number += 1;
        let lent = Lent { client: client.clone(), server: Arc::clone(&server), number: state.number };
        let ends = client.valid_until().and_then(|end| renewal_of(wall_clock(), end));
        state.current = Some(Current { client, server, stamps, looked: now, is_due: false, made: now, ends });
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
    if !std::mem::take(&mut current.is_due) && current.looked.elapsed() < LOOK {
        return false;
    }
    current.looked = Instant::now();
    current.ends.is_some_and(|end| end <= wall_clock()) || current.stamps.have_changed()
}

/// When credentials that were given at `now` and end at `end` are to be asked for again.
fn renewal_of(now: Timestamp, end: Timestamp) -> Option<Timestamp> {
    let half = end.duration_since(now) / 2;
    end.checked_sub(half.clamp(jiff::SignedDuration::ZERO, EXPIRY_MARGIN)).ok()
}

#[expect(clippy::disallowed_methods, reason = "credentials end by the clock of the day")]
fn wall_clock() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_renewed_a_minute_before_their_end_but_not_all_the_time() {
        let now = Timestamp::UNIX_EPOCH;
        let after = |seconds: i64| {
            let end = now + jiff::SignedDuration::from_secs(seconds);
            renewal_of(now, end).map(Timestamp::as_second)
        };
        assert_eq!([3600, 120, 60, 30, 0].map(after), [3540, 60, 30, 15, 0].map(Some));
        assert_eq!(after(-10), Some(-10), "what has ended is renewed at once");
    }
}
