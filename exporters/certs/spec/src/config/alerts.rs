//! When the alerts fire.

use lookout_config::{Complaints, HumanDuration, Ratio, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the shipped alerts about expiry fire.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSettings {
    /// When a certificate should have been renewed by now.
    pub warning: ExpiryThreshold,
    /// When somebody is paged.
    pub critical: ExpiryThreshold,
}

/// A threshold that holds when less than both is left, which is the smaller of the two.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpiryThreshold {
    /// The time left.
    pub remaining: HumanDuration,
    /// The share left of the certificate's own lifetime.
    pub life_left: Ratio,
}

impl ExpiryThreshold {
    /// The time left in whole seconds, for an expression.
    pub fn remaining_seconds(&self) -> u64 {
        self.remaining.get().as_secs()
    }
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            warning: ExpiryThreshold {
                remaining: HumanDuration::from_days(28),
                life_left: Ratio::from_percent(25),
            },
            critical: ExpiryThreshold {
                remaining: HumanDuration::from_days(14),
                life_left: Ratio::from_percent(10),
            },
        }
    }
}

impl Validate for AlertSettings {
    fn validate(&self, complaints: &mut Complaints) {
        for (name, threshold) in [("warning", &self.warning), ("critical", &self.critical)] {
            let message = "must be at least `1h`, because the alerts wait for a while before they fire";
            let holds = threshold.remaining >= HumanDuration::from_hours(1);
            complaints.require(&format!("{name}.remaining"), holds, message);
            let message = "must be above 0, or the alert can never fire";
            complaints.require(&format!("{name}.life_left"), threshold.life_left.get() > 0.0, message);
        }
        let (warning, critical) = (&self.warning, &self.critical);
        let message = format!("must be at most that of `warning`, {}", warning.remaining);
        complaints.require("critical.remaining", critical.remaining <= warning.remaining, message);
        let message = format!("must be at most that of `warning`, {}", warning.life_left);
        complaints.require("critical.life_left", critical.life_left <= warning.life_left, message);
    }
}
