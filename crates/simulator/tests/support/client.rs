//! A TLS client that looks at whatever an endpoint presents and keeps the verdict on it, instead of giving up.

#![allow(dead_code, unreachable_pub)] // each test file uses a part of it, by `#[path]`

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use lookout_simulator::{Authorities, IssuedCertificate, Platform};

/// No look takes this long, unless the endpoint has stalled.
const PATIENCE: Duration = Duration::from_mins(1);

/// The time of all tests: 2026-09-01T12:00:00Z. No clock is asked.
pub fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

/// What a client thinks of a presented chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    Good,
    Expired,
    NotYetValid,
    WrongName,
    UnknownIssuer,
    Other(String),
}

/// How a look at an endpoint ended.
#[derive(Debug)]
pub struct Look {
    /// What was presented and what to think of it, even if the handshake failed later.
    pub presented: Option<(Vec<CertificateDer<'static>>, Verdict)>,
    /// The first line of the answer to an HTTP request, or why there was none.
    pub answer: Result<String, io::Error>,
}

impl Look {
    pub fn verdict(&self) -> Option<&Verdict> {
        self.presented.as_ref().map(|(_, verdict)| verdict)
    }

    pub fn leaf(&self) -> Option<&CertificateDer<'static>> {
        self.presented.as_ref().and_then(|(chain, _)| chain.first())
    }

    /// The error of the look, in words.
    pub fn failure(&self) -> String {
        self.answer.as_ref().err().map(ToString::to_string).unwrap_or_default()
    }
}

/// A client that trusts one root.
pub struct Client {
    trusted: CertificateDer<'static>,
    own: Option<Arc<IssuedCertificate>>,
}

impl Client {
    pub fn trusting(authorities: &Authorities) -> Self {
        Self { trusted: authorities.root.certificate().unwrap().clone(), own: None }
    }

    /// Trusts what the platform's trust bundle holds.
    pub fn of(platform: &Platform) -> Self {
        let bundle = fs::read(platform.trust_bundle()).unwrap();
        Self { trusted: CertificateDer::from_pem_slice(&bundle).unwrap(), own: None }
    }

    /// Presents this certificate when asked for one.
    pub fn presenting(self, own: IssuedCertificate) -> Self {
        Self { own: Some(Arc::new(own)), ..self }
    }

    /// Connects, shakes hands, asks for `/`.
    pub async fn look(&self, address: SocketAddr, server_name: &str) -> Look {
        let verifier = Arc::new(RecordingVerifier::new(&self.trusted));
        let asked = tokio::time::timeout(PATIENCE, self.ask(address, server_name, Arc::clone(&verifier)));
        let answer = asked.await.unwrap_or_else(|elapsed| Err(elapsed.into()));
        let presented = verifier.presented.lock().unwrap().take();
        Look { presented, answer }
    }

    async fn ask(
        &self,
        address: SocketAddr,
        server_name: &str,
        verifier: Arc<RecordingVerifier>,
    ) -> Result<String, io::Error> {
        let builder = ClientConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .unwrap()
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let config = match &self.own {
            Some(own) => builder.with_client_auth_cert(own.chain(), own.key()).unwrap(),
            None => builder.with_no_client_auth(),
        };
        let name = ServerName::try_from(server_name.to_owned()).unwrap();
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let mut tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
        tls.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await?;
        let mut answer = String::new();
        tls.read_to_string(&mut answer).await?;
        Ok(answer.lines().next().unwrap_or_default().to_owned())
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

#[derive(Debug)]
struct RecordingVerifier {
    inner: Arc<WebPkiServerVerifier>,
    presented: Mutex<Option<(Vec<CertificateDer<'static>>, Verdict)>>,
}

impl RecordingVerifier {
    fn new(trusted: &CertificateDer<'static>) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let inner = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider()).build().unwrap();
        Self { inner, presented: Mutex::new(None) }
    }
}

impl ServerCertVerifier for RecordingVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        _clock: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let seconds = u64::try_from(now().as_second()).unwrap();
        let time = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let verified =
            self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, time);
        let chain = std::iter::once(end_entity).chain(intermediates).map(|der| der.clone().into_owned());
        let verdict = verified.map_or_else(verdict, |_| Verdict::Good);
        *self.presented.lock().unwrap() = Some((chain.collect(), verdict));
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn verdict(error: rustls::Error) -> Verdict {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    match error {
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => Verdict::Expired,
        rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => Verdict::NotYetValid,
        rustls::Error::InvalidCertificate(NotValidForName | NotValidForNameContext { .. }) => {
            Verdict::WrongName
        }
        rustls::Error::InvalidCertificate(UnknownIssuer) => Verdict::UnknownIssuer,
        other => Verdict::Other(other.to_string()),
    }
}

/// Whether a certificate is for this name, whatever else is wrong with it.
pub fn is_for(certificate: &CertificateDer<'_>, server_name: &str) -> bool {
    let parsed = ParsedCertificate::try_from(certificate).unwrap();
    verify_server_name(&parsed, &ServerName::try_from(server_name.to_owned()).unwrap()).is_ok()
}
