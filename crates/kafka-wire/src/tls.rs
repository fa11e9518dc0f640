//! TLS towards brokers: who is trusted, and who we are.
//!
//! Built once from what the configuration names; files are read by the caller, who knows when they change. There is no
//! way to switch verification off.

use std::sync::Arc;

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use rustls_pki_types::{
    CertificateDer, PrivateKeyDer, ServerName,
    pem::{self, PemObject},
};

/// TLS for the connections of one cluster.
#[derive(Clone, Debug)]
pub struct Tls {
    pub(crate) config: Arc<ClientConfig>,
    pub(crate) server_name: Option<ServerName<'static>>,
}

/// What [`Tls`] is built from.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsMaterial<'a> {
    /// Roots, as PEM; without them the machine's own.
    pub roots: Option<&'a [u8]>,
    /// Who we are.
    pub client: Option<ClientIdentity<'a>>,
    /// The name to ask for and to verify; without it each broker's advertised host.
    pub server_name: Option<&'a str>,
}

/// A client certificate.
#[derive(Clone, Copy)]
pub struct ClientIdentity<'a> {
    /// The chain, as PEM, the leaf first.
    pub chain: &'a [u8],
    /// The private key, as PEM.
    pub key: &'a [u8],
}

/// Why no TLS could be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildTls {
    /// The roots are no PEM, or hold no certificate that can be a root.
    #[error("the roots hold no certificate that can be used: {0}")]
    ReadRoots(String),
    /// The machine has no trust store.
    #[error("no root certificates on this machine; name them: {0}")]
    FindRoots(String),
    /// The client's chain is no PEM.
    #[error("the client certificate is no PEM: {0}")]
    ReadChain(pem::Error),
    /// The client's key is no PEM.
    #[error("the key of the client certificate is no PEM: {0}")]
    ReadKey(pem::Error),
    /// The name is no host name and no IP address.
    #[error("`{0}` is no server name")]
    ReadServerName(String),
    /// Certificate and key do not go together, for instance.
    #[error("the client certificate cannot be used")]
    UseIdentity(#[source] rustls::Error),
}

// === impl Tls ===

impl Tls {
    /// TLS as `material` says. Reads the machine's trust store, if that is meant, and blocks for as long.
    pub fn build(material: &TlsMaterial<'_>) -> Result<Self, BuildTls> {
        let roots = match material.roots {
            Some(pem) => given_roots(pem)?,
            None => machine_roots()?,
        };
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(BuildTls::UseIdentity)?
            .with_root_certificates(roots);
        let config = match material.client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(client.chain).collect();
                let key = PrivateKeyDer::from_pem_slice(client.key).map_err(BuildTls::ReadKey)?;
                builder
                    .with_client_auth_cert(chain.map_err(BuildTls::ReadChain)?, key)
                    .map_err(BuildTls::UseIdentity)?
            }
        };
        let server_name = material.server_name.map(|name| {
            ServerName::try_from(name.to_owned()).map_err(|_| BuildTls::ReadServerName(name.to_owned()))
        });
        Ok(Self { config: Arc::new(config), server_name: server_name.transpose()? })
    }
}

fn given_roots(pem: &[u8]) -> Result<RootCertStore, BuildTls> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem) {
        let certificate = certificate.map_err(|error| BuildTls::ReadRoots(error.to_string()))?;
        roots.add(certificate).map_err(|error| BuildTls::ReadRoots(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(BuildTls::ReadRoots("there is none".to_owned()));
    }
    Ok(roots)
}

fn machine_roots() -> Result<RootCertStore, BuildTls> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    if roots.is_empty() {
        let errors: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(BuildTls::FindRoots(errors.join("; ")));
    }
    Ok(roots)
}

impl core::fmt::Debug for ClientIdentity<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("ClientIdentity")
    }
}
