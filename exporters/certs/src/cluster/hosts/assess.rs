//! What is exposed of hosts.

use jiff::Timestamp;
use lookout_certs_spec::labels::{HostCertificate, HostResult};
use lookout_certs_spec::metrics::HOST_CERTIFICATE;
use lookout_exposition::{Batch, Family};
use lookout_runtime::Shard;

use super::judge::judgements;
use super::source::Hosts;

/// Writes what holds at `now` of the claims that belong to `shard`.
pub fn assess(hosts: &Hosts, shard: Shard, now: Timestamp, batch: &mut Batch) {
    let mut family = Family::new(&HOST_CERTIFICATE);
    for (judged, actual, secret) in judgements(hosts, shard, now.as_second()) {
        let claim = &judged.claim;
        let (secret_namespace, secret_name) =
            secret.map(|secret| (&*secret.namespace, &*secret.name)).unwrap_or_default();
        for result in HostResult::ALL {
            let labels = HostCertificate {
                resource_namespace: &claim.key.namespace,
                kind: claim.kind.as_str(),
                name: &claim.key.name,
                host: &claim.host,
                secret_namespace,
                secret_name,
                result: *result,
            };
            family.set(labels, f64::from(u8::from(actual == *result)));
        }
    }
    batch.add(family);
}
