//! What is exposed of workloads.

use lookout_certs_spec::metrics::SECRET_WORKLOAD;
use lookout_exposition::{Batch, Family};

use super::source::Workloads;

/// Writes which workloads use the Secrets that hold certificates.
pub fn assess(workloads: &Workloads, batch: &mut Batch) {
    let mut family = Family::new(&SECRET_WORKLOAD);
    for (kind, view) in workloads.of_kinds() {
        for entry in view.iter() {
            let (namespace, name) = (&*entry.key.namespace, &*entry.key.name);
            for secret in &entry.object {
                let found = workloads.secrets.get(namespace, secret);
                if found.is_some_and(|found| !found.object.certificates.is_empty()) {
                    family.present((namespace, secret, kind.as_str(), name));
                }
            }
        }
    }
    batch.add(family);
}
