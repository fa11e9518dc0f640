//! What is wrong with cert-manager's objects, in words for the person who can mend it: pure.

use jiff::Timestamp;
use lookout_certs_spec::labels::FailureCause;
use lookout_kubernetes::{Entry, View};
use lookout_runtime::{Finding, Shard};

use super::condition::ConditionStatus;
use super::model::CertManager;
use super::objects::{CertificateObject, IssuerObject};
use super::renewal::{Failing, Lineage};
use crate::finding_alerts as alerts;

/// How long a renewal may be overdue before it is told, in seconds: cert-manager renews within minutes, one certificate
/// after another.
const OVERDUE_AFTER: i64 = 60 * 60;

/// The longest text of a status that is repeated, in characters.
const MAX_TEXT: usize = 300;

/// What is wrong at `now` with the objects that belong to `shard`.
pub fn findings(model: &CertManager, shard: Shard, now: Timestamp) -> Vec<Finding> {
    let lineage = Lineage::new(model);
    let owned = model.certificates.iter().filter(|entry| shard.owns(&entry.key.to_string()));
    let certificates = owned.filter_map(|entry| certificate(entry, &lineage, now.as_second()));
    let issuers = [("Issuer", &model.issuers), ("ClusterIssuer", &model.cluster_issuers)]
        .into_iter()
        .flat_map(|(kind, view)| issuers(kind, view, shard));
    certificates.chain(issuers).collect()
}

fn certificate(entry: &Entry<CertificateObject>, lineage: &Lineage<'_>, now: i64) -> Option<Finding> {
    let subject = format!("Certificate {}", entry.key);
    if let Some(failing) = lineage.failing(entry, now) {
        let what = if entry.object.was_never_issued() { "it was never issued" } else { "it is not renewed" };
        let message = format!("{what}: {}{}", meaning(failing.cause), quoted(&failing));
        let remedy = remedy(failing.cause).to_owned();
        // Also of one that was never issued: that alert is for where nothing says why.
        return Some(Finding { subject, message, remedy, alert: Some(alerts::RENEWAL_FAILING) });
    }
    let overdue = entry.object.renewal.is_some_and(|renewal| now.saturating_sub(renewal) > OVERDUE_AFTER);
    overdue.then(|| Finding {
        subject,
        message: "its renewal is overdue, and nothing says why".to_owned(),
        remedy: "see whether cert-manager's controller runs, and read its log".to_owned(),
        alert: Some(alerts::RENEWAL_OVERDUE),
    })
}

fn issuers<'a>(
    kind: &'static str,
    view: &'a View<IssuerObject>,
    shard: Shard,
) -> impl Iterator<Item = Finding> + 'a {
    view.iter().filter(move |entry| shard.owns(&entry.key.to_string())).filter_map(move |entry| {
        let ready = entry.object.ready.as_ref()?;
        (ready.status == ConditionStatus::False).then(|| Finding {
            subject: format!("{kind} {}", entry.key),
            message: format!("it is not ready: {}", cut(&ready.message)),
            remedy: format!("mend what it says; nothing is issued by this {kind} until then"),
            alert: Some(alerts::ISSUER_NOT_READY),
        })
    })
}

/// What a cause means, for a sentence that goes on.
fn meaning(cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::LoginPage => "the challenge was answered by a login or another page",
        FailureCause::RateLimited => "the authority limits the rate",
        FailureCause::Dns => "a name or record in DNS is not found",
        FailureCause::Connection => "a connection fails",
        FailureCause::HttpStatus => "the challenge was answered with an error",
        FailureCause::Denied => "the request was denied",
        FailureCause::Invalid => "the request is not valid",
        FailureCause::IssuerNotReady => "its issuer is not ready or not there",
        FailureCause::Other => "issuing fails",
    }
}

fn remedy(cause: FailureCause) -> &'static str {
    match cause {
        FailureCause::LoginPage => {
            "let `/.well-known/acme-challenge/` pass the login in front of the host, or prove the name by DNS-01"
        }
        FailureCause::RateLimited => {
            "wait until the limit is over, and end what uses it up; each attempt meanwhile counts too"
        }
        FailureCause::Dns => "set the record of the name, or give the solver the right to set it",
        FailureCause::Connection => {
            "make port 80 of the name reachable from the authority, and from cert-manager"
        }
        FailureCause::HttpStatus => "have the ingress controller send the challenge's path to the solver",
        FailureCause::Denied => "read who denied it, and grant it or correct the Certificate",
        FailureCause::Invalid => "correct the Certificate, or delete the request so that a new one is made",
        FailureCause::IssuerNotReady => "mend the issuer, or name another one",
        FailureCause::Other => "read the events of its CertificateRequest, Order and Challenges",
    }
}

fn quoted(failing: &Failing) -> String {
    if failing.text.is_empty() { String::new() } else { format!(" ({})", cut(&failing.text)) }
}

/// The beginning of a text from outside, with what is not printable escaped.
fn cut(text: &str) -> String {
    let cut: String = text.chars().take(MAX_TEXT).collect();
    cut.escape_debug().to_string().replace("\\\"", "\"").replace("\\'", "'")
}
