//! The first row: is data flowing as usual, how late is who is latest, is anything at risk?

use lookout_declarations::{PanelKind, Row};

use super::{now, panel, query, rate, total};
use crate::across::added_up;
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{
    BASELINE_BYTES, BASELINE_PRODUCE_LATENCY, BASELINE_RECORDS, BROKERS, CLUSTER_NON_PREFERRED_LEADERS,
    CLUSTER_OFFLINE_PARTITIONS, CLUSTER_PARTITIONS, CLUSTER_PRODUCED_BYTES, CLUSTER_PRODUCED_RECORDS,
    CLUSTER_UNDER_MIN_ISR_PARTITIONS, CLUSTER_UNDER_REPLICATED_PARTITIONS, GROUP_MAX_LAG_SECONDS,
    PROBE_PRODUCE_LATENCY,
};

pub(super) fn row() -> Row {
    use PanelKind::{Stat, TimeSeries};
    let ago = |offset: &str| format!("rate({CLUSTER_PRODUCED_RECORDS}[1h] offset {offset})");
    let buckets = PROBE_PRODUCE_LATENCY.bucket();
    Row {
        title: "Does it flow, is anybody late, is anything at risk?",
        panels: vec![
            panel(
                "Records produced per second",
                "All topics, against the same hour a day and a week ago, and against the baseline if one is configured.",
                TimeSeries,
                vec![
                    total(rate(CLUSTER_PRODUCED_RECORDS), "now {{kafka_cluster}}"),
                    total(ago("23h30m"), "a day ago {{kafka_cluster}}"),
                    total(ago("167h30m"), "a week ago {{kafka_cluster}}"),
                    total(BASELINE_RECORDS, "baseline {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Worst lag",
                "Age of the oldest record that a group has not read. Nothing at all means that it is not known.",
                Stat,
                vec![query(
                    format!("max by ({KafkaCluster}) ({GROUP_MAX_LAG_SECONDS})"),
                    "{{kafka_cluster}}",
                )],
            ),
            panel(
                "Partitions at risk",
                "Without a leader: neither read nor written. Under min.insync.replicas: safe producers are refused. \
                 Under-replicated: less redundancy than meant.",
                Stat,
                vec![
                    total(CLUSTER_OFFLINE_PARTITIONS, "offline {{kafka_cluster}}"),
                    total(CLUSTER_UNDER_MIN_ISR_PARTITIONS, "under min ISR {{kafka_cluster}}"),
                    total(CLUSTER_UNDER_REPLICATED_PARTITIONS, "under-replicated {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Acknowledgement of a record, 95th percentile",
                "As the probe sees it, slowest broker; against the baseline if one is configured. Nothing where the probe is off.",
                Stat,
                vec![
                    query(
                        format!(
                            "max without ({Broker}) (histogram_quantile(0.95, sum without (instance, pod) ({})))",
                            rate(buckets)
                        ),
                        "{{kafka_cluster}}",
                    ),
                    now(BASELINE_PRODUCE_LATENCY, "baseline {{kafka_cluster}}"),
                ],
            ),
            panel(
                "Brokers alive",
                "As the metadata says; a fall is a broker that stopped.",
                Stat,
                vec![now(BROKERS, "{{kafka_cluster}}")],
            ),
            panel(
                "Leaders away from home",
                "Share of the partitions that another broker than the preferred one leads.",
                Stat,
                vec![query(
                    format!("{} / {}", added_up(CLUSTER_NON_PREFERRED_LEADERS), added_up(CLUSTER_PARTITIONS)),
                    "{{kafka_cluster}}",
                )],
            ),
            panel(
                "Bytes produced per second (estimate)",
                "Records times the bytes that a record takes on disk, compressed; against the baseline if one is configured. \
                 Brokers tell the true figure by JMX only.",
                TimeSeries,
                vec![
                    total(rate(CLUSTER_PRODUCED_BYTES), "now {{kafka_cluster}}"),
                    total(BASELINE_BYTES, "baseline {{kafka_cluster}}"),
                ],
            ),
        ],
    }
}
