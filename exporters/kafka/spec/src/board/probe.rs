//! What the probe sees: latencies by broker, and what became of its records.

use core::fmt::Display;

use lookout_declarations::{PanelKind, Query, ReasonLabel, Row};

use super::{now, panel, query, rate};
use crate::across::across;
use crate::metrics::{
    PROBE_COMMIT_LATENCY, PROBE_END_TO_END_LATENCY, PROBE_FAILED, PROBE_FAILED_COMMITS, PROBE_LOST,
    PROBE_PRODUCE_LATENCY, PROBE_PRODUCED, PROBE_RECEIVED, PROBE_UNCOVERED_BROKERS,
};

/// The percentiles that are shown.
fn percentiles(buckets: &impl Display, legends: [&'static str; 3]) -> Vec<Query> {
    let buckets = format!("sum without (instance, pod) ({})", rate(buckets));
    let at = |(share, legend)| query(format!("histogram_quantile({share}, {buckets})"), legend);
    ["0.5", "0.95", "0.99"].into_iter().zip(legends).map(at).collect()
}

const BY_BROKER: [&str; 3] = ["p50 {{broker}}", "p95 {{broker}}", "p99 {{broker}}"];

pub(super) fn row() -> Row {
    use PanelKind::{Stat, TimeSeries};
    Row {
        title: "What does the probe see?",
        panels: vec![
            panel(
                "Acknowledgement by broker",
                "From sending a record to its acknowledgement by all replicas in sync. One slow broker: its disk or its \
                 followers. All slow: the network, or load.",
                TimeSeries,
                percentiles(&PROBE_PRODUCE_LATENCY.bucket(), BY_BROKER),
            ),
            panel(
                "End to end by broker",
                "From sending a record to reading it back.",
                TimeSeries,
                percentiles(&PROBE_END_TO_END_LATENCY.bucket(), BY_BROKER),
            ),
            panel(
                "Commits",
                "Time of a commit of the probe's own group.",
                TimeSeries,
                percentiles(&PROBE_COMMIT_LATENCY.bucket(), ["p50", "p95", "p99"]),
            ),
            panel(
                "Records of the probe per second",
                "Acknowledged, and back again. They should be the same.",
                TimeSeries,
                vec![
                    now(rate(PROBE_PRODUCED), "acknowledged {{broker}}"),
                    now(rate(PROBE_RECEIVED), "back {{broker}}"),
                ],
            ),
            panel(
                "Lost and failed",
                "Records that did not come back or were not acknowledged, and commits that failed, per second.",
                TimeSeries,
                vec![
                    now(rate(PROBE_LOST), "lost {{broker}}"),
                    query(
                        format!("sum without ({ReasonLabel}) ({})", across(rate(PROBE_FAILED))),
                        "failed {{broker}}",
                    ),
                    now(rate(PROBE_FAILED_COMMITS), "commits: {{reason}}"),
                ],
            ),
            panel(
                "Brokers that are not probed",
                "Brokers that lead no partition of the probe's topic.",
                Stat,
                vec![now(PROBE_UNCOVERED_BROKERS, "{{kafka_cluster}}")],
            ),
        ],
    }
}
