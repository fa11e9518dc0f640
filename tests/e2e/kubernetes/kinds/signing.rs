//! CertificateSigningRequests: counted by signer and by how far they have come, as kubectl says.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::{Value, json};

use super::Stage;
use crate::kubernetes::access::base64;
use crate::kubernetes::truth::{items, seconds, unbase64};
use crate::tools::{succeed, tool};

const REQUESTS: &str = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
const OURS: &str = "kinds.example.org/nobody";
const CLIENTS: &str = "kubernetes.io/kube-apiserver-client";
const STATES: [&str; 5] = ["pending", "approved", "denied", "failed", "issued"];

/// One of each state, by a signer that nobody is and by one that signs.
pub(super) fn requests(stage: &mut Stage) {
    for (name, signer) in [
        ("kinds-pending", OURS),
        ("kinds-waiting", OURS),
        ("kinds-approved", OURS),
        ("kinds-denied", OURS),
        ("kinds-failed", OURS),
        ("kinds-issued", CLIENTS),
    ] {
        let spec =
            json!({"request": base64(&request(name)), "signerName": signer, "usages": ["client auth"]});
        stage.api.create(REQUESTS, &json!({"metadata": {"name": name}, "spec": spec}));
    }
    let failed = json!({"status": {"conditions": [{"type": "Failed", "status": "True", "reason": "Test", "message": "it failed"}]}});
    stage.api.merge(&format!("{REQUESTS}/kinds-failed/status"), &failed);
    for (verb, name) in [("approve", "kinds-approved"), ("approve", "kinds-issued"), ("deny", "kinds-denied")]
    {
        stage.kubectl.run(&["certificate", verb, name]);
    }
    crate::running::until("a certificate that was issued", || {
        let request = stage.api.get(&format!("{REQUESTS}/kinds-issued"));
        request["status"]["certificate"].is_string().then_some(())
    });
    issued_until(stage);
    let list = stage.kubectl.get(&["certificatesigningrequests"]);
    let (mut counts, mut oldest) = (BTreeMap::<(&str, &str), f64>::new(), i64::MAX);
    for request in items(&list) {
        let signer = request["spec"]["signerName"].as_str().expect("it has a signer");
        for state in STATES {
            counts.entry((signer, state)).or_default();
        }
        let reached = state_of(request);
        *counts.entry((signer, reached)).or_default() += 1.0;
        if (signer, reached) == (OURS, "pending") {
            oldest =
                oldest.min(seconds(request["metadata"]["creationTimestamp"].as_str().expect("it has one")));
        }
    }
    for signer in [OURS, CLIENTS] {
        let wanted: Vec<(&[&str], f64)> =
            STATES.iter().map(|state| (std::slice::from_ref(state), counts[&(signer, *state)])).collect();
        stage.until_rows("certs_signing_requests", &["state"], &[("signer", signer)], &wanted);
    }
    let wanted: [(&[&str], f64); 1] = [(&[], oldest as f64)];
    stage.until_rows(
        "certs_signing_request_oldest_pending_timestamp_seconds",
        &[],
        &[("signer", OURS)],
        &wanted,
    );
    for name in ["kinds-pending", "kinds-waiting"] {
        stage.api.delete(&format!("{REQUESTS}/{name}"));
    }
    stage.until_rows("certs_signing_request_oldest_pending_timestamp_seconds", &[], &[("signer", OURS)], &[]);
}

/// What was issued has its end, as OpenSSL says, and its subject.
fn issued_until(stage: &mut Stage) {
    let request = stage.api.get(&format!("{REQUESTS}/kinds-issued"));
    let certificate = unbase64(request["status"]["certificate"].as_str().expect("it was issued"));
    let mut openssl = Command::new(tool("OPENSSL"));
    openssl.args(["x509", "-noout", "-enddate", "-dateopt", "iso_8601"]);
    let text = String::from_utf8(succeed(&mut openssl, &certificate)).expect("it is text");
    let end = seconds(text.trim().trim_start_matches("notAfter="));
    let wanted: [(&[&str], f64); 1] = [(&["kinds-issued", "kinds-issued"], end as f64)];
    let family = "certs_signing_request_not_after_timestamp_seconds";
    stage.until_rows(family, &["name", "subject_CN"], &[("signer", CLIENTS)], &wanted);
}

fn state_of(request: &Value) -> &'static str {
    let status = &request["status"];
    let has = |kind: &str| {
        status["conditions"].as_array().is_some_and(|all| all.iter().any(|one| one["type"] == kind))
    };
    match () {
        () if has("Denied") => "denied",
        () if has("Failed") => "failed",
        () if status["certificate"].is_string() => "issued",
        () if has("Approved") => "approved",
        () => "pending",
    }
}

/// A request for a certificate, in PEM form.
fn request(name: &str) -> Vec<u8> {
    let mut openssl = Command::new(tool("OPENSSL"));
    openssl.args([
        "req",
        "-new",
        "-nodes",
        "-newkey",
        "rsa:2048",
        "-keyout",
        "/dev/null",
        "-subj",
        &format!("/CN={name}"),
    ]);
    succeed(&mut openssl, b"")
}
