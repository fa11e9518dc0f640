//! The probe of a cluster.

use lookout_config::{Complaints, HumanDuration, HumanSize, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The probe: one record to a partition led by each broker, produced and read back. It writes to the cluster, so it is off
/// unless it is switched on; the permissions that it needs are listed in the exporter's README.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ProbeSettings {
    /// Whether the cluster is probed.
    pub enabled: bool,
    /// The topic, which the probe creates and keeps to itself.
    pub topic: String,
    /// The consumer group whose commits are measured; empty for a name of this instance's own.
    pub group: String,
    /// The time between two records to the same broker.
    pub interval: HumanDuration,
    /// The time after which a record that has not come back is counted as lost.
    pub timeout: HumanDuration,
    /// The time between two commits.
    pub commit_interval: HumanDuration,
    /// Replicas of the topic's partitions; fewer where there are fewer brokers.
    pub replication_factor: u16,
    /// The size of a record.
    pub record_size: HumanSize,
}

impl Default for ProbeSettings {
    fn default() -> Self {
        Self {
            enabled: false,
            topic: "lookout-probe".to_owned(),
            group: String::new(),
            interval: HumanDuration::from_secs(1),
            timeout: HumanDuration::from_secs(10),
            commit_interval: HumanDuration::from_secs(5),
            replication_factor: 3,
            record_size: HumanSize::from_kibibytes(1),
        }
    }
}

impl Validate for ProbeSettings {
    fn validate(&self, complaints: &mut Complaints) {
        let is_name = |name: &str| {
            name.len() <= 249
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        };
        let is_topic =
            !self.topic.is_empty() && self.topic != "." && self.topic != ".." && is_name(&self.topic);
        let message = "must have 1 to 249 letters, digits, `.`, `_` or `-`";
        complaints.require("topic", is_topic, message);
        complaints.require(
            "group",
            is_name(&self.group),
            "must have at most 249 letters, digits, `.`, `_` or `-`",
        );
        for (name, duration, shortest) in [
            ("interval", self.interval, HumanDuration::from_millis(10)),
            ("timeout", self.timeout, HumanDuration::from_millis(100)),
            ("commit_interval", self.commit_interval, HumanDuration::from_millis(100)),
        ] {
            complaints.require(name, duration >= shortest, format!("must be at least `{shortest}`"));
        }
        complaints.in_range("replication_factor", &self.replication_factor, &(1..=100));
        let (smallest, largest) = (HumanSize::from_bytes(64), HumanSize::from_kibibytes(512));
        complaints.in_range("record_size", &self.record_size, &(smallest..=largest));
    }
}
