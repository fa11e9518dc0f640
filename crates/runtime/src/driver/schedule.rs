//! When a source runs next. Pure: it is told what happened and when, and does no waiting.
//!
//! The rules:
//! - First cycles are ten milliseconds apart on average, at random: sources do not all begin at once, and a few are there as soon as
//!   one. However many they are, each starts within a tenth of its period, and three seconds. One that replaces another begins at once.
//! - A cycle starts one period after the start of the one before. One that took longer delays the next; nothing is
//!   made up for.
//! - After failures the pause doubles: one period, two, four, and no more than four periods or five minutes. It is
//!   never shorter than the period, so a failing system is not asked more often than a healthy one; and it is short
//!   enough that a repair is seen long before the fifteen minutes of the alert on a failing source have passed again.
//! - A change hastens the next cycle: the first at once, a burst at most once a second. While the source fails the
//!   distance counts from its last cycle of any kind and doubles with each failure, up to two seconds: a source that is
//!   told of its repair shows it soon.

use core::time::Duration;

use tokio::time::Instant;

/// The time between the first cycles of two sources that begin or are replaced together: one begins at once, and a thousand do not fall
/// upon the monitored systems in the same moment.
pub(super) const BETWEEN_FIRST_STARTS: Duration = Duration::from_millis(10);
/// The first cycle starts within this share of the period…
const FIRST_START_SHARE: f64 = 0.1;
/// …and no later than this after the start.
pub(super) const FIRST_START_LIMIT: Duration = Duration::from_secs(3);
/// The least time between two cycles that changes have hastened.
const CHANGE_DISTANCE: Duration = Duration::from_secs(1);
/// The same while the source fails, at most: what fails may itself be what changes, and must not be asked without a pause.
const CHANGE_DISTANCE_LIMIT: Duration = Duration::from_secs(2);
/// The pause after failures grows no further than this many periods…
const BACK_OFF_PERIODS: u32 = 4;
/// …nor, unless the period itself is longer, further than this.
const BACK_OFF_LIMIT: Duration = Duration::from_mins(5);
/// The least pause after a cycle that took its whole period, so that the monitored system can breathe.
const BREATH: Duration = Duration::from_secs(1);

/// The schedule of one source.
#[derive(Debug)]
pub(super) struct Schedule {
    period: Duration,
    due: Instant,
    hastened_at: Option<Instant>,
    hastened: bool,
    failures: u32,
}

impl Schedule {
    /// A schedule that begins at `now`, one of `together`; `fraction`, between 0 and 1, says where in the span of first starts.
    pub(super) fn new(period: Duration, now: Instant, together: usize, fraction: f64) -> Self {
        let apart = BETWEEN_FIRST_STARTS.saturating_mul(u32::try_from(together).unwrap_or(u32::MAX));
        let span = period.mul_f64(FIRST_START_SHARE).min(FIRST_START_LIMIT).min(apart);
        Self::beginning_at(period, now + span.mul_f64(fraction.clamp(0.0, 1.0)))
    }

    /// The schedule of a source that replaces another one: its first cycle is due at `due`.
    pub(super) fn beginning_at(period: Duration, due: Instant) -> Self {
        Self { period, due, hastened_at: None, hastened: false, failures: 0 }
    }

    /// When the next cycle is due.
    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// A change was noticed: the next cycle comes earlier, if it may.
    pub(super) fn hasten(&mut self, now: Instant) {
        let earliest = self.hastened_at.map_or(now, |last| now.max(last + self.change_distance()));
        if earliest < self.due {
            self.due = earliest;
            self.hastened = true;
        }
    }

    /// A cycle starts.
    pub(super) fn started(&mut self, now: Instant) {
        if core::mem::take(&mut self.hastened) {
            self.hastened_at = Some(now);
        }
    }

    /// The cycle that began at `started` has succeeded.
    pub(super) fn succeeded(&mut self, started: Instant, now: Instant) {
        self.failures = 0;
        self.plan(started, now);
    }

    /// The cycle that began at `started` has failed, or could not begin.
    pub(super) fn failed(&mut self, started: Instant, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.hastened_at = Some(started);
        self.plan(started, now);
    }

    fn plan(&mut self, started: Instant, now: Instant) {
        self.due = (started + self.pause()).max(now + BREATH.min(self.period));
    }

    /// The time from the start of one cycle to the start of the next.
    fn pause(&self) -> Duration {
        let limit = (BACK_OFF_PERIODS * self.period).min(BACK_OFF_LIMIT).max(self.period);
        doubled(self.period, self.failures.saturating_sub(1)).min(limit)
    }

    fn change_distance(&self) -> Duration {
        doubled(CHANGE_DISTANCE, self.failures).min(CHANGE_DISTANCE_LIMIT)
    }
}

/// `duration` doubled `times` times.
fn doubled(duration: Duration, times: u32) -> Duration {
    duration.saturating_mul(2_u32.saturating_pow(times.min(31)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    /// The pauses after 1, 2, 3… failures in a row, in seconds.
    fn pauses(period: Duration, failures: usize) -> Vec<u64> {
        let start = Instant::now();
        let mut schedule = Schedule::new(period, start, 1, 0.0);
        (0..failures)
            .map(|_| {
                schedule.failed(start, start);
                (schedule.due() - start).as_secs()
            })
            .collect()
    }

    #[test]
    fn first_starts_are_ten_milliseconds_apart_within_a_tenth_of_the_period_and_three_seconds() {
        let now = Instant::now();
        for (period, together, fraction, expected) in [
            (10, 1, 1.0, 10),
            (10, 20, 1.0, 200),
            (10, 20, 0.5, 100),
            (10, 1000, 0.0, 0),
            (10, 1000, 1.0, 1000),
            (3600, 200, 1.0, 2000),
            (3600, 1000, 1.0, 3000),
            (3600, usize::MAX, 7.0, 3000),
        ] {
            let schedule = Schedule::new(seconds(period), now, together, fraction);
            assert_eq!(
                schedule.due() - now,
                Duration::from_millis(expected),
                "period {period}, of {together}, fraction {fraction}"
            );
        }
    }

    #[test]
    fn the_pause_doubles_with_each_failure_up_to_four_periods_or_five_minutes() {
        assert_eq!(pauses(seconds(15), 5), [15, 30, 60, 60, 60]);
        assert_eq!(pauses(seconds(60), 5), [60, 120, 240, 240, 240]);
        assert_eq!(pauses(seconds(120), 4), [120, 240, 300, 300]);
    }

    #[test]
    fn the_pause_is_never_shorter_than_the_period() {
        assert_eq!(pauses(seconds(3600), 3), [3600, 3600, 3600]);
        assert_eq!(pauses(seconds(1), 40).iter().min(), Some(&1));
    }

    #[test]
    fn a_success_ends_the_back_off() {
        let start = Instant::now();
        let mut schedule = Schedule::new(seconds(15), start, 1, 0.0);
        schedule.failed(start, start);
        schedule.failed(start, start);
        schedule.succeeded(start, start);
        assert_eq!(schedule.due() - start, seconds(15));
    }

    #[test]
    fn a_cycle_that_took_longer_than_its_period_delays_the_next() {
        let start = Instant::now();
        let mut schedule = Schedule::new(seconds(15), start, 1, 0.0);
        schedule.succeeded(start, start + seconds(47));
        assert_eq!(schedule.due() - start, seconds(48));
    }

    #[test]
    fn a_burst_of_changes_is_one_cycle_a_second() {
        let start = Instant::now();
        let mut schedule = Schedule::new(seconds(60), start, 1, 0.0);
        schedule.started(start);
        schedule.succeeded(start, start);
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        // The first comes at once, however short ago the periodic cycle was.
        schedule.hasten(at(100));
        assert_eq!(schedule.due(), at(100));
        schedule.started(at(100));
        schedule.succeeded(at(100), at(110));
        // The second waits for its second.
        schedule.hasten(at(200));
        assert_eq!(schedule.due(), at(1100));
        // Further ones change nothing.
        schedule.hasten(at(300));
        assert_eq!(schedule.due(), at(1100));
    }

    #[test]
    fn changes_of_a_failing_source_are_followed_more_slowly_but_no_later_than_after_two_seconds() {
        let start = Instant::now();
        let mut schedule = Schedule::new(seconds(15), start, 1, 0.0);
        let mut now = start;
        let mut distances = Vec::new();
        for _ in 0..8 {
            schedule.hasten(now);
            distances.push((schedule.due() - now).as_secs());
            now = schedule.due();
            schedule.started(now);
            schedule.failed(now, now);
        }
        assert_eq!(distances, [0, 2, 2, 2, 2, 2, 2, 2]);
    }

    #[test]
    fn a_change_never_puts_a_cycle_off() {
        let start = Instant::now();
        let mut schedule = Schedule::new(seconds(60), start, 1, 0.0);
        schedule.hasten(start + seconds(1));
        assert_eq!(schedule.due(), start);
    }
}
