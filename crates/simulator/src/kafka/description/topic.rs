//! A topic and how it is produced to.

use core::time::Duration;

/// A topic.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicDescription {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
    /// On how many brokers each partition is; at most 8, and at most as many as there are.
    pub replication_factor: u16,
    /// Records that arrive per second in each partition; counted in thousandths.
    pub records_per_second: f64,
    /// How many times as many arrive in partition 0.
    pub hot_partition_factor: f64,
    /// The size of a record on disk, in bytes.
    pub record_bytes: u32,
    /// `retention.ms`. None: for ever.
    pub retention: Option<Duration>,
    /// `cleanup.policy`.
    pub cleanup: Cleanup,
    /// `min.insync.replicas`.
    pub min_in_sync: u16,
    /// After so many records a transaction ends, and its marker takes the next offset. None: no transactions.
    pub records_per_transaction: Option<u32>,
    /// Whether it belongs to Kafka itself.
    pub is_internal: bool,
}

/// How old records are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cleanup {
    /// By age.
    Delete,
    /// All but the last of each key: of the records older than `after`, every `keep`-th is left.
    Compact {
        /// Of how many records one is left.
        keep: u32,
        /// How old a record is when it is compacted.
        after: Duration,
    },
    /// By age, and compacted.
    CompactAndDelete {
        /// Of how many records one is left.
        keep: u32,
        /// How old a record is when it is compacted.
        after: Duration,
    },
}

/// A week, Kafka's default.
const RETENTION: Duration = Duration::from_hours(7 * 24);

// === impl TopicDescription ===

impl TopicDescription {
    /// A topic with one replica and one record of 1 KiB per second and partition, kept for a week.
    pub fn new(name: impl Into<String>, partitions: u32) -> Self {
        Self {
            name: name.into(),
            partitions,
            replication_factor: 1,
            records_per_second: 1.0,
            hot_partition_factor: 1.0,
            record_bytes: 1_024,
            retention: Some(RETENTION),
            cleanup: Cleanup::Delete,
            min_in_sync: 1,
            records_per_transaction: None,
            is_internal: false,
        }
    }

    /// Records that arrive per second in all partitions together.
    pub fn total_rate(&self) -> f64 {
        let n_others = f64::from(self.partitions.saturating_sub(1));
        self.records_per_second * (self.hot_partition_factor + n_others)
    }

    /// With so many replicas, of which so many must be in sync.
    #[must_use]
    pub fn replicated(mut self, replication_factor: u16, min_in_sync: u16) -> Self {
        (self.replication_factor, self.min_in_sync) = (replication_factor, min_in_sync);
        self
    }

    /// With so many records per second in each partition.
    #[must_use]
    pub fn rate(mut self, records_per_second: f64) -> Self {
        self.records_per_second = records_per_second;
        self
    }

    /// With records of this size.
    #[must_use]
    pub fn record_bytes(mut self, record_bytes: u32) -> Self {
        self.record_bytes = record_bytes;
        self
    }

    /// Cleaned up in this way.
    #[must_use]
    pub fn cleanup(mut self, cleanup: Cleanup) -> Self {
        self.cleanup = cleanup;
        self
    }

    /// Kept for so long.
    #[must_use]
    pub fn retention(mut self, retention: Duration) -> Self {
        self.retention = Some(retention);
        self
    }

    /// As a topic of Kafka itself.
    #[must_use]
    pub fn internal(mut self) -> Self {
        self.is_internal = true;
        self
    }
}
