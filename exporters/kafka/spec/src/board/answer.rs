//! The first row: is data flowing as usual, how late is who is latest, is anything at risk?

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::{NO_PROBE, now, rate, total};
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{
    BASELINE_PRODUCE_LATENCY, BASELINE_RECORDS, BROKER_REACHABLE, CLUSTER_OFFLINE_PARTITIONS,
    CLUSTER_PRODUCED_RECORDS, CLUSTER_UNDER_MIN_ISR_PARTITIONS, CLUSTER_UNDER_REPLICATED_PARTITIONS,
    GROUP_MAX_LAG_SECONDS, PROBE_PRODUCE_LATENCY,
};

pub(super) fn row() -> Row {
    Row {
        title: "Does it flow, is anybody late, is anything at risk?",
        panels: vec![flow(), late(), at_risk(), acknowledgement(), brokers()],
    }
}

fn flow() -> Panel {
    let ago = |offset: &str| format!("rate({CLUSTER_PRODUCED_RECORDS}[1h] offset {offset})");
    Panel::new(
        "Records produced per second",
        "All topics, against the same hour a day and a week ago, and against the baseline if one is configured.",
        PanelKind::TimeSeries,
        vec![
            total(rate(CLUSTER_PRODUCED_RECORDS), "now {{kafka_cluster}}"),
            total(ago("23h30m"), "a day ago {{kafka_cluster}}").when_empty("not measured a day ago"),
            total(ago("167h30m"), "a week ago {{kafka_cluster}}").when_empty("not measured a week ago"),
            total(BASELINE_RECORDS, "baseline {{kafka_cluster}}").when_empty("no baseline is configured"),
        ],
    )
    .unit(PanelUnit::PerSecond)
    .width(10)
}

fn late() -> Panel {
    let worst = format!("max by ({KafkaCluster}) ({GROUP_MAX_LAG_SECONDS})");
    Panel::new(
        "Worst lag",
        "Age of the oldest record that a group has not read. Nothing at all means that it is not known.",
        PanelKind::Stat,
        vec![Query::new(worst, "{{kafka_cluster}}").when_empty("the lag of no group is known")],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutKafkaLagHigh"])
    .width(4)
}

fn at_risk() -> Panel {
    Panel::new(
        "Partitions at risk",
        "Without a leader: neither read nor written. Under min.insync.replicas: safe producers are refused. \
         Under-replicated: less redundancy than meant.",
        PanelKind::Stat,
        vec![
            total(CLUSTER_OFFLINE_PARTITIONS, "offline {{kafka_cluster}}"),
            total(CLUSTER_UNDER_MIN_ISR_PARTITIONS, "under min ISR {{kafka_cluster}}"),
            total(CLUSTER_UNDER_REPLICATED_PARTITIONS, "under-replicated {{kafka_cluster}}"),
        ],
    )
    .bounds_of(&[
        "LookoutKafkaPartitionsOffline",
        "LookoutKafkaUnderMinInSyncReplicas",
        "LookoutKafkaUnderReplicated",
    ])
    .width(6)
}

fn acknowledgement() -> Panel {
    let buckets = rate(PROBE_PRODUCE_LATENCY.bucket());
    let slowest =
        format!("max without ({Broker}) (histogram_quantile(0.95, sum without (instance, pod) ({buckets})))");
    Panel::new(
        "Acknowledgement, p95",
        "One in twenty records of the probe waits longer for its acknowledgement, at the slowest broker; against the baseline if one is \
         configured.",
        PanelKind::Stat,
        vec![
            Query::new(slowest, "{{kafka_cluster}}").when_empty(NO_PROBE),
            now(BASELINE_PRODUCE_LATENCY, "baseline {{kafka_cluster}}").when_empty("no baseline is configured"),
        ],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutKafkaProbeSlow", "LookoutKafkaProbeVerySlow"])
    .width(4)
}

fn brokers() -> Panel {
    Panel::new(
        "Brokers that answer",
        "Whether each broker answered Lookout. One that is alive and silent is out of reach from here.",
        PanelKind::StateTimeline,
        vec![now(BROKER_REACHABLE, "{{kafka_cluster}} {{broker}}")],
    )
    .unit(PanelUnit::Yes)
    .width(24)
}
