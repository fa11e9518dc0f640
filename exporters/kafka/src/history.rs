//! What cycles have in common: counters that go on, rates over the last minutes, groups that have gone quiet.
//!
//! There is one history for each cluster. It is lost at a restart: counters begin at zero, rates and idle groups are unknown
//! until they have been watched for long enough. It is kept over a reload of the configuration.
//!
//! Invariants:
//! - No counter goes back, whatever a cluster says: not when leaders move, brokers are down, logs are truncated, topics are
//!   created again, or groups vanish for some cycles.
//! - What was produced before the first look is not counted. A partition counts from its first record only if all says that it was
//!   made while we watched; see `topics.rs`.
//! - Memory is bounded by what the cluster has now, and by what it had within the last ten minutes. There are columns and
//!   vectors, and no map entry for a partition or a commit: at 1,000,000 partitions and 2,000,000 commits about 130 MiB.
//! - A cycle that a panic broke off leaves columns of two topologies: the next one begins anew, as after a restart.
//!
//! How to get it wrong: observing a cycle after the search for its lag in seconds. The ring would be a cycle behind.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_kafka_spec::Settings;

use crate::model::{Groups, OffsetColumn, Produced, Progress, SlotMap, Topology, Totals};

mod consumers;
mod group;
mod hot;
mod rebalances;
pub mod ring;
mod slot_set;
mod topics;
mod trend;

pub use ring::Ring;

use consumers::{Consumers, Look};
use topics::{Ends, Topics};

/// What one cycle has read.
#[derive(Debug)]
pub struct Reading<'a> {
    /// When the end offsets were read.
    pub at: Timestamp,
    /// Brokers, topics, partitions.
    pub topology: &'a Arc<Topology>,
    /// Where partitions end; of this topology.
    pub end: &'a OffsetColumn,
    /// Where partitions begin, of this topology; none if what is watched is not what was watched in the last cycle, so that nothing
    /// that was not there then is new because of it.
    pub low: Option<&'a OffsetColumn>,
    /// The groups and their commits, whose [`Group::is_idle`](crate::model::Group::is_idle) is set; none if not even one
    /// broker could list its groups.
    pub groups: Option<&'a mut Groups>,
    /// Estimated bytes on disk of a record, by topic; topics whose size is not known are left out.
    pub record_sizes: &'a BTreeMap<Arc<str>, f64>,
    /// The window of rates, and when a group is idle.
    pub settings: &'a Settings,
}

/// What a cycle adds to what is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// One for each topic of the topology.
    pub produced: Vec<Produced>,
    /// One for each run of commits of one group and topic, in the order of [`Groups::commits`].
    pub progress: Vec<Progress>,
    /// Rebalances seen since the start; one for each of [`Groups::groups`].
    pub rebalances: Vec<u64>,
    /// In all, since the start: they go on when topics and groups vanish, whose share of a sum would be missing.
    pub totals: Totals,
}

/// What is remembered of a cluster.
#[derive(Debug, Default)]
pub struct History {
    topology: Arc<Topology>,
    topics: Topics,
    consumers: Consumers,
    ring: Ring,
    /// Whether a cycle is being taken in. If it still is when the next one comes, it was broken off by a panic, and the columns may be of
    /// two topologies.
    is_half_way: bool,
}

/// How long vanished topics and groups are remembered: longer than a broker needs to restart, and its groups to move.
pub(crate) const FORGET_AFTER: Duration = Duration::from_mins(10);

// === impl History ===

impl History {
    /// Takes in a cycle. After one that was broken off by a panic, everything begins anew, as after a restart.
    pub fn observe(&mut self, reading: Reading<'_>) -> Observed {
        if self.is_half_way {
            *self = Self::default();
        }
        self.is_half_way = true;
        let observed = self.take(reading);
        self.is_half_way = false;
        observed
    }

    fn take(&mut self, reading: Reading<'_>) -> Observed {
        let Reading { at, topology, end, low, groups, record_sizes, settings } = reading;
        let now = at.as_millisecond();
        let window_millis = millis(settings.lag.window.get());
        let older = core::mem::replace(&mut self.topology, Arc::clone(topology));
        if !Arc::ptr_eq(&older, topology) {
            self.carry(&older, topology, low, now);
        }
        let mut observed = Observed::default();
        let went_back = self.topics.went_back(end);
        self.consumers.forget_trends(&went_back, topology);
        if let Some(groups) = groups {
            let idle_millis = millis(settings.idle_group_after.get());
            let forget_millis = millis(FORGET_AFTER);
            let look = Look { now, topology, end, window_millis, idle_millis, forget_millis };
            (observed.progress, observed.rebalances) = self.consumers.observe(groups, &look);
            self.ring.follow(self.consumers.committed(topology.partitions.len()));
        }
        self.ring.push(now, window_millis, self.topics.ends(), end);
        let ends = Ends { now, window_millis, older: &older, topology, end, record_sizes };
        observed.produced = self.topics.observe(&ends);
        self.ring.set_went_back(went_back);
        let (produced_records, produced_bytes) = self.topics.produced();
        let consumed_records = self.consumers.consumed();
        observed.totals = Totals { produced_records, produced_bytes, consumed_records };
        observed
    }

    /// The end offsets of the last minutes, of partitions that a group has committed for.
    pub fn ring(&self) -> &Ring {
        &self.ring
    }

    /// Follows the topology.
    fn carry(&mut self, older: &Topology, newer: &Topology, low: Option<&OffsetColumn>, now: i64) {
        let map = SlotMap::between(older, newer);
        self.topics.carry(&map, older, newer, low, now);
        if !map.is_identity() {
            self.consumers.carry(&map, older, newer, now);
            self.ring.carry(&map, newer, older.partitions.len());
        }
    }
}

/// Milliseconds, for arithmetic with timestamps.
fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_that_was_broken_off_is_followed_by_a_new_beginning() {
        let (settings, record_sizes) = (Settings::default(), BTreeMap::new());
        let partition =
            crate::model::Partition { leader: 1, leader_epoch: 0, preferred: 1, replicas: 1, in_sync: 1 };
        let (id, first, partitions, is_internal, is_ours) = ([1; 16], 0, 1, false, true);
        let topic = crate::model::Topic { name: "t".into(), id, first, partitions, is_internal, is_ours };
        let topology =
            Arc::new(Topology { topics: vec![topic], partitions: vec![partition], ..Topology::default() });
        let mut history = History::default();
        let produced = |history: &mut History, second: i64, offset| {
            let mut end = OffsetColumn::unknown(1);
            end.set(0, offset);
            let (at, groups) = (Timestamp::from_second(1_800_000_000 + second).unwrap(), None);
            let reading = Reading {
                at,
                topology: &topology,
                end: &end,
                low: None,
                groups,
                record_sizes: &record_sizes,
                settings: &settings,
            };
            history.observe(reading).totals.produced_records
        };
        assert_eq!([(0, 100), (15, 110)].map(|(second, end)| produced(&mut history, second, end)), [0, 10]);
        // As a panic leaves it: the topology is of the next cycle, the columns of the last one.
        history.is_half_way = true;
        history.topology = Arc::default();
        assert_eq!([(30, 120), (45, 125)].map(|(second, end)| produced(&mut history, second, end)), [0, 5]);
    }
}
