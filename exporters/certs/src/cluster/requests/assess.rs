//! What is exposed of CertificateSigningRequests, and what is wrong with them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lookout_certs_spec::labels::SigningState;
use lookout_certs_spec::metrics::{SIGNING_REQUEST_OLDEST_PENDING, SIGNING_REQUESTS};
use lookout_exposition::{Batch, Family};
use lookout_kubernetes::View;
use lookout_runtime::{Finding, Shard};

use super::reader::SigningRequest;

/// How long a request may wait before it is told, in seconds: those that a controller approves wait for seconds, and
/// Kubernetes forgets a pending one after a day.
const WAITS_LONG: i64 = 60 * 60;

/// Writes the counts by signer. A signer is counted by the shard that owns its name. Every state of a signer that has requests
/// has a row.
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
        })
    });
    found.collect()
}
