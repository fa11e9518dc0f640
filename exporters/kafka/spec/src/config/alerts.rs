//! When the alerts fire.

use lookout_config::{Complaints, HumanDuration, Ratio, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When the shipped alerts fire.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlertSettings {
    /// The lag of a group, in time, above which it is too late, if it does not shrink.
    pub lag: HumanDuration,
    /// The share of the retained records that a group has not read, above which it is about to lose some.
    pub retention_used: Ratio,
    /// The share of partitions that another broker than the preferred one leads.
    pub non_preferred_leaders: Ratio,
    /// Below this share of the rate of the same hour of the days before, or of the baseline, throughput has dropped.
    pub throughput_drop: Ratio,
    /// Records per second below which a drop of throughput is nobody's concern.
    pub throughput_floor: f64,
    /// The produce latency of the probe (95th percentile) that is slow.
    pub produce_latency_warning: HumanDuration,
    /// The produce latency of the probe (95th percentile) at which somebody is paged.
    pub produce_latency_critical: HumanDuration,
    /// The share of a log directory's volume that is free, below which it is nearly full.
    pub log_directory_usable: Ratio,
    /// How far a voter or broker may be behind the controllers' log, in time.
    pub quorum_lag: HumanDuration,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            lag: HumanDuration::from_secs(600),
            retention_used: Ratio::from_percent(80),
            non_preferred_leaders: Ratio::from_percent(10),
            throughput_drop: Ratio::from_percent(50),
            throughput_floor: 1.0,
            produce_latency_warning: HumanDuration::from_millis(10),
            produce_latency_critical: HumanDuration::from_millis(50),
            log_directory_usable: Ratio::from_percent(15),
            quorum_lag: HumanDuration::from_secs(30),
        }
    }
}

impl Validate for AlertSettings {
    fn validate(&self, complaints: &mut Complaints) {
        for (name, duration) in [
            ("lag", self.lag),
            ("produce_latency_warning", self.produce_latency_warning),
            ("produce_latency_critical", self.produce_latency_critical),
            ("quorum_lag", self.quorum_lag),
        ] {
            complaints.require(name, !duration.get().is_zero(), "must be above 0");
        }
        for (name, ratio) in [
            ("retention_used", self.retention_used),
            ("non_preferred_leaders", self.non_preferred_leaders),
            ("throughput_drop", self.throughput_drop),
            ("log_directory_usable", self.log_directory_usable),
        ] {
            complaints.require(name, ratio.get() > 0.0, "must be above 0");
        }
        let holds = self.throughput_floor.is_finite() && self.throughput_floor >= 0.0;
        complaints.require("throughput_floor", holds, "must be a number, 0 or above");
        let message =
            format!("must be at least `produce_latency_warning`, `{}`", self.produce_latency_warning);
        let is_above = self.produce_latency_critical >= self.produce_latency_warning;
        complaints.require("produce_latency_critical", is_above, message);
    }
}
