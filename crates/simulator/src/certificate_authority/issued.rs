//! A certificate with its key and the certificates above it, as a server holds it.
//!
//! The key is there to serve with and to write to the simulated files; `Debug` never shows it.

use core::fmt;
use std::slice;

use rcgen::Certificate;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use super::Validity;

/// A leaf, what stands above it, and the leaf's key.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCertificate {
    chain: Vec<Certificate>,
    root: Option<Certificate>,
    key_der: Vec<u8>,
    key_pem: String,
    serial: Vec<u8>,
    validity: Validity,
}

impl IssuedCertificate {
    pub(super) fn new(
        chain: Vec<Certificate>,
        root: Option<Certificate>,
        key: &rcgen::KeyPair,
        serial: Vec<u8>,
        validity: Validity,
    ) -> Self {
        Self { chain, root, key_der: key.serialize_der(), key_pem: key.serialize_pem(), serial, validity }
    }

    /// The leaf, as DER.
    pub fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.chain.first().map(Certificate::der)
    }

    /// What a server presents: the leaf first, then the intermediates, without the root.
    pub fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.iter().map(|certificate| certificate.der().clone()).collect()
    }

    /// The root above the chain; absent for a self-signed certificate.
    pub fn root(&self) -> Option<&CertificateDer<'static>> {
        self.root.as_ref().map(Certificate::der)
    }

    /// The serial number, big-endian.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// When the leaf is valid.
    pub fn validity(&self) -> Validity {
        self.validity
    }

    /// The key, as a TLS library takes it.
    pub fn key(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key_der.clone()))
    }

    /// The leaf alone, as PEM.
    pub fn leaf_pem(&self) -> String {
        self.chain.first().map(Certificate::pem).unwrap_or_default()
    }

    /// Leaf and intermediates as PEM, as `tls.crt` holds them.
    pub fn chain_pem(&self) -> String {
        self.chain.iter().map(Certificate::pem).collect()
    }

    /// Leaf, intermediates and root as PEM.
    pub fn chain_with_root_pem(&self) -> String {
        self.chain.iter().chain(&self.root).map(Certificate::pem).collect()
    }

    /// The root alone, as PEM; empty for a self-signed certificate.
    pub fn root_pem(&self) -> String {
        self.root.iter().map(Certificate::pem).collect()
    }

    /// The private key, as PKCS #8 PEM.
    pub fn key_pem(&self) -> &str {
        &self.key_pem
    }

    /// Key and chain in one file, as many proxies and databases want it.
    pub fn key_and_chain_pem(&self) -> String {
        self.key_pem.clone() + &self.chain_pem()
    }

    /// The same chain with the key of another certificate, as a server holds it whose files were mixed up.
    #[must_use]
    pub fn with_key_of(&self, other: &Self) -> Self {
        Self { key_der: other.key_der.clone(), key_pem: other.key_pem.clone(), ..self.clone() }
    }

    /// The same leaf and key without what stands above it.
    #[must_use]
    pub fn without_intermediates(&self) -> Self {
        let leaf = self.chain.first().map_or(&[][..], slice::from_ref);
        Self { chain: leaf.to_vec(), ..self.clone() }
    }
}

impl fmt::Debug for IssuedCertificate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { chain, root, key_der: _, key_pem: _, serial, validity } = self;
        formatter
            .debug_struct("IssuedCertificate")
            .field("serial", serial)
            .field("validity", validity)
            .field("certificates", &chain.len())
            .field("root", &root.is_some())
            .finish_non_exhaustive()
    }
}
