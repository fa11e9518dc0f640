//! What is exposed of CertificateSigningRequests, and what is wrong with them.
//!
//! A signer, and all requests to it, are shown by the shard that owns its name.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lookout_certs_spec::labels::SigningState;
use lookout_certs_spec::metrics::{
    SIGNING_REQUEST_NOT_AFTER, SIGNING_REQUEST_OLDEST_PENDING, SIGNING_REQUESTS,
};
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Family};
use lookout_kubernetes::{Entry, View};
use lookout_runtime::{Fault, Finding, Shard};

use super::reader::{IssuedCertificate, SigningRequest};
use crate::finding_alerts::SIGNING_REQUEST_PENDING;

/// How long a request may wait before it is told, in seconds: those that a controller approves wait for seconds, and
/// Kubernetes forgets a pending one after a day.
const WAITS_LONG: i64 = 60 * 60;

/// The most certificates that have a row. Kubernetes removes a request an hour after it was answered, and the kubelets of a large
/// cluster may all ask within one.
pub const MAX_ISSUED: usize = 2000;

/// The most certificates that cannot be read that one cycle names.
const MAX_FAULTS: usize = 200;

/// Writes the counts by signer, and when each issued certificate ends. Every state of a signer that has requests has a row.
pub fn assess(requests: &View<SigningRequest>, shard: Shard, batch: &mut Batch) {
    let mut signers = BTreeMap::<&str, Signer>::new();
    for entry in requests.iter().filter(|entry| shard.owns(&entry.object.signer)) {
        let SigningRequest { signer, state, created, .. } = &entry.object;
        let counted = signers.entry(signer).or_default();
        *counted.counts.entry(*state).or_default() += 1;
        if *state == SigningState::Pending {
            counted.oldest = counted.oldest.into_iter().chain(*created).min();
        }
    }
    let mut counts = Family::new(&SIGNING_REQUESTS);
    let mut oldest = Family::new(&SIGNING_REQUEST_OLDEST_PENDING);
    for (name, signer) in &signers {
        for state in SigningState::ALL {
            let count = signer.counts.get(state).copied().unwrap_or(0);
            counts.set((*name, *state), f64::from(count));
        }
        if let Some(moment) = signer.oldest {
            oldest.set((*name,), moment as f64);
        }
    }
    batch.add(counts);
    batch.add(oldest);
    let mut not_after = Family::new(&SIGNING_REQUEST_NOT_AFTER);
    for (entry, issued) in issued(requests, shard).take(MAX_ISSUED) {
        let labels = (&*entry.object.signer, &*entry.key.name, &*issued.common_name);
        not_after.set(labels, issued.not_after as f64);
    }
    batch.add(not_after);
}

fn issued(
    requests: &View<SigningRequest>,
    shard: Shard,
) -> impl Iterator<Item = (&Entry<SigningRequest>, &IssuedCertificate)> {
    let owned = requests.iter().filter(move |entry| shard.owns(&entry.object.signer));
    owned.filter_map(|entry| Some((&**entry, entry.object.issued.as_ref()?)))
}

/// What was issued and has no row: what cannot be read, and what is beyond the limit.
pub fn faults(requests: &View<SigningRequest>, shard: Shard) -> Vec<Fault> {
    let owned = requests.iter().filter(|entry| shard.owns(&entry.object.signer));
    let is_unreadable =
        |request: &SigningRequest| request.state == SigningState::Issued && request.issued.is_none();
    let unreadable = owned.filter(|entry| is_unreadable(&entry.object)).take(MAX_FAULTS).map(|entry| Fault {
        reason: Reason::Malformed,
        subject: format!("CertificateSigningRequest {}", entry.key),
        message: "the certificate that was issued cannot be read; ask whoever runs the signer".to_owned(),
    });
    let beyond = issued(requests, shard).count().saturating_sub(MAX_ISSUED);
    let too_many = (beyond > 0).then(|| Fault {
        reason: Reason::TooMany,
        subject: "certificatesigningrequests.certificates.k8s.io".to_owned(),
        message: format!("of {beyond} more than the {MAX_ISSUED} whose end is shown it is not"),
    });
    unreadable.chain(too_many).collect()
}

/// What is counted of one signer.
#[derive(Default)]
struct Signer {
    counts: BTreeMap<SigningState, u32>,
    oldest: Option<i64>,
}

/// The requests that have waited for long at `now`.
pub fn findings(requests: &View<SigningRequest>, shard: Shard, now: Timestamp) -> Vec<Finding> {
    let owned = requests.iter().filter(|entry| shard.owns(&entry.object.signer));
    let waiting = owned.filter(|entry| entry.object.state == SigningState::Pending);
    let found = waiting.filter_map(|entry| {
        let waited = now.as_second().saturating_sub(entry.object.created?);
        (waited > WAITS_LONG).then(|| Finding {
            subject: format!("CertificateSigningRequest {}", entry.key),
            message: format!(
                "it has waited for {:#} for an approval; `{}` asks `{}`",
                SignedDuration::from_secs(waited),
                entry.object.user.escape_debug(),
                entry.object.signer.escape_debug()
            ),
            remedy: format!(
                "look at it with `kubectl describe csr {0}`, then `kubectl certificate approve {0}` or `deny {0}`",
                entry.key
            ),
            alert: Some(SIGNING_REQUEST_PENDING),
        })
    });
    found.collect()
}
