//! What has been produced to each topic.
//!
//! What counts:
//! - The growth of the known end offsets. An end that was not known for some cycles catches up when it is known again.
//! - An end that goes back (truncation after an unclean election) adds nothing; what is produced from the lower end on are
//!   new records, and counts.
//! - A partition counts from its first record if it was surely made while we watched: it was added to a topic that was
//!   there, or its topic was created again (another identifier; on brokers without identifiers an end that went back together
//!   with the leader's epoch).
//! - So does a topic whose name was never seen, if nothing says otherwise: the cycle before saw all that is watched, with the same
//!   filter and in the same shard, no partition has had another leader (epoch 0), and the first record of each is still there. It may
//!   still be an old one that a permission has made visible; then that is young, or has never lost a leader.
//! - Everything else begins where it is seen first: it may have become visible with years of records. To lose one period of a
//!   new topic is the smaller lie.
//!
//! A new leader with a high watermark that lags is no truncation: the broker says `OFFSET_NOT_AVAILABLE` until it has caught
//! up (KIP-207), and the end is unknown.
//!
//! How to get it wrong: trusting one answer to Metadata about what is new. A broker that lags behind shows older partitions
//! and identifiers; so the most partitions and the identifier before are remembered.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FORGET_AFTER;
use super::hot::Hot;
use crate::model::{OffsetColumn, Produced, Slot, SlotMap, Topic, Topology};

/// What has been produced to each topic.
#[derive(Debug, Default)]
pub(super) struct Topics {
    /// One for each topic.
    counters: Vec<Counters>,
    /// The ends as they were last known; one for each partition, −1 if never.
    ends: Vec<i64>,
    hot: Hot,
    /// Of all topics of this shard.
    produced: (u64, Option<f64>),
    /// Topics that have vanished, and when, in milliseconds.
    departed: BTreeMap<Arc<str>, (i64, Counters)>,
}

/// The counters of a topic.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    records: u64,
    bytes: Option<f64>,
    id: [u8; 16],
    id_before: [u8; 16],
    most_partitions: u32,
}

/// A reading of the ends, with what it is compared to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends<'a> {
    /// Milliseconds since 1970.
    pub(super) now: i64,
    pub(super) window_millis: i64,
    /// The topology of the last reading.
    pub(super) older: &'a Topology,
    pub(super) topology: &'a Topology,
    pub(super) end: &'a OffsetColumn,
    pub(super) record_sizes: &'a BTreeMap<Arc<str>, f64>,
}

/// How many topics that have vanished are remembered beside those that there are: who makes a topic for each of their jobs must not
/// fill the memory within ten minutes. Beyond it, only those that have vanished just now.
const MAX_DEPARTED: usize = 10_000;

const NO_ID: [u8; 16] = [0; 16];

// === impl Topics ===

impl Topics {
    /// The ends as they were last known; −1 if never.
    pub(super) fn ends(&self) -> &[i64] {
        &self.ends
    }

    /// What has been produced to all topics of this shard: records, and estimated bytes.
    pub(super) fn produced(&self) -> (u64, Option<f64>) {
        self.produced
    }

    /// Follows the topology.
    pub(super) fn carry(
        &mut self,
        map: &SlotMap,
        older: &Topology,
        newer: &Topology,
        low: Option<&OffsetColumn>,
        now: i64,
    ) {
        if map.is_identity() {
            for (topic, counters) in newer.topics.iter().zip(&mut self.counters) {
                counters.meet(topic.id, topic.partitions);
            }
            return;
        }
        self.ends = map.carry(newer, &self.ends, -1);
        self.hot.carry(map, newer);
        let mut before = core::mem::take(&mut self.counters);
        before.resize(older.topics.len(), Counters::default());
        let departed = core::mem::take(&mut self.departed);
        for (topic, counters) in older.topics.iter().zip(&before) {
            if newer.find(&topic.name).is_none() {
                self.departed.insert(Arc::clone(&topic.name), (now, *counters));
            }
        }
        let forget_millis = i64::try_from(FORGET_AFTER.as_millis()).unwrap_or(i64::MAX);
        for topic in &newer.topics {
            let known = match older.find(&topic.name) {
                Some(index) => before.get(index).copied(),
                None => departed.get(&topic.name).map(|(_, counters)| *counters),
            };
            let mut counters = known.unwrap_or_default();
            let new_from = if known.is_some() {
                counters.meet(topic.id, topic.partitions)
            } else {
                (counters.id, counters.most_partitions) = (topic.id, topic.partitions);
                low.filter(|low| is_new(topic, older, newer, low)).map(|_| 0)
            };
            for partition in new_from.unwrap_or(topic.partitions)..topic.partitions {
                let place = self.ends.get_mut((topic.first + partition) as usize);
                if let Some(end) = place.filter(|end| **end < 0) {
                    *end = 0;
                }
            }
            self.counters.push(counters);
        }
        let is_young = |since: i64| now - since < forget_millis;
        let still =
            departed.into_iter().filter(|(name, (since, _))| is_young(*since) && newer.find(name).is_none());
        self.departed.extend(still);
        if self.departed.len() > newer.topics.len() + MAX_DEPARTED {
            self.departed.retain(|_, (since, _)| *since == now);
        }
    }

    /// The partitions whose end has gone back, in ascending order; before the ends are taken in.
    pub(super) fn went_back(&self, end: &OffsetColumn) -> Vec<Slot> {
        let ends = (0..).zip(&self.ends);
        ends.filter(|(slot, before)| end.get(*slot).is_some_and(|now| now < **before))
            .map(|(slot, _)| slot)
            .collect()
    }

    /// Takes in the ends of a cycle; gives what has been produced to each topic.
    pub(super) fn observe(&mut self, ends: &Ends<'_>) -> Vec<Produced> {
        let mut sizes = ends.record_sizes.iter().peekable();
        let mut produced = Vec::with_capacity(ends.topology.topics.len());
        for (topic, counters) in ends.topology.topics.iter().zip(&mut self.counters) {
            // Both are sorted by name.
            while sizes.next_if(|(name, _)| **name < topic.name).is_some() {}
            let record_size = sizes.peek().filter(|(name, _)| **name == topic.name).map(|(_, size)| **size);
            let mut records = 0_u64;
            for slot in topic.first..topic.first + topic.partitions {
                let (Some(now), Some(before)) = (ends.end.get(slot), self.ends.get_mut(slot as usize)) else {
                    continue;
                };
                if *before >= 0 {
                    let from = if now >= *before {
                        *before
                    } else if ends.is_created_again(topic.id, &topic.name, slot - topic.first, slot) {
                        0
                    } else {
                        now
                    };
                    records = records.saturating_add(u64::try_from(now - from).unwrap_or(0));
                }
                *before = now;
            }
            let bytes =
                record_size.filter(|size| size.is_finite() && *size >= 0.0).map(|size| records as f64 * size);
            let add = |total: Option<f64>| bytes.map(|bytes| total.unwrap_or(0.0) + bytes).or(total);
            counters.records = counters.records.saturating_add(records);
            counters.bytes = add(counters.bytes);
            if topic.is_ours {
                self.produced = (self.produced.0.saturating_add(records), add(self.produced.1));
            }
            let (records, bytes) = (counters.records, counters.bytes);
            produced.push(Produced { records, bytes, record_size, hot_partition: None });
        }
        self.hot.observe(ends.now, ends.window_millis, &self.ends);
        for (produced, topic) in produced.iter_mut().zip(&ends.topology.topics) {
            produced.hot_partition = self.hot.ratio(topic, ends.now, ends.window_millis, &self.ends);
        }
        produced
    }
}

/// Whether all says that a topic was made since the older topology was read.
fn is_new(topic: &Topic, older: &Topology, newer: &Topology, low: &OffsetColumn) -> bool {
    // Of a cluster of which all was seen: nothing had an error, or was too much.
    let is_complete = older.cluster_id.is_some()
        && older.cluster_id == newer.cluster_id
        && older.unread_topics.is_empty()
        && !older.is_unread(&topic.name);
    let mut slots = topic.first..topic.first + topic.partitions;
    is_complete
        && topic.id != NO_ID
        && newer.partitions_of(topic).iter().all(|partition| partition.leader_epoch == 0)
        && slots.all(|slot| low.get(slot) == Some(0))
}

// === impl Counters ===

impl Counters {
    /// Meets a topic of the same name again. Gives the first partition that is surely new; none if there is none.
    fn meet(&mut self, id: [u8; 16], partitions: u32) -> Option<u32> {
        if id == self.id || id == NO_ID || self.id == NO_ID {
            let new_from = self.most_partitions;
            self.id = if id == NO_ID { self.id } else { id };
            self.most_partitions = partitions.max(self.most_partitions);
            return Some(new_from);
        }
        let is_older = id == self.id_before;
        (self.id_before, self.id) = (self.id, id);
        self.most_partitions = partitions;
        (!is_older).then_some(0)
    }
}

// === impl Ends ===

impl Ends<'_> {
    /// Whether a partition whose end went back belongs to a topic that was created again, on a broker without identifiers.
    fn is_created_again(&self, id: [u8; 16], name: &str, partition: u32, slot: Slot) -> bool {
        let epoch =
            |topology: &Topology, slot: Slot| Some(topology.partitions.get(slot as usize)?.leader_epoch);
        let before = self.older.find(name).and_then(|topic| {
            let slot = self.older.slot(topic, i32::try_from(partition).ok()?)?;
            epoch(self.older, slot)
        });
        match (before, epoch(self.topology, slot)) {
            (Some(before), Some(now)) => id == NO_ID && now >= 0 && now < before,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use core::ops::Range;

    use super::*;

    fn topology(names: Range<u32>) -> Topology {
        let (id, first, partitions, is_internal, is_ours) = ([1; 16], 0, 0, false, true);
        let topic =
            |name| Topic { name: format!("{name:05}").into(), id, first, partitions, is_internal, is_ours };
        Topology { topics: names.map(topic).collect(), ..Topology::default() }
    }

    #[test]
    fn topics_that_come_and_go_do_not_fill_the_memory() {
        let mut topics = Topics::default();
        let mut kept = Vec::new();
        let mut older = Topology::default();
        for (now, names) in (0..).zip([0..6_000, 6_000..12_000, 12_000..12_001, 0..0]) {
            let newer = topology(names);
            topics.carry(&SlotMap::between(&older, &newer), &older, &newer, None, now);
            kept.push(topics.departed.len());
            older = newer;
        }
        // More than there may be: only those stay that have vanished just now.
        assert_eq!(kept, [0, 6_000, 6_000, 6_001]);
    }
}
