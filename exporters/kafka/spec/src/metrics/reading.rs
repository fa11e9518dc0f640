//! The metrics of how well all that could be read.

use lookout_declarations::{Counter, Detail, Gauge, Info, ReasonLabel, Unit, metrics};

use crate::labels::{FamiliesLabel, GranularityLabel, KafkaCluster, StageLabel};

metrics! {
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

    /// Lags in seconds that the log does not tell.
    pub UNREAD_LAGS: Gauge<(KafkaCluster, ReasonLabel)> = Gauge::new(
        "kafka_unread_lags",
        "Partitions of groups whose lag in seconds could not be found in the last cycle, by reason, without those that had to \
         wait: `unexpected` where timestamps say nothing, `empty` where all that was not read is gone. They have no row, \
         or one that says at least how long (method `seen`).",
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
