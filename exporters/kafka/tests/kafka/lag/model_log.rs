//! A log that answers as Kafka does: the first record, in the order of offsets, whose timestamp is at or after the time
//! (`FileRecords.searchForTimestamp`), below the high watermark. It looks for it in the first segment that has, or has had, something so
//! late, and in no other (`UnifiedLog.fetchOffsetByTimestamp`): what `DeleteRecords` has deleted is on disk until its segment goes.

use lookout_kafka::lag;

/// A partition.
#[derive(Clone, Debug, Default)]
pub(super) struct ModelLog {
    /// (offset, timestamp) of the records that are still there, by offset; a timestamp of −1 is none.
    records: Vec<(i64, i64)>,
    /// The largest timestamp up to each record.
    latest: Vec<i64>,
    pub(super) end: i64,
    pub(super) low: i64,
    /// The largest timestamp of each segment of which all was deleted by request.
    dead: Vec<i64>,
}

impl ModelLog {
    pub(super) fn new(timestamps: impl IntoIterator<Item = i64>) -> Self {
        let records: Vec<_> = (0..).zip(timestamps).collect();
        let end = records.len().try_into().unwrap();
        Self { records, end, ..Self::default() }.indexed()
    }

    fn indexed(mut self) -> Self {
        let mut latest = i64::MIN;
        self.latest = self
            .records
            .iter()
            .map(|(_, timestamp)| {
                latest = latest.max(*timestamp);
                latest
            })
            .collect();
        self
    }

    /// Adds a record.
    pub(super) fn append(&mut self, timestamp: i64) {
        self.records.push((self.end, timestamp));
        self.latest.push(timestamp.max(self.latest.last().copied().unwrap_or(i64::MIN)));
        self.end += 1;
    }

    /// Removes what retention removes; the low watermark is known.
    pub(super) fn retain_from(mut self, low: i64) -> Self {
        self.low = low;
        self.records.retain(|(offset, _)| *offset >= low);
        self.indexed()
    }

    /// Removes what `DeleteRecords` removes, of a log with so many records in a segment.
    pub(super) fn delete_to(&mut self, low: i64, segment: i64) {
        let dead = self.records.iter().filter(|(offset, _)| offset / segment < low / segment);
        let mut largest = std::collections::BTreeMap::new();
        for (offset, timestamp) in dead {
            let place = largest.entry(offset / segment).or_insert(*timestamp);
            *place = (*place).max(*timestamp);
        }
        self.dead.extend(largest.into_values());
        self.low = low;
        self.records.retain(|(offset, _)| *offset >= low);
        *self = core::mem::take(self).indexed();
    }

    /// Removes what compaction removes.
    pub(super) fn without(mut self, is_gone: impl Fn(i64) -> bool) -> Self {
        self.records.retain(|(offset, _)| !is_gone(*offset));
        self.indexed()
    }

    /// The answer to `ListOffsets` with a timestamp.
    pub(super) fn at_or_after(&self, time: i64) -> Option<(i64, i64)> {
        if time == lag::Question::LARGEST {
            let largest = self.latest.last().filter(|largest| **largest >= 0)?;
            return self.records.iter().find(|(_, timestamp)| timestamp == largest).copied();
        }
        if self.dead.iter().any(|largest| *largest >= time) {
            return None;
        }
        self.records.get(self.latest.partition_point(|latest| *latest < time)).copied()
    }

    /// The timestamp of the first record at an offset or behind it.
    pub(super) fn first_from(&self, offset: i64) -> Option<i64> {
        let index = self.records.partition_point(|(at, _)| *at < offset);
        self.records.get(index).map(|(_, timestamp)| *timestamp)
    }
}
