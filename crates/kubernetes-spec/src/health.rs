//! The health of reading the Kubernetes API: which rights are there.

use lookout_declarations::{Given, Health, HealthCase, Layer};

use crate::metrics::{PERMISSION_GRANTED, Verb};

/// What of the access to the API is healthy or not. Replicas have the same service account, so what one of them lacks is lacking.
pub fn health() -> Vec<Health> {
    vec![Health {
        system: "kubernetes",
        layer: Layer::Observability,
        parts: "rights",
        expression: format!("min without (instance, pod) ({PERMISSION_GRANTED})"),
        cases: cases(),
    }]
}

fn cases() -> Vec<HealthCase> {
    let right = |verb, replica: &str, value: u8| {
        let of = Given::series(&PERMISSION_GRANTED, ("certs", verb, "secrets", ""), format!("{value}x20"));
        let open = of.series.trim_end_matches('}');
        Given::raw(format!("{open},instance=\"{replica}:9000\",pod=\"{replica}\"}}"), of.values.clone())
    };
    vec![HealthCase {
        name: "what one replica lacks is lacking",
        given: vec![
            right(Verb::List, "lookout-0", 1),
            right(Verb::List, "lookout-1", 1),
            right(Verb::Watch, "lookout-0", 1),
            right(Verb::Watch, "lookout-1", 0),
        ],
        n_parts: 2,
        n_healthy: 1,
    }]
}
