//! The heartbeat: a notification that is sent for as long as everything between Prometheus and the receiver works.
//!
//! Who receives it must miss it: a service that calls somebody when it stays away, and that does not share the cluster's
//! fate. Alertmanager has nothing of the kind itself.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The shortest interval: groups are looked at five times in it.
const SHORTEST: HumanDuration = HumanDuration::from_secs(50);

/// Who is sent the alert `LookoutWatchdog`, which fires always.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Heartbeat {
    /// The receiver: most often a webhook of a service outside the cluster that calls somebody when the heartbeat stays
    /// away. Empty: nobody is told when Prometheus or Alertmanager have stopped.
    pub receiver: String,
    /// How often it is sent. The service outside should wait for about three of them.
    pub interval: HumanDuration,
}

impl Default for Heartbeat {
    fn default() -> Self {
        Self { receiver: String::new(), interval: HumanDuration::from_minutes(5) }
    }
}

impl Heartbeat {
    /// Whether anybody is told.
    pub fn is_configured(&self) -> bool {
        !self.receiver.is_empty()
    }
}

impl Validate for Heartbeat {
    fn validate(&self, complaints: &mut Complaints) {
        let message = format!("must be at least `{SHORTEST}`");
        complaints.require("interval", self.interval >= SHORTEST, message);
    }
}
