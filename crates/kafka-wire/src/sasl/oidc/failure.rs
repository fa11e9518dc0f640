//! Why an issuer gave no token, and the reason under which that is counted.

use std::{error::Error as _, io, time::Duration};

use lookout_config::ResolveSecret;
use lookout_declarations::Reason;

use crate::{failure, sasl};

/// Why an issuer gave no token. Holds neither a secret nor anything that the issuer said, but a code of RFC 6749.
#[derive(Debug, thiserror::Error)]
pub enum AskIssuer {
    /// The client's secret could not be read.
    #[error("cannot read the client's secret")]
    ReadSecret(#[source] ResolveSecret),
    /// Reading the client's secret was given up.
    #[error("reading the client's secret was given up")]
    AwaitSecret(#[source] tokio::task::JoinError),
    /// The name does not resolve.
    #[error("cannot resolve the host of the issuer")]
    ResolveHost(#[source] io::Error),
    /// No connection.
    #[error("cannot connect to the issuer")]
    ConnectIssuer(#[source] io::Error),
    /// No TLS.
    #[error("no TLS with the issuer")]
    ShakeHands(#[source] io::Error),
    /// No answer in time.
    #[error("the issuer did not answer within {within:?}")]
    AwaitAnswer {
        /// The limit for all of it: secret, name, TCP, TLS, answer.
        within: Duration,
    },
    /// The request could not be written.
    #[error("the request to the issuer cannot be written")]
    WriteRequest(#[source] hyper::http::Error),
    /// The exchange broke off, or was no HTTP.
    #[error("the exchange with the issuer broke off")]
    Exchange(#[source] hyper::Error),
    /// Another status than success.
    #[error(
        "the issuer answered with status {status}{}",
        code.map(|code| format!(" and the error `{code}`")).unwrap_or_default()
    )]
    AcceptStatus {
        /// The status.
        status: u16,
        /// The error, if it is one of RFC 6749.
        code: Option<&'static str>,
    },
    /// The answer is too large.
    #[error("the answer of the issuer has more than {limit} bytes")]
    BoundAnswer {
        /// The limit.
        limit: usize,
    },
    /// The answer is no JSON, or lacks what it must have.
    #[error(
        "the answer of the issuer is no JSON with `access_token` and `token_type` (line {line}, column {column})"
    )]
    ReadAnswer {
        /// Where it stops making sense.
        line: usize,
        /// And in which column.
        column: usize,
    },
    /// The token is of another type than Bearer.
    #[error("the token that the issuer gave is of another type than `Bearer`")]
    AcceptType,
    /// The token is empty or has characters that no token has.
    #[error("the token that the issuer gave is empty or has characters that no token has (RFC 6750)")]
    ReadToken,
}

// === impl AskIssuer ===

impl AskIssuer {
    /// The reason under which it is counted.
    pub fn reason(&self) -> Reason {
        match self {
            Self::ReadSecret(source) => sasl::reason_of_secret(source),
            Self::AwaitSecret(_) => Reason::Io,
            Self::ResolveHost(_) => Reason::Unresolved,
            Self::ConnectIssuer(source) if source.kind() == io::ErrorKind::TimedOut => Reason::Timeout,
            Self::ConnectIssuer(_) => Reason::Unreachable,
            Self::ShakeHands(source) => failure::reason_of_handshake(source),
            Self::AwaitAnswer { .. } => Reason::Timeout,
            Self::Exchange(source) => reason_of_exchange(source),
            Self::AcceptStatus { status, code } => reason_of_status(*status, *code),
            Self::BoundAnswer { .. } => Reason::TooLarge,
            Self::WriteRequest(_) | Self::ReadAnswer { .. } | Self::ReadToken => Reason::Malformed,
            Self::AcceptType => Reason::Unexpected,
        }
    }
}

fn reason_of_exchange(error: &hyper::Error) -> Reason {
    let io = error.source().and_then(|source| source.downcast_ref::<io::Error>());
    match io {
        // With TLS 1.3 a server refuses a client certificate after the handshake.
        Some(io) if failure::is_tls(io) => failure::reason_of_handshake(io),
        // How hyper says that the chunks of a body are none.
        Some(io) if matches!(io.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData) => {
            Reason::Protocol
        }
        Some(_) => Reason::Disconnected,
        None if error.is_parse_too_large() => Reason::TooLarge,
        None if error.is_incomplete_message() || error.is_closed() || error.is_canceled() => {
            Reason::Disconnected
        }
        None => Reason::Protocol,
    }
}

/// By RFC 6749 a client that is not known is told so with 401, or with 400 and a code.
fn reason_of_status(status: u16, code: Option<&str>) -> Reason {
    match (status, code) {
        (401 | 407, _) | (400, Some("invalid_client")) => Reason::Unauthenticated,
        (403, _) | (400, Some("unauthorized_client" | "invalid_scope")) => Reason::Denied,
        (404 | 410, _) => Reason::NotFound,
        (429, _) => Reason::RateLimited,
        (500.., _) => Reason::Server,
        _ => Reason::Unexpected,
    }
}
