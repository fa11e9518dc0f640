//! The health of certificates, of the servers that show them, of the hosts that need them, and of cert-manager.
//!
//! Replicas of Lookout are one: the larger value counts, as in the alerts. Roots are left out: a bundle holds expired ones for
//! good. A host of which nothing is known, because its Secret may not be read, is no part; the right that is missing is.

mod cases;

use lookout_declarations::{Health, Layer};

use crate::labels::{
    FingerprintSha256, HostResult, HostResultLabel, KeyAlgorithmLabel, KeyBits, Readiness, ReadinessLabel,
    Role, RoleLabel, SecretName, Verification, VerificationLabel,
};
use crate::metrics::{
    CERTIFICATE_READY, ENDPOINT_UP, ENDPOINT_VERIFIED, HOST_CERTIFICATE, ISSUER_READY, NOT_AFTER, STORED_INFO,
};

/// What is healthy or not.
pub fn health() -> Vec<Health> {
    let part = |system, layer, parts, expression, case| Health {
        system,
        layer,
        parts,
        expression,
        cases: vec![case],
    };
    vec![
        part("hosts", Layer::Edge, "hosts with a certificate", hosts(), cases::hosts()),
        part("certificates", Layer::Security, "stored certificates", stored(), cases::stored()),
        part("certificates", Layer::Security, "servers", servers(), cases::servers()),
        part(
            "cert-manager",
            Layer::Security,
            "Certificates",
            once(&CERTIFICATE_READY.at(ReadinessLabel, Readiness::True).to_string()),
            cases::certificates(),
        ),
        part(
            "cert-manager",
            Layer::Security,
            "issuers",
            once(&ISSUER_READY.at(ReadinessLabel, Readiness::True).to_string()),
            cases::issuers(),
        ),
    ]
}

/// One value from all replicas of Lookout.
fn once(series: &str) -> String {
    format!("max without (instance, pod) ({series})")
}

/// Certificates that have not expired.
fn stored() -> String {
    let info = format!("ignoring ({FingerprintSha256}, {RoleLabel}, {KeyAlgorithmLabel}, {KeyBits})");
    let roots = STORED_INFO.at(RoleLabel, Role::Root);
    once(&format!("({NOT_AFTER} > bool time()) unless {info} {roots}"))
}

/// Servers that show a chain which clients trust.
fn servers() -> String {
    let trusted = ENDPOINT_VERIFIED.at(VerificationLabel, Verification::Trusted);
    once(&format!("({ENDPOINT_UP} and ignoring ({VerificationLabel}) {trusted} == 1) or 0 * {ENDPOINT_UP}"))
}

/// Hosts whose Secret has a certificate for them. Where no Secret is named, the controller's default is meant.
fn hosts() -> String {
    let covered = HOST_CERTIFICATE.at(HostResultLabel, HostResult::Covered).not_at(SecretName, "");
    let unknown = HOST_CERTIFICATE.at(HostResultLabel, HostResult::Unknown);
    once(&format!("{covered} unless ignoring ({HostResultLabel}) {unknown} == 1"))
}
