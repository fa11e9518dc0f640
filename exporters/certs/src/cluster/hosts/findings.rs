//! What is wrong with hosts and their Secrets, in words for the person who can mend it: pure.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lookout_certs_spec::labels::HostResult;
use lookout_kubernetes::ObjectKey;
use lookout_runtime::{Finding, Shard};

use super::claim::Claim;
use super::judge::{Judged, judgements};
use super::source::Hosts;
use super::stored::Stored;
use crate::finding_alerts as alerts;
use crate::parse::Fingerprint;

/// What is wrong at `now` with the claims that belong to `shard`.
pub fn findings(hosts: &Hosts, shard: Shard, now: Timestamp) -> Vec<Finding> {
    let of_claims = judgements(hosts, shard, now.as_second()).filter_map(of_claim);
    let owned = hosts.judged.iter().filter(|judged| judged.claim.belongs_to(shard));
    of_claims.chain(conflicts(owned)).collect()
}

fn of_claim((judged, result, secret): (&Judged, HostResult, Option<&ObjectKey>)) -> Option<Finding> {
    let claim = &judged.claim;
    let secret = secret?;
    let host = host(claim);
    let (message, remedy, alert) = match result {
        HostResult::Unknown => return None,
        HostResult::Covered => {
            let missing = missing(judged)?;
            (
                format!("the Secret {missing}, one of several for {host}, is not there; {secret} is good"),
                "create it, or remove the name: a controller may refuse the others too".to_owned(),
                // The host is covered.
                None,
            )
        }
        HostResult::NotCovered => (
            format!("the certificate in the Secret {secret} is not made out to {host}"),
            format!("issue one that names {host}, or name the Secret that has it"),
            Some(alerts::HOST_NOT_COVERED),
        ),
        HostResult::Expired => (
            format!("the certificate in the Secret {secret}, for {host}, is not valid now"),
            "renew it; if cert-manager does so, see what it says of the Certificate".to_owned(),
            Some(alerts::HOST_SECRET_EXPIRED),
        ),
        HostResult::NoCertificate => (
            format!("the Secret {secret}, for {host}, holds no certificate under `tls.crt` that can be read"),
            "put a certificate and its key into it, as `kubectl create secret tls` does".to_owned(),
            Some(alerts::HOST_WITHOUT_CERTIFICATE),
        ),
        HostResult::SecretMissing => (
            format!("the Secret {secret}, for {host}, is not there"),
            "create it, have cert-manager create it, or correct the name".to_owned(),
            Some(alerts::HOST_WITHOUT_CERTIFICATE),
        ),
        HostResult::NotPermitted => (
            format!("it may not use the Secret {secret}, for {host}"),
            format!("create a ReferenceGrant in the namespace {}, or move the Secret", secret.namespace),
            Some(alerts::HOST_WITHOUT_CERTIFICATE),
        ),
    };
    Some(Finding { subject: subject(claim), message, remedy, alert })
}

/// A Secret that is not there, of those that a claim names.
fn missing(judged: &Judged) -> Option<&ObjectKey> {
    let mut all = judged.claim.secrets.iter().zip(&judged.stored);
    all.find(|(_, stored)| matches!(stored, Stored::Missing)).map(|(secret, _)| secret)
}

/// Hosts that several objects have one server serve with different certificates at one port: it serves one of them.
fn conflicts<'a>(owned: impl Iterator<Item = &'a Judged>) -> Vec<Finding> {
    let mut by_host = BTreeMap::<_, Vec<&Judged>>::new();
    for judged in owned.filter(|judged| !judged.claim.host.is_empty() && !judged.claim.secrets.is_empty()) {
        let claim = &judged.claim;
        by_host.entry((claim.server(), claim.port, &claim.host)).or_default().push(judged);
    }
    let conflict = |several: &Vec<&Judged>| {
        let (first, rest) = several.split_first()?;
        let other = rest.iter().find(|other| differ(first, other))?;
        let name =
            |judged: &Judged| judged.claim.secrets.first().map(ObjectKey::to_string).unwrap_or_default();
        Some(Finding {
            subject: subject(&other.claim),
            message: format!(
                "it has {} served with the Secret {}, and {} has it served with {}: the controller takes one of them",
                host(&other.claim),
                name(other),
                subject(&first.claim),
                name(first)
            ),
            remedy: "name the same Secret in both, or the host in one of them only".to_owned(),
            // Which of them is served, and whether that differs, is told of each.
            alert: None,
        })
    };
    by_host.values().filter_map(conflict).collect()
}

/// Whether two claims are for certificates that are known to be different ones.
fn differ(one: &Judged, other: &Judged) -> bool {
    let fingerprints = |judged: &'_ Judged| -> Vec<Fingerprint> {
        let leaf = |stored: &Stored| match stored {
            Stored::Leaf(leaf) => Some(leaf.fingerprint),
            _ => None,
        };
        judged.stored.iter().filter_map(leaf).collect()
    };
    let (one, other) = (fingerprints(one), fingerprints(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|fingerprint| other.contains(fingerprint))
}

fn subject(claim: &Claim) -> String {
    format!("{} {}", claim.kind.as_str(), claim.key)
}

fn host(claim: &Claim) -> String {
    if claim.host.is_empty() { "every host".to_owned() } else { format!("`{}`", claim.host.escape_debug()) }
}
