//! The SHA-256 of a certificate's DER encoding: what tells certificates apart, and joins a served with a stored one.

use core::fmt;

use data_encoding::HEXLOWER;
use ring::digest;

/// The length of a SHA-256, in bytes.
const LENGTH: usize = 32;

/// The SHA-256 of a certificate's DER encoding. It is kept as bytes, because a cluster has many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint([u8; LENGTH]);

/// A [`Fingerprint`] as it is shown: lower-case hexadecimal.
#[derive(Clone, Copy)]
pub struct FingerprintText([u8; 2 * LENGTH]);

impl Fingerprint {
    pub(super) fn of(der: &[u8]) -> Self {
        let mut bytes = [0; LENGTH];
        let digest = digest::digest(&digest::SHA256, der);
        bytes.iter_mut().zip(digest.as_ref()).for_each(|(byte, digit)| *byte = *digit);
        Self(bytes)
    }

    /// As it is shown.
    pub fn text(&self) -> FingerprintText {
        let mut text = [0; 2 * LENGTH];
        HEXLOWER.encode_mut(&self.0, &mut text);
        FingerprintText(text)
    }
}

impl FingerprintText {
    /// The digits.
    pub fn as_str(&self) -> &str {
        // Digits are ASCII.
        core::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.text().as_str())
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}
