//! The section `kubernetes` of the configuration: how the API server is reached, and what it may be asked to do.
//!
//! One section for all exporters: they share the connections, the credentials and the budget.
//!
//! The doc comments of the fields are the comments of the default file, so they speak to the person who edits it.
//!
//! How to get it wrong: taking a person's own `~/.kube/config` because it is there. Lookout on a laptop would read a production
//! cluster that nobody asked it to read; outside a pod, somebody has to name the server.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod access;
mod budget;

pub use access::Access;
pub use budget::Budget;

/// The Kubernetes API: how it is reached, and what it may be asked to do. In a pod nothing has to be configured.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether the Kubernetes API is read at all, by any exporter.
    pub enabled: bool,
    /// How many series Lookout may serve about its own use of the API. Above it whole metric families are withheld, the
    /// finest first, and `lookout_family_withheld` names them.
    pub series_budget: usize,
    /// How the API server is reached; left out, as the pod's service account.
    pub access: Access,
    /// What the API server may be asked to do.
    pub budget: Budget,
    /// How often rights that are missing are reviewed, and the API server is asked for its version; granted rights are reviewed every ten
    /// minutes, and when one is refused.
    pub period: HumanDuration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            series_budget: 10_000,
            access: Access::default(),
            budget: Budget::default(),
            period: HumanDuration::from_secs(60),
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.require("series_budget", self.series_budget > 0, "must be at least 1");
        let shortest = HumanDuration::from_secs(5);
        complaints.require("period", self.period >= shortest, format!("must be at least `{shortest}`"));
        complaints.section("access", &self.access);
        complaints.section("budget", &self.budget);
    }
}
