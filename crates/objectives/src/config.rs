//! The section `objectives` of the configuration: what was promised.
//!
//! The doc comments of the fields are the comments of the default file, so they speak to the person who edits it.
//!
//! How to get it wrong: a target that no outage can miss. An objective of 0.5 would never burn its budget fast enough for an alert,
//! so targets begin where the alerts can fire.

use lookout_config::{Complaints, HumanDuration, Ratio, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod kafka;
mod pattern;
mod probe;

pub use kafka::KafkaObjective;
pub use probe::{LatencyObjective, MeasuredAtSetting, ProbeObjective};

/// What was promised: availability and latency of probes, health of the platform, time to repair.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// The time over which availability and latency are promised; alerts on the burning of the budget follow from it.
    pub window: HumanDuration,
    /// Promises about what probes see, Lookout's own or blackbox_exporter's.
    #[schemars(extend("examples" = [[{
        "name": "portal",
        "select": { "job": "probe-edge", "instance": "https://portal\\.example\\.org/.*" },
        "measured_at": "edge",
        "availability": 0.999,
        "latency": { "limit": "100ms", "target": 0.99 }
    }]]))]
    pub probes: Vec<ProbeObjective>,
    /// Promises about what the probe of a Kafka cluster sees (`kafka.clusters[].probe`).
    #[schemars(extend("examples" = [[{
        "name": "kafka",
        "kafka_cluster": "main",
        "availability": 0.999,
        "latency": { "limit": "5ms", "target": 0.95 }
    }]]))]
    pub kafka: Vec<KafkaObjective>,
    /// The least health of the platform, as the mean over its systems.
    pub platform_health: Ratio,
    /// How long a part that is gone goes on counting as one that is not healthy. What was removed on purpose does too.
    pub removed_parts_for: HumanDuration,
    /// How long a critical alert may fire until what it is about is repaired.
    pub time_to_repair: HumanDuration,
    /// How many critical alerts may be open at a time for longer than that.
    pub open_criticals: u32,
}

/// The least target of an objective: from here on the alert on a fast burn can fire.
const LEAST_TARGET: f64 = 0.9;

/// The most objectives of each kind: each is a handful of series, and people have to keep them in mind.
const MOST_OBJECTIVES: usize = 200;

impl Default for Settings {
    fn default() -> Self {
        Self {
            window: HumanDuration::from_days(30),
            probes: Vec::new(),
            kafka: Vec::new(),
            platform_health: Ratio::from_percent(95),
            removed_parts_for: HumanDuration::from_days(1),
            time_to_repair: HumanDuration::from_minutes(5),
            open_criticals: 0,
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        let (shortest, longest) = (HumanDuration::from_days(7), HumanDuration::from_days(31));
        complaints.in_range("window", &self.window, &(shortest..=longest));
        complaints.items("probes", &self.probes);
        complaints.items("kafka", &self.kafka);
        complaints.unique("probes", "name", self.probes.iter().map(|objective| &objective.name));
        complaints.unique("kafka", "name", self.kafka.iter().map(|objective| &objective.name));
        for (index, objective) in self.kafka.iter().enumerate() {
            let is_taken = self.probes.iter().any(|probe| probe.name == objective.name);
            let message = "is the name of an objective under `probes` too; each needs its own";
            complaints.require(&format!("kafka[{index}].name"), !is_taken, message);
        }
        for (key, length) in [("probes", self.probes.len()), ("kafka", self.kafka.len())] {
            let message = format!("must have at most {MOST_OBJECTIVES} entries");
            complaints.require(key, length <= MOST_OBJECTIVES, message);
        }
        complaints.require("platform_health", self.platform_health.get() > 0.0, "must be above 0");
        // What vanished must be missed for longer than the alert on it holds.
        let (shortest, longest) = (HumanDuration::from_minutes(60), HumanDuration::from_days(7));
        complaints.in_range("removed_parts_for", &self.removed_parts_for, &(shortest..=longest));
        let (shortest, longest) = (HumanDuration::from_minutes(1), HumanDuration::from_days(1));
        complaints.in_range("time_to_repair", &self.time_to_repair, &(shortest..=longest));
    }
}

/// What the names of all objectives obey: they are labels, and part of links.
fn validate_name(name: &str, complaints: &mut Complaints) {
    let is_fine =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_' | b'.');
    let holds = (1..=64).contains(&name.len()) && name.bytes().all(is_fine);
    complaints.require("name", holds, "must have from 1 to 64 lower case letters, digits, `-`, `_` and `.`");
}

/// A share that can be missed, and whose loss can be seen.
fn validate_target(key: &str, target: Ratio, complaints: &mut Complaints) {
    let holds = (LEAST_TARGET..1.0).contains(&target.get());
    let message = format!("must be from {LEAST_TARGET} to below 1: without a budget of errors none can burn");
    complaints.require(key, holds, message);
}
