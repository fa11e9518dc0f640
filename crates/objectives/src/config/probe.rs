//! One promise about what probes see.

use std::collections::BTreeMap;

use lookout_config::{Complaints, HumanDuration, Ratio, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{pattern, validate_name, validate_target};
use crate::labels::MeasuredAt;

/// A promise about what one or more probes see; each counts alike.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbeObjective {
    /// Its name: the label `objective`.
    pub name: String,
    /// The labels of the probes' series, such as `job` and `instance`, with a pattern (RE2, for the whole value) for each.
    pub select: BTreeMap<String, String>,
    /// From where the probes see it.
    pub measured_at: MeasuredAtSetting,
    /// Share of the time in which it answers as expected.
    #[serde(default)]
    pub availability: Option<Ratio>,
    /// How fast it answers. An answer that is not the expected one is availability's matter.
    #[serde(default)]
    pub latency: Option<LatencyObjective>,
}

/// A promise about time.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatencyObjective {
    /// The time.
    pub limit: HumanDuration,
    /// Share of the answers that take no longer.
    pub target: Ratio,
}

/// From where probes see a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeasuredAtSetting {
    /// At the public name, through everything that stands in front.
    Edge,
    /// Behind the edge, through the tunnel.
    Tunnel,
    /// At the service itself, inside of the cluster.
    Origin,
}

impl From<MeasuredAtSetting> for MeasuredAt {
    fn from(setting: MeasuredAtSetting) -> Self {
        match setting {
            MeasuredAtSetting::Edge => Self::Edge,
            MeasuredAtSetting::Tunnel => Self::Tunnel,
            MeasuredAtSetting::Origin => Self::Origin,
        }
    }
}

impl ProbeObjective {
    /// The matchers, as they stand between the braces of a selector.
    pub fn matchers(&self) -> String {
        let matcher = |(label, pattern): (&String, &String)| {
            let pattern = pattern.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
            format!("{label}=~\"{pattern}\"")
        };
        self.select.iter().map(matcher).collect::<Vec<_>>().join(",")
    }
}

impl Validate for ProbeObjective {
    fn validate(&self, complaints: &mut Complaints) {
        validate_name(&self.name, complaints);
        let message = "must select the probes by at least one label, such as `job`";
        complaints.require("select", !self.select.is_empty(), message);
        for (label, pattern) in &self.select {
            let path = format!("select.{label}");
            if !is_label(label) {
                complaints.add(&path, "is no name of a label: use letters, digits and `_`, no digit first");
            } else if let Err(reason) = pattern::check(pattern) {
                complaints.add(&path, format!("is no pattern: {reason}"));
            } else {
                complaints.require(&path, !pattern.is_empty(), "must not be empty");
            }
        }
        let message = "promises nothing: give it `availability`, `latency` or both";
        complaints.require("", self.availability.is_some() || self.latency.is_some(), message);
        if let Some(availability) = self.availability {
            validate_target("availability", availability, complaints);
        }
        if let Some(latency) = &self.latency {
            complaints.section("latency", latency);
        }
    }
}

impl Validate for LatencyObjective {
    fn validate(&self, complaints: &mut Complaints) {
        let (shortest, longest) = (HumanDuration::from_millis(1), HumanDuration::from_minutes(1));
        complaints.in_range("limit", &self.limit, &(shortest..=longest));
        validate_target("target", self.target, complaints);
    }
}

fn is_label(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_fine) && name.starts_with(|first: char| !first.is_ascii_digit())
}
