//! Models to samples: pure functions of a model, a [`View`] and the time.
//!
//! What is said once, here, for every family:
//! - Unknown has no row. The one number that stands for nothing is the leader −1, because Kafka itself says it so.
//! - A sum or a largest value over partitions has a row only if every part is known. One committed partition whose end was not read
//!   takes `lag_sum` from its topic in that group, and the total lag from that group; nothing from other topics or groups.
//!   Counts of what is wrong (offline partitions, commits beyond the end) are of what could be read.
//! - A group without commits has no sum: 0 would mean that it has read everything.
//! - A partition without a leader is offline, and is not counted as under `min.insync.replicas` beside that: brokers too count
//!   only partitions that they lead, and one failure should page once. It is counted as under-replicated if replicas lack.
//! - Counts of the cluster are of this shard and have its number: over all shards they add up. What is said of brokers is of all topics that are
//!   watched, and the same in each.
//!
//! The encoder's rows go into one buffer per family; topics and groups are passed over once, all families of a pass open.

mod brokers;
mod configuration;
mod controllers;
pub mod granularity;
mod groups;
pub(crate) mod health;
mod log_directories;
mod partitions;
mod reading;
pub(crate) mod runs;
pub mod standing;
mod topics;

use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::{Baseline, ClusterSettings};
use lookout_runtime::Shard;

pub use configuration::configuration;
pub use controllers::controllers;
pub use log_directories::log_directories;

use crate::model::Cycle;
use granularity::Effective;

/// How a cluster is to be shown.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The value of the label `kafka_cluster`; empty for a cluster without a name.
    pub kafka_cluster: Arc<str>,
    /// What is usual.
    pub baseline: Baseline,
    /// The granularity that is configured.
    pub configured: Effective,
    /// The granularity that fits the series budget: what [`granularity::fit`] said last.
    pub granularity: Effective,
    /// Whether the lag in seconds is exported.
    pub has_lag_seconds: bool,
    /// Which topics have series here: what is known of the others serves groups only.
    pub shard: Shard,
}

// === impl View ===

impl View {
    /// A cluster as it is configured, before anything is known of its size, and all of it.
    pub fn new(settings: &Settings, cluster: &ClusterSettings) -> Self {
        let configured = Effective::configured(&settings.granularity);
        Self {
            kafka_cluster: cluster.name.as_str().into(),
            baseline: settings.baseline.clone(),
            configured,
            granularity: configured,
            has_lag_seconds: settings.lag.seconds,
            shard: Shard::WHOLE,
        }
    }

    /// The value of the label `lookout_shard`.
    fn lookout_shard(&self) -> String {
        if self.shard == Shard::WHOLE { String::new() } else { self.shard.index().to_string() }
    }
}

/// Writes what a cycle has learnt, as it is at `now`.
pub fn cycle(cycle: &Cycle, view: &View, now: Timestamp, batch: &mut Batch) {
    let health = health::of_topics(cycle);
    brokers::assess(cycle, view, batch);
    brokers::cluster(cycle, &health, view, batch);
    topics::assess(cycle, &health, view, batch);
    partitions::assess(cycle, view, batch);
    groups::assess(cycle, view, now, batch);
    reading::assess(cycle, view, batch);
}

/// A boolean as a sample.
pub(crate) fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
