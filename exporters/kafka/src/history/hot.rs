//! How unevenly the partitions of a topic are written, over the last minutes.
//!
//! The ends of a moment between half the window and the window ago are kept, and those of a moment in between, which take
//! their place: two columns, whatever the period is.

use crate::model::{SlotMap, Topic, Topology};

/// The ends of some minutes ago.
#[derive(Debug, Default)]
pub(super) struct Hot {
    /// The older ends, that growth is measured from; −1 where not known.
    base: Vec<i64>,
    base_at: i64,
    /// The ends that will take their place.
    next: Vec<i64>,
    next_at: i64,
}

// === impl Hot ===

impl Hot {
    /// Takes in the ends of a cycle, in milliseconds since 1970.
    pub(super) fn observe(&mut self, now: i64, window_millis: i64, ends: &[i64]) {
        let age = now - self.next_at;
        if self.base.len() != ends.len() || age < 0 || age > 2 * window_millis {
            (self.base, self.base_at) = (ends.to_vec(), now);
            (self.next, self.next_at) = (ends.to_vec(), now);
        } else if age >= window_millis / 2 {
            core::mem::swap(&mut self.base, &mut self.next);
            self.base_at = self.next_at;
            self.next.copy_from_slice(ends);
            self.next_at = now;
        }
        for (base, end) in self.base.iter_mut().zip(ends) {
            // Known only now, truncated, or created again.
            if *base < 0 || *base > *end {
                *base = *end;
            }
        }
    }

    /// The growth of the busiest partition as a multiple of the mean; none for a single partition, for a topic that has not
    /// grown, and before half the window is over.
    pub(super) fn ratio(&self, topic: &Topic, now: i64, window_millis: i64, ends: &[i64]) -> Option<f64> {
        if topic.partitions < 2 || now - self.base_at < window_millis / 2 {
            return None;
        }
        let range = topic.first as usize..(topic.first + topic.partitions) as usize;
        let (mut known, mut sum, mut max) = (0_u32, 0_i64, 0_i64);
        for (base, end) in self.base.get(range.clone())?.iter().zip(ends.get(range)?) {
            if *end >= 0 {
                known += 1;
                sum = sum.saturating_add(end - base);
                max = max.max(end - base);
            }
        }
        (known >= 2 && sum > 0).then(|| max as f64 / (sum as f64 / f64::from(known)))
    }

    /// Follows the topology.
    pub(super) fn carry(&mut self, map: &SlotMap, newer: &Topology) {
        self.base = map.carry(newer, &self.base, -1);
        self.next = map.carry(newer, &self.next, -1);
    }
}
