//! A private key that stands in the file itself.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

/// PEM of a private key. It is wiped when dropped, and no form of printing shows it.
pub(crate) struct InlineKey(Zeroizing<String>);

impl InlineKey {
    pub(crate) fn pem(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for InlineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl<'de> Deserialize<'de> for InlineKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|pem| Self(Zeroizing::new(pem)))
    }
}
