//! What the probe sees: latencies by broker, and what became of its records.

use core::fmt::Display;

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, ReasonLabel, Row};

use super::{NO_PROBE, now, rate};
use crate::across::across;
use crate::metrics::{
    PROBE_COMMIT_LATENCY, PROBE_END_TO_END_LATENCY, PROBE_FAILED, PROBE_FAILED_COMMITS, PROBE_LOST,
    PROBE_PRODUCE_LATENCY, PROBE_PRODUCED, PROBE_RECEIVED, PROBE_UNCOVERED_BROKERS,
};

/// What so many of all records or commits do not exceed.
fn quantile(share: &str, buckets: impl Display, legend: &'static str) -> Query {
    let buckets = format!("sum without (instance, pod) ({})", rate(buckets));
    Query::new(format!("histogram_quantile({share}, {buckets})"), legend).when_empty(NO_PROBE)
}

pub(super) fn row() -> Row {
    Row { title: "What does the probe see?", panels: vec![acknowledged(), back(), records()] }
}

fn acknowledged() -> Panel {
    let buckets = PROBE_PRODUCE_LATENCY.bucket();
    Panel::new(
        "Acknowledgement by broker",
        "From sending a record to its acknowledgement by all replicas in sync. One slow broker: its disk or its followers. All slow: the \
         network, or load.",
        PanelKind::TimeSeries,
        vec![
            quantile("0.5", &buckets, "p50 {{broker}}"),
            quantile("0.95", &buckets, "p95 {{broker}}"),
            quantile("0.99", &buckets, "p99 {{broker}}"),
        ],
    )
    .unit(PanelUnit::Seconds)
    .bounds_of(&["LookoutKafkaProbeSlow", "LookoutKafkaProbeVerySlow"])
    .width(8)
}

fn back() -> Panel {
    let buckets = PROBE_END_TO_END_LATENCY.bucket();
    Panel::new(
        "End to end by broker, and commits",
        "From sending a record to reading it back, and the time of a commit of the probe's own group.",
        PanelKind::TimeSeries,
        vec![
            quantile("0.5", &buckets, "p50 {{broker}}"),
            quantile("0.95", &buckets, "p95 {{broker}}"),
            quantile("0.95", PROBE_COMMIT_LATENCY.bucket(), "p95 commit"),
        ],
    )
    .unit(PanelUnit::Seconds)
    .width(8)
}

fn records() -> Panel {
    let failed = format!("sum without ({ReasonLabel}) ({})", across(rate(PROBE_FAILED)));
    Panel::new(
        "Records of the probe per second",
        "Acknowledged and back again, which should be the same; lost, failed, and commits that failed, which should be none; and how many \
         brokers lead no partition of the probe's topic, so that they are not probed.",
        PanelKind::TimeSeries,
        vec![
            now(rate(PROBE_PRODUCED), "acknowledged {{broker}}").when_empty(NO_PROBE),
            now(rate(PROBE_RECEIVED), "back {{broker}}").when_empty(NO_PROBE),
            now(rate(PROBE_LOST), "lost {{broker}}").when_empty(NO_PROBE),
            Query::new(failed, "failed {{broker}}").when_empty(NO_PROBE),
            now(rate(PROBE_FAILED_COMMITS), "commits failed: {{reason}}").when_empty(NO_PROBE),
            now(PROBE_UNCOVERED_BROKERS, "brokers not probed").when_empty(NO_PROBE),
        ],
    )
    .unit(PanelUnit::Number)
    .width(8)
}
