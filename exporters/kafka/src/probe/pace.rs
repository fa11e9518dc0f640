//! When which broker gets its next record: each once per interval, spread over it. Pure.
//!
//! Spread, because records that are sent at the same moment wait for each other here, and that would be measured.

use core::time::Duration;
use std::collections::BTreeMap;

/// The times at which records are due.
#[derive(Clone, Debug)]
pub struct Pace {
    interval: Duration,
    due: BTreeMap<i32, Due>,
}

#[derive(Clone, Copy, Debug)]
struct Due {
    partition: i32,
    at: Duration,
}

// === impl Pace ===

impl Pace {
    /// Nobody is due.
    pub fn new(interval: Duration) -> Self {
        Self { interval, due: BTreeMap::new() }
    }

    /// From now on these brokers get records, by these partitions. Who had a turn before keeps it.
    pub fn retarget(&mut self, targets: &BTreeMap<i32, i32>, now: Duration) {
        self.due.retain(|broker, _| targets.contains_key(broker));
        let number = u32::try_from(targets.len()).unwrap_or(u32::MAX).max(1);
        for (index, (broker, partition)) in (0_u32..).zip(targets) {
            let offset = self.interval.saturating_mul(index) / number;
            let due = Due { partition: *partition, at: now.saturating_add(offset) };
            self.due.entry(*broker).or_insert(due).partition = *partition;
        }
    }

    /// Who is due, as broker and partition. A turn that was missed is skipped, never made up for.
    pub fn take_due(&mut self, now: Duration) -> Vec<(i32, i32)> {
        let mut taken = Vec::new();
        for (broker, due) in self.due.iter_mut().filter(|(_, due)| due.at <= now) {
            taken.push((*broker, due.partition));
            due.at = due.at.saturating_add(self.interval);
            if due.at <= now {
                due.at = now.saturating_add(self.interval);
            }
        }
        taken
    }

    /// When somebody is due next.
    pub fn next(&self) -> Option<Duration> {
        self.due.values().map(|due| due.at).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn each_broker_is_due_once_per_interval_at_its_own_time() {
        let mut pace = Pace::new(SECOND);
        pace.retarget(&BTreeMap::from([(1, 0), (2, 5)]), SECOND);
        assert_eq!(pace.next(), Some(SECOND));
        assert_eq!(pace.take_due(SECOND), [(1, 0)]);
        assert_eq!(pace.next(), Some(SECOND * 3 / 2));
        assert_eq!(pace.take_due(SECOND * 3 / 2), [(2, 5)]);
        assert_eq!(pace.take_due(SECOND * 2), [(1, 0)]);
    }

    #[test]
    fn missed_turns_are_not_made_up_for() {
        let mut pace = Pace::new(SECOND);
        pace.retarget(&BTreeMap::from([(1, 0)]), SECOND);
        assert_eq!(pace.take_due(60 * SECOND), [(1, 0)]);
        assert_eq!(pace.next(), Some(61 * SECOND));
    }

    #[test]
    fn a_broker_keeps_its_turn_when_another_comes_and_its_partition_changes() {
        let mut pace = Pace::new(SECOND);
        pace.retarget(&BTreeMap::from([(1, 0)]), SECOND);
        pace.take_due(SECOND);
        pace.retarget(&BTreeMap::from([(1, 3), (2, 1)]), SECOND * 5 / 4);
        assert_eq!(pace.take_due(2 * SECOND), [(1, 3), (2, 1)]);
        pace.retarget(&BTreeMap::new(), 2 * SECOND);
        assert_eq!(pace.next(), None);
    }
}
