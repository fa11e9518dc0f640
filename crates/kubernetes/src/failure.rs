//! Why a request, a list or a watch failed, in the suite's vocabulary.
//!
//! Invariants:
//! - A message says what was asked of whom, what happened, and what to do. It holds nothing of a body but a `Status`'s message,
//!   and nothing that a library prints of credentials.
//! - What decides how to go on ([`Kind`]) is found once, here.
//!
//! How to get it wrong: printing `kube_client::Error`. That of an exec plugin shows all that the plugin said, which is the token.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use lookout_declarations::Reason;

use crate::status::Status;
use crate::text::bounded;

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// Why.
    pub(crate) reason: Reason,
    /// What happened, for people.
    pub(crate) message: String,
    /// What it means for going on.
    pub(crate) kind: Kind,
    /// How long the server asks to wait.
    pub(crate) retry_after: Option<Duration>,
}

/// What a failure means for going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Try again later, from where it was.
    Again,
    /// The server no longer knows what was since: list anew.
    Gone,
    /// There is no such resource.
    Absent,
    /// The server refuses the parameters (400, 422): another way of asking may be understood.
    Refused,
    /// The server does not know who we are.
    Unauthenticated,
}

// === impl Failure ===

impl Failure {
    /// One that may pass.
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), kind: Kind::Again, retry_after: None }
    }

    /// Of another kind.
    pub(crate) fn kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// That of an HTTP status other than success, with what the server says of it.
    pub(crate) fn of_status(code: u16, status: Option<&Status>, retry_after: Option<Duration>) -> Self {
        let (reason, kind) = match code {
            401 => (Reason::Unauthenticated, Kind::Unauthenticated),
            403 => (Reason::Denied, Kind::Again),
            404 => (Reason::NotFound, Kind::Absent),
            410 => (Reason::NotFound, Kind::Gone),
            408 | 504 => (Reason::Timeout, Kind::Again),
            413 => (Reason::TooLarge, Kind::Again),
            429 => (Reason::RateLimited, Kind::Again),
            400 | 422 => (Reason::Unexpected, Kind::Refused),
            500..=599 => (Reason::Server, Kind::Again),
            _ => (Reason::Unexpected, Kind::Again),
        };
        let kind = if status.is_some_and(Status::is_version_from_the_future) { Kind::Gone } else { kind };
        let said = status.map(|status| format!(": {}", status.said())).unwrap_or_default();
        let retry_after = retry_after.or_else(|| status.and_then(|status| status.retry_after));
        Self { reason, message: format!("answered {code}{said}"), kind, retry_after }
    }

    /// That of a request without an answer, or of an answer that breaks off.
    pub(crate) fn of_transport(error: &(dyn StdError + 'static)) -> Self {
        let (reason, what) = classify(error);
        Self::new(reason, what)
    }

    /// Without the consequence that everything must be listed: of a list itself.
    pub(crate) fn unless_gone(self) -> Self {
        let kind = if self.kind == Kind::Gone { Kind::Again } else { self.kind };
        Self { kind, ..self }
    }

    /// With what was tried before it: `list secrets in namespace x`.
    pub(crate) fn while_doing(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }
}

/// Why there was no answer, and a sentence part that shows no credentials.
fn classify(error: &(dyn StdError + 'static)) -> (Reason, String) {
    let mut known: Option<(Reason, String)> = None;
    let mut deepest = error;
    loop {
        // A later, deeper cause knows more.
        known = cause(deepest).or(known);
        let next = match deepest.downcast_ref::<io::Error>() {
            // An io::Error's source is that of what it wraps, not what it wraps.
            Some(outer) => outer.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
            None => deepest.source(),
        };
        let Some(next) = next else { break };
        deepest = next;
    }
    known.unwrap_or_else(|| {
        (Reason::Disconnected, format!("the connection failed: {}", bounded(&deepest.to_string())))
    })
}

fn cause(error: &(dyn StdError + 'static)) -> Option<(Reason, String)> {
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        let reason = match error {
            rustls::Error::InvalidCertificate(_) => Reason::Untrusted,
            rustls::Error::AlertReceived(
                rustls::AlertDescription::CertificateRequired
                | rustls::AlertDescription::AccessDenied
                | rustls::AlertDescription::BadCertificate
                | rustls::AlertDescription::CertificateExpired
                | rustls::AlertDescription::CertificateUnknown
                | rustls::AlertDescription::CertificateRevoked,
            ) => Reason::Unauthenticated,
            _ => Reason::Handshake,
        };
        return Some((reason, format!("TLS: {}", bounded(&error.to_string()))));
    }
    if let Some(error) = error.downcast_ref::<kube_client::Error>() {
        return of_kube(error);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_hyper(error);
    }
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return of_io(error);
    }
    // What hyper-util's connector says of a name has no type of its own.
    error
        .to_string()
        .starts_with("dns error")
        .then(|| (Reason::Unresolved, "the name of the server does not resolve".to_owned()))
}

fn of_io(error: &io::Error) -> Option<(Reason, String)> {
    use io::ErrorKind;
    let reason = match error.kind() {
        ErrorKind::TimedOut => Reason::Timeout,
        ErrorKind::ConnectionRefused
        | ErrorKind::HostUnreachable
        | ErrorKind::NetworkUnreachable
        | ErrorKind::NetworkDown
        | ErrorKind::AddrNotAvailable => Reason::Unreachable,
        ErrorKind::ConnectionReset
        | ErrorKind::ConnectionAborted
        | ErrorKind::BrokenPipe
        | ErrorKind::NotConnected
        | ErrorKind::UnexpectedEof => Reason::Disconnected,
        ErrorKind::InvalidData => Reason::Protocol,
        // That of a name's resolution has no kind; it stands inside what `cause` knows by its words.
        _ => return None,
    };
    Some((reason, bounded(&error.kind().to_string())))
}

fn of_hyper(error: &hyper::Error) -> Option<(Reason, String)> {
    let (reason, what) = if error.is_parse() || error.is_parse_too_large() || error.is_parse_status() {
        (Reason::Protocol, "the answer is not HTTP")
    } else if error.is_timeout() {
        (Reason::Timeout, "no answer in time")
    } else if error.is_incomplete_message()
        || error.is_closed()
        || error.is_canceled()
        || error.is_body_write_aborted()
    {
        (Reason::Disconnected, "the server closed the connection in the middle")
    } else {
        return None;
    };
    Some((reason, what.to_owned()))
}

/// Of what kube's client says before a request is sent. Whatever could show credentials is said in words of ours.
fn of_kube(error: &kube_client::Error) -> Option<(Reason, String)> {
    use kube_client::Error;
    use kube_client::client::AuthError;
    let (reason, what) = match error {
        Error::Auth(AuthError::AuthExecStart(error)) => {
            (Reason::Unauthenticated, format!("the credentials plugin does not start: {error}"))
        }
        Error::Auth(AuthError::AuthExecRun { out, .. }) => {
            (Reason::Unauthenticated, format!("the credentials plugin failed with {}", out.status))
        }
        Error::Auth(AuthError::ReadTokenFile(error, path)) => {
            (Reason::Io, format!("the token file `{}` cannot be read: {error}", path.display()))
        }
        Error::Auth(AuthError::AuthExecParse(_) | AuthError::ExecPluginFailed) => {
            (Reason::Unauthenticated, "the credentials plugin does not answer with credentials".to_owned())
        }
        Error::Auth(AuthError::InvalidBearerToken(_)) => {
            (Reason::Unauthenticated, "the bearer token holds characters that no token may hold".to_owned())
        }
        Error::Auth(_) => (Reason::Unauthenticated, "there are no credentials to be had".to_owned()),
        Error::RustlsTls(error) => {
            (Reason::Io, format!("TLS cannot be set up: {}", bounded(&error.to_string())))
        }
        Error::ProxyProtocolUnsupported { .. } | Error::ProxyProtocolDisabled { .. } => {
            (Reason::Unexpected, "a proxy is reached by http, https or socks5 only".to_owned())
        }
        _ => return None,
    };
    Some((reason, what))
}
