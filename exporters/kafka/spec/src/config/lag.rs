//! How the lag in seconds is found.

use lookout_config::{Complaints, HumanDuration, Ratio, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the lag in seconds is found: from end offsets that were seen within the last minutes, else by asking the brokers for
/// offsets by timestamp.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LagSettings {
    /// Whether it is exported.
    pub seconds: bool,
    /// How many offsets the brokers are asked for by timestamp in one cycle. What does not fit waits for the next.
    pub timestamp_lookups: usize,
    /// How exact it has to be, in time…
    pub precision: HumanDuration,
    /// …or as a share of the lag, whichever is coarser.
    pub relative_precision: Ratio,
    /// Over how long the rates are measured: lag velocity, time to drain, hot partitions.
    pub window: HumanDuration,
}

impl Default for LagSettings {
    fn default() -> Self {
        Self {
            seconds: true,
            timestamp_lookups: 20_000,
            precision: HumanDuration::from_secs(1),
            relative_precision: Ratio::from_percent(5),
            window: HumanDuration::from_secs(120),
        }
    }
}

impl Validate for LagSettings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.in_range("timestamp_lookups", &self.timestamp_lookups, &(1..=10_000_000));
        let shortest = HumanDuration::from_millis(1);
        complaints.require("precision", self.precision >= shortest, format!("must be at least `{shortest}`"));
        let (shortest, longest) = (HumanDuration::from_secs(10), HumanDuration::from_secs(3600));
        complaints.in_range("window", &self.window, &(shortest..=longest));
    }
}
