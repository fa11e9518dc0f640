//! One attempt at an endpoint: resolve, connect, shake hands; nothing more.

use core::net::SocketAddr;
use core::time::Duration;
use std::sync::Arc;

use lookout_declarations::Reason;
use rustls::ProtocolVersion;
use rustls_pki_types::CertificateDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::failure::Failure;
use super::recorder::{Recorder, Shown};
use super::target::Target;
use crate::parse::{Certificate, ParseCertificate};

/// What one attempt brought.
#[derive(Debug, Default)]
pub struct Attempt {
    /// The chain, if it got as far as being shown; also when the handshake failed afterwards.
    pub chain: Option<Chain>,
    /// What was agreed on, if the handshake completed.
    pub session: Option<Session>,
    /// Why it ended before its time.
    pub failure: Option<Failure>,
}

/// A chain as it was served.
#[derive(Clone, Debug)]
pub struct Chain {
    /// The encodings, the server's own certificate first.
    pub encodings: Vec<CertificateDer<'static>>,
    /// What is in them, position by position.
    pub certificates: Vec<Result<Certificate, ParseCertificate>>,
    /// Whether an OCSP response was stapled.
    pub has_ocsp_response: bool,
    /// Whether the server signed the handshake with another key than that of its certificate.
    pub has_other_key: bool,
}

/// A completed handshake.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// From the first byte sent to the last received; resolving and connecting left out.
    pub handshake: Duration,
    /// Such as `TLS 1.3`.
    pub version: &'static str,
    /// The IANA name.
    pub cipher: String,
}

/// The longest chain that is looked at; sensible ones have two to four certificates.
const MAX_CHAIN: usize = 16;

/// How long a server that asked for a client certificate has to complain that there was none. In TLS 1.3 it can only
/// do so after the handshake.
const WAIT_FOR_REFUSAL: Duration = Duration::from_millis(500);

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(100);

/// Tries `target` once, and comes back within its timeout.
pub async fn attempt(target: &Target) -> Attempt {
    let deadline = Instant::now() + target.timeout;
    match connect(target, deadline).await {
        Ok(stream) => shake_hands(target, stream, deadline).await,
        Err(failure) => Attempt { failure: Some(failure), ..Attempt::default() },
    }
}

async fn connect(target: &Target, deadline: Instant) -> Result<TcpStream, Failure> {
    let addresses: Vec<SocketAddr> =
        match timeout_at(deadline, lookup_host((target.host.as_str(), target.port))).await {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => {
                return Err(Failure::new(Reason::Unresolved, format!("resolving failed: {error}")));
            }
            Err(_) => return Err(late(target, "resolving the name")),
        };
    let mut failure = Failure::new(Reason::Unresolved, "the name has no address");
    for (index, address) in addresses.iter().enumerate() {
        // Each address that is left gets an equal share, so that one that swallows packets does not starve the next.
        let left = deadline.saturating_duration_since(Instant::now());
        let share = left / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        failure = match timeout(share, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => Failure::of_connecting(&error),
            Err(_) => late(target, "connecting"),
        };
    }
    Err(failure)
}

async fn shake_hands(target: &Target, stream: TcpStream, deadline: Instant) -> Attempt {
    let recorder = Arc::new(Recorder::default());
    let config = match recorder.config() {
        Ok(config) => config,
        Err(error) => {
            let failure = Failure::new(Reason::Io, format!("TLS cannot be set up: {error}"));
            return Attempt { failure: Some(failure), ..Attempt::default() };
        }
    };
    let started = Instant::now();
    let handshake = TlsConnector::from(Arc::new(config)).connect(target.asked_name.clone(), stream);
    let (session, failure) = match timeout_at(deadline, handshake).await {
        Ok(Ok(mut stream)) => {
            let session = session(&stream, started.elapsed());
            (Some(session), end(&mut stream, &recorder, deadline).await)
        }
        Ok(Err(error)) => (None, Some(Failure::of_handshake(&error, recorder.was_asked()))),
        Err(_) => (None, Some(late(target, "the TLS handshake"))),
    };
    let chain = recorder.take().map(Chain::from);
    let failure = failure.or_else(|| chain.as_ref().and_then(Chain::failure));
    Attempt { chain, session, failure }
}

/// Ends a connection whose handshake completed; tells whether the server refuses us for want of a certificate.
async fn end(stream: &mut TlsStream<TcpStream>, recorder: &Recorder, deadline: Instant) -> Option<Failure> {
    let mut failure = None;
    if recorder.was_asked() {
        let until = deadline.min(Instant::now() + WAIT_FOR_REFUSAL);
        // Silence, data or a proper end all mean that it does not mind.
        if let Ok(Err(error)) = timeout_at(until, stream.read(&mut [0; 1])).await {
            failure = Some(Failure::of_handshake(&error, true));
        }
    }
    let _ = timeout(GOODBYE, stream.shutdown()).await;
    failure
}

fn session(stream: &TlsStream<TcpStream>, handshake: Duration) -> Session {
    let (_, connection) = stream.get_ref();
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "unknown",
    };
    let cipher =
        connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str()).unwrap_or("unknown");
    Session { handshake, version, cipher: cipher.replacen("TLS13_", "TLS_", 1) }
}

fn late(target: &Target, what: &str) -> Failure {
    Failure::new(Reason::Timeout, format!("{what} did not end within {:?}", target.timeout))
}

impl From<Shown> for Chain {
    fn from(shown: Shown) -> Self {
        let mut encodings = shown.chain;
        encodings.truncate(MAX_CHAIN);
        let certificates = encodings.iter().map(|encoding| Certificate::from_der(encoding)).collect();
        Self {
            encodings,
            certificates,
            has_ocsp_response: shown.has_ocsp_response,
            has_other_key: shown.has_other_key,
        }
    }
}

impl Chain {
    /// That a certificate of it cannot be read.
    fn failure(&self) -> Option<Failure> {
        let (position, error) =
            self.certificates.iter().enumerate().find_map(|(position, certificate)| {
                certificate.as_ref().err().map(|error| (position, error))
            })?;
        Some(Failure::new(
            Reason::Malformed,
            format!("the certificate at position {position} cannot be read: {error}"),
        ))
    }
}
