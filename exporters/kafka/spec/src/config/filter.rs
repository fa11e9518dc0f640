//! Which names are watched.

use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Names by regular expressions, each anchored at both ends as in Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Filter {
    /// What is watched; empty for everything.
    pub include: Vec<String>,
    /// What is left out of that.
    pub exclude: Vec<String>,
}

impl Validate for Filter {
    fn validate(&self, complaints: &mut Complaints) {
        for (key, patterns) in [("include", &self.include), ("exclude", &self.exclude)] {
            for (index, pattern) in patterns.iter().enumerate() {
                if let Err(error) = crate::pattern::compile(pattern) {
                    complaints.add(&format!("{key}[{index}]"), error.to_string());
                }
            }
        }
    }
}
