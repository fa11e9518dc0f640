//! The budget: who may ask the server now, and how long they had to wait.
//!
//! ```text
//! a request ──▶ a place among the concurrent ones ──▶ until the server's hold is over ──▶ a token of the bucket ──▶ sent
//! a watch   ────────────────────────────────────────────────────────────────────────────▶ a token of the bucket ──▶ sent
//! ```
//!
//! Watches wait for changes and cost the server little; they take a token, so that a loop of them is bounded too.
//!
//! Invariants:
//! - The server's `Retry-After` holds back everybody's requests, bounded by [`LONGEST_HOLD`].
//! - Whoever stops waiting loses nothing for others but at most the one token.
//!
//! How to get it wrong: sending while holding nothing. The [`Permit`] must live until the answer has been read.

use std::hash::RandomState;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::backoff::jitter;

/// The longest that a server can hold us back at once: it may mean an hour, but a restart of it is not known before somebody
/// asks.
const LONGEST_HOLD: Duration = Duration::from_mins(1);

/// The budget of one server, shared by all exporters.
#[derive(Debug)]
pub(crate) struct Gate {
    places: Arc<Semaphore>,
    limit: usize,
    /// The time that one token takes to come.
    interval: Duration,
    /// How many tokens wait at most.
    burst: u32,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    /// When the bucket will be full: a token taken puts it off by an interval.
    full: Instant,
    hold: Option<Instant>,
    waited: Duration,
    held: Duration,
    random: RandomState,
    number: u32,
}

/// Leave to ask.
#[derive(Debug)]
pub(crate) struct Permit {
    _place: Option<OwnedSemaphorePermit>,
}

/// What the gate has to show.
#[derive(Clone, Copy, Debug)]
pub(crate) struct GateFigures {
    pub(crate) in_flight: usize,
    pub(crate) limit: usize,
    /// Waited for the budget.
    pub(crate) waited: Duration,
    /// Waited because the server asked for it.
    pub(crate) held: Duration,
    pub(crate) hold_left: Duration,
}

// === impl Gate ===

impl Gate {
    /// With this many requests a second in the long run, this many at once after a pause, and this many at the same time.
    pub(crate) fn new(per_second: f64, burst: u32, concurrent: usize) -> Self {
        let inner = Inner {
            full: Instant::now(),
            hold: None,
            waited: Duration::ZERO,
            held: Duration::ZERO,
            random: RandomState::new(),
            number: 0,
        };
        let limit = concurrent.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(limit)),
            limit,
            interval: Duration::try_from_secs_f64(per_second.recip()).unwrap_or(Duration::from_secs(1)),
            burst: burst.max(1),
            inner: Mutex::new(inner),
        }
    }

    /// Waits for leave to ask for anything but a watch.
    pub(crate) async fn request(&self) -> Permit {
        let start = Instant::now();
        // The semaphore is never closed; were it, the bucket still bounds us.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let mut held = Duration::ZERO;
        loop {
            let until = self.with(|inner| inner.hold.filter(|end| *end > Instant::now()));
            let Some(end) = until else { break };
            let before = Instant::now();
            let end = end + self.with(Inner::dispersion);
            sleep_until(end).await;
            held += before.elapsed();
        }
        self.token().await;
        self.with(|inner| {
            inner.held += held;
            inner.waited += start.elapsed().saturating_sub(held);
        });
        Permit { _place: place }
    }

    /// Waits for leave to watch.
    pub(crate) async fn watch(&self) -> Permit {
        let start = Instant::now();
        self.token().await;
        self.with(|inner| inner.waited += start.elapsed());
        Permit { _place: None }
    }

    /// The server asks to be left alone for this long. What is kept of it.
    pub(crate) fn hold(&self, asked: Duration) -> Duration {
        let hold = asked.min(LONGEST_HOLD);
        let end = Instant::now() + hold;
        self.with(|inner| inner.hold = Some(inner.hold.map_or(end, |before| before.max(end))));
        hold
    }

    /// What there is to show.
    pub(crate) fn figures(&self) -> GateFigures {
        self.with(|inner| GateFigures {
            in_flight: self.limit - self.places.available_permits().min(self.limit),
            limit: self.limit,
            waited: inner.waited,
            held: inner.held,
            hold_left: inner.hold.map_or(Duration::ZERO, |end| end.saturating_duration_since(Instant::now())),
        })
    }

    /// Takes a token, and waits until it is there.
    async fn token(&self) {
        let due = self.with(|inner| {
            let now = Instant::now();
            let full = inner.full.max(now) + self.interval;
            inner.full = full;
            // With `burst` tokens in the bucket the first `burst` need not wait.
            full.checked_sub(self.interval * self.burst).filter(|due| *due > now)
        });
        if let Some(due) = due {
            sleep_until(due).await;
        }
    }

    fn with<R>(&self, change: impl FnOnce(&mut Inner) -> R) -> R {
        change(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Inner {
    /// So that those who were held back do not all come at once.
    fn dispersion(&mut self) -> Duration {
        self.number = self.number.wrapping_add(1);
        jitter(Duration::from_millis(500), &self.random, self.number)
            .saturating_sub(Duration::from_millis(250))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_what_follows_comes_at_its_rate() {
        let gate = Gate::new(10.0, 5, 100);
        let start = Instant::now();
        let mut times = Vec::new();
        for _ in 0..8 {
            drop(gate.request().await);
            times.push(start.elapsed().as_millis() / 100);
        }
        assert_eq!(times, [0, 0, 0, 0, 0, 1, 2, 3]);
        assert_eq!(gate.figures().waited.as_millis() / 10, 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hold_keeps_back_requests_but_not_watches_and_is_bounded() {
        let gate = Gate::new(1_000.0, 1_000, 2);
        assert_eq!(gate.hold(Duration::from_hours(1)), LONGEST_HOLD);
        assert!(gate.figures().hold_left <= LONGEST_HOLD);
        let start = Instant::now();
        drop(gate.watch().await);
        assert!(start.elapsed() < Duration::from_secs(1));
        drop(gate.request().await);
        assert!(start.elapsed() >= LONGEST_HOLD);
        let figures = gate.figures();
        assert!(figures.held >= LONGEST_HOLD && figures.waited < Duration::from_secs(1), "{figures:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_than_the_limit_are_under_way() {
        let gate = Arc::new(Gate::new(1_000.0, 1_000, 2));
        let held = (gate.request().await, gate.request().await);
        assert_eq!(gate.figures().in_flight, 2);
        let third = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { drop(gate.request().await) }
        });
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(!third.is_finished());
        drop(held);
        third.await.unwrap();
        assert_eq!(gate.figures().in_flight, 0);
    }
}
