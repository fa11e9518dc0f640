//! How a CertificateSigningRequest is read.
//!
//! Its conditions (`Approved`, `Denied`, `Failed`) are there or not; their status is always `True`. A controller that approves
//! an old request may fail later, and a denied one never gets a certificate, so the last word counts.
//!
//! The certificate that was issued stands in the status, for everybody to see: PEM in base64, the subject's own first.

use data_encoding::BASE64;
use jiff::Timestamp;
use lookout_certs_spec::labels::SigningState;
use lookout_kubernetes::{Json, ObjectJson, Reader, Resource};

use crate::cluster::certmanager::{condition, short};
use crate::parse::parse;

/// The longest certificate that is decoded, in bytes of base64: several times a chain of the largest keys.
const MAX_CERTIFICATE: usize = 128 * 1024;

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
    /// What was issued; none if nothing was, or it cannot be read.
    pub issued: Option<IssuedCertificate>,
}

/// What of an issued certificate is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedCertificate {
    /// The common name of its subject; empty if it has none.
    pub common_name: Box<str>,
    /// The last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
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
        let certificate = status.get("certificate");
        let is_issued = certificate.text().is_some_and(|certificate| !certificate.is_empty());
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
            issued: issued(certificate),
        })
    }
}

/// The first certificate of a status.
fn issued(certificate: Json<'_>) -> Option<IssuedCertificate> {
    let encoded = certificate.text().filter(|encoded| encoded.len() <= MAX_CERTIFICATE)?;
    let parsed = parse(&BASE64.decode(encoded.as_bytes()).ok()?, 1);
    let certificate = parsed.certificates.first()?;
    Some(IssuedCertificate {
        common_name: certificate.subject.common_name().into(),
        not_after: certificate.not_after,
    })
}
