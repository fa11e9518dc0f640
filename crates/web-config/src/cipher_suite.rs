//! The cipher suites that the format names: those of Go's `tls.CipherSuites()`, by Go's names.
//!
//! Go's list governs TLS 1.2 alone. The suites of 1.3 may be named and stay enabled whether they are or not. rustls has
//! no CBC, so four of them are known here and cannot be served.

use rustls::{SupportedCipherSuite, crypto::ring::cipher_suite as ring};
use serde::Deserialize;

/// A suite by its name in Go, which is also IANA's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[allow(non_camel_case_types, clippy::upper_case_acronyms)] // the names as they are written; each is then written once
pub(crate) enum CipherSuite {
    TLS_AES_128_GCM_SHA256,
    TLS_AES_256_GCM_SHA384,
    TLS_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
    TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
    TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA,
    TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
    TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
}

/// What can be done with a suite.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Service {
    /// It belongs to TLS 1.3, where all suites are enabled always.
    Always,
    /// It belongs to TLS 1.2 and can be served.
    Tls12(SupportedCipherSuite),
    /// It belongs to TLS 1.2 and rustls does not have it.
    Absent,
}

impl CipherSuite {
    /// As the file writes it.
    pub(crate) fn name(self) -> String {
        format!("{self:?}")
    }

    pub(crate) fn service(self) -> Service {
        let suite = match self {
            Self::TLS_AES_128_GCM_SHA256
            | Self::TLS_AES_256_GCM_SHA384
            | Self::TLS_CHACHA20_POLY1305_SHA256 => return Service::Always,
            Self::TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA
            | Self::TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA
            | Self::TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA
            | Self::TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA => return Service::Absent,
            Self::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256 => ring::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
            Self::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384 => ring::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
            Self::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 => ring::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            Self::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384 => ring::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            Self::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 => {
                ring::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
            }
            Self::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 => {
                ring::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
            }
        };
        Service::Tls12(suite)
    }

    /// Whether it is one of the two of which HTTP/2 over TLS 1.2 needs one (RFC 9113, section 9.2.2; either, as in Go's
    /// `http2.ConfigureServer`).
    pub(crate) fn is_required_by_http2(self) -> bool {
        matches!(
            self,
            Self::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256 | Self::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        )
    }
}
