//! What cert-manager itself wrote, read and judged: at the moment when it was written, and later, when nothing has moved.

use jiff::Timestamp;
use lookout_certs::cluster::certmanager::{
    CertManager, CertificateReader, ChallengeReader, IssuerReader, OrderReader, RequestReader, assess,
    findings,
};
use lookout_runtime::Shard;

use super::objects::{ones, scrape, view};
use crate::support::fixture;

/// Half a minute after everything was made.
const WRITTEN: &str = "2026-11-22T06:58:10Z";
/// An hour later.
const LATER: &str = "2026-11-22T07:58:10Z";

fn at(moment: &str) -> Timestamp {
    moment.parse().unwrap()
}

fn model() -> CertManager {
    let text = String::from_utf8(fixture("cluster/cert-manager-1.21.2.jsonl")).unwrap();
    let of = |kind: &str| -> Vec<&str> {
        let wanted = format!(r#""kind": "{kind}", "metadata""#);
        text.lines().filter(|line| line.contains(&wanted)).collect()
    };
    let model = CertManager {
        certificates: view(&CertificateReader, &of("Certificate")),
        issuers: view(&IssuerReader { is_cluster_wide: false }, &of("Issuer")),
        cluster_issuers: view(&IssuerReader { is_cluster_wide: true }, &of("ClusterIssuer")),
        requests: view(&RequestReader, &of("CertificateRequest")),
        orders: view(&OrderReader, &of("Order")),
        challenges: view(&ChallengeReader, &of("Challenge")),
        ..CertManager::default()
    };
    let read = [model.requests.len(), model.orders.len(), model.challenges.len(), model.certificates.len()];
    assert_eq!(read, [11, 7, 4, 11], "every object is read");
    model
}

fn causes(moment: &str) -> Vec<String> {
    let shown = scrape(|batch| assess(&model(), Shard::WHOLE, at(moment), batch));
    ones(&shown, "certs_certmanager_certificate_failure", &["certificate", "cause"])
}

#[test]
fn what_the_authority_refused_fails_at_once_and_what_waits_fails_later() {
    assert_eq!(causes(WRITTEN), ["blocked denied", "limited rate_limited", "refused http_status"]);
    assert_eq!(
        causes(LATER),
        [
            "blocked denied",
            "closed issuer_not_ready",
            "forbidden http_status",
            "limited rate_limited",
            "login login_page",
            "nowhere dns",
            "refused http_status",
            "waits issuer_not_ready",
        ]
    );
}

#[test]
fn what_was_issued_has_its_dates_and_the_rest_was_never() {
    let shown = scrape(|batch| assess(&model(), Shard::WHOLE, at(WRITTEN), batch));
    let never = ones(&shown, "certs_certmanager_certificate_never_issued", &["certificate"]);
    assert_eq!(never, ["blocked", "closed", "forbidden", "limited", "login", "nowhere", "refused", "waits"]);
    let value = |family: &str, certificate: &str| {
        shown.value(&format!("certs_certmanager_certificate_{family}"), &[("certificate", certificate)])
    };
    let seconds = |moment: &str| Some(at(moment).as_second() as f64);
    assert_eq!(value("not_after_timestamp_seconds", "valid"), seconds("2027-02-20T06:58:03Z"));
    assert_eq!(value("renewal_timestamp_seconds", "valid"), seconds("2027-01-21T06:58:03Z"));
    assert_eq!((value("revision", "valid"), value("revision", "login")), (Some(1.0), None));
    assert_eq!(value("failing_since_timestamp_seconds", "refused"), seconds("2026-11-22T06:58:04Z"));
    assert_eq!(value("failed_attempts", "refused"), Some(1.0));
    let ready = ones(&shown, "certs_certmanager_issuer_ready", &["kind", "issuer", "status"]);
    assert_eq!(
        ready,
        [
            "Issuer authority true",
            "Issuer broken false",
            "Issuer limited true",
            "Issuer own true",
            "ClusterIssuer closed false",
            "ClusterIssuer page false",
            "ClusterIssuer pebble true",
        ]
    );
}

#[test]
fn a_certificate_of_an_issuer_that_is_not_ready_is_told_what_the_issuer_says() {
    let found = findings(&model(), Shard::WHOLE, at(LATER));
    let of = |subject: &str| &found.iter().find(|finding| finding.subject == subject).unwrap().message;
    let closed = of("Certificate story/closed");
    assert!(closed.contains("its issuer is not ready") && closed.contains("connection refused"), "{closed}");
    let waits = of("Certificate story/waits");
    assert!(waits.contains("secrets \"nobody-made-it\" not found"), "{waits}");
    let login = of("Certificate story/login");
    assert!(login.starts_with("it was never issued: the challenge was answered by a login"), "{login}");
}
