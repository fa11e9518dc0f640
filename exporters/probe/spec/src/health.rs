//! The health of probed targets.

use lookout_declarations::{Health, Layer};

use crate::metrics::SUCCESS;

/// What is healthy or not: each target, which the scraper tells by `instance`. Two scrapes of one target through two replicas
/// of Lookout have the same `instance` and another `pod`; what fails from one place fails.
pub fn health() -> Vec<Health> {
    vec![Health {
        system: "probes",
        layer: Layer::Edge,
        parts: "targets",
        expression: format!("min without (pod) ({SUCCESS})"),
    }]
}
