//! What is usual, for the board and the alert on throughput: numbers that somebody measured once or promised.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is usual, as measured once or promised to somebody; each is left out by default. Beside it the shipped alert compares
/// with the same hour of the days before, which needs no configuration.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Baseline {
    /// Records produced per second, over the whole cluster.
    pub records_per_second: Option<f64>,
    /// Bytes produced per second (on disk, compressed), over the whole cluster.
    pub bytes_per_second: Option<f64>,
    /// The time of a produce acknowledgement of the probe.
    pub produce_latency: Option<HumanDuration>,
}

impl Validate for Baseline {
    fn validate(&self, complaints: &mut Complaints) {
        for (name, value) in
            [("records_per_second", self.records_per_second), ("bytes_per_second", self.bytes_per_second)]
        {
            let holds = value.is_none_or(|value| value.is_finite() && value > 0.0);
            complaints.require(name, holds, "must be a number above 0");
        }
        let holds = self.produce_latency.is_none_or(|latency| !latency.get().is_zero());
        complaints.require("produce_latency", holds, "must be above 0");
    }
}
