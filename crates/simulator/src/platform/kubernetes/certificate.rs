//! Certificates for several hosts at once.

use std::sync::Arc;

use crate::{Authorities, CertificateRequest, IssuedCertificate, SimulatorError, Validity};

/// A certificate for these hosts, the first of them as its common name.
pub(super) fn issue(
    authorities: &Authorities,
    hosts: &[String],
    validity: Validity,
) -> Result<Arc<IssuedCertificate>, SimulatorError> {
    let first = hosts.first().cloned().unwrap_or_default();
    let request =
        CertificateRequest { dns_names: hosts.to_vec(), ..CertificateRequest::for_server(first, validity) };
    authorities.intermediate.issue(&request).map(Arc::new)
}
