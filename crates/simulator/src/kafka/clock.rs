//! Simulated time: that of the start, and what has passed since by the machine's monotonic clock; it can be stopped and
//! moved.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use jiff::Timestamp;

/// The clock of one simulated system.
pub(crate) struct Clock(Mutex<State>);

struct State {
    /// Milliseconds since 1970 at `from`.
    millis: i64,
    /// From when on time runs. None: it stands still.
    from: Option<Instant>,
}

impl Clock {
    /// A clock that runs from `now` on.
    pub(crate) fn running(now: Timestamp) -> Self {
        Self(Mutex::new(State { millis: now.as_millisecond(), from: Some(Instant::now()) }))
    }

    /// A clock that stands still at `now`.
    pub(crate) fn standing(now: Timestamp) -> Self {
        Self(Mutex::new(State { millis: now.as_millisecond(), from: None }))
    }

    /// Milliseconds since 1970.
    pub(crate) fn millis(&self) -> i64 {
        self.with(|state| state.millis())
    }

    /// Stops.
    pub(super) fn freeze(&self) {
        self.with(|state| *state = State { millis: state.millis(), from: None });
    }

    /// Runs on.
    pub(super) fn thaw(&self) {
        self.with(|state| *state = State { millis: state.millis(), from: Some(Instant::now()) });
    }

    /// Leaps ahead.
    pub(super) fn advance(&self, by: Duration) {
        self.with(|state| state.millis = state.millis.saturating_add(millis(by)));
    }

    fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn millis(&self) -> i64 {
        self.millis.saturating_add(self.from.map_or(0, |from| millis(from.elapsed())))
    }
}

/// A duration in whole milliseconds.
pub(super) fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
