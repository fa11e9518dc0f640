//! The clock by which data are judged. Time is a parameter: nothing below the driver asks the system for it.
//!
//! Two clocks on purpose. Judgement and timestamps use this one, the wall clock, which may be set. Periods, deadlines
//! and ages use Tokio's, which only goes forward and which tests can pause.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// Tells the present moment.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Following { start: Timestamp, origin: Instant },
}

impl Clock {
    /// The clock of the machine.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock for tests, demonstrations and replays: it shows `start` now and goes on with Tokio's time, so that a
    /// test that pauses and advances Tokio's time moves this clock by the same.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(Kind::Following { start, origin: Instant::now() })
    }

    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Timestamp {
        match self.0 {
            Kind::System => Timestamp::now(),
            Kind::Following { start, origin } => later(start, origin.elapsed()),
        }
    }

    /// The moment at which Tokio's clock will show `instant`, if nobody sets the wall clock until then.
    pub(crate) fn at(&self, instant: Instant) -> Timestamp {
        later(self.now(), instant.saturating_duration_since(Instant::now()))
    }
}

/// `start` plus `duration`, or the last representable moment.
fn later(start: Timestamp, duration: core::time::Duration) -> Timestamp {
    SignedDuration::try_from(duration)
        .ok()
        .and_then(|duration| start.checked_add(duration).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_started_clock_follows_paused_time() {
        let start: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let clock = Clock::starting_at(start);
        tokio::time::advance(Duration::from_mins(90)).await;
        assert_eq!(clock.now().to_string(), "2026-03-01T01:30:00Z");
        let due = Instant::now() + Duration::from_secs(5);
        assert_eq!(clock.at(due).to_string(), "2026-03-01T01:30:05Z");
    }

    #[test]
    fn a_moment_beyond_the_calendar_is_the_last_one() {
        assert_eq!(later(Timestamp::MAX, Duration::from_secs(1)), Timestamp::MAX);
        assert_eq!(later(Timestamp::UNIX_EPOCH, Duration::MAX), Timestamp::MAX);
    }
}
