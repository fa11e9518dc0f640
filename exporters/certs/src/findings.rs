//! What is wrong with certificates that could be read, in words for the person who can mend it: pure.
//!
//! The same judgement as that of the metrics and of the shipped critical alerts, for `lookout check`: what pages
//! somebody in production should be found before it goes there.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::config::{Chain, ExpiryThreshold};
use lookout_certs_spec::labels::{Role, Verification};
use lookout_kubernetes::{Entry, View};
use lookout_runtime::{AlertName, Finding};

use crate::cluster::stored::{Held, Place, StoredObject};
use crate::endpoints::{Observation, SeenChain};
use crate::files::{Inventory, StoredFile};
use crate::finding_alerts as alerts;
use crate::parse::Certificate;
use crate::verify::verify;

/// The most findings about objects of one kind: a page is read by a person, and the metrics say them all.
const MAX_FINDINGS: usize = 500;

/// The longest subject of a certificate that is repeated, in characters; the file says it in full.
const MAX_SUBJECT: usize = 100;

/// What is wrong with the chain that an endpoint showed: that it is not trusted, or that it will not be for long.
pub(crate) fn served(observation: &Observation, now: Timestamp) -> Vec<Finding> {
    let Some(seen) = &observation.seen else { return Vec::new() };
    match untrusted(observation, seen, now) {
        Some(finding) => vec![finding],
        None => about_to_expire(observation, seen, now),
    }
}

fn about_to_expire(observation: &Observation, seen: &SeenChain, now: Timestamp) -> Vec<Finding> {
    let target = &observation.target;
    let found = |certificate: &Certificate| {
        let (end, message) = expiry(certificate, &target.about_to_expire, now)?;
        Some(Finding {
            subject: target.source_name(),
            message: format!("the certificate of {} that it serves {message}", subject_of(certificate)),
            remedy: "renew it and have the server read the new one".to_owned(),
            alert: Some(match end {
                End::Past => alerts::SERVED_EXPIRED,
                End::Near => alerts::SERVED_EXPIRING_SOON,
            }),
        })
    };
    seen.chain.certificates.iter().flatten().filter_map(found).collect()
}

fn untrusted(observation: &Observation, seen: &SeenChain, now: Timestamp) -> Option<Finding> {
    let target = &observation.target;
    let expected = target.expected_name.to_str();
    let verdict = verify(&seen.chain, &observation.trust, &target.expected_name, now.as_second());
    let (message, remedy, alert) = match verdict.result {
        Verification::Trusted => return None,
        Verification::Expired => (
            format!("its chain has expired{}", end_of_first(seen, now)),
            "renew the certificate and have the server read the new one".to_owned(),
            alerts::SERVED_EXPIRED,
        ),
        Verification::NotYetValid => (
            "its chain is not valid yet".to_owned(),
            "compare the clocks of the server and of this machine, or wait until the certificate is valid".to_owned(),
            alerts::SERVED_NOT_YET_VALID,
        ),
        Verification::Untrusted => (
            "its chain ends at an authority that is not trusted".to_owned(),
            "if the authority is yours, add its root to `trusted_roots`; if not, install a certificate of one that \
             clients trust"
                .to_owned(),
            alerts::ENDPOINT_UNTRUSTED,
        ),
        Verification::IncompleteChain => (
            "it does not send the intermediate certificate that issued its own".to_owned(),
            "append the intermediate certificates to the certificate file of the server".to_owned(),
            alerts::ENDPOINT_UNTRUSTED,
        ),
        Verification::NameMismatch => (
            format!("its certificate is not made out to `{expected}`"),
            format!("issue one that names `{expected}`, or write the name that is meant as `expected_name`"),
            alerts::ENDPOINT_NAME_MISMATCH,
        ),
        Verification::Invalid => (
            "its chain breaks a rule of X.509, or the server does not hold the key of its certificate".to_owned(),
            "look at the chain with `openssl s_client -showcerts`, and compare the certificate with its key".to_owned(),
            alerts::ENDPOINT_UNTRUSTED,
        ),
        Verification::Unknown => (
            "its chain cannot be verified, because the trusted roots cannot all be read".to_owned(),
            "mend what is said about `trusted_roots`".to_owned(),
            alerts::TRUST_UNREADABLE,
        ),
    };
    Some(Finding { subject: target.source_name(), message, remedy, alert: Some(alert) })
}

/// Which stored certificates have expired, or are about to. A root that is about to is no finding: it stands in
/// somebody else's bundle, as the alerts have it.
pub(crate) fn stored(
    inventory: &Inventory,
    about_to_expire: &ExpiryThreshold,
    now: Timestamp,
) -> Vec<Finding> {
    let of_file = |file: &StoredFile| -> Vec<Finding> {
        let found = |certificate: &Certificate| {
            let (end, message) = expiry(certificate, about_to_expire, now)?;
            Some(Finding {
                subject: file.path.clone(),
                message: format!("the certificate of {} {message}", subject_of(certificate)),
                remedy: "renew it, or remove the file if nothing uses it any more".to_owned(),
                alert: Some(alert_of_stored(certificate, end)),
            })
        };
        file.parsed.certificates.iter().filter_map(found).collect()
    };
    inventory.files.iter().flat_map(of_file).collect()
}

/// Which certificates of objects have expired, or are about to, as [`stored`] has it.
pub(crate) fn in_objects(
    view: &View<StoredObject>,
    place: Place,
    chain: Chain,
    about_to_expire: &ExpiryThreshold,
    now: Timestamp,
) -> Vec<Finding> {
    let of_object = |entry: &Arc<Entry<StoredObject>>| -> Vec<Finding> {
        let found = |held: &Held| {
            let (end, message) = expiry(&held.certificate, about_to_expire, now)?;
            Some(Finding {
                subject: format!("{} {}", place.object_kind(), entry.key),
                message: format!("the certificate of {} {message}", subject_of(&held.certificate)),
                remedy: "renew it, or remove the object if nothing uses it any more".to_owned(),
                alert: Some(alert_of_stored(&held.certificate, end)),
            })
        };
        entry.object.certificates.iter().filter(|held| held.is_shown(chain)).filter_map(found).collect()
    };
    view.iter().flat_map(of_object).take(MAX_FINDINGS).collect()
}

/// How the end of a certificate's validity is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Past,
    Near,
}

fn alert_of_stored(certificate: &Certificate, end: End) -> AlertName {
    match end {
        End::Past if certificate.role == Role::Root => alerts::STORED_ROOT_EXPIRED,
        End::Past => alerts::STORED_EXPIRED,
        // A root that is about to expire is no finding.
        End::Near => alerts::STORED_EXPIRING_SOON,
    }
}

/// What is wrong with the end of a certificate's validity, in words too.
fn expiry(
    certificate: &Certificate,
    about_to_expire: &ExpiryThreshold,
    now: Timestamp,
) -> Option<(End, String)> {
    let left = certificate.not_after.saturating_sub(now.as_second());
    let life = certificate.not_after.saturating_sub(certificate.not_before);
    let end = moment(certificate.not_after);
    if left < 0 {
        return Some((End::Past, format!("has expired, on {end}")));
    }
    let within = (left as f64) < about_to_expire.remaining_seconds() as f64
        && (left as f64) < about_to_expire.life_left.get() * life as f64;
    (within && certificate.role != Role::Root).then(|| (End::Near, format!("is about to expire, on {end}")))
}

/// When the first certificate of a chain ended, if one has.
fn end_of_first(seen: &SeenChain, now: Timestamp) -> String {
    let ends = seen.chain.certificates.iter().flatten().map(|certificate| certificate.not_after);
    match ends.filter(|end| *end < now.as_second()).min() {
        Some(end) => format!(", on {}", moment(end)),
        // A root that the server does not send.
        None => String::new(),
    }
}

fn moment(seconds: i64) -> String {
    Timestamp::from_second(seconds)
        .map_or_else(|_| "a day beyond the calendar".to_owned(), |moment| moment.to_string())
}

fn subject_of(certificate: &Certificate) -> String {
    let name = &certificate.subject;
    let text = if name.common_name().is_empty() { name.text() } else { name.common_name() };
    if text.is_empty() {
        return format!("serial number {}", certificate.serial_number);
    }
    let cut: String = text.chars().take(MAX_SUBJECT).collect();
    format!("`{}`", cut.escape_debug())
}
