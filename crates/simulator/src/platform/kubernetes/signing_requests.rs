//! Requests for a signature by the cluster: one that was issued, one that was denied, and as a defect one that nobody looks at.

use data_encoding::BASE64;
use jiff::Timestamp;
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};

use super::Defect;
use super::applications::days_before;
use crate::kubernetes::{ApiServer, objects};
use crate::{Authorities, SimulatorError, Validity};

/// The request that nobody looks at.
const PENDING: &str = "csr-k7x2v";

/// Adds them.
pub(super) fn add(
    api: &ApiServer,
    authorities: &Authorities,
    with_defects: bool,
    now: Timestamp,
) -> Result<(), SimulatorError> {
    let decided = |kind: &str, reason: &str| {
        let at = objects::time(days_before(now, 30));
        json!({ "type": kind, "status": "True", "reason": reason, "lastUpdateTime": at, "lastTransitionTime": at })
    };
    let mut issued = request("csr-9fq4d", "node-1", days_before(now, 30))?;
    let certificate = authorities.issue("node-1", Validity::current(now))?;
    issued["status"] = json!({
        "conditions": [decided("Approved", "AutoApproved")],
        "certificate": BASE64.encode(certificate.leaf_pem().as_bytes()),
    });
    api.apply(issued)?;
    let mut denied = request("csr-b2m8t", "node-of-a-stranger", days_before(now, 30))?;
    denied["status"] = json!({ "conditions": [decided("Denied", "KubectlDeny")] });
    api.apply(denied)?;
    if with_defects {
        api.apply(request(PENDING, "node-2", days_before(now, 2))?)?;
    }
    Ok(())
}

/// What is wrong with them from the start.
pub(super) fn defects() -> Defect {
    Defect {
        place: format!("certificatesigningrequest {PENDING}"),
        what: "nobody has approved or denied it for two days",
    }
}

fn request(name: &str, node: &str, created: Timestamp) -> Result<Value, SimulatorError> {
    let pem = request_pem(node)
        .map_err(|source| SimulatorError::IssueCertificate { subject: node.to_owned(), source })?;
    Ok(json!({
        "apiVersion": "certificates.k8s.io/v1", "kind": "CertificateSigningRequest",
        "metadata": { "name": name, "creationTimestamp": objects::time(created) },
        "spec": {
            "request": BASE64.encode(pem.as_bytes()), "signerName": "kubernetes.io/kubelet-serving",
            "username": format!("system:node:{node}"), "groups": ["system:nodes", "system:authenticated"],
            "usages": ["digital signature", "server auth"],
        },
        "status": {},
    }))
}

fn request_pem(node: &str) -> Result<String, rcgen::Error> {
    CertificateParams::new(vec![node.to_owned()])?.serialize_request(&KeyPair::generate()?)?.pem()
}
