//! The health of probed targets.

use lookout_declarations::{Given, Health, HealthCase, Layer};

use crate::metrics::SUCCESS;

/// What is healthy or not: each target, which the scraper tells by `instance`. Two scrapes of one target through two replicas
/// of Lookout have the same `instance` and another `pod`; what fails from one place fails.
pub fn health() -> Vec<Health> {
    vec![Health {
        system: "probes",
        layer: Layer::Edge,
        parts: "targets",
        expression: format!("min without (pod) ({SUCCESS})"),
        cases: cases(),
    }]
}

fn cases() -> Vec<HealthCase> {
    let target = |instance: &str, pod: &str, value: u8| {
        Given::raw(
            format!("{SUCCESS}{{job=\"probe\",instance=\"{instance}\",pod=\"{pod}\"}}"),
            format!("{value}x20"),
        )
    };
    vec![HealthCase {
        name: "what fails from one place fails",
        given: vec![
            target("https://shop.example/", "lookout-0", 1),
            target("https://shop.example/", "lookout-1", 1),
            target("https://docs.example/", "lookout-0", 0),
            target("https://docs.example/", "lookout-1", 1),
        ],
        n_parts: 2,
        n_healthy: 1,
    }]
}
