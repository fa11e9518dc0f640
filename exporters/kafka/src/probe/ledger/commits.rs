//! The commits of the probe's group: under way, answered, failed.
//!
//! One is under way at a time, because librdkafka's safe interface tells the answer only to who waits for it. While it is
//! overdue, each further one that is due cannot be sent and is counted as failed too: else an outage of the coordinator
//! would look like one failure.

use core::time::Duration;
use std::collections::BTreeMap;

use lookout_declarations::Reason;

use super::Latencies;

/// What became of the commits.
#[derive(Clone, Debug, PartialEq)]
pub struct Commits {
    /// The time of those that succeeded.
    pub latency: Latencies,
    /// Those that failed.
    pub failed: BTreeMap<Reason, u64>,
    waiting: Option<Waiting>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Waiting {
    sent: Duration,
    /// It was counted as failed, for this reason.
    overdue: Option<Reason>,
}

// === impl Commits ===

impl Commits {
    /// None yet. `bounds` are the upper bounds of the latency in seconds, ascending.
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { latency: Latencies::new(bounds), failed: BTreeMap::new(), waiting: None }
    }

    /// A commit is due: whether it is to be sent now.
    pub fn begin(&mut self, now: Duration) -> bool {
        match self.waiting {
            None => {
                self.waiting = Some(Waiting { sent: now, overdue: None });
                return true;
            }
            Some(Waiting { overdue: Some(reason), .. }) => self.fail(reason),
            // It is merely slower than the interval.
            Some(_) => {}
        }
        false
    }

    /// The commit under way was answered.
    pub fn answered(&mut self, result: Result<(), Reason>, now: Duration) {
        match (self.waiting.take(), result) {
            // Counted as failed before, or abandoned.
            (None | Some(Waiting { overdue: Some(_), .. }), _) => {}
            (Some(waiting), Ok(())) => self.latency.observe(now.saturating_sub(waiting.sent)),
            (Some(_), Err(reason)) => self.fail(reason),
        }
    }

    /// Counts the commit under way as failed if it has waited for so long, for `reason`.
    pub fn expire(&mut self, now: Duration, timeout: Duration, reason: Reason) {
        if let Some(waiting) = &mut self.waiting
            && waiting.overdue.is_none()
            && now.saturating_sub(waiting.sent) >= timeout
        {
            waiting.overdue = Some(reason);
            self.fail(reason);
        }
    }

    /// The client is gone, and with it the answer that was to come.
    pub fn abandon(&mut self, reason: Reason) {
        if self.waiting.take().is_some_and(|waiting| waiting.overdue.is_none()) {
            self.fail(reason);
        }
    }

    fn fail(&mut self, reason: Reason) {
        *self.failed.entry(reason).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_commit_that_is_overdue_fails_once_and_its_late_answer_counts_for_nothing() {
        let mut commits = Commits::new(&[0.1]);
        assert!(commits.begin(SECOND));
        assert!(!commits.begin(2 * SECOND), "one at a time");
        commits.expire(11 * SECOND, 10 * SECOND, Reason::Denied);
        commits.expire(12 * SECOND, 10 * SECOND, Reason::Timeout);
        assert_eq!(commits.failed, BTreeMap::from([(Reason::Denied, 1)]));
        commits.answered(Ok(()), 13 * SECOND);
        assert_eq!(commits.latency.total(), 0);
        assert!(commits.begin(14 * SECOND));
        commits.answered(Ok(()), 15 * SECOND);
        assert_eq!(commits.latency.counts(), [0, 1]);
    }

    #[test]
    fn while_one_is_overdue_those_that_cannot_be_sent_fail_too() {
        let mut commits = Commits::new(&[0.1]);
        let sent = (0..100).filter(|second: &u32| {
            let is_sent = commits.begin(*second * SECOND);
            commits.expire((*second + 1) * SECOND, SECOND, Reason::Timeout);
            is_sent
        });
        assert_eq!(sent.count(), 1);
        assert_eq!(commits.failed, BTreeMap::from([(Reason::Timeout, 100)]));
    }

    #[test]
    fn a_commit_whose_client_is_gone_has_failed() {
        let mut commits = Commits::new(&[0.1]);
        assert!(commits.begin(SECOND));
        commits.abandon(Reason::Disconnected);
        commits.abandon(Reason::Disconnected);
        commits.answered(Ok(()), 2 * SECOND);
        assert_eq!(commits.failed, BTreeMap::from([(Reason::Disconnected, 1)]));
        assert_eq!(commits.latency.total(), 0);
    }
}
