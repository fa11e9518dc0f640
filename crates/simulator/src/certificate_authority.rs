//! A certificate authority in memory: root, intermediates, leaves.
//!
//! Why: certificates of every age and fault are needed at run time, relative to any `now`, without a file of fixtures
//! that expires by itself.
//!
//! Invariants:
//! - Names, validity and serial numbers are deterministic; keys are not, as no library lets itself be seeded for them.
//! - An authority issues whatever it is asked for. It checks nothing: wrong certificates are what it is for.
//!
//! How to get it wrong: taking the time from the clock in here. Validity is the caller's.

mod authorities;
mod issued;
mod request;
mod unusual;
mod validity;

use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType,
    SerialNumber,
};
use rustls_pki_types::CertificateDer;

pub use authorities::Authorities;
pub use issued::IssuedCertificate;
pub use request::{CertificatePurpose, CertificateRequest, KeyAlgorithm, Subject};
pub use unusual::UnusualCertificate;
pub use validity::Validity;

use crate::SimulatorError;

/// The serial number of an authority's first certificate; the following ones count up from it.
const FIRST_SERIAL: u64 = 0x1000;

/// An authority that issues certificates: a root, or an intermediate under one.
pub struct CertificateAuthority {
    /// This authority first, then those above it, the root last.
    path: Vec<Certificate>,
    issuer: Issuer<'static, KeyPair>,
    next_serial: AtomicU64,
}

/// A key that many certificates share.
pub struct ReusedKey(KeyPair);

impl CertificateAuthority {
    /// A root, which signs itself.
    pub fn root(subject: &Subject, validity: Validity) -> Result<Self, SimulatorError> {
        let key = generate_key(subject, KeyAlgorithm::default())?;
        let parameters = authority_parameters(subject, validity, vec![1])?;
        let certificate = parameters.self_signed(&key).map_err(|source| cannot_issue(subject, source))?;
        Ok(Self::assemble(vec![certificate], parameters, key))
    }

    /// An authority under this one.
    pub fn intermediate(&self, subject: &Subject, validity: Validity) -> Result<Self, SimulatorError> {
        let key = generate_key(subject, KeyAlgorithm::default())?;
        let parameters = authority_parameters(subject, validity, self.take_serial())?;
        let certificate =
            parameters.signed_by(&key, &self.issuer).map_err(|source| cannot_issue(subject, source))?;
        let path = [vec![certificate], self.path.clone()].concat();
        Ok(Self::assemble(path, parameters, key))
    }

    /// A certificate for a server or a client, with a key of its own.
    pub fn issue(&self, request: &CertificateRequest) -> Result<IssuedCertificate, SimulatorError> {
        self.issue_for(request, &ReusedKey::generate(request.key_algorithm)?)
    }

    /// A certificate with this key: for thousands of them, which nobody serves with.
    pub fn issue_for(
        &self,
        request: &CertificateRequest,
        key: &ReusedKey,
    ) -> Result<IssuedCertificate, SimulatorError> {
        let subject = &request.subject;
        let ReusedKey(key) = key;
        let serial = request.serial.clone().unwrap_or_else(|| self.take_serial());
        let leaf = leaf_parameters(request, serial.clone())?
            .signed_by(key, &self.issuer)
            .map_err(|source| cannot_issue(subject, source))?;
        let (root, intermediates) = match self.path.split_last() {
            Some((root, intermediates)) => (Some(root.clone()), intermediates),
            None => (None, &[][..]),
        };
        let chain = [vec![leaf], intermediates.to_vec()].concat();
        Ok(IssuedCertificate::new(chain, root, key, serial, request.validity))
    }

    /// A certificate that no authority stands behind.
    pub fn self_signed(request: &CertificateRequest) -> Result<IssuedCertificate, SimulatorError> {
        let serial = request.serial.clone().unwrap_or_else(|| vec![1]);
        let key = generate_key(&request.subject, request.key_algorithm)?;
        let certificate = leaf_parameters(request, serial.clone())?
            .self_signed(&key)
            .map_err(|source| cannot_issue(&request.subject, source))?;
        Ok(IssuedCertificate::new(vec![certificate], None, &key, serial, request.validity))
    }

    /// This authority's own certificate, as DER.
    pub fn certificate(&self) -> Option<&CertificateDer<'static>> {
        self.path.first().map(Certificate::der)
    }

    /// This authority's own certificate, as PEM.
    pub fn certificate_pem(&self) -> String {
        self.path.first().map(Certificate::pem).unwrap_or_default()
    }

    fn assemble(path: Vec<Certificate>, parameters: CertificateParams, key: KeyPair) -> Self {
        Self { path, issuer: Issuer::new(parameters, key), next_serial: AtomicU64::new(FIRST_SERIAL) }
    }

    fn take_serial(&self) -> Vec<u8> {
        let serial = self.next_serial.fetch_add(1, Ordering::Relaxed);
        serial.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect()
    }
}

impl ReusedKey {
    /// A new key.
    pub fn generate(algorithm: KeyAlgorithm) -> Result<Self, SimulatorError> {
        generate_key(&Subject::default(), algorithm).map(Self)
    }
}

fn authority_parameters(
    subject: &Subject,
    validity: Validity,
    serial: Vec<u8>,
) -> Result<CertificateParams, SimulatorError> {
    let mut parameters = common_parameters(subject, validity, serial)?;
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(parameters)
}

fn leaf_parameters(
    request: &CertificateRequest,
    serial: Vec<u8>,
) -> Result<CertificateParams, SimulatorError> {
    let mut parameters = common_parameters(&request.subject, request.validity, serial)?;
    for name in &request.dns_names {
        let name = name.as_str().try_into().map_err(|source| cannot_issue(&request.subject, source))?;
        parameters.subject_alt_names.push(SanType::DnsName(name));
    }
    parameters.subject_alt_names.extend(request.ip_addresses.iter().copied().map(SanType::IpAddress));
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![request.purpose.extended_key_usage()];
    Ok(parameters)
}

fn common_parameters(
    subject: &Subject,
    validity: Validity,
    serial: Vec<u8>,
) -> Result<CertificateParams, SimulatorError> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = subject.distinguished_name();
    parameters.not_before = validity::certificate_time(validity.not_before)?;
    parameters.not_after = validity::certificate_time(validity.not_after)?;
    parameters.serial_number = Some(SerialNumber::from(serial));
    parameters.use_authority_key_identifier_extension = true;
    Ok(parameters)
}

fn generate_key(subject: &Subject, algorithm: KeyAlgorithm) -> Result<KeyPair, SimulatorError> {
    KeyPair::generate_for(algorithm.signature_algorithm()).map_err(|source| cannot_issue(subject, source))
}

fn cannot_issue(subject: &Subject, source: rcgen::Error) -> SimulatorError {
    SimulatorError::IssueCertificate { subject: subject.shown(), source }
}
