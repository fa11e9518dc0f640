//! A handshake over loopback, and what client and server agreed on.

use std::{sync::Arc, time::Duration};

use lookout_web_config::Policy;
use rustls::{
    CipherSuite, ClientConfig, HandshakeKind, NamedGroup, ProtocolVersion, RootCertStore,
    SupportedProtocolVersion,
    crypto::{CryptoProvider, SupportedKxGroup, ring},
    sign::SingleCertAndKey,
    version::{TLS12, TLS13},
};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::{authority::Identity, site::Site};

/// Longer than any handshake takes; only a guard.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) static ONLY_12: &[&SupportedProtocolVersion] = &[&TLS12];
pub(crate) static ONLY_13: &[&SupportedProtocolVersion] = &[&TLS13];
static BOTH: &[&SupportedProtocolVersion] = &[&TLS13, &TLS12];

/// What they agreed on.
#[derive(Debug)]
pub(crate) struct Agreed {
    pub(crate) version: ProtocolVersion,
    pub(crate) suite: CipherSuite,
    pub(crate) group: NamedGroup,
    pub(crate) protocol: Option<String>,
    pub(crate) resumed: bool,
}

/// What a client brings.
pub(crate) struct Client<'a> {
    pub(crate) identity: Option<&'a Identity>,
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
    pub(crate) suites: &'static [CipherSuite],
    pub(crate) groups: Vec<&'static dyn SupportedKxGroup>,
    pub(crate) protocols: &'static [&'static str],
}

impl Default for Client<'_> {
    /// Everything that rustls has, and no certificate.
    fn default() -> Self {
        Self {
            identity: None,
            versions: BOTH,
            suites: &[],
            groups: ring::ALL_KX_GROUPS.to_vec(),
            protocols: &[],
        }
    }
}

impl Client<'_> {
    /// A client that trusts the root of `site`, and its server, should it sign itself.
    pub(crate) fn build(&self, site: &Site) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        for pem in ["ca.crt", "server.crt"] {
            roots.add(CertificateDer::from_pem_file(site.path(pem)).unwrap()).unwrap();
        }
        let mut provider = CryptoProvider { kx_groups: self.groups.clone(), ..ring::default_provider() };
        if !self.suites.is_empty() {
            let all = provider.cipher_suites;
            let chosen = self.suites.iter().filter_map(|suite| all.iter().find(|one| one.suite() == *suite));
            provider.cipher_suites = chosen.copied().collect();
        }
        let builder = ClientConfig::builder_with_provider(provider.into())
            .with_protocol_versions(self.versions)
            .unwrap()
            .with_root_certificates(roots);
        let mut config = builder.with_no_client_auth();
        if let Some(identity) = self.identity {
            config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(identity.certified_key()));
        }
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        config.into()
    }

    /// Connects to a server with `policy`; the error is the client's.
    pub(crate) async fn connect(&self, site: &Site, policy: &Policy) -> Result<Agreed, String> {
        connect(policy, self.build(site)).await
    }
}

/// Connects a client to a server with `policy` and exchanges a byte each way, so that both have seen the end of the
/// handshake and the client has the session's ticket, if there is one.
pub(crate) async fn connect(policy: &Policy, client: Arc<ClientConfig>) -> Result<Agreed, String> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let acceptor = TlsAcceptor::from(Arc::clone(policy.tls().expect("the policy has TLS")));
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = acceptor.accept(stream).await else { return };
        let mut byte = [0];
        if stream.read_exact(&mut byte).await.is_ok() {
            let _ = stream.write_all(b"!").await;
            let _ = stream.flush().await;
        }
    });
    let agreed = tokio::time::timeout(PATIENCE, speak(address, client)).await.expect("no answer");
    tokio::time::timeout(PATIENCE, server).await.expect("the server goes on").expect("the server panics");
    agreed
}

async fn speak(address: std::net::SocketAddr, client: Arc<ClientConfig>) -> Result<Agreed, String> {
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream =
        TlsConnector::from(client).connect(name, stream).await.map_err(|error| error.to_string())?;
    stream.write_all(b"?").await.map_err(|error| error.to_string())?;
    let mut byte = [0];
    stream.read_exact(&mut byte).await.map_err(|error| error.to_string())?;
    let connection = stream.get_ref().1;
    Ok(Agreed {
        version: connection.protocol_version().unwrap(),
        suite: connection.negotiated_cipher_suite().unwrap().suite(),
        group: connection
            .negotiated_key_exchange_group()
            .map_or(NamedGroup::Unknown(0), SupportedKxGroup::name),
        protocol: connection.alpn_protocol().map(|name| String::from_utf8(name.to_vec()).unwrap()),
        resumed: connection.handshake_kind() == Some(HandshakeKind::Resumed),
    })
}
