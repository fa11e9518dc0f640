//! cert-manager's objects where all is well, as version 1.21 leaves them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::applications::days_before;
use crate::kubernetes::{ApiServer, objects};
use crate::{IssuedCertificate, SimulatorError};

/// Who issues.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issuer {
    pub(super) kind: &'static str,
    pub(super) name: &'static str,
}

/// Let's Encrypt by HTTP-01.
pub(super) const LETS_ENCRYPT: Issuer = Issuer { kind: "ClusterIssuer", name: "letsencrypt" };
/// Let's Encrypt by DNS-01, for wildcards.
pub(super) const BY_DNS: Issuer = Issuer { kind: "ClusterIssuer", name: "letsencrypt-dns" };
/// The platform's own authority, in each namespace that asks for it.
pub(super) const INTERNAL: Issuer = Issuer { kind: "Issuer", name: "internal-ca" };

/// cert-manager renews when a third of 90 days is left.
const RENEW_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

pub(super) const GROUP: &str = "cert-manager.io";

/// The issuers, all ready.
pub(super) fn issuers(api: &ApiServer, now: Timestamp) -> Result<(), SimulatorError> {
    for issuer in [LETS_ENCRYPT, BY_DNS] {
        api.apply(acme_issuer(issuer.name, now))?;
    }
    for namespace in ["kafka", "monitoring"] {
        let since = days_before(now, 300);
        let ready = condition("Ready", "True", "KeyPairVerified", "Signing CA verified", since);
        api.apply(json!({
            "apiVersion": "cert-manager.io/v1", "kind": "Issuer",
            "metadata": {
                "namespace": namespace, "name": INTERNAL.name, "creationTimestamp": objects::time(since),
            },
            "spec": { "ca": { "secretName": "internal-ca" } }, "status": { "conditions": [ready] },
        }))?;
    }
    Ok(())
}

/// The Certificate, the request and the Order behind a certificate that was issued.
pub(super) fn issued(
    api: &ApiServer,
    namespace: &str,
    name: &str,
    hosts: &[&str],
    issuer: Issuer,
    certificate: &IssuedCertificate,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let validity = certificate.validity();
    let renewal = validity.not_after.checked_sub(RENEW_BEFORE).unwrap_or(validity.not_after);
    let message = "Certificate is up to date and has not expired";
    let mut object = object(namespace, name, hosts, issuer, now);
    object["status"] = json!({
        "conditions": [condition("Ready", "True", "Ready", message, validity.not_before)],
        "notBefore": objects::time(validity.not_before), "notAfter": objects::time(validity.not_after),
        "renewalTime": objects::time(renewal), "revision": 1,
    });
    api.apply(object)?;
    let request = format!("{name}-1");
    let mut object = request_object(api, namespace, name, &request, 1, issuer);
    object["metadata"]["creationTimestamp"] = objects::time(validity.not_before);
    let message = "Certificate fetched from issuer successfully";
    object["status"] = json!({
        "conditions": [approved(validity.not_before), condition("Ready", "True", "Issued", message, validity.not_before)],
        "certificate": data_encoding::BASE64.encode(certificate.chain_pem().as_bytes()),
    });
    api.apply(object)?;
    if issuer.name != INTERNAL.name {
        let mut object = order(api, namespace, &request, &order_name(&request), hosts, issuer);
        object["metadata"]["creationTimestamp"] = objects::time(validity.not_before);
        object["status"] = json!({ "state": "valid", "url": "https://acme.localhost/acme/order/1/1" });
        api.apply(object)?;
    }
    Ok(())
}

/// A Certificate without a status.
pub(super) fn object(namespace: &str, name: &str, hosts: &[&str], issuer: Issuer, now: Timestamp) -> Value {
    json!({
        "apiVersion": "cert-manager.io/v1", "kind": "Certificate",
        "metadata": {
            "namespace": namespace, "name": name, "creationTimestamp": objects::time(days_before(now, 400)),
        },
        "spec": {
            "secretName": name, "dnsNames": hosts, "usages": ["digital signature", "key encipherment"],
            "issuerRef": { "name": issuer.name, "kind": issuer.kind, "group": GROUP },
        },
    })
}

/// A request of a Certificate, by its revision, without a status.
pub(super) fn request_object(
    api: &ApiServer,
    namespace: &str,
    certificate: &str,
    name: &str,
    revision: u32,
    issuer: Issuer,
) -> Value {
    json!({
        "apiVersion": "cert-manager.io/v1", "kind": "CertificateRequest",
        "metadata": {
            "namespace": namespace, "name": name,
            "annotations": {
                "cert-manager.io/certificate-name": certificate,
                "cert-manager.io/certificate-revision": revision.to_string(),
                "cert-manager.io/private-key-secret-name": format!("{certificate}-x7k2p"),
            },
            "ownerReferences": [owner(api, "cert-manager.io/v1", "Certificate", "certificates", namespace, certificate)],
        },
        "spec": {
            "issuerRef": { "name": issuer.name, "kind": issuer.kind, "group": GROUP },
            "username": "system:serviceaccount:cert-manager:cert-manager",
            "usages": ["digital signature", "key encipherment"],
        },
    })
}

/// An Order of a request, without a status.
pub(super) fn order(
    api: &ApiServer,
    namespace: &str,
    request: &str,
    name: &str,
    hosts: &[&str],
    issuer: Issuer,
) -> Value {
    json!({
        "apiVersion": "acme.cert-manager.io/v1", "kind": "Order",
        "metadata": {
            "namespace": namespace, "name": name,
            "ownerReferences": [
                owner(api, "cert-manager.io/v1", "CertificateRequest", "certificaterequests", namespace, request),
            ],
        },
        "spec": {
            "dnsNames": hosts, "issuerRef": { "name": issuer.name, "kind": issuer.kind, "group": GROUP },
        },
    })
}

/// What cert-manager calls the Order of a request.
pub(super) fn order_name(request: &str) -> String {
    let sum: u32 =
        request.bytes().fold(2_166_136_261, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(16_777_619));
    format!("{request}-{sum}")
}

pub(super) fn approved(at: Timestamp) -> Value {
    let message = "Certificate request has been approved by cert-manager.io";
    condition("Approved", "True", "cert-manager.io", message, at)
}

pub(super) fn condition(kind: &str, status: &str, reason: &str, message: &str, since: Timestamp) -> Value {
    json!({
        "type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": 1,
        "lastTransitionTime": objects::time(since),
    })
}

/// The reference to an owner that is there.
pub(super) fn owner(
    api: &ApiServer,
    api_version: &str,
    kind: &str,
    resource: &str,
    namespace: &str,
    name: &str,
) -> Value {
    let found = api.object(resource, namespace, name).unwrap_or_default();
    json!({
        "apiVersion": api_version, "kind": kind, "name": name, "uid": found["metadata"]["uid"],
        "controller": true, "blockOwnerDeletion": true,
    })
}

/// A Secret with what cert-manager adds to those that it writes.
pub(super) fn issued_secret(secret: Value, certificate: &str) -> Value {
    let secret = objects::labelled(secret, &[("controller.cert-manager.io/fao", "true")]);
    objects::annotated(secret, &[("cert-manager.io/certificate-name", certificate)])
}

fn acme_issuer(name: &str, now: Timestamp) -> Value {
    let since = days_before(now, 300);
    let message = "The ACME account was registered with the ACME server";
    json!({
        "apiVersion": "cert-manager.io/v1", "kind": "ClusterIssuer",
        "metadata": { "name": name, "creationTimestamp": objects::time(since) },
        "spec": { "acme": {
            "server": "https://acme.localhost/directory", "email": "platform@platform.localhost",
            "privateKeySecretRef": { "name": format!("{name}-account-key") },
            "solvers": [{ "http01": { "ingress": { "ingressClassName": "nginx" } } }],
        }},
        "status": {
            "acme": { "uri": "https://acme.localhost/acme/acct/1" },
            "conditions": [condition("Ready", "True", "ACMEAccountRegistered", message, since)],
        },
    })
}
