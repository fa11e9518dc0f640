//! Certificates of every kind, made when they are needed.

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::{crypto::ring::sign::any_supported_type, sign::CertifiedKey};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use time::{Duration, OffsetDateTime};

/// When every certificate here expires, unless it says otherwise: 2048-01-01.
pub(crate) const NOT_AFTER: i64 = 2_461_449_600;

/// An RSA key, which ring does not make.
const RSA_KEY: &str = include_str!("../fixtures/rsa.key");

/// A certificate, perhaps with others above it, and a key.
pub(crate) struct Identity {
    pub(crate) pem: String,
    pub(crate) key_pem: String,
}

/// Who issues.
pub(crate) struct Authority {
    pub(crate) pem: String,
    key_pem: String,
    issuer: Issuer<'static, KeyPair>,
}

/// What the names of a client's certificate are.
pub(crate) struct Names {
    pub(crate) dns: &'static [&'static str],
    pub(crate) email: &'static [&'static str],
    pub(crate) ip: &'static [&'static str],
    pub(crate) uri: &'static [&'static str],
}

impl Identity {
    fn new(certificate: &Certificate, key: &KeyPair) -> Self {
        Self { pem: certificate.pem(), key_pem: key.serialize_pem() }
    }

    /// A certificate that signs itself, with what `change` makes of it.
    pub(crate) fn self_signed(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = parameters(name);
        change(&mut parameters);
        Self::new(&parameters.self_signed(&key).unwrap(), &key)
    }

    /// A server's with an RSA key.
    pub(crate) fn rsa_server() -> Self {
        let key = KeyPair::from_pem(RSA_KEY).unwrap();
        let mut parameters = parameters("localhost");
        parameters.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
        Self::new(&parameters.self_signed(&key).unwrap(), &key)
    }

    /// Certificate and key as TLS takes them, whether they belong together or not.
    pub(crate) fn certified_key(&self) -> CertifiedKey {
        let chain = CertificateDer::pem_slice_iter(self.pem.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes()).unwrap();
        CertifiedKey::new(chain, any_supported_type(&key).unwrap())
    }
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        Self::with(name, be_authority)
    }

    /// A certificate that signs itself, with what `change` makes of it, used to sign others, whether it may or not.
    pub(crate) fn with(name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = parameters(name);
        change(&mut parameters);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, key_pem: key.serialize_pem(), issuer: Issuer::new(parameters, key) }
    }

    /// Whoever has the key of `pem`, which is made out to `name`.
    pub(crate) fn of(name: &str, pem: &str, key_pem: &str) -> Self {
        let key = KeyPair::from_pem(key_pem).unwrap();
        Self { pem: pem.to_owned(), key_pem: key_pem.to_owned(), issuer: Issuer::new(parameters(name), key) }
    }

    /// An authority below this one.
    pub(crate) fn intermediate(&self, name: &str) -> Self {
        let Identity { pem, key_pem } = self.issue(name, be_authority);
        Self::of(name, &pem, &key_pem)
    }

    /// With its own certificate, not one that it issued.
    pub(crate) fn identity(&self) -> Identity {
        Identity { pem: self.pem.clone(), key_pem: self.key_pem.clone() }
    }

    /// Made anew: another certificate for the same name and key, with what `change` makes of it.
    pub(crate) fn renewed(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let key = KeyPair::from_pem(&self.key_pem).unwrap();
        let mut parameters = parameters(name);
        change(&mut parameters);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { pem, key_pem: self.key_pem.clone(), issuer: Issuer::new(parameters, key) }
    }

    /// A certificate with what `change` makes of it.
    pub(crate) fn issue(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut parameters = parameters(name);
        change(&mut parameters);
        Identity::new(&parameters.signed_by(&key, &self.issuer).unwrap(), &key)
    }

    /// A certificate for `localhost`.
    pub(crate) fn server(&self) -> Identity {
        self.issue("localhost", |parameters| {
            parameters.subject_alt_names = vec![SanType::DnsName("localhost".try_into().unwrap())];
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        })
    }

    /// A client's certificate without names.
    pub(crate) fn client(&self) -> Identity {
        self.issue("client", be_client)
    }

    /// A client's certificate with these names.
    pub(crate) fn client_named(&self, names: &Names) -> Identity {
        self.issue("client", |parameters| {
            be_client(parameters);
            parameters.subject_alt_names = names.all();
        })
    }
}

impl Names {
    fn all(&self) -> Vec<SanType> {
        let mut all: Vec<SanType> = Vec::new();
        all.extend(self.dns.iter().map(|name| SanType::DnsName((*name).try_into().unwrap())));
        all.extend(self.email.iter().map(|name| SanType::Rfc822Name((*name).try_into().unwrap())));
        all.extend(self.ip.iter().map(|name| SanType::IpAddress(name.parse().unwrap())));
        all.extend(self.uri.iter().map(|name| SanType::URI((*name).try_into().unwrap())));
        all
    }
}

pub(crate) fn be_client(parameters: &mut CertificateParams) {
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
}

pub(crate) fn be_authority(parameters: &mut CertificateParams) {
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
}

pub(crate) fn be_expired(parameters: &mut CertificateParams) {
    parameters.not_after = OffsetDateTime::UNIX_EPOCH + Duration::days(365 * 40);
}

pub(crate) fn be_of_the_future(parameters: &mut CertificateParams) {
    parameters.not_before = OffsetDateTime::from_unix_timestamp(NOT_AFTER).unwrap() - Duration::days(1);
}

fn parameters(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = OffsetDateTime::UNIX_EPOCH;
    parameters.not_after = OffsetDateTime::from_unix_timestamp(NOT_AFTER).unwrap();
    parameters
}
