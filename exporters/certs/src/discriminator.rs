//! What tells certificates apart whose labels would all be equal, as in x509-certificate-exporter: eight hexadecimal digits of a
//! hash over the certificate, its place and its position there.
//!
//! Invariant: all of a group get one, so what a series stands for never changes silently; and the same certificate in the same
//! place always gets the same.

use core::fmt;

use ring::digest;

use crate::parse::Fingerprint;

/// Tells a certificate from those with the same labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Discriminator(u32);

impl Discriminator {
    /// Of the certificate at position `index` of `place`.
    pub(crate) fn new(fingerprint: &Fingerprint, place: &str, index: usize) -> Self {
        let text = format!("{fingerprint}\0{place}\0{index}");
        let digest = digest::digest(&digest::SHA256, text.as_bytes());
        Self(digest.as_ref().iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }
}

/// Eight hexadecimal digits.
impl fmt::Display for Discriminator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", self.0)
    }
}
