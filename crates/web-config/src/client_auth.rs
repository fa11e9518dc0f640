//! What is asked of a client's certificate: the policies of Go's `tls.ClientAuthType`.

use serde::Deserialize;

/// A policy, from the weakest to the strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[allow(clippy::enum_variant_names)] // the names as they are written
pub(crate) enum ClientAuthType {
    /// No certificate is asked for.
    #[default]
    NoClientCert,
    /// One is asked for. If it comes, its key is proven, and nothing else.
    RequestClientCert,
    /// One must come. Its key is proven, and nothing else.
    #[serde(alias = "RequireClientCert")] // an old name, which exporter-toolkit keeps
    RequireAnyClientCert,
    /// One is asked for. If it comes, it must be valid under the client CA.
    VerifyClientCertIfGiven,
    /// One must come, valid under the client CA.
    RequireAndVerifyClientCert,
}

impl ClientAuthType {
    /// As the file writes it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::NoClientCert => "NoClientCert",
            Self::RequestClientCert => "RequestClientCert",
            Self::RequireAnyClientCert => "RequireAnyClientCert",
            Self::VerifyClientCertIfGiven => "VerifyClientCertIfGiven",
            Self::RequireAndVerifyClientCert => "RequireAndVerifyClientCert",
        }
    }

    /// Whether a client without a certificate is refused.
    pub(crate) fn requires(self) -> bool {
        matches!(self, Self::RequireAnyClientCert | Self::RequireAndVerifyClientCert)
    }

    /// Whether a certificate is held against the client CA.
    pub(crate) fn verifies(self) -> bool {
        self >= Self::VerifyClientCertIfGiven
    }
}
