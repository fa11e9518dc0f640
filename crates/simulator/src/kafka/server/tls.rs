//! The TLS of a broker's listener.

use std::sync::Arc;

use jiff::Timestamp;
use rustls::ServerConfig;
use rustls::crypto::ring;
use tokio_rustls::TlsAcceptor;

use crate::{CertificateRequest, ServerIdentity, SimulatorError, Validity};

/// Serves a certificate for the identity's name and for 127.0.0.1, where brokers say that they are.
pub(crate) fn acceptor(identity: &ServerIdentity, now: Timestamp) -> Result<TlsAcceptor, SimulatorError> {
    let mut request = CertificateRequest::for_server(&identity.server_name, Validity::current(now));
    request.ip_addresses.push(std::net::Ipv4Addr::LOCALHOST.into());
    let certificate = identity.authorities.intermediate.issue(&request)?;
    let cannot_build =
        |source| SimulatorError::BuildServer { server_name: identity.server_name.clone(), source };
    // Passed explicitly: a simulator must not depend on which provider its process has installed, nor install one.
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(cannot_build)?
        .with_no_client_auth()
        .with_single_cert(certificate.chain(), certificate.key())
        .map_err(cannot_build)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
