//! Whether a claim is good: pure.

use std::collections::HashSet;

use lookout_certs_spec::labels::HostResult;
use lookout_kubernetes::ObjectKey;
use lookout_runtime::Shard;

use super::claim::Claim;
use super::source::Hosts;
use super::stored::Stored;

/// A claim with what is stored for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The claim.
    pub claim: Claim,
    /// What is known of each of its Secrets, in their order.
    pub stored: Vec<Stored>,
}

/// What holds of a claim at `now`, in seconds since 1970-01-01T00:00:00Z, and which Secret that is said of.
///
/// One good Secret of several is enough. If none is, and one cannot be seen, nothing can be said; else the one that is
/// nearest to good counts.
pub fn judge(judged: &Judged, now: i64) -> (HostResult, Option<&ObjectKey>) {
    let claim = &judged.claim;
    if !claim.is_permitted {
        return (HostResult::NotPermitted, claim.secrets.first());
    }
    let of_secret = |(secret, stored): (_, &Stored)| (of_stored(stored, &claim.host, now), Some(secret));
    let results = claim.secrets.iter().zip(&judged.stored).map(of_secret);
    results.min_by_key(|(result, _)| rank(*result)).unwrap_or((HostResult::NoCertificate, None))
}

/// What holds at `now` of the claims that belong to `shard`, with the Secret that it is said of. An object that has a host
/// served with one Secret at several ports is told of once.
pub(super) fn judgements(
    hosts: &Hosts,
    shard: Shard,
    now: i64,
) -> impl Iterator<Item = (&Judged, HostResult, Option<&ObjectKey>)> {
    let owned = hosts.judged.iter().filter(move |judged| judged.claim.belongs_to(shard));
    let all = owned.map(move |judged| {
        let (result, secret) = judge(judged, now);
        (judged, result, secret)
    });
    let mut told = HashSet::new();
    all.filter(move |(Judged { claim, .. }, _, secret)| {
        told.insert((claim.kind, &claim.key, &claim.host, *secret))
    })
}

fn of_stored(stored: &Stored, host: &str, now: i64) -> HostResult {
    match stored {
        Stored::Unknown => HostResult::Unknown,
        Stored::Missing => HostResult::SecretMissing,
        Stored::WithoutCertificate => HostResult::NoCertificate,
        Stored::Leaf(leaf) if !leaf.covers(host) => HostResult::NotCovered,
        Stored::Leaf(leaf) if !leaf.is_valid(now) => HostResult::Expired,
        Stored::Leaf(_) => HostResult::Covered,
    }
}

fn rank(result: HostResult) -> u8 {
    match result {
        HostResult::Covered => 0,
        HostResult::Unknown => 1,
        HostResult::Expired => 2,
        HostResult::NotCovered => 3,
        HostResult::NoCertificate => 4,
        HostResult::SecretMissing => 5,
        HostResult::NotPermitted => 6,
    }
}
