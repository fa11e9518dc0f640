//! The metrics of the probe.

use lookout_declarations::{Counter, Detail, Gauge, Histogram, ReasonLabel, Unit, metrics};

use super::PROBE_BOUNDS;
use crate::labels::{Broker, KafkaCluster};

metrics! {
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
}
