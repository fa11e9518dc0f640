//! The curves for the exchange of keys that the format names. ring has no P-521.

use rustls::crypto::{SupportedKxGroup, ring::kx_group};
use serde::Deserialize;

/// A curve by its name in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(crate) enum Curve {
    CurveP256,
    CurveP384,
    CurveP521,
    X25519,
}

impl Curve {
    /// As the file writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::CurveP256 => "CurveP256",
            Self::CurveP384 => "CurveP384",
            Self::CurveP521 => "CurveP521",
            Self::X25519 => "X25519",
        }
    }

    /// The exchange on this curve; `None`: it cannot be served.
    pub(crate) fn key_exchange(self) -> Option<&'static dyn SupportedKxGroup> {
        match self {
            Self::CurveP256 => Some(kx_group::SECP256R1),
            Self::CurveP384 => Some(kx_group::SECP384R1),
            Self::CurveP521 => None,
            Self::X25519 => Some(kx_group::X25519),
        }
    }
}
