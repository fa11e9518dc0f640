//! What ends a probe, as a reason.

use std::error::Error as _;
use std::io;

use lookout_declarations::Reason;
use rustls::{AlertDescription, Error};

/// Why a probe failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of the spec's `REASONS`.
    pub reason: Reason,
    /// What was tried and why it failed, for the log: nothing of what the target said, and nothing secret.
    pub message: String,
}

impl Failure {
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// A connection that was not made.
    pub(crate) fn of_connecting(error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::TimedOut => Reason::Timeout,
            _ => Reason::Unreachable,
        };
        Self::new(reason, format!("connecting failed: {error}"))
    }

    /// A TLS handshake that failed, or a connection over TLS that broke.
    pub(crate) fn of_io(error: &io::Error) -> Self {
        let (reason, what) = match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(tls) => of_tls(tls),
            None => of_kind(error.kind()),
        };
        Self::new(reason, format!("{what}: {error}"))
    }

    /// An exchange over HTTP that failed.
    pub(crate) fn of_http(error: &hyper::Error) -> Self {
        if let Some(io) = error.source().and_then(|source| source.downcast_ref::<io::Error>()) {
            return Self::of_io(io);
        }
        let (reason, what) = if error.is_parse_too_large() {
            (Reason::TooLarge, "the head of the answer is larger than the limit")
        } else if error.is_parse() {
            (Reason::Protocol, "the answer is not HTTP/1")
        } else if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
            (Reason::Disconnected, "the target closed the connection before its answer was complete")
        } else {
            (Reason::Protocol, "the exchange over HTTP failed")
        };
        Self::new(reason, format!("{what}: {error}"))
    }

    /// A status code that is not expected.
    pub(crate) fn of_status(status: u16) -> Self {
        let reason = match status {
            401 | 407 => Reason::Unauthenticated,
            403 => Reason::Denied,
            404 | 410 => Reason::NotFound,
            429 => Reason::RateLimited,
            500.. => Reason::Server,
            _ => Reason::Unexpected,
        };
        Self::new(
            reason,
            format!("the target answered with status {status}, which the module does not expect"),
        )
    }
}

fn of_kind(kind: io::ErrorKind) -> (Reason, &'static str) {
    match kind {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => (Reason::Disconnected, "the target closed the connection"),
        io::ErrorKind::TimedOut => (Reason::Timeout, "the connection broke"),
        // How hyper says that the chunks of a body are none.
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            (Reason::Protocol, "the target broke the protocol")
        }
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (Reason::Unreachable, "the network went away")
        }
        _ => (Reason::Io, "the connection failed"),
    }
}

fn of_tls(error: &Error) -> (Reason, &'static str) {
    match error {
        Error::InvalidCertificate(_) => (Reason::Untrusted, "the certificate was refused"),
        Error::AlertReceived(AlertDescription::CertificateRequired) => {
            (Reason::Unauthenticated, "the target asks for a client certificate")
        }
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (Reason::Handshake, "the target speaks no TLS version from 1.2 on")
        }
        Error::AlertReceived(_) => (Reason::Handshake, "the target refused the handshake"),
        Error::PeerIncompatible(_) => {
            (Reason::Handshake, "the target and Lookout have no common TLS version or cipher suite")
        }
        Error::NoCertificatesPresented => (Reason::Handshake, "the target showed no certificate"),
        Error::InvalidMessage(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerSentOversizedRecord => (Reason::Protocol, "the target does not speak TLS on this port"),
        Error::PeerMisbehaved(_) | Error::DecryptError => {
            (Reason::Protocol, "the target broke the TLS protocol")
        }
        _ => (Reason::Handshake, "the TLS handshake failed"),
    }
}
