//! What ends an attempt, as a reason.

use std::io;

use lookout_declarations::Reason;
use rustls::{AlertDescription, Error};

/// Why an attempt ended before its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// One of `ATTEMPT_REASONS`.
    pub reason: Reason,
    /// What was tried and why it failed.
    pub message: String,
}

impl Failure {
    pub(super) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }

    /// A failed connection attempt.
    pub(super) fn of_connecting(error: &io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::TimedOut => Reason::Timeout,
            _ => Reason::Unreachable,
        };
        Self::new(reason, format!("connecting failed: {error}"))
    }

    /// A failed handshake, or what came after it. `was_asked` says that the server asked for a client certificate,
    /// so that its refusal means the lack of one.
    pub(super) fn of_handshake(error: &io::Error, was_asked: bool) -> Self {
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
        let (reason, what) = match tls {
            Some(tls) => of_tls(tls, was_asked),
            None => of_io(error.kind()),
        };
        Self::new(reason, format!("{what}: {error}"))
    }
}

fn of_io(kind: io::ErrorKind) -> (Reason, &'static str) {
    match kind {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected => {
            (Reason::Disconnected, "the server closed the connection during the handshake")
        }
        io::ErrorKind::TimedOut => (Reason::Timeout, "the connection broke during the handshake"),
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
            (Reason::Unreachable, "the network went away during the handshake")
        }
        _ => (Reason::Io, "the handshake failed"),
    }
}

fn of_tls(error: &Error, was_asked: bool) -> (Reason, &'static str) {
    match error {
        Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            (Reason::Handshake, "the server speaks no TLS version from 1.2 on")
        }
        Error::AlertReceived(_) if was_asked => (
            Reason::Unauthenticated,
            "the server asked for a client certificate and refused to go on without",
        ),
        Error::AlertReceived(_) => (Reason::Handshake, "the server refused the handshake"),
        Error::PeerIncompatible(_) => {
            (Reason::Handshake, "the server and Lookout have no common TLS version or cipher suite")
        }
        Error::NoCertificatesPresented => (Reason::Handshake, "the server showed no certificate"),
        Error::InvalidMessage(_)
        | Error::InappropriateMessage { .. }
        | Error::InappropriateHandshakeMessage { .. }
        | Error::PeerSentOversizedRecord => (Reason::Protocol, "the server does not speak TLS on this port"),
        Error::PeerMisbehaved(_) | Error::DecryptError => {
            (Reason::Protocol, "the server broke the TLS protocol")
        }
        _ => (Reason::Handshake, "the handshake failed"),
    }
}
