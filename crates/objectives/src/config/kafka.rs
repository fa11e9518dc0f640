//! One promise about what the probe of a Kafka cluster sees.

use lookout_config::{Complaints, Ratio, Validate};
use lookout_kafka_spec::metrics::PROBE_BOUNDS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{LatencyObjective, validate_name, validate_target};

/// A promise about the records that Lookout's probe produces and reads back.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaObjective {
    /// Its name: the label `objective`.
    pub name: String,
    /// The cluster, as `kafka.clusters[].name` calls it; empty for the one without a name.
    #[serde(default)]
    pub kafka_cluster: String,
    /// Share of the probe's records that are acknowledged and come back.
    #[serde(default)]
    pub availability: Option<Ratio>,
    /// How fast records are acknowledged by all replicas in sync. The limit is one of the bounds that the probe counts by, such
    /// as `5ms`.
    #[serde(default)]
    pub latency: Option<LatencyObjective>,
}

impl Validate for KafkaObjective {
    fn validate(&self, complaints: &mut Complaints) {
        validate_name(&self.name, complaints);
        let message = "promises nothing: give it `availability`, `latency` or both";
        complaints.require("", self.availability.is_some() || self.latency.is_some(), message);
        if let Some(availability) = self.availability {
            validate_target("availability", availability, complaints);
        }
        if let Some(latency) = &self.latency {
            let limit = latency.limit.as_secs_f64();
            let is_bound = PROBE_BOUNDS.iter().any(|bound| (bound - limit).abs() < f64::EPSILON);
            let bounds: Vec<String> =
                PROBE_BOUNDS.iter().map(|bound| format!("{} ms", bound * 1000.0)).collect();
            let message =
                format!("must be a bound that the probe counts by, which are {}", bounds.join(", "));
            complaints.require("latency.limit", is_bound, message);
            validate_target("latency.target", latency.target, complaints);
        }
    }
}
