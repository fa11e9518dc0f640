//! How a CertificateSigningRequest is read.
//!
//! Its conditions (`Approved`, `Denied`, `Failed`) are there or not; their status is always `True`. A controller that approves
//! an old request may fail later, and a denied one never gets a certificate, so the last word counts.

use jiff::Timestamp;
use lookout_certs_spec::labels::SigningState;
use lookout_kubernetes::{ObjectJson, Reader, Resource};

use crate::cluster::certmanager::{condition, short};

/// What of a request is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct SigningRequest {
    /// To whom it is addressed.
    pub signer: Box<str>,
    /// Who asks.
    pub user: Box<str>,
    /// How far it has come.
    pub state: SigningState,
    /// When it was made, in seconds since 1970-01-01T00:00:00Z.
    pub created: Option<i64>,
}

/// Reads CertificateSigningRequests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SigningRequestReader;

impl Reader for SigningRequestReader {
    type Object = SigningRequest;

    fn resource(&self) -> Resource {
        Resource {
            group: "certificates.k8s.io",
            versions: &["v1"],
            plural: "certificatesigningrequests",
            kind: "CertificateSigningRequest",
            is_namespaced: false,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<SigningRequest> {
        let (spec, status) = (object.get("spec"), object.get("status"));
        let conditions = status.get("conditions");
        let has = |kind: &str| condition(conditions, kind).is_some();
        let is_issued = status.get("certificate").text().is_some_and(|certificate| !certificate.is_empty());
        let state = if is_issued {
            SigningState::Issued
        } else if has("Failed") {
            SigningState::Failed
        } else if has("Denied") {
            SigningState::Denied
        } else if has("Approved") {
            SigningState::Approved
        } else {
            SigningState::Pending
        };
        Some(SigningRequest {
            signer: short(spec.get("signerName")),
            user: short(spec.get("username")),
            state,
            created: object.created().map(Timestamp::as_second),
        })
    }
}
