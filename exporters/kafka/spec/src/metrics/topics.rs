//! The metrics of topics.

use lookout_declarations::{Counter, Detail, Gauge, Info, Unit, metrics};

use super::PEER;
use crate::labels::{CleanupPolicy, KafkaCluster, Topic};

metrics! {
    /// How many partitions a topic has.
    pub TOPIC_PARTITIONS: Gauge<(KafkaCluster, Topic)> =
        Gauge::new("kafka_topic_partitions", "Partitions of the topic.").compatible_with(PEER);

    /// How many replicas a topic's partitions have.
    pub TOPIC_REPLICATION_FACTOR: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_replication_factor",
        "Replicas of the topic's partitions; the smallest number where they differ.",
    );

    /// How many partitions of a topic nobody leads.
    pub TOPIC_OFFLINE_PARTITIONS: Gauge<(KafkaCluster, Topic)> =
        Gauge::new("kafka_topic_offline_partitions", "Partitions of the topic without a leader.").detail(Detail::Essential);

    /// How many partitions of a topic lack a replica in sync.
    pub TOPIC_UNDER_REPLICATED_PARTITIONS: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_under_replicated_partitions",
        "Partitions of the topic with fewer replicas in sync than replicas.",
    ).detail(Detail::Essential);

    /// How many partitions of a topic refuse producers that want all replicas.
    pub TOPIC_UNDER_MIN_ISR_PARTITIONS: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_under_min_in_sync_replicas_partitions",
        "Partitions of the topic that are led and have fewer replicas in sync than min.insync.replicas. No row before \
         its configuration was read.",
    ).detail(Detail::Essential);

    /// How many partitions of a topic are led by another broker than the preferred one.
    pub TOPIC_NON_PREFERRED_LEADERS: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_non_preferred_leader_partitions",
        "Partitions of the topic that are led, but not by their first replica.",
    );

    /// Records produced to a topic.
    pub TOPIC_PRODUCED_RECORDS: Counter<(KafkaCluster, Topic)> = Counter::new(
        "kafka_topic_produced_records_total",
        "Growth of the topic's end offsets since Lookout started: records, and the markers of transactions. It goes on \
         when leaders move and when the topic is created again.",
    );

    /// Bytes produced to a topic.
    pub TOPIC_PRODUCED_BYTES: Counter<(KafkaCluster, Topic)> = Counter::new(
        "kafka_topic_estimated_produced_bytes_total",
        "Estimate: produced records times the bytes that a record of the topic takes on disk (compressed), from the \
         growth of its log. Brokers know the truth, and tell it by JMX only.",
    ).unit(Unit::Bytes);

    /// The size of a topic's records.
    pub TOPIC_RECORD_SIZE: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_estimated_record_size_bytes",
        "Estimate: bytes on disk (compressed) per record, from the growth of the topic's log; where it does not grow, \
         from all that is retained.",
    ).unit(Unit::Bytes);

    /// How many records a topic retains.
    pub TOPIC_RETAINED_RECORDS: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_retained_records",
        "Offsets between the low and the high watermark, over all partitions; of a compacted topic some are gone.",
    );

    /// How unevenly a topic is written.
    pub TOPIC_HOT_PARTITION: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_hot_partition_ratio",
        "Records produced to the busiest partition, as a multiple of the topic's mean per partition, over the last \
         minutes: 1 is even. No row for a single partition, or if nothing was produced.",
    ).unit(Unit::Ratio);

    /// The size of a topic on disk, over all replicas.
    pub TOPIC_LOG_SIZE: Gauge<(KafkaCluster, Topic)> =
        Gauge::new("kafka_topic_log_size_bytes", "Bytes on disk of all replicas of the topic.").unit(Unit::Bytes);

    /// The size of a topic on disk, once.
    pub TOPIC_LEADER_LOG_SIZE: Gauge<(KafkaCluster, Topic)> =
        Gauge::new("kafka_topic_leader_log_size_bytes", "Bytes on disk of the leaders' replicas of the topic.")
            .unit(Unit::Bytes);

    /// How many replicas must be in sync.
    pub TOPIC_MIN_ISR: Gauge<(KafkaCluster, Topic)> =
        Gauge::new("kafka_topic_min_in_sync_replicas", "The topic's min.insync.replicas.");

    /// How long a topic retains records.
    pub TOPIC_RETENTION: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_retention_seconds",
        "The topic's retention.ms; no row if it has no limit in time.",
    ).unit(Unit::Seconds);

    /// How much a partition retains.
    pub TOPIC_RETENTION_BYTES: Gauge<(KafkaCluster, Topic)> = Gauge::new(
        "kafka_topic_partition_retention_bytes",
        "The topic's retention.bytes, which is per partition; no row if it has no limit in size.",
    ).unit(Unit::Bytes);

    /// How a topic is cleaned up.
    pub TOPIC_CONFIG: Info<(KafkaCluster, Topic, CleanupPolicy)> =
        Info::new("kafka_topic_config_info", "The topic's cleanup.policy.");
}
