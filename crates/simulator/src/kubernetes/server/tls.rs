//! The TLS of the server: its own certificate, and clients' certificates where they present one.

use core::time::Duration;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::ring;
use rustls::server::WebPkiClientVerifier;
use rustls::time_provider::TimeProvider;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::UnixTime;
use tokio_rustls::TlsAcceptor;

use crate::{CertificateRequest, ServerIdentity, SimulatorError, Validity};

/// Serves a certificate that lasts as long as its authority (clients judge it by the machine's clock): for the identity's name, for what a server in a cluster is called, and for 127.0.0.1.
pub(crate) fn acceptor(identity: &ServerIdentity, now: Timestamp) -> Result<TlsAcceptor, SimulatorError> {
    let name = || identity.server_name.clone();
    let cannot_build = |source| SimulatorError::BuildServer { server_name: name(), source };
    let mut request = CertificateRequest::for_server(name(), Validity::of_authority(now));
    request.ip_addresses.push(std::net::Ipv4Addr::LOCALHOST.into());
    request.dns_names.extend(["localhost", "kubernetes.default.svc"].map(str::to_owned));
    let certificate = identity.authorities.intermediate.issue(&request)?;
    let mut roots = RootCertStore::empty();
    if let Some(root) = identity.authorities.root.certificate() {
        roots.add(root.clone()).map_err(cannot_build)?;
    }
    // Passed explicitly: a simulator must not depend on which provider its process has installed, nor install one.
    let provider = Arc::new(ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
        .allow_unauthenticated()
        .build()
        .map_err(|source| SimulatorError::BuildClientVerifier { server_name: name(), source })?;
    let config = ServerConfig::builder_with_details(provider, Arc::new(Start(now)))
        .with_safe_default_protocol_versions()
        .map_err(cannot_build)?
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificate.chain(), certificate.key())
        .map_err(cannot_build)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Clients' certificates are judged at the start of simulated time, whatever the machine's clock says.
#[derive(Debug)]
struct Start(Timestamp);

impl TimeProvider for Start {
    fn current_time(&self) -> Option<UnixTime> {
        u64::try_from(self.0.as_second()).ok().map(Duration::from_secs).map(UnixTime::since_unix_epoch)
    }
}
