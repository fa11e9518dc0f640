//! The file as it is written: sections, keys and defaults of exporter-toolkit's `docs/web-configuration.md`.
//!
//! Texts take any scalar, as Go's YAML does: `X-XSS-Protection: 1` is the text `1`. An empty text is as good as none.
//!
//! How to get it wrong: giving a field a default that differs from exporter-toolkit's `getConfig`.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use crate::{
    blank::blank_is_none, cipher_suite::CipherSuite, client_auth::ClientAuthType, curve::Curve,
    go_duration::GoDuration, inline_key::InlineKey, password_hash::PasswordHash, response_headers::Headers,
    tls_version::TlsVersion,
};

/// The whole file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct WebConfiguration {
    pub(crate) tls_server_config: TlsServerConfig,
    pub(crate) http_server_config: HttpServerConfig,
    pub(crate) basic_auth_users: BTreeMap<String, PasswordHash>,
    pub(crate) rate_limit: RateLimitConfig,
}

/// How TLS is spoken. Without certificate, key, client CA and policy: not at all. Files stand before texts, so that a
/// mistyped key is answered with them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct TlsServerConfig {
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) cert_file: Option<PathBuf>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) key_file: Option<PathBuf>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) client_auth_type: Option<ClientAuthType>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) client_ca_file: Option<PathBuf>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) cert: Option<String>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) key: Option<InlineKey>,
    #[serde(deserialize_with = "blank_is_none")]
    pub(crate) client_ca: Option<String>,
    /// `None`: whoever the policy lets in. An empty list lets nobody in.
    pub(crate) client_allowed_sans: Option<Vec<String>>,
    pub(crate) min_version: Option<TlsVersion>,
    pub(crate) max_version: Option<TlsVersion>,
    pub(crate) cipher_suites: Vec<CipherSuite>,
    pub(crate) prefer_server_cipher_suites: bool,
    pub(crate) curve_preferences: Vec<Curve>,
}

/// How HTTP is spoken.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct HttpServerConfig {
    pub(crate) http2: bool,
    pub(crate) headers: Headers,
}

/// How many requests are let in.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct RateLimitConfig {
    /// Zero: no limit, whatever the burst.
    pub(crate) interval: GoDuration,
    pub(crate) burst: u32,
}

// === impl TlsServerConfig, HttpServerConfig ===

impl Default for TlsServerConfig {
    fn default() -> Self {
        Self {
            cert: None,
            key: None,
            client_ca: None,
            cert_file: None,
            key_file: None,
            client_auth_type: None,
            client_ca_file: None,
            client_allowed_sans: None,
            min_version: None,
            max_version: None,
            cipher_suites: Vec::new(),
            prefer_server_cipher_suites: true,
            curve_preferences: Vec::new(),
        }
    }
}

impl TlsServerConfig {
    /// Whether TLS is spoken: any of these keys asks for it, and then certificate and key are needed.
    pub(crate) fn is_wanted(&self) -> bool {
        self.has_certificate() || self.has_key() || self.has_client_ca() || self.client_auth_type.is_some()
    }

    pub(crate) fn has_certificate(&self) -> bool {
        self.cert.is_some() || self.cert_file.is_some()
    }

    pub(crate) fn has_key(&self) -> bool {
        self.key.is_some() || self.key_file.is_some()
    }

    pub(crate) fn has_client_ca(&self) -> bool {
        self.client_ca.is_some() || self.client_ca_file.is_some()
    }

    pub(crate) fn client_auth(&self) -> ClientAuthType {
        self.client_auth_type.unwrap_or_default()
    }

    pub(crate) fn min(&self) -> TlsVersion {
        self.min_version.unwrap_or(TlsVersion::Tls12)
    }

    pub(crate) fn max(&self) -> TlsVersion {
        self.max_version.unwrap_or(TlsVersion::Tls13)
    }
}

impl Default for HttpServerConfig {
    fn default() -> Self {
        Self { http2: true, headers: Headers::default() }
    }
}
