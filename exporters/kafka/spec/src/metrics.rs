//! The metrics of the kafka exporter, in the order of the documentation: brokers, topics, partitions, groups, lag, disks,
//! controllers, the probe, and how well all that could be read.
//!
//! What `kafka_exporter` has keeps its name and labels, so that dashboards and alerts written for it go on working; the label
//! `kafka_cluster` is empty unless the cluster has a name.
//!
//! Invariants:
//! - What was not read in this cycle has no row: neither −1 nor 0 stands for "unknown". [`UNREAD_PARTITIONS`] and
//!   [`UNREAD_GROUPS`] say how much is missing, and why.
//! - A partition without a commit has no lag.
//! - Counters grow with what is seen and survive leader moves and the re-creation of a topic; they begin at zero when
//!   Lookout starts.
//! - Families about partitions are [`Detail::Fine`], those that alerts stand on are [`Detail::Essential`].

use lookout_declarations::{Counter, Detail, Gauge, Histogram, Info, ReasonLabel, Unit, metrics};

use crate::labels::{
    Broker, BrokerAddress, BrokerId, CleanupPolicy, ClusterId, ConsumerGroup, Directory, FamiliesLabel,
    GranularityLabel, GroupIdentity, GroupStateLabel, KafkaCluster, LagSecondsMethod, Partition,
    QuorumRoleLabel, QuotaClient, QuotaKeyLabel, QuotaUser, Rack, Replica, StageLabel, Topic,
};

/// The peer whose names and labels are kept.
const PEER: &str = "kafka_exporter 1.9.0";

/// Upper bounds of the probe's latencies, in seconds: fine enough to tell 2.4 ms from 3.5 ms.
pub const PROBE_BOUNDS: &[f64] = &[
    0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1,
    0.25, 1.0, 5.0,
];

metrics! {
    // ── brokers and the cluster ──────────────────────────────────────────────────────────────────────────────────

    /// How many brokers are alive.
    pub BROKERS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_brokers", "Brokers that are alive, as the cluster's metadata says.")
            .detail(Detail::Essential).compatible_with(PEER);

    /// Which brokers are alive.
    pub BROKER_INFO: Info<(KafkaCluster, BrokerId, BrokerAddress)> =
        Info::new("kafka_broker_info", "A broker that is alive, by its node identifier.").compatible_with(PEER);

    /// In which rack a broker is.
    pub BROKER_RACK: Info<(KafkaCluster, Broker, Rack)> =
        Info::new("kafka_broker_rack_info", "The rack of a broker; brokers without one have no row.");

    /// Whether a broker answers us.
    pub BROKER_REACHABLE: Gauge<(KafkaCluster, Broker)> = Gauge::new(
        "kafka_broker_reachable",
        "Whether the broker answered every question of the last cycle that was put to it (1) or not (0).",
    ).unit(Unit::Boolean).detail(Detail::Essential);

    /// How many partitions a broker leads.
    pub BROKER_LEADERS: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_leaders", "Partitions, of all topics that are watched, that the broker leads.");

    /// How many partitions a broker should lead.
    pub BROKER_PREFERRED_LEADERS: Gauge<(KafkaCluster, Broker)> = Gauge::new(
        "kafka_broker_preferred_leaders",
        "Partitions, of all topics that are watched, whose first replica is on the broker: those that it leads when all is \
         well.",
    );

    /// How many replicas a broker has.
    pub BROKER_REPLICAS: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_replicas", "Replicas, of all topics that are watched, that are assigned to the broker.");

    /// What the cluster is.
    pub CLUSTER_INFO: Info<(KafkaCluster, ClusterId)> =
        Info::new("kafka_cluster_info", "The cluster's own identifier.");

    /// How many topics are watched.
    pub CLUSTER_TOPICS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_cluster_topics", "Topics that are watched, Kafka's own included unless filtered.");

    /// How many partitions are watched.
    pub CLUSTER_PARTITIONS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_cluster_partitions", "Partitions of the topics that are watched.").detail(Detail::Essential);

    /// How many partitions nobody leads.
    pub CLUSTER_OFFLINE_PARTITIONS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_cluster_offline_partitions", "Partitions without a leader: they can be neither read nor written.")
            .detail(Detail::Essential);

    /// How many partitions lack a replica in sync.
    pub CLUSTER_UNDER_REPLICATED_PARTITIONS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_cluster_under_replicated_partitions",
        "Partitions with fewer replicas in sync than replicas.",
    ).detail(Detail::Essential);

    /// How many partitions refuse producers that want all replicas.
    pub CLUSTER_UNDER_MIN_ISR_PARTITIONS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_cluster_under_min_in_sync_replicas_partitions",
        "Partitions that are led and have fewer replicas in sync than min.insync.replicas, of the topics whose \
         configuration is known: they refuse producers with acks=all. No row before any was read.",
    ).detail(Detail::Essential);

    /// How many partitions are led by another broker than the preferred one.
    pub CLUSTER_NON_PREFERRED_LEADERS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_cluster_non_preferred_leader_partitions",
        "Partitions that are led, but not by their first replica.",
    ).detail(Detail::Essential);

    /// Records produced to all topics that are watched.
    pub CLUSTER_PRODUCED_RECORDS: Counter<(KafkaCluster,)> = Counter::new(
        "kafka_cluster_produced_records_total",
        "Growth of the end offsets of all partitions since Lookout started: records, and the markers of transactions.",
    ).detail(Detail::Essential);

    /// Bytes produced to all topics that are watched.
    pub CLUSTER_PRODUCED_BYTES: Counter<(KafkaCluster,)> = Counter::new(
        "kafka_cluster_estimated_produced_bytes_total",
        "Estimate: produced records times the bytes that a record takes on disk (compressed), over all topics.",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// Records that groups have read.
    pub CLUSTER_CONSUMED_RECORDS: Counter<(KafkaCluster,)> = Counter::new(
        "kafka_cluster_consumed_records_total",
        "Growth of the committed offsets of all groups but share groups since Lookout started; a record that two groups \
         read counts twice.",
    );

    /// The configured baseline.
    pub BASELINE_RECORDS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_baseline_records_per_second",
        "Records per second that the configuration calls usual; no row if it says nothing, nor from a shard whose topics have no \
         series, because its part cannot be held against it.",
    );

    /// The configured baseline in bytes.
    pub BASELINE_BYTES: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_baseline_bytes_per_second",
        "Bytes per second that the configuration calls usual; no row if it says nothing.",
    );

    /// The configured baseline of the probe.
    pub BASELINE_PRODUCE_LATENCY: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_baseline_produce_latency_seconds",
        "Time of a produce acknowledgement that the configuration calls usual; no row if it says nothing.",
    ).unit(Unit::Seconds);

    // ── topics ───────────────────────────────────────────────────────────────────────────────────────────────────

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

    // ── partitions ───────────────────────────────────────────────────────────────────────────────────────────────

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

    // ── groups ───────────────────────────────────────────────────────────────────────────────────────────────────

    /// What a group is.
    pub GROUP_INFO: Info<GroupIdentity<'static>> =
        Info::new("kafka_consumergroup_info", "What the group is, and how its partitions are assigned.");

    /// The state of a group.
    pub GROUP_STATE: Gauge<(KafkaCluster, ConsumerGroup, GroupStateLabel)> =
        Gauge::new("kafka_consumergroup_state", "1 for the state of the group; other states have no row.")
            .unit(Unit::Boolean).detail(Detail::Essential);

    /// How many members a group has.
    pub GROUP_MEMBERS: Gauge<(KafkaCluster, ConsumerGroup)> =
        Gauge::new("kafka_consumergroup_members", "Members of the group; no row if they could not be read.")
            .detail(Detail::Essential).compatible_with(PEER);

    /// Who coordinates a group.
    pub GROUP_COORDINATOR: Gauge<(KafkaCluster, ConsumerGroup)> =
        Gauge::new("kafka_consumergroup_coordinator", "The node identifier of the broker that coordinates the group.")
            .waived("for joining with a broker's series when one broker's groups misbehave");

    /// Rebalances of a group.
    pub GROUP_REBALANCES: Counter<(KafkaCluster, ConsumerGroup)> = Counter::new(
        "kafka_consumergroup_rebalances_total",
        "Rebalances that were seen since Lookout started: a lower bound, because those between two cycles of the same \
         outcome are not seen. Of KIP-848 groups the epochs are counted, so none is missed.",
    );

    /// Where a group stands.
    pub GROUP_OFFSET: Gauge<(KafkaCluster, ConsumerGroup, Topic, Partition)> = Gauge::new(
        "kafka_consumergroup_current_offset",
        "The offset that the group has committed: that of the next record it will read; of a share group, the first \
         record that is not settled. No row without a commit.",
    ).detail(Detail::Fine).compatible_with(PEER);

    /// Where a group stands, over a topic.
    pub GROUP_OFFSET_SUM: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_current_offset_sum",
        "Sum of the offsets that the group has committed for the topic.",
    ).compatible_with(PEER);

    /// How many records a group is behind.
    pub GROUP_LAG: Gauge<(KafkaCluster, ConsumerGroup, Topic, Partition)> = Gauge::new(
        "kafka_consumergroup_lag",
        "End offset minus committed offset, 0 where the commit is beyond the end, which \
         kafka_consumergroup_commits_beyond_end counts; of share groups what the broker tells (Kafka 4.2 and later). \
         No row without a commit, or if the end could not be read.",
    ).detail(Detail::Fine).compatible_with(PEER);

    /// How many records a group is behind, over a topic.
    pub GROUP_LAG_SUM: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_lag_sum",
        "Sum of kafka_consumergroup_lag over the topic; no row if the end of a committed partition could not be read.",
    ).detail(Detail::Essential).compatible_with(PEER);

    /// How many records a group is behind, over everything it reads.
    pub GROUP_TOTAL_LAG: Gauge<(KafkaCluster, ConsumerGroup)> = Gauge::new(
        "kafka_consumergroup_total_lag",
        "Sum of kafka_consumergroup_lag over all topics that are watched; no row if one of them, or the end of a \
         committed partition, could not be read.",
    ).detail(Detail::Essential);

    /// How many seconds a group is behind, by partition.
    pub GROUP_LAG_SECONDS: Gauge<(KafkaCluster, ConsumerGroup, Topic, Partition)> = Gauge::new(
        "kafka_consumergroup_lag_seconds",
        "Age of the first record that the group has not read, by the record's timestamp; 0 if it has read all. No row \
         while it is not known, and none above 0 for share groups, which settle records in no order.",
    ).unit(Unit::Seconds).detail(Detail::Fine);

    /// How many seconds a group is behind, by topic.
    pub GROUP_TOPIC_LAG_SECONDS: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_topic_lag_seconds",
        "The largest age, over the topic's partitions, of the first record that the group has not read; no row while one \
         is not known.",
    ).unit(Unit::Seconds).detail(Detail::Essential);

    /// How many seconds a group is behind.
    pub GROUP_MAX_LAG_SECONDS: Gauge<(KafkaCluster, ConsumerGroup)> = Gauge::new(
        "kafka_consumergroup_max_lag_seconds",
        "The largest age, over all partitions, of the first record that the group has not read; no row while one is not \
         known.",
    ).unit(Unit::Seconds).detail(Detail::Essential);

    /// How the lag in seconds was found.
    pub GROUP_LAG_SECONDS_METHOD: Info<LagSecondsMethod<'static>> =
        Info::new("kafka_consumergroup_lag_seconds_method_info", "How kafka_consumergroup_lag_seconds was found.")
            .detail(Detail::Fine)
            .waived("explains a value of kafka_consumergroup_lag_seconds to whoever doubts it");

    /// Records that a group has read.
    pub GROUP_CONSUMED_RECORDS: Counter<(KafkaCluster, ConsumerGroup, Topic)> = Counter::new(
        "kafka_consumergroup_consumed_records_total",
        "Growth of the group's committed offsets since Lookout started; what is skipped by a reset counts as read, what \
         is read again does not count. No rows for share groups, whose offsets do not tell it.",
    ).detail(Detail::Essential);

    /// Whether a group catches up.
    pub GROUP_LAG_VELOCITY: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_lag_velocity",
        "Records per second by which the lag grows (above 0) or shrinks (below 0), over the last minutes.",
    );

    /// When a group will have caught up.
    pub GROUP_DRAIN_TIME: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_drain_time_seconds",
        "Time until the group has caught up if the lag goes on shrinking as in the last minutes; 0 without lag, no row \
         if it does not shrink.",
    ).unit(Unit::Seconds);

    /// How near a group is to losing records.
    pub GROUP_RETENTION_USED: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_retention_used_ratio",
        "The largest share, over the topic's partitions, of the retained records that the group has not read yet: at 1 it \
         loses records next.",
    ).unit(Unit::Ratio).detail(Detail::Essential);

    /// Records that were deleted before a group has read them.
    pub GROUP_LOST_RECORDS: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_lost_records",
        "Offsets between the group's commits and the low watermarks: records that were deleted before the group has read \
         them.",
    ).detail(Detail::Essential);

    /// Commits beyond the end.
    pub GROUP_COMMITS_BEYOND_END: Gauge<(KafkaCluster, ConsumerGroup, Topic)> = Gauge::new(
        "kafka_consumergroup_commits_beyond_end",
        "Partitions in which the group has committed an offset beyond the end, as after a truncation or the re-creation \
         of the topic: their lag is shown as 0. Only topics with such partitions have a row.",
    ).detail(Detail::Essential);

    /// How many groups there are.
    pub CLUSTER_GROUPS: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_cluster_consumergroups", "Groups that are watched.");

    /// How many groups are left out because they are idle.
    pub IDLE_GROUPS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_cluster_idle_consumergroups",
        "Groups without members whose commits have not moved for as long as `idle_group_after`: they have no series of \
         their own.",
    );

    // ── disks ────────────────────────────────────────────────────────────────────────────────────────────────────

    /// What lies on a broker's disks.
    pub BROKER_LOG_SIZE: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_broker_log_size_bytes", "Bytes of all replicas on the broker.").unit(Unit::Bytes);

    /// What lies in a log directory.
    pub DIRECTORY_LOG_SIZE: Gauge<(KafkaCluster, Broker, Directory)> =
        Gauge::new("kafka_log_directory_size_bytes", "Bytes of all replicas in the log directory.").unit(Unit::Bytes);

    /// How large the volume of a log directory is.
    pub DIRECTORY_CAPACITY: Gauge<(KafkaCluster, Broker, Directory)> = Gauge::new(
        "kafka_log_directory_capacity_bytes",
        "Bytes of the volume of the log directory; no row where the broker does not say (before Kafka 3.3).",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// How much is free on the volume of a log directory.
    pub DIRECTORY_USABLE: Gauge<(KafkaCluster, Broker, Directory)> = Gauge::new(
        "kafka_log_directory_usable_bytes",
        "Bytes free on the volume of the log directory; no row where the broker does not say (before Kafka 3.3).",
    ).unit(Unit::Bytes).detail(Detail::Essential);

    /// Whether a log directory is offline.
    pub DIRECTORY_OFFLINE: Gauge<(KafkaCluster, Broker, Directory)> =
        Gauge::new("kafka_log_directory_offline", "Whether the log directory is offline (1) or not (0).")
            .unit(Unit::Boolean).detail(Detail::Essential);

    // ── controllers ──────────────────────────────────────────────────────────────────────────────────────────────

    /// Who is the controller.
    pub CONTROLLER: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_controller_id",
        "The node identifier of the active controller, from the quorum (KRaft) or the metadata (ZooKeeper); −1 while \
         there is none.",
    ).detail(Detail::Essential);

    /// The epoch of the quorum's leader.
    pub QUORUM_LEADER_EPOCH: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_quorum_leader_epoch",
        "The epoch of the quorum's leader: each election adds one. KRaft only.",
    );

    /// How far the metadata log is committed.
    pub QUORUM_HIGH_WATERMARK: Gauge<(KafkaCluster,)> =
        Gauge::new("kafka_quorum_high_watermark", "The high watermark of the metadata log. KRaft only.")
            .waived("shows that the metadata log moves at all");

    /// How far a node is behind the metadata log.
    pub QUORUM_REPLICA_LAG: Gauge<(KafkaCluster, Replica, QuorumRoleLabel)> = Gauge::new(
        "kafka_quorum_replica_lag_records",
        "Records of the metadata log that the node has not fetched yet, as its leader sees it. KRaft only.",
    ).detail(Detail::Essential);

    /// Since when a node is behind the metadata log.
    pub QUORUM_REPLICA_LAG_SECONDS: Gauge<(KafkaCluster, Replica, QuorumRoleLabel)> = Gauge::new(
        "kafka_quorum_replica_lag_seconds",
        "Time since the node had fetched all of the metadata log; no row where the leader does not say (before Kafka 3.3).",
    ).unit(Unit::Seconds).detail(Detail::Essential);

    /// A client quota.
    pub CLIENT_QUOTA: Gauge<(KafkaCluster, QuotaUser, QuotaClient, QuotaKeyLabel)> = Gauge::new(
        "kafka_client_quota",
        "What clients may use, by user and client identifier: bytes, mutations or connections per second; the share of a \
         request handler's time as a ratio.",
    ).waived("limits are held against brokers' own figures, which only JMX has");

    // ── the probe ────────────────────────────────────────────────────────────────────────────────────────────────

    /// Records that the probe produced.
    pub PROBE_PRODUCED: Counter<(KafkaCluster, Broker)> = Counter::new(
        "kafka_probe_produced_records_total",
        "Records of the probe that the broker, as their leader, acknowledged.",
    );

    /// Records that the probe could not produce.
    pub PROBE_FAILED: Counter<(KafkaCluster, Broker, ReasonLabel)> = Counter::new(
        "kafka_probe_failed_records_total",
        "Records of the probe that the broker, as their leader, did not acknowledge, by reason.",
    ).detail(Detail::Essential);

    /// Records that came back.
    pub PROBE_RECEIVED: Counter<(KafkaCluster, Broker)> =
        Counter::new("kafka_probe_received_records_total", "Records of the probe that came back in time.");

    /// Records that did not come back.
    pub PROBE_LOST: Counter<(KafkaCluster, Broker)> = Counter::new(
        "kafka_probe_lost_records_total",
        "Records of the probe that were acknowledged and did not come back in time.",
    ).detail(Detail::Essential);

    /// Records that came back too late.
    pub PROBE_LATE: Counter<(KafkaCluster, Broker)> = Counter::new(
        "kafka_probe_late_records_total",
        "Records of the probe that came back after they had been counted as lost or failed.",
    ).waived("tells a slow cluster from one that loses records, beside kafka_probe_lost_records_total");

    /// Records that came back more than once.
    pub PROBE_DUPLICATED: Counter<(KafkaCluster, Broker)> = Counter::new(
        "kafka_probe_duplicate_records_total",
        "Times that a record of the probe came back once more: it was written twice, because an acknowledgement was late.",
    ).waived("what a repeated attempt costs; producers without idempotence see the same, and no record is lost by it");

    /// Records under way.
    pub PROBE_IN_FLIGHT: Gauge<(KafkaCluster, Broker)> =
        Gauge::new("kafka_probe_in_flight_records", "Records of the probe that are neither back, lost nor failed.")
            .waived("shows a stall before the timeout turns it into failures");

    /// How long a produce acknowledgement takes.
    pub PROBE_PRODUCE_LATENCY: Histogram<(KafkaCluster, Broker)> = Histogram::new(
        "kafka_probe_produce_latency_seconds",
        "Time from sending a record of the probe to its acknowledgement by all replicas in sync.",
    ).unit(Unit::Seconds).buckets(PROBE_BOUNDS).detail(Detail::Essential);

    /// How long it takes until a record can be read.
    pub PROBE_END_TO_END_LATENCY: Histogram<(KafkaCluster, Broker)> = Histogram::new(
        "kafka_probe_end_to_end_latency_seconds",
        "Time from sending a record of the probe to reading it back.",
    ).unit(Unit::Seconds).buckets(PROBE_BOUNDS);

    /// How long a commit takes.
    pub PROBE_COMMIT_LATENCY: Histogram<(KafkaCluster,)> = Histogram::new(
        "kafka_probe_commit_latency_seconds",
        "Time of a commit of the probe's own group.",
    ).unit(Unit::Seconds).buckets(PROBE_BOUNDS);

    /// Commits that failed.
    pub PROBE_FAILED_COMMITS: Counter<(KafkaCluster, ReasonLabel)> =
        Counter::new("kafka_probe_failed_commits_total", "Commits of the probe's own group that failed, by reason.");

    /// Brokers that the probe does not reach.
    pub PROBE_UNCOVERED_BROKERS: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_probe_uncovered_brokers",
        "Brokers that are not probed: they lead no partition of the probe's topic, or theirs has not been read yet.",
    ).detail(Detail::Essential);

    // ── how well it could be read ────────────────────────────────────────────────────────────────────────────────

    /// How many partitions could not be read.
    pub UNREAD_PARTITIONS: Gauge<(KafkaCluster, ReasonLabel)> = Gauge::new(
        "kafka_unread_partitions",
        "Partitions whose end offset could not be read in the last cycle, by reason: their series have no rows.",
    ).detail(Detail::Essential);

    /// How many groups could not be read.
    pub UNREAD_GROUPS: Gauge<(KafkaCluster, ReasonLabel)> = Gauge::new(
        "kafka_unread_consumergroups",
        "Groups whose state or commits could not be read in the last cycle, by reason. What could not be read has no \
         rows; the coordinator and the rebalances seen so far have.",
    ).detail(Detail::Essential);

    /// How long each part of a cycle took.
    pub STAGE_DURATION: Gauge<(KafkaCluster, StageLabel)> =
        Gauge::new("kafka_cycle_stage_duration_seconds", "Duration of each part of the last cycle.").unit(Unit::Seconds);

    /// Requests to brokers.
    pub CLIENT_REQUESTS: Counter<(KafkaCluster,)> =
        Counter::new("kafka_client_requests_total", "Requests that Lookout sent to the brokers, without the probe's.");

    /// Bytes to brokers.
    pub CLIENT_SENT_BYTES: Counter<(KafkaCluster,)> =
        Counter::new("kafka_client_sent_bytes_total", "Bytes that Lookout sent to the brokers, without the probe's.")
            .unit(Unit::Bytes);

    /// Bytes from brokers.
    pub CLIENT_RECEIVED_BYTES: Counter<(KafkaCluster,)> = Counter::new(
        "kafka_client_received_bytes_total",
        "Bytes that Lookout received from the brokers, without the probe's.",
    ).unit(Unit::Bytes);

    /// Questions for timestamps.
    pub TIMESTAMP_LOOKUPS: Counter<(KafkaCluster,)> = Counter::new(
        "kafka_timestamp_lookups_total",
        "Offsets that brokers were asked for by timestamp, to find the lag in seconds.",
    );

    /// Lags whose timestamps were not asked for.
    pub TIMESTAMP_LOOKUPS_DEFERRED: Gauge<(KafkaCluster,)> = Gauge::new(
        "kafka_timestamp_lookups_deferred",
        "Partitions of groups whose lag in seconds is not known in this cycle because the budget of lookups is spent.",
    ).detail(Detail::Essential);

    /// What has series of its own.
    pub GRANULARITY: Info<(KafkaCluster, FamiliesLabel, GranularityLabel)> = Info::new(
        "kafka_granularity_info",
        "The smallest thing that has series of its own: as configured, or coarser where the series budget would not \
         suffice.",
    );

    /// Whether the series budget made it coarser.
    pub GRANULARITY_DEGRADED: Gauge<(KafkaCluster, FamiliesLabel)> = Gauge::new(
        "kafka_granularity_degraded",
        "Whether the granularity is coarser than configured (1) because of the series budget, or as configured (0).",
    ).unit(Unit::Boolean).detail(Detail::Essential);
}
