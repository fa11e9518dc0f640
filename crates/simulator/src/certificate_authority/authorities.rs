//! The authorities of one simulated organisation, and one that nobody trusts.

use jiff::Timestamp;

use super::{CertificateAuthority, CertificateRequest, IssuedCertificate, Subject, Validity};
use crate::SimulatorError;

/// Who issues on the simulated platform.
pub struct Authorities {
    /// What clients are told to trust.
    pub root: CertificateAuthority,
    /// Under the root; issues the servers' certificates.
    pub intermediate: CertificateAuthority,
    /// A root that no client is told to trust.
    pub stranger: CertificateAuthority,
}

impl Authorities {
    /// New authorities, valid for eight more years.
    pub fn create(now: Timestamp) -> Result<Self, SimulatorError> {
        let validity = Validity::of_authority(now);
        let root = CertificateAuthority::root(&organization("Simulated Root"), validity)?;
        let intermediate = root.intermediate(&organization("Simulated Intermediate"), validity)?;
        let stranger = CertificateAuthority::root(&Subject::named("Stranger Root"), validity)?;
        Ok(Self { root, intermediate, stranger })
    }

    /// An ordinary certificate for a server: by the intermediate, for this one name.
    pub fn issue(&self, server_name: &str, validity: Validity) -> Result<IssuedCertificate, SimulatorError> {
        self.intermediate.issue(&CertificateRequest::for_server(server_name, validity))
    }

    /// What a client is to trust, as a PEM bundle.
    pub fn trusted_bundle_pem(&self) -> String {
        self.root.certificate_pem()
    }
}

pub(super) fn organization(common_name: &str) -> Subject {
    Subject { organization: Some("Lookout Simulator".to_owned()), ..Subject::named(common_name) }
}
