//! The metrics of groups: what they are, how far they have read, how far behind they are.

use lookout_declarations::{Counter, Detail, Gauge, Info, Unit, metrics};

use super::PEER;
use crate::labels::{
    ConsumerGroup, GroupIdentity, GroupStateLabel, KafkaCluster, LagSecondsMethod, LookoutShard, Partition,
    Topic,
};

metrics! {
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
    pub CLUSTER_GROUPS: Gauge<(KafkaCluster, LookoutShard)> =
        Gauge::new("kafka_cluster_consumergroups", "Groups that are watched.");

    /// How many groups are left out because they are idle.
    pub IDLE_GROUPS: Gauge<(KafkaCluster, LookoutShard)> = Gauge::new(
        "kafka_cluster_idle_consumergroups",
        "Groups without members whose commits have not moved for as long as `idle_group_after`: they have no series of \
         their own.",
    );
}
