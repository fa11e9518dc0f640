//! What a simulated file holds: certificates in the arrangements that programs want, and wreckage.

use std::sync::Arc;

use crate::noise::noise;
use crate::{CertificateAuthority, IssuedCertificate};

/// The letters of base64 (RFC 4648, section 4).
const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The line length of PEM (RFC 7468, section 2).
const LINE_LETTERS: usize = 64;
/// How many lines of noise stand inside PEM armour.
const NOISE_LINES: usize = 12;

/// The content of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileContent {
    /// Leaf and intermediates, as in `tls.crt`.
    Chain(Arc<IssuedCertificate>),
    /// Leaf, intermediates and root.
    ChainWithRoot(Arc<IssuedCertificate>),
    /// The private key alone, as in `tls.key`.
    Key(Arc<IssuedCertificate>),
    /// Key, leaf and intermediates in one file.
    KeyAndChain(Arc<IssuedCertificate>),
    /// The chain, cut off after so many bytes: the disk was full, or the copy was interrupted.
    Truncated {
        /// What was to be written.
        certificate: Arc<IssuedCertificate>,
        /// How much of it was.
        bytes: usize,
    },
    /// Well-formed PEM armour around bytes that are no DER.
    GarbageInArmour,
    /// Nothing.
    Empty,
    /// A text that has nothing to do with certificates.
    NotPem,
    /// The chain, and zeros after it up to this size, which take no room on the disk.
    Huge {
        /// What the file begins with.
        certificate: Arc<IssuedCertificate>,
        /// The size of the whole file in bytes.
        bytes: u64,
    },
    /// Anything else.
    Bytes(Vec<u8>),
}

impl FileContent {
    /// The certificates of these authorities one after the other, as a client's trust bundle holds them.
    pub fn bundle(authorities: &[&CertificateAuthority]) -> Self {
        let bundle: String = authorities.iter().map(|authority| authority.certificate_pem()).collect();
        Self::Bytes(bundle.into_bytes())
    }

    /// What is written before the file is extended to [`FileContent::size`].
    pub(super) fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Chain(certificate) | Self::Huge { certificate, .. } => certificate.chain_pem().into_bytes(),
            Self::ChainWithRoot(certificate) => certificate.chain_with_root_pem().into_bytes(),
            Self::Key(certificate) => certificate.key_pem().as_bytes().to_vec(),
            Self::KeyAndChain(certificate) => certificate.key_and_chain_pem().into_bytes(),
            Self::Truncated { certificate, bytes } => {
                certificate.chain_pem().into_bytes().into_iter().take(*bytes).collect()
            }
            Self::GarbageInArmour => garbage_in_armour().into_bytes(),
            Self::Empty => Vec::new(),
            Self::NotPem => {
                b"# tls.crt\nThis file was left here by mistake; ask the platform team.\n".to_vec()
            }
            Self::Bytes(bytes) => bytes.clone(),
        }
    }

    /// The size of the file in bytes, where it is not the length of what is written.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Huge { bytes, .. } => Some(*bytes),
            _ => None,
        }
    }
}

/// Every line is valid base64; the first four letters are three zero bytes, which begin no certificate.
fn garbage_in_armour() -> String {
    let letters =
        noise().filter_map(|byte| BASE64.get(usize::from(byte % 64))).map(|letter| char::from(*letter));
    let body: Vec<char> = "AAAA".chars().chain(letters).take(NOISE_LINES * LINE_LETTERS).collect();
    let lines: String =
        body.chunks(LINE_LETTERS).map(|line| line.iter().collect::<String>() + "\n").collect();
    format!("-----BEGIN CERTIFICATE-----\n{lines}-----END CERTIFICATE-----\n")
}
