//! How many bytes on disk a record of a topic takes: an estimate, because only JMX tells what comes in.
//!
//! Preferred is growth: by how many bytes the leaders' logs grew per offset between two readings, over the partitions whose log has
//! not shrunk and whose leader stayed. Sizes and offsets are read some seconds apart, so it is smoothed. A topic that has not grown
//! while we watched has what it retains: bytes per offset between low and high watermark, if what is on disk is what lies between them:
//! the topic is known not to be compacted, and nothing was ever deleted from the partition, or only by its retention.
//!
//! Invariant: where neither is known there is no estimate. Bytes that are not counted are said so; too many are believed.
//!
//! How to get it wrong:
//! - To measure the growth of a log that has lost a segment: it is then nearly always negative. That its beginning has not moved does
//!   not tell, because that is up to a minute older than its size; and that it has moved does not tell either: what is deleted by request
//!   (`DeleteRecords`, as Kafka Streams does every 30 s) stays on disk until its whole segment goes. Its size tells.
//! - To divide what is on disk by the offsets between the watermarks where some of either is not there any more: by request (too large,
//!   without bound), or by compaction (too small).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cell::{Offsets, RecordSizes};
use crate::configuration::{TopicConfiguration, TopicConfigurations};
use crate::model::{OffsetColumn, SlotMap, Topic};

/// The weight of a new reading beside all before it.
const WEIGHT: f64 = 0.3;

/// How many records are enough to say how large one is: a batch of few is mostly its own header.
const ENOUGH: i64 = 100;

/// Estimates, reading by reading.
#[derive(Debug, Default)]
pub struct RecordSizeEstimate {
    before: Option<Reading>,
    /// By growth, smoothed.
    grown: BTreeMap<Arc<str>, f64>,
}

/// One reading.
#[derive(Clone, Debug)]
struct Reading {
    offsets: Arc<Offsets>,
    /// Bytes of the leaders' replicas.
    sizes: OffsetColumn,
}

// === impl RecordSizeEstimate ===

impl RecordSizeEstimate {
    /// Takes in a reading: the leaders' sizes, the offsets that belong to them, and how topics are configured, if that is known. Gives
    /// the estimates.
    pub fn observe(
        &mut self,
        offsets: Arc<Offsets>,
        sizes: OffsetColumn,
        configurations: Option<&TopicConfigurations>,
    ) -> RecordSizes {
        let reading = Reading { offsets, sizes };
        let cluster = |reading: &Reading| reading.offsets.topology.cluster_id.clone();
        let ids = self.before.as_ref().and_then(cluster).zip(cluster(&reading));
        if ids.is_some_and(|(before, now)| before != now) {
            // Another cluster under the same addresses.
            *self = Self::default();
        }
        let before = self.before.take().map(|before| before.carried(&reading));
        let mut grown = BTreeMap::new();
        let mut sizes = RecordSizes::new();
        for topic in &reading.offsets.topology.topics {
            let last = self.grown.get(&topic.name).copied();
            let growth = before.as_ref().and_then(|before| reading.growth(before, topic));
            let growth = match (last, growth) {
                (Some(last), Some(growth)) => Some(last + WEIGHT * (growth - last)),
                (last, growth) => growth.or(last),
            };
            if let Some(growth) = growth {
                grown.insert(Arc::clone(&topic.name), growth);
            }
            let configuration = configurations.and_then(|known| known.0.get(&topic.name));
            let retained = || reading.retained(before.as_ref(), topic, configuration?);
            if let Some(size) = growth.or_else(retained) {
                sizes.insert(Arc::clone(&topic.name), size);
            }
        }
        (self.grown, self.before) = (grown, Some(reading));
        sizes
    }
}

// === impl Reading ===

impl Reading {
    /// The same in the slots of a newer reading; what has another leader since is unknown.
    fn carried(&self, newer: &Self) -> Self {
        let (was, is) = (&self.offsets.topology, &newer.offsets.topology);
        if Arc::ptr_eq(was, is) {
            return self.clone();
        }
        let map = SlotMap::between(was, is);
        let leaders: Vec<i32> = was.partitions.iter().map(|partition| partition.leader).collect();
        let leaders = map.carry(is, &leaders, crate::model::NO_NODE);
        let mut sizes = self.sizes.carried(&map, is);
        for (slot, (leader, partition)) in (0..).zip(leaders.iter().zip(&is.partitions)) {
            if *leader != partition.leader {
                sizes.set(slot, -1);
            }
        }
        let (end, low) = (self.offsets.end.carried(&map, is), self.offsets.low.carried(&map, is));
        Self { offsets: Arc::new(Offsets { topology: Arc::clone(is), end, low }), sizes }
    }

    /// Bytes per record by which a topic has grown.
    fn growth(&self, before: &Self, topic: &Topic) -> Option<f64> {
        let (mut records, mut bytes) = (0_i64, 0_i64);
        for slot in topic.first..topic.first + topic.partitions {
            let pair = |now: &OffsetColumn, before: &OffsetColumn| Some((now.get(slot)?, before.get(slot)?));
            let (now, then) = (&self.offsets, &before.offsets);
            let (Some(end), Some(size)) = (pair(&now.end, &then.end), pair(&self.sizes, &before.sizes))
            else {
                continue;
            };
            if size.0 >= size.1 && end.0 > end.1 {
                records = records.saturating_add(end.0 - end.1);
                bytes = bytes.saturating_add(size.0.saturating_sub(size.1));
            }
        }
        (records >= ENOUGH && bytes > 0).then(|| bytes as f64 / records as f64)
    }

    /// Bytes per offset of what a topic retains; none where what is on disk is something else.
    fn retained(
        &self,
        before: Option<&Self>,
        topic: &Topic,
        configuration: &TopicConfiguration,
    ) -> Option<f64> {
        if configuration.is_compacted() {
            return None;
        }
        // Retention deletes whole segments, from disk too. Where it deletes nothing, somebody has asked for it.
        let is_limited = configuration.retention_millis.or(configuration.retention_bytes).is_some();
        let (mut records, mut bytes) = (0_i64, 0_i64);
        for slot in topic.first..topic.first + topic.partitions {
            let offsets = &self.offsets;
            let (Some(end), Some(low), Some(size)) =
                (offsets.end.get(slot), offsets.low.get(slot), self.sizes.get(slot))
            else {
                continue;
            };
            let stands = || before.is_some_and(|before| before.offsets.low.get(slot) == Some(low));
            if low > 0 && !(is_limited && stands()) {
                continue;
            }
            records = records.saturating_add(end.saturating_sub(low).max(0));
            bytes = bytes.saturating_add(size);
        }
        (records > 0 && bytes > 0).then(|| bytes as f64 / records as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Partition, Topology};

    fn reading(rows: &[(i32, i64, i64, i64)]) -> (Arc<Offsets>, OffsetColumn) {
        let count = u32::try_from(rows.len()).unwrap();
        let partition = |leader| Partition { leader, leader_epoch: 0, preferred: 1, replicas: 1, in_sync: 1 };
        let (id, first, is_internal, is_ours) = ([1; 16], 0, false, true);
        let topology = Topology {
            topics: vec![Topic { name: "prices".into(), id, first, partitions: count, is_internal, is_ours }],
            partitions: rows.iter().map(|row| partition(row.0)).collect(),
            ..Topology::default()
        };
        let column = |of: fn(&(i32, i64, i64, i64)) -> i64| {
            let mut column = OffsetColumn::unknown(rows.len());
            (0..).zip(rows).for_each(|(slot, row)| column.set(slot, of(row)));
            column
        };
        let (low, end, sizes) = (column(|row| row.1), column(|row| row.2), column(|row| row.3));
        (Arc::new(Offsets { topology: Arc::new(topology), end, low }), sizes)
    }

    fn observe(estimate: &mut RecordSizeEstimate, rows: &[(i32, i64, i64, i64)]) -> Option<f64> {
        observe_with(estimate, rows, Some(86_400_000), "delete")
    }

    fn observe_with(
        estimate: &mut RecordSizeEstimate,
        rows: &[(i32, i64, i64, i64)],
        retention_millis: Option<u64>,
        cleanup_policy: &str,
    ) -> Option<f64> {
        let (offsets, sizes) = reading(rows);
        let configuration = TopicConfiguration {
            min_in_sync_replicas: None,
            retention_millis,
            retention_bytes: None,
            cleanup_policy: cleanup_policy.into(),
        };
        let configurations = TopicConfigurations([("prices".into(), configuration)].into());
        estimate.observe(offsets, sizes, Some(&configurations)).get("prices").copied()
    }

    #[test]
    fn what_was_deleted_by_request_and_is_still_on_disk_makes_no_record_larger() {
        // As Kafka Streams does: 2,850 of 3,000 records of 1,013 bytes deleted, all of them on disk; retention is unlimited.
        let mut estimate = RecordSizeEstimate::default();
        let purged = |low, end| [(1, low, end, end * 1_013)];
        for _ in 0..3 {
            assert_eq!(observe_with(&mut estimate, &purged(2_850, 3_000), None, "delete"), None);
        }
        // It goes on: the beginning moves all the time, and what comes is counted as it is.
        assert_eq!(observe_with(&mut estimate, &purged(3_140, 3_150), None, "delete"), Some(1_013.0));
        assert_eq!(observe_with(&mut estimate, &purged(3_150, 3_150), None, "delete"), Some(1_013.0));
        // With a retention, what it has left is on disk alone if the beginning stands.
        let mut estimate = RecordSizeEstimate::default();
        let retained = [(1, 1_000, 2_000, 50_000)];
        assert_eq!(observe(&mut estimate, &retained), None);
        assert_eq!(observe(&mut estimate, &retained), Some(50.0));
        assert_eq!(observe(&mut estimate, &[(1, 1_900, 2_000, 50_000)]), None);
    }

    #[test]
    fn what_a_compacted_topic_retains_says_nothing_about_its_records() {
        let mut estimate = RecordSizeEstimate::default();
        let rows = |end, size| [(1, 0, end, size)];
        assert_eq!(observe_with(&mut estimate, &rows(1_000_000, 5_000), None, "compact"), None);
        assert_eq!(observe_with(&mut estimate, &rows(1_000_200, 25_000), None, "compact"), Some(100.0));
        let (offsets, sizes) = reading(&rows(1_000, 50_000));
        assert!(
            RecordSizeEstimate::default().observe(offsets, sizes, None).is_empty(),
            "it may be compacted"
        );
    }

    #[test]
    fn growth_counts_where_nothing_was_deleted_and_the_leader_stayed() {
        let mut estimate = RecordSizeEstimate::default();
        assert_eq!(observe(&mut estimate, &[(1, 0, 0, 0)]), None);
        // Leader, low, end, bytes: retained first.
        let mut estimate = RecordSizeEstimate::default();
        let rows = [(1, 0, 1_000, 50_000), (2, 100, 1_000, 45_000), (3, 0, 1_000, 50_000)];
        assert_eq!(observe(&mut estimate, &rows), Some(50.0));
        // 200 bytes each in the first; the second was cut, the third has moved.
        let rows = [(1, 0, 2_000, 250_000), (2, 500, 9_000, 1_000), (4, 0, 9_000, 10)];
        assert_eq!(observe(&mut estimate, &rows), Some(200.0));
        // Smoothed from then on, and kept while nothing comes.
        let rows = [(1, 0, 3_000, 350_000), (2, 500, 9_000, 1_000), (4, 0, 9_000, 10)];
        assert_eq!(observe(&mut estimate, &rows), Some(170.0));
        assert_eq!(observe(&mut estimate, &rows), Some(170.0));
    }

    /// Ten partitions with 100 bytes a record, each 1,000 records a minute, of which one loses a segment of 5,000 records in each
    /// minute. The beginnings are read before the sizes, and do not tell of it until the next reading.
    #[test]
    fn at_steady_retention_what_is_deleted_does_not_make_records_smaller() {
        let mut estimate = RecordSizeEstimate::default();
        let (mut told, mut begins) = (vec![0_i64; 10], vec![0_i64; 10]);
        for minute in 1..60_i64 {
            let end = 100_000 + 1_000 * minute;
            begins[usize::try_from(minute % 10).unwrap()] += 5_000;
            let rows: Vec<_> =
                told.iter().zip(&begins).map(|(told, begin)| (1, *told, end, (end - begin) * 100)).collect();
            let size = observe(&mut estimate, &rows);
            assert!(minute < 2 || size.is_some_and(|size| (size - 100.0).abs() < 1e-6), "{minute}: {size:?}");
            told.clone_from(&begins);
        }
    }
}
