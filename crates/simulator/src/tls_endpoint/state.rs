//! What a simulated TLS endpoint does with its clients.

use core::fmt;
use std::sync::Arc;

use crate::{IssuedCertificate, UnusualCertificate};

/// How an endpoint behaves at the moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointState {
    /// Serves its own certificate, see [`TlsEndpoint::install`](crate::TlsEndpoint::install).
    Good,
    /// Serves a certificate of this kind, issued when the endpoint is switched.
    Unusual(UnusualCertificate),
    /// Serves exactly this certificate.
    Serves(Arc<IssuedCertificate>),
    /// Serves by the name that the client asks for.
    ByServerName {
        /// What is served to whom, by exact name.
        named: Vec<(String, Arc<IssuedCertificate>)>,
        /// What everybody else gets; without it they get a fatal alert.
        default: Option<Arc<IssuedCertificate>>,
    },
    /// Serves its own certificate to clients that present one by the trusted root, and fails the others.
    ClientCertificateRequired,
    /// Refuses connections. The port number stays reserved.
    Dead,
    /// Serves its own certificate, but falls silent after so many bytes of its own; the connection stays open.
    Stall {
        /// How many bytes reach the client, counted from the start of the connection.
        after_bytes: u64,
    },
    /// Resets the connection as soon as the client has said something.
    Reset,
    /// Speaks plain HTTP: answers whatever comes with 400 in clear.
    PlainHttp,
    /// Answers with bytes that are no protocol at all; always the same ones.
    Garbage,
    /// Answers with a fatal TLS alert.
    HandshakeFailure,
    /// Knows TLS 1.1 and nothing later.
    OldTls,
}

impl fmt::Display for EndpointState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Good => "good",
            Self::Unusual(kind) => return write!(formatter, "certificate: {kind}"),
            Self::Serves(_) => "serves a chosen certificate",
            Self::ByServerName { .. } => "serves by server name",
            Self::ClientCertificateRequired => "requires a client certificate",
            Self::Dead => "dead: refuses connections",
            Self::Stall { after_bytes } => {
                return write!(formatter, "falls silent after {after_bytes} bytes");
            }
            Self::Reset => "resets connections",
            Self::PlainHttp => "speaks plain HTTP",
            Self::Garbage => "answers with garbage",
            Self::HandshakeFailure => "refuses the TLS handshake",
            Self::OldTls => "speaks TLS 1.1 only",
        })
    }
}
