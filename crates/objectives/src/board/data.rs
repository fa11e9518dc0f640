//! Data Platform Health: the systems that store, move and compute data. Now that is Kafka; each system adds a row with its exporter.

use lookout_declarations::{
    Board, Health, Label as _, Layer, LayerLabel, Owner, Panel, PanelKind, PanelUnit, PartsLabel, Query, Row,
    SystemLabel,
};
use lookout_kafka_spec::labels::{Broker, KafkaCluster, LookoutShard};
use lookout_kafka_spec::metrics::{
    BROKER_REACHABLE, CLUSTER_OFFLINE_PARTITIONS, CLUSTER_PRODUCED_RECORDS, CLUSTER_UNDER_MIN_ISR_PARTITIONS,
    CLUSTER_UNDER_REPLICATED_PARTITIONS, DIRECTORY_CAPACITY, DIRECTORY_USABLE, GROUP_MAX_LAG_SECONDS,
    PROBE_PRODUCE_LATENCY,
};

use super::{NONE_KNOWN, counted, firing, of_owner, once};
use crate::series::{LAYER_HEALTH, PARTS, PARTS_HEALTH, SYSTEM_HEALTH};

pub(super) fn board() -> Board {
    Board::new(
        "data-platform-health",
        "Data Platform Health",
        "Is data stored, moved and computed as it should be?",
        vec![answer(), kafka(), counts()],
    )
    .open_rows(3)
    .filter(KafkaCluster)
}

/// The matcher of the layer.
fn of_layer(series: &str) -> String {
    format!("{series}{{{}=\"{}\"}}", LayerLabel::NAME, Layer::Data)
}

/// What the shards of Lookout say of their parts, added up.
fn total(series: impl core::fmt::Display) -> String {
    format!("sum without ({LookoutShard}) ({})", once(series))
}

fn answer() -> Row {
    use PanelKind::{BarGauge, Stat, StateTimeline, Table};
    Row {
        title: "How is it?",
        panels: vec![
            Panel::new(
                "Health of the data layer",
                "The mean over its systems, each the mean over its kinds of parts.",
                Stat,
                vec![
                    Query::new(of_layer(LAYER_HEALTH), "health")
                        .when_empty("no system of this layer is watched"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(5),
            Panel::new(
                "Open alerts of the data owners",
                "Alerts of Lookout that those who run the pipelines have to deal with.",
                Stat,
                vec![Query::new(counted(&firing(&of_owner(Owner::Data))), "open")],
            )
            .unit(PanelUnit::Number)
            .width(5),
            Panel::new(
                "Health by system",
                "The mean over the kinds of parts of each.",
                BarGauge,
                vec![
                    Query::new(format!("sort({})", of_layer(SYSTEM_HEALTH)), "{{system}}")
                        .when_empty("no system of this layer is watched"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(6),
            Panel::new(
                "Health by kind of parts over time",
                "When which of them fell. A gap means that nothing was known.",
                StateTimeline,
                vec![
                    Query::new(of_layer(PARTS_HEALTH), "{{system}}: {{parts}}")
                        .when_empty("no system of this layer is watched"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(8),
            Panel::new(
                "What is open",
                "Alerts of the data layer's systems that fire.",
                Table,
                vec![
                    Query::new(
                        format!(
                            "sort_desc(count by (alertname, severity, owner) ({}))",
                            firing(",alertname=~\"LookoutKafka.+\"")
                        ),
                        "firing",
                    )
                    .when_empty(NONE_KNOWN),
                ],
            )
            .unit(PanelUnit::Number)
            .width(24),
        ],
    }
}

fn kafka() -> Row {
    use PanelKind::{Stat, StateTimeline, TimeSeries};
    let at_risk = |series, legend| Query::new(total(series), legend);
    let buckets = PROBE_PRODUCE_LATENCY.bucket();
    Row {
        title: "Kafka: does data flow, is anybody late, is any at risk?",
        panels: vec![
            Panel::new(
                "Records produced per second",
                "All topics of each cluster.",
                TimeSeries,
                vec![Query::new(
                    total(format!("rate({CLUSTER_PRODUCED_RECORDS}[$__rate_interval])")),
                    "{{kafka_cluster}}",
                )],
            )
            .unit(PanelUnit::PerSecond)
            .width(8),
            Panel::new(
                "Latest groups",
                "Age of the oldest record that a group has not read: how late its results are.",
                TimeSeries,
                vec![Query::new(format!("topk(10, {})", once(GROUP_MAX_LAG_SECONDS)), "{{consumergroup}}")],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutKafkaLagHigh"])
            .width(8),
            Panel::new(
                "Partitions at risk",
                "Without a leader: neither read nor written. Under min.insync.replicas: safe producers are refused. \
                 Under-replicated: less redundancy than meant.",
                Stat,
                vec![
                    at_risk(&CLUSTER_OFFLINE_PARTITIONS, "offline {{kafka_cluster}}"),
                    at_risk(&CLUSTER_UNDER_MIN_ISR_PARTITIONS, "under min ISR {{kafka_cluster}}"),
                    at_risk(&CLUSTER_UNDER_REPLICATED_PARTITIONS, "under-replicated {{kafka_cluster}}"),
                ],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&[
                "LookoutKafkaPartitionsOffline",
                "LookoutKafkaUnderMinInSyncReplicas",
                "LookoutKafkaUnderReplicated",
            ])
            .width(8),
            Panel::new(
                "Brokers that answer",
                "Each broker over time.",
                StateTimeline,
                vec![Query::new(once(BROKER_REACHABLE), "{{kafka_cluster}} {{broker}}")],
            )
            .unit(PanelUnit::Yes)
            .width(8),
            Panel::new(
                "Acknowledgement of a record, 95th percentile",
                "As the probe sees it, slowest broker.",
                TimeSeries,
                vec![
                    Query::new(
                        format!(
                            "max without ({Broker}) (histogram_quantile(0.95, sum without (instance, pod) (rate({buckets}[$__rate_interval]))))"
                        ),
                        "{{kafka_cluster}}",
                    )
                    .when_empty("no cluster is probed"),
                ],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutKafkaProbeSlow", "LookoutKafkaProbeVerySlow"])
            .width(8),
            Panel::new(
                "Least free share of disks",
                "Of each broker's fullest volume. Nothing where brokers do not say it (before Kafka 3.3).",
                TimeSeries,
                vec![
                    Query::new(
                        format!(
                            "min by ({KafkaCluster}, {Broker}) ({})",
                            once(format!("{DIRECTORY_USABLE} / {DIRECTORY_CAPACITY}"))
                        ),
                        "{{kafka_cluster}} {{broker}}",
                    )
                    .when_empty("no broker says it"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutKafkaLogDirectoryNearlyFull"])
            .width(8),
        ],
    }
}

fn counts() -> Row {
    let by = |series: &str| format!("sum by ({SystemLabel}, {PartsLabel}) ({})", of_layer(series));
    let of_parts = |series: &str, legend, unit| {
        Query::new(by(series), legend).unit(unit).when_empty("no system of this layer is watched")
    };
    Row {
        title: "What is counted?",
        panels: vec![
            Panel::new(
                "Parts by system",
                "Healthy parts of all parts, and the share. All includes what vanished lately; seen is what is there now.",
                PanelKind::Table,
                vec![
                    of_parts(Health::HEALTHY, "healthy", PanelUnit::Number),
                    of_parts(PARTS, "all", PanelUnit::Number),
                    of_parts(Health::PARTS, "seen", PanelUnit::Number),
                    of_parts(PARTS_HEALTH, "health", PanelUnit::Ratio),
                ],
            )
            .width(24),
        ],
    }
}
