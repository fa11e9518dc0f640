//! From the state of an endpoint to what its connections need: a TLS configuration, or the bytes to answer with.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

use super::{EndpointState, ServerIdentity, replies};
use crate::{IssuedCertificate, SimulatorError};

/// What is done with a connection.
pub(super) enum Behaviour {
    /// Nobody listens.
    Refuse,
    /// A TLS server; cut off after so many bytes of its own, if a limit is given.
    Tls { server: Arc<ServerConfig>, silent_after: Option<u64> },
    /// These bytes, whatever the client says.
    Reply(Vec<u8>),
    /// A reset.
    Reset,
}

/// A behaviour and the certificate that a client without a server name is shown by it.
pub(super) struct Prepared {
    pub(super) behaviour: Behaviour,
    pub(super) served: Option<Arc<IssuedCertificate>>,
}

/// Prepares a state, given the endpoint's own certificate.
pub(super) fn prepare(
    identity: &ServerIdentity,
    own: &Arc<IssuedCertificate>,
    state: &EndpointState,
    now: Timestamp,
) -> Result<Prepared, SimulatorError> {
    match state {
        EndpointState::Good => serve(identity, own, None),
        EndpointState::Serves(certificate) => serve(identity, certificate, None),
        EndpointState::Stall { after_bytes } => serve(identity, own, Some(*after_bytes)),
        EndpointState::Unusual(kind) => {
            let certificate = kind.issue(&identity.authorities, &identity.server_name, now)?;
            serve(identity, &Arc::new(certificate), None)
        }
        EndpointState::ByServerName { named, default } => {
            let certificates = Certificates::new(identity, named, default.as_ref())?;
            Ok(Prepared {
                behaviour: tls(server_config(identity, certificates, false)?, None),
                served: default.clone(),
            })
        }
        EndpointState::ClientCertificateRequired => {
            let certificates = Certificates::new(identity, &[], Some(own))?;
            Ok(Prepared {
                behaviour: tls(server_config(identity, certificates, true)?, None),
                served: Some(Arc::clone(own)),
            })
        }
        EndpointState::Dead => Ok(without_certificate(Behaviour::Refuse)),
        EndpointState::Reset => Ok(without_certificate(Behaviour::Reset)),
        EndpointState::PlainHttp => Ok(without_certificate(Behaviour::Reply(replies::plain_http()))),
        EndpointState::Garbage => Ok(without_certificate(Behaviour::Reply(replies::garbage()))),
        EndpointState::HandshakeFailure => {
            Ok(without_certificate(Behaviour::Reply(replies::handshake_failure())))
        }
        EndpointState::OldTls => Ok(without_certificate(Behaviour::Reply(replies::old_server_hello()))),
    }
}

fn serve(
    identity: &ServerIdentity,
    certificate: &Arc<IssuedCertificate>,
    silent_after: Option<u64>,
) -> Result<Prepared, SimulatorError> {
    let certificates = Certificates::new(identity, &[], Some(certificate))?;
    Ok(Prepared {
        behaviour: tls(server_config(identity, certificates, false)?, silent_after),
        served: Some(Arc::clone(certificate)),
    })
}

fn tls(server: ServerConfig, silent_after: Option<u64>) -> Behaviour {
    Behaviour::Tls { server: Arc::new(server), silent_after }
}

fn without_certificate(behaviour: Behaviour) -> Prepared {
    Prepared { behaviour, served: None }
}

fn server_config(
    identity: &ServerIdentity,
    certificates: Certificates,
    ask_client: bool,
) -> Result<ServerConfig, SimulatorError> {
    let provider = provider();
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|source| cannot_build(identity, source))?;
    let builder = if ask_client {
        let mut roots = RootCertStore::empty();
        if let Some(root) = identity.authorities.root.certificate() {
            roots.add(root.clone()).map_err(|source| cannot_build(identity, source))?;
        }
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .map_err(|source| SimulatorError::BuildClientVerifier {
                server_name: identity.server_name.clone(),
                source,
            })?;
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_cert_resolver(Arc::new(certificates));
    // A resumed session shows no certificate, so a client would go on seeing the one from before a switch.
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    Ok(config)
}

/// Which certificate a client gets.
#[derive(Debug)]
struct Certificates {
    named: BTreeMap<String, Arc<CertifiedKey>>,
    default: Option<Arc<CertifiedKey>>,
}

impl Certificates {
    fn new(
        identity: &ServerIdentity,
        named: &[(String, Arc<IssuedCertificate>)],
        default: Option<&Arc<IssuedCertificate>>,
    ) -> Result<Self, SimulatorError> {
        let named = named
            .iter()
            .map(|(name, certificate)| Ok((name.to_lowercase(), certified_key(identity, certificate)?)))
            .collect::<Result<_, SimulatorError>>()?;
        let default = default.map(|certificate| certified_key(identity, certificate)).transpose()?;
        Ok(Self { named, default })
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, client_hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = client_hello.server_name().map(str::to_lowercase);
        asked.and_then(|name| self.named.get(&name)).or(self.default.as_ref()).cloned()
    }
}

/// Key and chain as they are: whether they are any good is for the client to find out.
fn certified_key(
    identity: &ServerIdentity,
    certificate: &IssuedCertificate,
) -> Result<Arc<CertifiedKey>, SimulatorError> {
    let key = ring::sign::any_supported_type(&certificate.key())
        .map_err(|source| cannot_build(identity, source))?;
    Ok(Arc::new(CertifiedKey::new(certificate.chain(), key)))
}

/// Passed explicitly: a simulator must not depend on which provider its process has installed, nor install one.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn cannot_build(identity: &ServerIdentity, source: rustls::Error) -> SimulatorError {
    SimulatorError::BuildServer { server_name: identity.server_name.clone(), source }
}
