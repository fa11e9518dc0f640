//! What a certificate is to say: subject, names, validity, key, serial.

use std::net::IpAddr;

use rcgen::{DistinguishedName, DnType, ExtendedKeyUsagePurpose};

use super::Validity;

/// The distinguished name of a certificate. Absent parts are not written; an empty text is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// `CN`.
    pub common_name: Option<String>,
    /// `O`.
    pub organization: Option<String>,
    /// `OU`.
    pub organizational_unit: Option<String>,
    /// `C`, two letters where it is honest; nothing checks that.
    pub country: Option<String>,
    /// `ST`.
    pub state: Option<String>,
    /// `L`.
    pub locality: Option<String>,
}

impl Subject {
    /// A subject of a common name alone, as most issuers of today write it.
    pub fn named(common_name: impl Into<String>) -> Self {
        Self { common_name: Some(common_name.into()), ..Self::default() }
    }

    pub(super) fn distinguished_name(&self) -> DistinguishedName {
        let parts = [
            (DnType::CountryName, &self.country),
            (DnType::StateOrProvinceName, &self.state),
            (DnType::LocalityName, &self.locality),
            (DnType::OrganizationName, &self.organization),
            (DnType::OrganizationalUnitName, &self.organizational_unit),
            (DnType::CommonName, &self.common_name),
        ];
        let mut name = DistinguishedName::new();
        for (kind, text) in parts {
            if let Some(text) = text {
                name.push(kind, text.as_str());
            }
        }
        name
    }

    /// The subject in the words of an error message.
    pub(super) fn shown(&self) -> String {
        self.common_name.clone().or_else(|| self.organization.clone()).unwrap_or_default()
    }
}

/// The kind of key pair that a certificate certifies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeyAlgorithm {
    /// ECDSA on the curve P-256, which every client knows.
    #[default]
    EcdsaP256,
    /// ECDSA on the curve P-384.
    EcdsaP384,
    /// Ed25519, which some clients refuse.
    Ed25519,
}

impl KeyAlgorithm {
    pub(super) const fn signature_algorithm(self) -> &'static rcgen::SignatureAlgorithm {
        match self {
            Self::EcdsaP256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Self::EcdsaP384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Self::Ed25519 => &rcgen::PKCS_ED25519,
        }
    }
}

/// Whom a certificate identifies, as its extended key usage (RFC 5280, section 4.2.1.12).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CertificatePurpose {
    /// A TLS server.
    #[default]
    Server,
    /// A TLS client.
    Client,
}

impl CertificatePurpose {
    pub(super) const fn extended_key_usage(self) -> ExtendedKeyUsagePurpose {
        match self {
            Self::Server => ExtendedKeyUsagePurpose::ServerAuth,
            Self::Client => ExtendedKeyUsagePurpose::ClientAuth,
        }
    }
}

/// What a certificate is to say.
#[derive(Clone, Debug)]
pub struct CertificateRequest {
    /// Whom it names.
    pub subject: Subject,
    /// The DNS names that it is for; may hold wildcards.
    pub dns_names: Vec<String>,
    /// The addresses that it is for.
    pub ip_addresses: Vec<IpAddr>,
    /// Whom it identifies.
    pub purpose: CertificatePurpose,
    /// When it is valid.
    pub validity: Validity,
    /// The kind of its key.
    pub key_algorithm: KeyAlgorithm,
    /// Its serial number, big-endian; the authority counts by itself if this is absent.
    pub serial: Option<Vec<u8>>,
}

impl CertificateRequest {
    /// A certificate for one server: its name is both the common name and the one DNS name.
    pub fn for_server(server_name: impl Into<String>, validity: Validity) -> Self {
        let server_name = server_name.into();
        Self {
            subject: Subject::named(server_name.clone()),
            dns_names: vec![server_name],
            ip_addresses: Vec::new(),
            purpose: CertificatePurpose::default(),
            validity,
            key_algorithm: KeyAlgorithm::default(),
            serial: None,
        }
    }
}
