//! Bytes of a PEM file to certificates: pure and total.
//!
//! Whatever the bytes are, the answer is the certificates that could be read and a fault for each item that could
//! not; one bad certificate loses only itself. A file without any certificate is a fault, never silence.
//!
//! Invariants:
//! - A private key is skipped by its markers: its lines are never decoded and never copied, and no message repeats
//!   a line of the file, because that line may belong to a key.
//! - Time and memory grow linearly with the bytes, whose number the caller bounds.

mod certificate;
mod fault;
mod fingerprint;
mod key;
mod name;
mod pem;

pub use certificate::{Certificate, MAX_NAMES, ParseCertificate};
pub use fault::{FaultKind, ItemFault};
pub use fingerprint::{Fingerprint, FingerprintText};
pub use name::Name;

use pem::Block;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The certificates in their order in the file.
    pub certificates: Vec<Certificate>,
    /// What should be a certificate and is not, in the order of the file.
    pub faults: Vec<ItemFault>,
}

/// Reads every certificate of a PEM file, at most `max_certificates` of them.
pub fn parse(bytes: &[u8], max_certificates: usize) -> Parsed {
    parse_each(bytes, max_certificates, &mut |_| {})
}

/// Reads what is either a PEM file or one certificate in DER form, as the value of a key may be.
pub fn parse_pem_or_der(bytes: &[u8], max_certificates: usize) -> Parsed {
    if !is_der(bytes) {
        return parse(bytes, max_certificates);
    }
    let mut parsed = Parsed::default();
    match Certificate::from_der(bytes) {
        Ok(certificate) => parsed.certificates.push(certificate),
        Err(error) => parsed.faults.push(ItemFault::new(FaultKind::Der(error), 1)),
    }
    parsed
}

/// Whether it begins as a certificate in DER form does: a sequence whose length takes at least one byte of its own. No text
/// does, because such a length is no ASCII.
fn is_der(bytes: &[u8]) -> bool {
    matches!(bytes, [0x30, 0x81..=0x84, ..])
}

/// Like [`parse`], and hands the DER encoding of each certificate to `use_encoding`, for those who need all of it.
pub fn parse_each(bytes: &[u8], max_certificates: usize, use_encoding: &mut impl FnMut(&[u8])) -> Parsed {
    let mut parsed = Parsed::default();
    let mut blocks_of_another_kind = 0_usize;
    for block in pem::blocks(bytes) {
        match block {
            Block::Other => blocks_of_another_kind += 1,
            Block::Broken { line, mistake } => parsed.faults.push(ItemFault::new(mistake.into(), line)),
            Block::Certificate { .. } if parsed.certificates.len() >= max_certificates => {
                parsed.faults.push(ItemFault::new(FaultKind::TooManyCertificates, block.line()));
                return parsed;
            }
            Block::Certificate { line, body, may_have_trailer } => {
                match certificate::from_base64(body, may_have_trailer, use_encoding) {
                    Ok(certificate) => parsed.certificates.push(certificate),
                    Err(error) => parsed.faults.push(ItemFault::new(FaultKind::Certificate(error), line)),
                }
            }
        }
    }
    if parsed.certificates.is_empty() && parsed.faults.is_empty() {
        parsed.faults.push(ItemFault::new(without_certificates(bytes, blocks_of_another_kind), 1));
    }
    parsed
}

/// Why a file in which nothing is broken has no certificate.
fn without_certificates(bytes: &[u8], blocks_of_another_kind: usize) -> FaultKind {
    if blocks_of_another_kind > 0 {
        FaultKind::OnlyOtherBlocks
    } else if bytes.trim_ascii().is_empty() {
        FaultKind::EmptyFile
    } else {
        FaultKind::NoBlock
    }
}
