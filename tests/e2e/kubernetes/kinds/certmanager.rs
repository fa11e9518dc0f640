//! cert-manager's objects, with the status that its controllers would write: nobody here runs them.
//!
//! What is wanted stands here by hand: which row an object must have is what the story is about.

use serde_json::{Value, json};

use super::{IN_THE_END, NAMESPACES, Stage};
use crate::kubernetes::api::Api;
use crate::kubernetes::truth::seconds;

const NAMESPACE: &str = NAMESPACES[0];
const AFTER: &str = "2031-03-04T05:06:07Z";
const RENEWAL: &str = "2031-02-02T05:06:07Z";
const FAILED: &str = "2026-05-06T07:08:09Z";
/// What ends a row that is about one Certificate.
const OURS: [(&str, &str); 1] = [("resource_namespace", NAMESPACE)];

/// The collection of a kind.
fn path(kind: &str) -> String {
    let plural = format!("{}s", kind.to_lowercase());
    match kind {
        "ClusterIssuer" => format!("/apis/{}/{plural}", version(kind)),
        _ => format!("/apis/{}/namespaces/{NAMESPACE}/{plural}", version(kind)),
    }
}

fn version(kind: &str) -> &'static str {
    if matches!(kind, "Order" | "Challenge") { "acme.cert-manager.io/v1" } else { "cert-manager.io/v1" }
}

/// An object, its specification and its status.
struct Made<'a> {
    kind: &'a str,
    name: &'a str,
    /// Kind, name and identifier of its owner. The garbage collector removes what names an owner that is not there.
    owner: Option<[&'a str; 3]>,
}

impl Made<'_> {
    /// Creates it; its identifier.
    fn create(&self, api: &Api, spec: &Value, status: &Value) -> String {
        let (kind, name) = (self.kind, self.name);
        let mut object =
            json!({"apiVersion": version(kind), "kind": kind, "metadata": {"name": name}, "spec": spec});
        if let Some([kind, name, id]) = self.owner {
            let owner = json!({"apiVersion": version(kind), "kind": kind, "name": name, "uid": id});
            object["metadata"]["ownerReferences"] = json!([owner]);
        }
        let created = api.create(&path(kind), &object);
        if !status.is_null() {
            api.merge(&format!("{}/{name}/status", path(kind)), &json!({"status": status}));
        }
        created["metadata"]["uid"].as_str().expect("it has an identifier").to_owned()
    }
}

/// Nobody's.
fn made<'a>(kind: &'a str, name: &'a str) -> Made<'a> {
    Made { kind, name, owner: None }
}

fn owned<'a>(kind: &'a str, name: &'a str, owner: [&'a str; 3]) -> Made<'a> {
    Made { kind, name, owner: Some(owner) }
}

fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
    json!({"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": FAILED})
}

fn certificate(secret: &str, issuer: &Value) -> Value {
    json!({"secretName": secret, "dnsNames": ["web.example.org"], "issuerRef": issuer})
}

/// Certificates in good order, never issued, and failing; issuers; requests.
pub(super) fn populate(api: &Api) {
    let issuer = json!({"name": "letsencrypt", "kind": "ClusterIssuer", "group": "cert-manager.io"});
    let good = json!({
        "conditions": [condition("Ready", "True", "Ready", "Certificate is up to date and has not expired")],
        "notBefore": "2030-12-04T05:06:07Z", "notAfter": AFTER, "renewalTime": RENEWAL, "revision": 3,
    });
    made("Certificate", "good").create(api, &certificate("good-tls", &issuer), &good);
    // Neither kind nor group of its issuer is said.
    made("Certificate", "never").create(
        api,
        &certificate("never-tls", &json!({"name": "own"})),
        &Value::Null,
    );
    failing(api, &issuer);
    // Requests without an owner, as people and other controllers make them.
    let spec = json!({"request": "bm9uZQ==", "issuerRef": issuer});
    let done = condition("Ready", "True", "Issued", "Certificate fetched from issuer successfully");
    made("CertificateRequest", "done").create(api, &spec, &json!({"conditions": [done]}));
    let denied = [
        condition("Denied", "True", "Test", "not today"),
        condition("Ready", "False", "Denied", "The CertificateRequest was denied"),
    ];
    made("CertificateRequest", "denied").create(api, &spec, &json!({"conditions": denied}));
    let server = "https://acme.example.org/directory";
    let acme = json!({"acme": {"server": server, "privateKeySecretRef": {"name": "account"}}});
    let ready = |status: &str| json!({"conditions": [condition("Ready", status, "Test", "as it says")]});
    made("ClusterIssuer", "letsencrypt").create(api, &acme, &ready("True"));
    made("Issuer", "own").create(api, &json!({"selfSigned": {}}), &ready("False"));
    made("Issuer", "new").create(api, &json!({"selfSigned": {}}), &Value::Null);
}

/// The Certificate `web`, and the steps of its last attempt, down to the challenge that met a login page.
fn failing(api: &Api, issuer: &Value) {
    let again = "The certificate request has failed to complete and will be retried";
    let failing = json!({
        "conditions": [
            condition("Ready", "False", "Expired", "Certificate expired"), condition("Issuing", "False", "Failed", again),
        ],
        "notBefore": "2020-12-04T05:06:07Z", "notAfter": "2021-03-04T05:06:07Z", "renewalTime": "2021-02-02T05:06:07Z",
        "revision": 1, "lastFailureTime": FAILED, "failedIssuanceAttempts": 4,
    });
    let certificate = made("Certificate", "web").create(api, &certificate("web-tls", issuer), &failing);
    let spec = json!({"request": "bm9uZQ==", "issuerRef": issuer});
    let waits = condition("Ready", "False", "Pending", "Waiting on certificate issuance from order");
    let request = owned("CertificateRequest", "web-2", ["Certificate", "web", &certificate]);
    let request = request.create(api, &spec, &json!({"conditions": [waits]}));
    let order = owned("Order", "web-2-1", ["CertificateRequest", "web-2", &request]);
    let order = order.create(api, &spec, &json!({"state": "pending"}));
    let spec = json!({
        "authorizationURL": "https://acme.example.org/a", "url": "https://acme.example.org/c", "dnsName": "web.example.org",
        "issuerRef": issuer, "key": "planted", "token": "planted", "type": "HTTP-01", "solver": {},
    });
    let reason = "Waiting for HTTP-01 challenge propagation: did not get expected response when querying endpoint, expected \
                  \"Ac6l.VUhX\" but got: <!doctype html>\n<html l... (truncated)";
    let status = json!({"state": "pending", "processing": true, "presented": true, "reason": reason});
    owned("Challenge", "web-2-1-1", ["Order", "web-2-1", &order]).create(api, &spec, &status);
}

/// What Certificates are, and when they end.
pub(super) fn certificates(stage: &mut Stage) {
    let group = "cert-manager.io";
    let labels = ["certificate", "secret_name", "issuer_kind", "issuer", "issuer_group"];
    let wanted: [(&[&str], f64); 3] = [
        (&["good", "good-tls", "ClusterIssuer", "letsencrypt", group], 1.0),
        (&["never", "never-tls", "Issuer", "own", group], 1.0),
        (&["web", "web-tls", "ClusterIssuer", "letsencrypt", group], 1.0),
    ];
    stage.until_rows("certs_certmanager_certificate_info", &labels, &OURS, &wanted);
    let ready = |name: &'static str, holds: &'static str| {
        ["true", "false", "unknown"].map(|status| ([name, status], f64::from(u8::from(status == holds))))
    };
    let wanted = [ready("good", "true"), ready("never", "unknown"), ready("web", "false")].concat();
    let wanted: Vec<(&[&str], f64)> = wanted.iter().map(|(labels, value)| (&labels[..], *value)).collect();
    stage.until_rows("certs_certmanager_certificate_ready", &["certificate", "status"], &OURS, &wanted);
    let of = |family: &str, rows: &[(&'static str, f64)], stage: &mut Stage| {
        let rows: Vec<([&str; 1], f64)> = rows.iter().map(|(name, value)| ([*name], *value)).collect();
        let rows: Vec<(&[&str], f64)> = rows.iter().map(|(labels, value)| (&labels[..], *value)).collect();
        stage.until_rows(&format!("certs_certmanager_certificate_{family}"), &["certificate"], &OURS, &rows);
    };
    let at = |time: &str| seconds(time) as f64;
    of("never_issued", &[("good", 0.0), ("never", 1.0), ("web", 0.0)], stage);
    of("not_after_timestamp_seconds", &[("good", at(AFTER)), ("web", at("2021-03-04T05:06:07Z"))], stage);
    of("renewal_timestamp_seconds", &[("good", at(RENEWAL)), ("web", at("2021-02-02T05:06:07Z"))], stage);
    of("revision", &[("good", 3.0), ("web", 1.0)], stage);
    of("failing_since_timestamp_seconds", &[("web", at(FAILED))], stage);
    of("failed_attempts", &[("web", 4.0)], stage);
}

/// Why the one fails; and that it fails no more when it does not.
pub(super) fn failures(stage: &mut Stage) {
    let cause = |stage: &mut Stage, wanted: Option<&str>| {
        let rows: Vec<(&[&str], f64)> =
            wanted.iter().map(|cause| (std::slice::from_ref(cause), 1.0)).collect();
        let begun = std::time::Instant::now();
        stage.lookout.until("the cause", |scrape| {
            let found = super::rows(scrape, "certs_certmanager_certificate_failure", &OURS);
            let found: Vec<_> =
                found.iter().filter(|row| row.value == 1.0).filter_map(|row| row.label("cause")).collect();
            let wanted: Vec<&str> = rows.iter().map(|(labels, _)| labels[0]).collect();
            assert!(begun.elapsed() < IN_THE_END, "{found:?} instead of {wanted:?}");
            (found == wanted).then_some(())
        });
        println!("    {} after {} ms", wanted.unwrap_or("nothing"), begun.elapsed().as_millis());
    };
    cause(stage, Some("login_page"));
    let challenge = format!("{}/web-2-1-1/status", path("Challenge"));
    for (reason, wanted) in [
        (
            "Error accepting authorization: acme: authorization error for web.example.org: 400 urn:ietf:params:acme:error:dns: \
             DNS problem: NXDOMAIN looking up A for web.example.org",
            "dns",
        ),
        ("Waiting for HTTP-01 challenge propagation: wrong status code '403', expected '200'", "http_status"),
        (
            "429 urn:ietf:params:acme:error:rateLimited: too many certificates already issued for \"example.org\"",
            "rate_limited",
        ),
    ] {
        stage.api.merge(&challenge, &json!({"status": {"reason": reason}}));
        cause(stage, Some(wanted));
    }
    let good = json!({
        "conditions": [condition("Ready", "True", "Ready", "Certificate is up to date and has not expired")],
        "notAfter": AFTER, "lastFailureTime": null, "failedIssuanceAttempts": null, "revision": 2,
    });
    stage.api.merge(&format!("{}/web/status", path("Certificate")), &json!({"status": good}));
    cause(stage, None);
    stage.until_rows(
        "certs_certmanager_certificate_failing_since_timestamp_seconds",
        &["certificate"],
        &OURS,
        &[],
    );
}

/// Issuers, and what is on its way.
pub(super) fn issuers(stage: &mut Stage) {
    let ready = |kind: &'static str, name: &'static str, holds: &'static str| {
        ["true", "false", "unknown"]
            .map(|status| ([kind, name, status], f64::from(u8::from(status == holds))))
    };
    let labels = ["kind", "issuer", "status"];
    for (namespace, wanted) in [
        (NAMESPACE, [ready("Issuer", "own", "false"), ready("Issuer", "new", "unknown")].concat()),
        ("", ready("ClusterIssuer", "letsencrypt", "true").to_vec()),
    ] {
        let wanted: Vec<(&[&str], f64)> =
            wanted.iter().map(|(labels, value)| (&labels[..], *value)).collect();
        stage.until_rows(
            "certs_certmanager_issuer_ready",
            &labels,
            &[("resource_namespace", namespace)],
            &wanted,
        );
    }
    let wanted: [(&[&str], f64); 5] = [
        (&["CertificateRequest", "denied"], 1.0),
        (&["CertificateRequest", "pending"], 1.0),
        (&["CertificateRequest", "ready"], 1.0),
        (&["Challenge", "pending"], 1.0),
        (&["Order", "pending"], 1.0),
    ];
    stage.until_rows("certs_certmanager_requests", &["kind", "state"], &OURS, &wanted);
}
