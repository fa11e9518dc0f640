//! The TLS handshake: recorded whatever it brings, and verified while it goes on, so that nothing is sent to a server
//! that is not trusted.
//!
//! How to get it wrong: verifying afterwards. A request would have gone out by then.

mod recorder;
mod roots;
mod verify;

use core::time::Duration;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_probe_spec::host::Host;
use lookout_runtime::Clock;
use rustls::ProtocolVersion;
use rustls_pki_types::ServerName;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::failure::Failure;
use crate::module::Trust;
use crate::observation::{Observation, Session};
use recorder::Recorder;
pub(crate) use roots::TrustedRoots;

/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(100);

/// A handshake to be made.
pub(crate) struct Handshake<'a> {
    pub(crate) trust: &'a Trust,
    /// The name that is asked for by SNI and expected in the certificate.
    pub(crate) expected: &'a Host,
    pub(crate) clock: &'a Clock,
    /// What is offered by ALPN.
    pub(crate) protocols: &'static [&'static [u8]],
}

impl Handshake<'_> {
    /// Shakes hands over `stream`. The dates of a chain that was shown are noted in any case.
    pub(crate) async fn shake(
        &self,
        stream: TcpStream,
        observation: &mut Observation,
    ) -> Result<TlsStream<TcpStream>, Failure> {
        let name = server_name(self.expected)?;
        let roots = match self.trust.roots.get().await {
            Ok(roots) => Some(roots),
            Err(failure) if self.trust.is_required => return Err(failure),
            Err(_) => None,
        };
        let now = self.clock.now().as_second();
        let recorder = Arc::new(Recorder::new(roots, self.trust.is_required, now));
        let mut config = recorder
            .config()
            .map_err(|error| Failure::new(Reason::Io, format!("TLS cannot be set up: {error}")))?;
        config.alpn_protocols = self.protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let shown = recorder.take();
        if let Some(shown) = &shown {
            observation.chain = Some(shown.chain);
        }
        match connected {
            Ok(stream) => {
                observation.session = Some(session(&stream));
                Ok(stream)
            }
            Err(error) => {
                let verdict = shown.and_then(|shown| shown.failure).filter(|_| self.trust.is_required);
                Err(verdict.unwrap_or_else(|| Failure::of_io(&error)))
            }
        }
    }
}

/// Ends a connection as the protocol wants it.
pub(crate) async fn say_goodbye(mut stream: TlsStream<TcpStream>) {
    let _ = timeout(GOODBYE, stream.shutdown()).await;
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Failure> {
    match host {
        Host::Address(address) => Ok(ServerName::IpAddress((*address).into())),
        Host::Name(_) => ServerName::try_from(host.name().unwrap_or_default().to_owned()).map_err(|error| {
            Failure::new(Reason::Malformed, format!("the name cannot be asked for: {error}"))
        }),
    }
}

fn session(stream: &TlsStream<TcpStream>) -> Session {
    let (_, connection) = stream.get_ref();
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_3) => "TLS 1.3",
        Some(ProtocolVersion::TLSv1_2) => "TLS 1.2",
        _ => "unknown",
    };
    let suite = connection.negotiated_cipher_suite().map(|suite| suite.suite());
    let cipher = suite.and_then(|suite| suite.as_str()).unwrap_or("unknown");
    // rustls marks the suites of TLS 1.3; IANA, and blackbox_exporter, do not.
    Session { version, cipher: cipher.replacen("TLS13_", "TLS_", 1) }
}
