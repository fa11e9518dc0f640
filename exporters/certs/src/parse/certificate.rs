//! One certificate: what Lookout keeps of it.
//!
//! Kept small, because a cluster has a hundred thousand: no spare capacity, no encoding, no empty allocation.
//!
//! Lenient where the ecosystem is: a private bundle with a version 1 root, a string in the wrong type or a negative
//! serial number still has an expiry that somebody depends on.

use core::net::IpAddr;
use std::sync::Arc;

use data_encoding::BASE64_MIME_PERMISSIVE;
use lookout_certs_spec::labels::{KeyAlgorithm, Role};
use x509_parser::certificate::X509Certificate;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::num_bigint::BigInt;
use x509_parser::oid_registry::OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS;
use zeroize::Zeroizing;

use super::fingerprint::Fingerprint;
use super::key;
use super::name::Name;

/// What Lookout keeps of a certificate. The key is public; nothing here is secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Certificate {
    /// The serial number in decimal.
    pub serial_number: Box<str>,
    /// Whose it is.
    pub subject: Name,
    /// Who issued it: shared where many have the same issuer.
    pub issuer: Arc<Name>,
    /// The first second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_before: i64,
    /// The last second of its validity, in seconds since 1970-01-01T00:00:00Z.
    pub not_after: i64,
    /// The SHA-256 of the DER encoding.
    pub fingerprint_sha256: Fingerprint,
    /// What it is for.
    pub role: Role,
    /// The algorithm of the public key.
    pub key_algorithm: KeyAlgorithm,
    /// The size of the public key in bits; 0 where the algorithm is not known.
    pub key_bits: u32,
    /// Whether subject and issuer are the same name.
    pub is_self_issued: bool,
    /// Whether it says where its issuer's certificate can be fetched (RFC 5280, 4.2.2.1).
    pub names_issuer_url: bool,
    /// The DNS names that it is made out to (RFC 5280, 4.2.1.6), at most [`MAX_NAMES`].
    pub dns_names: Box<[Box<str>]>,
    /// The addresses that it is made out to, at most [`MAX_NAMES`].
    pub ip_addresses: Box<[IpAddr]>,
}

/// The most names of each kind that are kept; authorities of the web allow 100, others 2,000.
pub const MAX_NAMES: usize = 2000;

/// Why bytes are not a certificate. No variant carries bytes: they may be of a private key in the wrong block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseCertificate {
    /// The text between the markers is not base64.
    #[error("the text between the markers is not base64; the file may have been damaged or edited")]
    DecodeBase64,
    /// The bytes are not an X.509 certificate.
    #[error("the contents are not an X.509 certificate; the file may have been cut off")]
    DecodeDer,
    /// Bytes follow the certificate.
    #[error("{count} bytes follow the certificate inside its block")]
    EndOfCertificate {
        /// How many.
        count: usize,
    },
    /// The serial number is absurdly long.
    #[error("the serial number has {count} bytes; RFC 5280 allows 20, and Lookout {MAX_SERIAL_BYTES}")]
    ReadSerialNumber {
        /// How many bytes it has.
        count: usize,
    },
}

/// Printing a serial number takes time that grows with the square of its length.
const MAX_SERIAL_BYTES: usize = 128;

impl Certificate {
    /// Reads a certificate in DER form.
    pub fn from_der(der: &[u8]) -> Result<Self, ParseCertificate> {
        let (certificate, trailer) = split_der(der)?;
        if trailer.is_empty() {
            Ok(certificate)
        } else {
            Err(ParseCertificate::EndOfCertificate { count: trailer.len() })
        }
    }

    /// The share of its validity that is over at `now`, rounded down to a thousandth; `None` if it was never valid.
    pub fn life_used(&self, now: i64) -> Option<f64> {
        let life = i128::from(self.not_after) - i128::from(self.not_before);
        let used = i128::from(now) - i128::from(self.not_before);
        (life > 0).then(|| (used * 1000).div_euclid(life) as f64 / 1000.0)
    }
}

/// Reads the contents of a PEM block. `may_have_trailer` lets OpenSSL's trust settings follow.
pub(super) fn from_base64(
    body: &[u8],
    may_have_trailer: bool,
    use_encoding: &mut impl FnMut(&[u8]),
) -> Result<Certificate, ParseCertificate> {
    // Wiped, because a damaged file may have the lines of a key here.
    let mut text = Zeroizing::new(without_headers(body).to_vec());
    text.retain(|byte| !byte.is_ascii_whitespace());
    let der = BASE64_MIME_PERMISSIVE.decode(&text).map_err(|_| ParseCertificate::DecodeBase64)?;
    let der = Zeroizing::new(der);
    let (certificate, trailer) = split_der(&der)?;
    if !trailer.is_empty() && !may_have_trailer {
        return Err(ParseCertificate::EndOfCertificate { count: trailer.len() });
    }
    use_encoding(der.get(..der.len() - trailer.len()).unwrap_or_default());
    Ok(certificate)
}

/// The body after the RFC 1421 headers, which end with an empty line; most blocks have none.
fn without_headers(body: &[u8]) -> &[u8] {
    let first_line = body.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if !first_line.contains(&b':') {
        return body;
    }
    let ends = |ending: &[u8]| {
        body.windows(ending.len()).position(|window| window == ending).map(|at| at + ending.len())
    };
    let end = ends(b"\n\n").into_iter().chain(ends(b"\n\r\n")).min();
    end.and_then(|end| body.get(end..)).unwrap_or_default()
}

fn split_der(der: &[u8]) -> Result<(Certificate, &[u8]), ParseCertificate> {
    let (trailer, parsed) =
        x509_parser::parse_x509_certificate(der).map_err(|_| ParseCertificate::DecodeDer)?;
    let own = der.get(..der.len() - trailer.len()).unwrap_or_default();
    let is_self_issued = parsed.subject().as_raw() == parsed.issuer().as_raw();
    let (key_algorithm, key_bits) = key::describe(parsed.public_key());
    let (dns_names, ip_addresses) = alternative_names(&parsed);
    let certificate = Certificate {
        serial_number: serial_number(&parsed)?,
        subject: Name::from_x509(parsed.subject()),
        issuer: Arc::new(Name::from_x509(parsed.issuer())),
        not_before: parsed.validity().not_before.timestamp(),
        not_after: parsed.validity().not_after.timestamp(),
        fingerprint_sha256: Fingerprint::of(own),
        role: role(&parsed, is_self_issued),
        key_algorithm,
        key_bits,
        is_self_issued,
        names_issuer_url: names_issuer_url(&parsed),
        dns_names,
        ip_addresses,
    };
    Ok((certificate, trailer))
}

fn serial_number(certificate: &X509Certificate<'_>) -> Result<Box<str>, ParseCertificate> {
    let bytes = certificate.raw_serial();
    if bytes.len() > MAX_SERIAL_BYTES {
        return Err(ParseCertificate::ReadSerialNumber { count: bytes.len() });
    }
    Ok(BigInt::from_signed_bytes_be(bytes).to_string().into())
}

/// Many self-signed server certificates are marked as authorities, because OpenSSL does so by default; what names a
/// server is a leaf all the same, and so is what says nothing of itself. Taking a leaf for a root would hide its
/// expiry among those of trust bundles, and the reverse only makes a noise.
fn role(certificate: &X509Certificate<'_>, is_self_issued: bool) -> Role {
    match (certificate.is_ca(), is_self_issued) {
        (true, true) if !names_server(certificate) => Role::Root,
        (true, false) => Role::Intermediate,
        _ => Role::Leaf,
    }
}

/// Whether it is made out to a host name or an address, or meant for servers.
fn names_server(certificate: &X509Certificate<'_>) -> bool {
    certificate.iter_extensions().any(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => names
            .general_names
            .iter()
            .any(|name| matches!(name, GeneralName::DNSName(_) | GeneralName::IPAddress(_))),
        ParsedExtension::ExtendedKeyUsage(usage) => usage.server_auth,
        _ => false,
    })
}

/// The DNS names and addresses of the subject alternative name.
fn alternative_names(certificate: &X509Certificate<'_>) -> (Box<[Box<str>]>, Box<[IpAddr]>) {
    let (mut dns_names, mut ip_addresses) = (Vec::new(), Vec::new());
    for extension in certificate.iter_extensions() {
        let ParsedExtension::SubjectAlternativeName(names) = extension.parsed_extension() else { continue };
        for name in &names.general_names {
            match name {
                GeneralName::DNSName(name) if dns_names.len() < MAX_NAMES => dns_names.push((*name).into()),
                GeneralName::IPAddress(bytes) if ip_addresses.len() < MAX_NAMES => {
                    ip_addresses.extend(ip_address(bytes));
                }
                _ => {}
            }
        }
    }
    (dns_names.into(), ip_addresses.into())
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    let of_four = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    of_four.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
}

fn names_issuer_url(certificate: &X509Certificate<'_>) -> bool {
    certificate.iter_extensions().any(|extension| match extension.parsed_extension() {
        ParsedExtension::AuthorityInfoAccess(access) => access
            .accessdescs
            .iter()
            .any(|access| access.access_method == OID_PKIX_ACCESS_DESCRIPTOR_CA_ISSUERS),
        _ => false,
    })
}
