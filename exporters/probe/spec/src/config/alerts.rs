//! When the alerts fire.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the shipped alerts about probes fire.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSettings {
    /// How long a target must fail before somebody is told.
    pub failing_for: HumanDuration,
    /// The time left of a certificate below which it should have been renewed.
    pub certificate_remaining: HumanDuration,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            failing_for: HumanDuration::from_minutes(5),
            certificate_remaining: HumanDuration::from_days(14),
        }
    }
}

impl Validate for AlertSettings {
    fn validate(&self, complaints: &mut Complaints) {
        let (shortest, longest) = (HumanDuration::from_secs(30), HumanDuration::from_days(1));
        complaints.in_range("failing_for", &self.failing_for, &(shortest..=longest));
        let (shortest, longest) = (HumanDuration::from_hours(1), HumanDuration::from_days(365));
        complaints.in_range("certificate_remaining", &self.certificate_remaining, &(shortest..=longest));
    }
}
