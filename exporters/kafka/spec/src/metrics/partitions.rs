//! The metrics of single partitions; each family is [`Detail::Fine`].

use lookout_declarations::{Detail, Gauge, Unit, metrics};

use super::PEER;
use crate::labels::{KafkaCluster, Partition, Topic};

metrics! {
    /// Where a partition ends.
    pub PARTITION_END: Gauge<(KafkaCluster, Topic, Partition)> = Gauge::new(
        "kafka_topic_partition_current_offset",
        "The partition's high watermark: the offset of the next record that consumers will see.",
    ).detail(Detail::Fine).compatible_with(PEER);

    /// Where a partition begins.
    pub PARTITION_LOW: Gauge<(KafkaCluster, Topic, Partition)> = Gauge::new(
        "kafka_topic_partition_oldest_offset",
        "The partition's low watermark: the first offset that can still be read.",
    ).detail(Detail::Fine).compatible_with(PEER);

    /// Who leads a partition.
    pub PARTITION_LEADER: Gauge<(KafkaCluster, Topic, Partition)> = Gauge::new(
        "kafka_topic_partition_leader",
        "The node identifier of the partition's leader; −1 while it has none, as Kafka itself says.",
    ).detail(Detail::Fine).compatible_with(PEER);

    /// How many replicas a partition has.
    pub PARTITION_REPLICAS: Gauge<(KafkaCluster, Topic, Partition)> =
        Gauge::new("kafka_topic_partition_replicas", "Replicas of the partition.").detail(Detail::Fine).compatible_with(PEER);

    /// How many replicas of a partition are in sync.
    pub PARTITION_IN_SYNC: Gauge<(KafkaCluster, Topic, Partition)> =
        Gauge::new("kafka_topic_partition_in_sync_replica", "Replicas of the partition that are in sync.")
            .detail(Detail::Fine).compatible_with(PEER);

    /// Whether a partition is led by its preferred leader.
    pub PARTITION_LEADER_IS_PREFERRED: Gauge<(KafkaCluster, Topic, Partition)> = Gauge::new(
        "kafka_topic_partition_leader_is_preferred",
        "Whether the partition is led by its first replica (1) or not (0).",
    ).unit(Unit::Boolean).detail(Detail::Fine).compatible_with(PEER);

    /// Whether a partition lacks a replica in sync.
    pub PARTITION_UNDER_REPLICATED: Gauge<(KafkaCluster, Topic, Partition)> = Gauge::new(
        "kafka_topic_partition_under_replicated_partition",
        "Whether the partition has fewer replicas in sync than replicas (1) or not (0).",
    ).unit(Unit::Boolean).detail(Detail::Fine).compatible_with(PEER);
}
