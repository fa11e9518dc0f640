//! How long to wait after a failure.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

/// The wait after the first failure: long enough not to be a loop, short enough that nobody sees it.
const FIRST: Duration = Duration::from_millis(200);

/// The longest wait: a change is to be visible within 5 s after an outage.
const LONGEST: Duration = Duration::from_secs(3);

/// The longest wait where waiting changes nothing but a person does: a missing right. It spares the server's audit log.
const LONGEST_DENIED: Duration = Duration::from_secs(15);

/// The longest wait before a list that follows on a list: nothing dearer can be asked of a server.
const LONGEST_RELIST: Duration = Duration::from_secs(30);

/// Waits that double, up to a bound, each by chance between half of it and all of it; so those who failed together do not come
/// back together.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    /// Whether the last failure was a missing right.
    was_denied: bool,
    random: RandomState,
}

// === impl Backoff ===

impl Backoff {
    /// The wait after one more failure.
    pub(crate) fn fail(&mut self) -> Duration {
        self.was_denied = false;
        self.next(LONGEST)
    }

    /// The same for a missing right. An API server that starts denies everything for a moment: the long wait is for those who
    /// are denied again and again, whatever has failed before.
    pub(crate) fn fail_denied(&mut self) -> Duration {
        if !std::mem::replace(&mut self.was_denied, true) {
            self.failures = 0;
        }
        self.next(LONGEST_DENIED)
    }

    /// The same for a list of which nothing came but that everything has to be listed anew.
    pub(crate) fn fail_list(&mut self) -> Duration {
        self.next(LONGEST_RELIST)
    }

    /// How many failures there were since the last success.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    /// Something succeeded.
    pub(crate) fn succeed(&mut self) {
        self.failures = 0;
        self.was_denied = false;
    }

    fn next(&mut self, longest: Duration) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST.saturating_mul(1 << (self.failures - 1).min(16)).min(longest);
        jitter(doubled, &self.random, self.failures)
    }
}

/// Between half of `longest` and all of it.
pub(crate) fn jitter(longest: Duration, random: &RandomState, number: u32) -> Duration {
    let fraction = random.hash_one(number) as f64 / u64::MAX as f64;
    longest.mul_f64(0.5 + fraction / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_begin_anew_after_a_success() {
        let mut backoff = Backoff::default();
        let first = backoff.fail();
        assert!(first >= FIRST / 2 && first <= FIRST, "{first:?}");
        let waits: Vec<Duration> = (0..100).map(|_| backoff.fail()).collect();
        assert!(waits.iter().all(|wait| *wait <= LONGEST), "{waits:?}");
        assert!(waits.last().is_some_and(|wait| *wait >= LONGEST / 2), "{waits:?}");
        backoff.succeed();
        assert!(backoff.fail() <= FIRST);
    }

    #[test]
    fn a_right_that_is_missing_begins_with_short_waits_and_ends_with_longer_ones() {
        let mut backoff = Backoff::default();
        for _ in 0..100 {
            backoff.fail();
        }
        assert!(backoff.fail_denied() <= FIRST);
        let waits: Vec<Duration> = (0..100).map(|_| backoff.fail_denied()).collect();
        assert!(waits.iter().all(|wait| *wait <= LONGEST_DENIED), "{waits:?}");
        assert!(waits.last().is_some_and(|wait| *wait > LONGEST), "{waits:?}");
    }
}
