//! The sources of one cluster: what they ask when, and what they keep from one reading to the next.
//!
//! Invariant: a source is made from its [`Plan`] alone, which is its identity: another setting that matters replaces it, one
//! that does not leaves it as it is.

mod configuration;
mod controllers;
mod cycle;
mod log_directories;
mod offsets;

use core::time::Duration;

use lookout_kafka_spec::config::{AlertSettings, ClusterSettings, ProbeSettings};
use lookout_kafka_spec::{REASONS, SPEC, Settings};
use lookout_runtime::{CollectError, DataKind, Shard, SourceDescription};

pub use configuration::ConfigurationSource;
pub use controllers::ControllersSource;
pub use cycle::CycleSource;
pub use log_directories::LogDirectoriesSource;

use crate::assess::View;
use crate::assess::granularity::Effective;
use crate::collect::missed::chain;
use crate::connect::ConnectCluster;

/// Everything that the sources of one cluster are made from.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The settings of the exporter, without those of clusters, and without what only rules and other sources read.
    pub settings: Settings,
    /// The cluster, of whose probe nothing is known here but its topic.
    pub cluster: ClusterSettings,
    /// Which part is watched here.
    pub shard: Shard,
}

/// How long a reading of a slow kind may take: its answers are large, and nobody waits for them.
const SLOW_DEADLINE: Duration = Duration::from_mins(1);

// === impl Plan ===

impl Plan {
    /// The plan for the cycle of one of the clusters.
    pub fn new(settings: &Settings, cluster: &ClusterSettings, shard: Shard) -> Self {
        let settings = Settings {
            clusters: Vec::new(),
            alerts: AlertSettings::default(),
            series_budget: 0,
            log_directories_period: Settings::default().log_directories_period,
            configuration_period: Settings::default().configuration_period,
            controllers_period: Settings::default().controllers_period,
            ..settings.clone()
        };
        let probe = ProbeSettings { topic: cluster.probe.topic.clone(), ..ProbeSettings::default() };
        let cluster = ClusterSettings { probe, ..cluster.clone() };
        Self { settings, cluster, shard }
    }

    /// The plan for another source of the cluster, which reads of the settings only what `keep` copies.
    pub fn of(
        settings: &Settings,
        cluster: &ClusterSettings,
        shard: Shard,
        keep: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut kept = Settings::default();
        keep(&mut kept);
        kept.granularity = settings.granularity.clone();
        let whole = Self::new(settings, cluster, shard);
        Self { settings: kept, ..whole }
    }

    /// How the cluster is shown, before anything is known of it.
    fn view(&self) -> View {
        let configured = Effective::configured(&self.settings.granularity);
        View {
            kafka_cluster: self.cluster.name.as_str().into(),
            baseline: self.settings.baseline.clone(),
            configured,
            granularity: configured,
            has_lag_seconds: self.settings.lag.seconds,
            shard: self.shard,
        }
    }

    /// What the driver must know of a source of the cluster.
    fn description(&self, what: &str, data: DataKind, period: Duration) -> SourceDescription {
        let name = self.cluster.source_name();
        let name = if what.is_empty() { name.to_owned() } else { format!("{name} {what}") };
        let deadline = if what.is_empty() { self.settings.deadline.get() } else { SLOW_DEADLINE.min(period) };
        SourceDescription { exporter: SPEC.name, name, data, period, deadline, reasons: REASONS }
    }
}

/// The error of a source that has no connections to make.
fn unconnected(error: &ConnectCluster) -> CollectError {
    CollectError::new(error.reason(), chain(error))
}
