//! How often a notification is repeated while its alert goes on firing.

use lookout_config::{Complaints, HumanDuration, Validate};
use lookout_declarations::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// For how long Alertmanager remembers what it has sent, unless `--data.retention` says otherwise. It repeats what it has
/// forgotten, so longer intervals are not kept.
const REMEMBERED: HumanDuration = HumanDuration::from_hours(120);

/// How often a notification is repeated while its alert goes on firing, by severity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RepeatIntervals {
    /// For alerts for which somebody must get up.
    pub critical: HumanDuration,
    /// For alerts that must be dealt with in working hours.
    pub warning: HumanDuration,
    /// For what is worth knowing.
    pub info: HumanDuration,
}

impl Default for RepeatIntervals {
    fn default() -> Self {
        Self {
            critical: HumanDuration::from_hours(4),
            warning: HumanDuration::from_hours(24),
            info: HumanDuration::from_hours(96),
        }
    }
}

impl RepeatIntervals {
    /// That of `severity`.
    pub fn of(&self, severity: Severity) -> HumanDuration {
        match severity {
            Severity::Critical => self.critical,
            Severity::Warning => self.warning,
            Severity::Info => self.info,
        }
    }
}

impl Validate for RepeatIntervals {
    fn validate(&self, complaints: &mut Complaints) {
        for severity in Severity::ALL {
            let message =
                format!("must be at most `{REMEMBERED}`; Alertmanager has forgotten by then what it sent");
            complaints.require(severity.as_str(), self.of(*severity) <= REMEMBERED, message);
        }
    }
}
