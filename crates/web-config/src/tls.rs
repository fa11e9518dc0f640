//! From the section `tls_server_config` to rustls.
//!
//! Invariant: each load makes a new `ServerConfig` with a memory of sessions of its own and no tickets of another, so
//! that nothing agreed on under an earlier policy is resumed under this one.
//!
//! How to get it wrong: asking rustls for its default provider of the process. Which one that is depends on who came
//! first; here it is ring, with the suites and curves of the file.

use std::sync::Arc;

use rustls::{
    ServerConfig, SupportedProtocolVersion,
    crypto::{CryptoProvider, ring},
    server::NoServerSessionStorage,
    sign::SingleCertAndKey,
    version::{TLS12, TLS13},
};

use crate::{
    cipher_suite::{CipherSuite, Service},
    client_auth::ClientAuthType,
    client_fingerprint::ClientFingerprint,
    client_trust,
    client_verifier::ClientVerifier,
    curve::Curve,
    draft::Draft,
    format::TlsServerConfig,
    key_pair::{self, KeyPair},
    tls_version::TlsVersion,
};

/// How TLS is spoken.
#[derive(Debug)]
pub(crate) struct Tls {
    pub(crate) config: Arc<ServerConfig>,
    /// When the served certificate expires, in Unix seconds.
    pub(crate) not_after: i64,
    /// What decides about clients.
    pub(crate) clients: ClientFingerprint,
}

/// Builds the configuration of rustls; `None`: something is wrong, which was complained about.
pub(crate) fn build(settings: &TlsServerConfig, http2: bool, draft: &mut Draft<'_>) -> Option<Tls> {
    let provider = Arc::new(provider(settings));
    let key_pair = key_pair::load(settings, draft);
    let trust = client_trust::load(settings, draft);
    let (KeyPair { certified_key, period }, trust) = (key_pair?, trust?);
    let versions = versions(settings);
    if versions.is_empty() || provider.kx_groups.is_empty() {
        return None; // validation has complained
    }

    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let builder = match builder.with_protocol_versions(&versions) {
        Ok(builder) => builder,
        Err(error) => {
            // Validation has found every reason that is known; a new version of rustls may have another.
            draft.complaints.add(
                "tls_server_config",
                format!("versions, suites and curves do not fit together: {error}"),
            );
            return None;
        }
    };
    let resolver = Arc::new(SingleCertAndKey::from(certified_key));
    let (policy, names) = (settings.client_auth(), settings.client_allowed_sans.as_deref());
    let clients = ClientFingerprint::of(policy, &trust, names);
    let mut config = if policy == ClientAuthType::NoClientCert {
        builder.with_no_client_auth().with_cert_resolver(resolver)
    } else {
        let verifier = ClientVerifier::new(policy, trust, names, &provider);
        let mut config = builder.with_client_cert_verifier(Arc::new(verifier)).with_cert_resolver(resolver);
        // Resumption would let a client in whose certificate has expired since.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config
    };
    config.ignore_client_order = settings.prefer_server_cipher_suites;
    let protocols: &[&[u8]] = if http2 { &[b"h2", b"http/1.1"] } else { &[b"http/1.1"] };
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    Some(Tls { config: Arc::new(config), not_after: period.not_after, clients })
}

/// ring with the suites and curves of the file; where there are none, with its own.
fn provider(settings: &TlsServerConfig) -> CryptoProvider {
    let mut provider = ring::default_provider();
    if !settings.cipher_suites.is_empty() {
        provider.cipher_suites.retain(|suite| suite.tls13().is_some());
        for suite in settings.cipher_suites.iter().copied() {
            if let Service::Tls12(suite) = CipherSuite::service(suite)
                && !provider.cipher_suites.contains(&suite)
            {
                provider.cipher_suites.push(suite);
            }
        }
    }
    if !settings.curve_preferences.is_empty() {
        provider.kx_groups =
            settings.curve_preferences.iter().copied().filter_map(Curve::key_exchange).collect();
    }
    provider
}

/// The versions between minimum and maximum that rustls has and a suite is left for.
fn versions(settings: &TlsServerConfig) -> Vec<&'static SupportedProtocolVersion> {
    let mut versions = Vec::new();
    if settings.max() >= TlsVersion::Tls13 {
        versions.push(&TLS13);
    }
    let (min, max) = (settings.min(), settings.max());
    if min <= TlsVersion::Tls12 && max >= TlsVersion::Tls12 && tls12_is_left(settings) {
        versions.push(&TLS12);
    }
    versions
}

/// Whether a suite of TLS 1.2 can be served.
pub(crate) fn tls12_is_left(settings: &TlsServerConfig) -> bool {
    settings.cipher_suites.is_empty()
        || settings.cipher_suites.iter().any(|suite| matches!(suite.service(), Service::Tls12(_)))
}
