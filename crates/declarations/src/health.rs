//! Health: what of a system is counted, so that "96 % healthy" has a denominator.
//!
//! Each exporter says which parts of its systems can be healthy or not. Everything above that (the health of a system, of a
//! layer, of the platform) is computed from two recordings that are the same for all: how many parts there are, and how
//! many of them are healthy.
//!
//! How to get it wrong: an expression without a series for a part that is broken. It then has fewer parts, and a better
//! health.

use crate::Recording;

crate::label! {
    /// The layer of a platform that a system belongs to.
    pub LayerLabel = "layer" in Layer {
        /// How people reach the platform: tunnels, ingress, names.
        Edge = "edge",
        /// Keys, certificates and access.
        Security = "security",
        /// What stores, moves and computes data.
        Data = "data",
        /// Where images and packages come from.
        Supply = "supply",
        /// Copies of the data.
        Backup = "backup",
        /// What watches the rest.
        Observability = "observability",
        /// Work that is done on a schedule.
        Jobs = "jobs",
    }
    /// The system that is watched, such as `kafka`.
    pub SystemLabel = "system";
    /// What is counted, such as `brokers`.
    pub PartsLabel = "parts";
}

/// Parts of a system that are healthy or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The system, such as `kafka`.
    pub system: &'static str,
    /// The layer that it belongs to.
    pub layer: Layer,
    /// What is counted, in the plural: `brokers`.
    pub parts: &'static str,
    /// PromQL: one series per part, 1 where it is healthy, 0 where it is not. Replicas of Lookout are one.
    pub expression: String,
}

impl Health {
    /// How many parts of a system there are.
    pub const PARTS: &'static str = "system:lookout_parts:count";
    /// How many of them are healthy.
    pub const HEALTHY: &'static str = "system:lookout_parts_healthy:sum";

    /// The recordings of all `parts`.
    pub fn all(parts: &[Self]) -> Vec<Recording> {
        parts.iter().flat_map(Self::recordings).collect()
    }

    /// The two recordings of these parts.
    pub fn recordings(&self) -> [Recording; 2] {
        let recording = |name, operation: &str, help| Recording {
            name,
            expression: format!("{operation}({})", self.expression),
            labels: vec![
                ("system", self.system.to_owned()),
                ("layer", self.layer.to_string()),
                ("parts", self.parts.to_owned()),
            ],
            help,
            interval: None,
        };
        [
            recording(Self::PARTS, "count", "How many parts a system has whose health is known."),
            recording(Self::HEALTHY, "sum", "How many of the parts of a system are healthy."),
        ]
    }
}
