//! The section `kafka` of the configuration file.
//!
//! The doc comments of the fields are the comments of the default file: they are written for operators.
//!
//! How to get it wrong: a setting that is left out of the identity of the sources it concerns. A change of it then has no
//! effect before the next start.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod alerts;
mod baseline;
mod cluster;
mod filter;
mod granularity;
mod lag;
mod probe;
mod sasl;
mod tls;

pub use alerts::AlertSettings;
pub use baseline::Baseline;
pub use cluster::ClusterSettings;
pub use filter::Filter;
pub use granularity::{Granularity, GroupGranularity, TopicGranularity};
pub use lag::LagSettings;
pub use probe::ProbeSettings;
pub use sasl::{OauthBearer, OidcEndpoint, PasswordLogin, SaslSettings};
pub use tls::TlsSettings;

/// Kafka clusters: throughput, lag, durability and end-to-end latency.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether Kafka clusters are watched.
    pub enabled: bool,
    /// How many series the exporter may serve. If partitions would be too many, topics and groups get coarser series
    /// before that, and `kafka_granularity_degraded` says so; above it whole metric families are withheld.
    pub series_budget: usize,
    /// The clusters. Each is read on its own, and fails on its own.
    pub clusters: Vec<ClusterSettings>,
    /// Which topics are watched, Kafka's own (`__consumer_offsets`) included.
    pub topics: Filter,
    /// Which groups are watched.
    pub groups: Filter,
    /// The smallest thing that has series of its own.
    pub granularity: Granularity,
    /// How often brokers, partitions, offsets and groups are read.
    pub period: HumanDuration,
    /// How long that may take before it is cut off.
    pub deadline: HumanDuration,
    /// How often the beginnings of partitions are read; they change with retention only.
    pub low_offsets_period: HumanDuration,
    /// How often the sizes of partitions on disk are read.
    pub log_directories_period: HumanDuration,
    /// How often the configuration of topics, and client quotas, are read.
    pub configuration_period: HumanDuration,
    /// How often the quorum of the controllers is read.
    pub controllers_period: HumanDuration,
    /// A group without members whose commits have not moved for so long has no series of its own any more, until it moves.
    pub idle_group_after: HumanDuration,
    /// How the lag in seconds is found.
    pub lag: LagSettings,
    /// What is usual here, for the alerts and the board.
    pub baseline: Baseline,
    /// When the shipped alerts fire.
    pub alerts: AlertSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            series_budget: 1_000_000,
            clusters: Vec::new(),
            topics: Filter::default(),
            groups: Filter::default(),
            granularity: Granularity::default(),
            period: HumanDuration::from_secs(15),
            deadline: HumanDuration::from_secs(14),
            low_offsets_period: HumanDuration::from_secs(60),
            log_directories_period: HumanDuration::from_secs(60),
            configuration_period: HumanDuration::from_secs(600),
            controllers_period: HumanDuration::from_secs(30),
            idle_group_after: HumanDuration::from_days(7),
            lag: LagSettings::default(),
            baseline: Baseline::default(),
            alerts: AlertSettings::default(),
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("series_budget", self.series_budget > 0, "must be at least 1");
        complaints.items("clusters", &self.clusters);
        // Their series are told apart by it.
        complaints.unique("clusters", "name", self.clusters.iter().map(|cluster| &cluster.name));
        complaints.section("topics", &self.topics);
        complaints.section("groups", &self.groups);
        for (name, period) in [
            ("period", self.period),
            ("deadline", self.deadline),
            ("low_offsets_period", self.low_offsets_period),
            ("log_directories_period", self.log_directories_period),
            ("configuration_period", self.configuration_period),
            ("controllers_period", self.controllers_period),
            ("idle_group_after", self.idle_group_after),
        ] {
            let shortest = HumanDuration::from_secs(1);
            complaints.require(name, period >= shortest, format!("must be at least `{shortest}`"));
        }
        complaints.section("lag", &self.lag);
        complaints.section("baseline", &self.baseline);
        complaints.section("alerts", &self.alerts);
    }
}
