//! The health of reading the Kubernetes API: which rights are there.

use lookout_declarations::{Health, Layer};

use crate::metrics::PERMISSION_GRANTED;

/// What of the access to the API is healthy or not. Replicas have the same service account, so what one of them lacks is lacking.
pub fn health() -> Vec<Health> {
    vec![Health {
        system: "kubernetes",
        layer: Layer::Observability,
        parts: "rights",
        expression: format!("min without (instance, pod) ({PERMISSION_GRANTED})"),
    }]
}
