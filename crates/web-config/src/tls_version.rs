//! The versions of TLS that the format names. rustls speaks 1.2 and 1.3.

use serde::Deserialize;

/// A version. The newest stands first, so that it is what a mistyped one is answered with; they compare by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(crate) enum TlsVersion {
    #[serde(rename = "TLS13")]
    Tls13 = 3,
    #[serde(rename = "TLS12")]
    Tls12 = 2,
    #[serde(rename = "TLS11")]
    Tls11 = 1,
    #[serde(rename = "TLS10")]
    Tls10 = 0,
}

impl TlsVersion {
    /// As the file writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tls10 => "TLS10",
            Self::Tls11 => "TLS11",
            Self::Tls12 => "TLS12",
            Self::Tls13 => "TLS13",
        }
    }
}
