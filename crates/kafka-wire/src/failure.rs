//! Why a connection or a request failed, and the reason under which that is counted.
//!
//! An error code that a broker gives to one partition or group is no failure: it stands in its row
//! ([`ErrorCode`]). A failure ends the request, and nearly always the connection.
//!
//! Invariant: no secret and nothing that a broker sent without bounds is in here.

use std::{io, time::Duration};

use lookout_config::ResolveSecret;
use lookout_declarations::Reason;

use crate::{Address, Api, ErrorCode, Malformed, sasl};

/// Why nothing was learned.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The name of the broker does not resolve.
    #[error("cannot resolve the host of the broker `{broker}`")]
    ResolveHost {
        /// The broker.
        broker: Address,
        /// The resolver's reason.
        source: io::Error,
    },
    /// No connection.
    #[error("cannot connect to the broker `{broker}`")]
    ConnectBroker {
        /// The broker.
        broker: Address,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The connection was not open within its time: name, TCP, TLS, versions and SASL together.
    #[error("the connection to the broker `{broker}` was not open within {within:?}")]
    AwaitConnection {
        /// The broker.
        broker: Address,
        /// The limit.
        within: Duration,
    },
    /// The TLS handshake failed.
    #[error("no TLS with the broker `{broker}`")]
    ShakeHands {
        /// The broker.
        broker: Address,
        /// What rustls or the network says.
        source: io::Error,
    },
    /// A secret could not be read.
    #[error("cannot log in to the broker `{broker}` without the secret")]
    ReadSecret {
        /// The broker.
        broker: Address,
        /// Why.
        source: ResolveSecret,
    },
    /// No token was to be had.
    #[error("cannot get a token for the broker `{broker}`")]
    FetchToken {
        /// The broker.
        broker: Address,
        /// Why, in the words of the token's source.
        source: FetchToken,
    },
    /// The listener does not offer the mechanism.
    #[error(
        "the broker `{broker}` does not offer the mechanism {mechanism} ({code}); it offers: {offered}; choose one of these or another listener"
    )]
    OfferMechanism {
        /// The broker.
        broker: Address,
        /// What is configured.
        mechanism: &'static str,
        /// What the broker says.
        code: ErrorCode,
        /// What it offers instead.
        offered: String,
    },
    /// The credentials were refused.
    #[error("the broker `{broker}` refused the credentials ({mechanism}, {code}): {message}")]
    Authenticate {
        /// The broker.
        broker: Address,
        /// The mechanism.
        mechanism: &'static str,
        /// What the broker says.
        code: ErrorCode,
        /// The broker's own words, bounded.
        message: String,
    },
    /// The broker's side of a SASL exchange breaks the mechanism's rules, or it does not know the password itself.
    #[error("the broker `{broker}` broke the rules of {mechanism}: {what}")]
    CheckServer {
        /// The broker.
        broker: Address,
        /// The mechanism.
        mechanism: &'static str,
        /// Which rule.
        what: &'static str,
    },
    /// Broker and client have no version in common.
    #[error(
        "the broker `{broker}` does not speak {api} in versions {} to {}{}", ours.0, ours.1, known(*theirs)
    )]
    ChooseVersion {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// What can be read here.
        ours: (i16, i16),
        /// What the broker offers, if it knows the kind at all.
        theirs: Option<(i16, i16)>,
    },
    /// A request could not be written.
    #[error("cannot ask the broker `{broker}`")]
    EncodeRequest {
        /// The broker.
        broker: Address,
        /// What could not be written.
        source: EncodeRequest,
    },
    /// The request could not be sent.
    #[error("cannot send {api} to the broker `{broker}`")]
    SendRequest {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// The operating system's reason.
        source: io::Error,
    },
    /// No answer in time.
    #[error("the broker `{broker}` did not answer {api} within {within:?}")]
    AwaitAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// The limit.
        within: Duration,
    },
    /// The connection ended before the answer did.
    #[error(
        "the broker `{broker}` ended the connection before the end of its answer to {api}; brokers do so where TLS or a login is wanted, and with idle connections"
    )]
    ReadAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// The operating system's reason.
        source: io::Error,
    },
    /// The answer is for another request.
    #[error("the broker `{broker}` answered to {got} where {expected} was asked ({api})")]
    MatchAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// The correlation identifier of the request.
        expected: i32,
        /// That of the answer.
        got: i32,
    },
    /// The announced length is no length, or the very first answer is absurdly long: not Kafka.
    #[error(
        "the broker `{broker}` announces an answer of {length} bytes to {api}: it speaks another protocol (TLS or HTTP, perhaps)"
    )]
    SpeakKafka {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// What was announced.
        length: i32,
    },
    /// The answer is larger than the limit, and was not read.
    #[error(
        "the answer of the broker `{broker}` to {api} has {length} bytes, more than the limit of {limit}"
    )]
    BoundAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// Its size.
        length: usize,
        /// The limit.
        limit: usize,
    },
    /// The answer makes no sense.
    #[error("cannot read the answer of the broker `{broker}` to {api}")]
    UnderstandAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// Where it stops making sense.
        source: Malformed,
    },
    /// The answer as a whole is an error.
    #[error("the broker `{broker}` answered {api} with {code}")]
    AcceptAnswer {
        /// The broker.
        broker: Address,
        /// The kind of request.
        api: Api,
        /// The error.
        code: ErrorCode,
    },
    /// The connection has failed before, or a request on it was given up half-way.
    #[error("the connection to the broker `{broker}` is no longer in a known state; open a new one")]
    UseConnection {
        /// The broker.
        broker: Address,
    },
    /// Nobody in the cluster could be asked.
    #[error("none of {tried} brokers can be asked; the last one")]
    ReachCluster {
        /// How many were tried.
        tried: usize,
        /// Why the last of them could not.
        source: Box<Self>,
    },
    /// More brokers than any cluster has.
    #[error("the cluster names more than {limit} brokers")]
    BoundBrokers {
        /// The limit.
        limit: usize,
    },
    /// The broker knows no broker, not even itself.
    #[error("the broker `{broker}` names no broker of the cluster: it is starting up, or cut off")]
    NameBrokers {
        /// The broker.
        broker: Address,
    },
    /// There is nobody to ask: no address is configured, or the cluster has named no broker.
    #[error("no broker is known; name at least one address")]
    KnowBrokers,
    /// No broker is known by this identifier.
    #[error("the cluster has no broker {id}")]
    FindBroker {
        /// The identifier.
        id: i32,
    },
}

/// A request that the protocol cannot express: a field that the version lacks, or a text of more than 32,767 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("version {version} of {api} cannot express the request")]
pub struct EncodeRequest {
    /// The kind of request.
    pub api: Api,
    /// The version.
    pub version: i16,
}

/// Why a source of tokens gave none.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct FetchToken {
    /// The reason under which it is counted.
    pub reason: Reason,
    /// What was tried, without the token.
    pub what: String,
    /// The cause, if there is one.
    pub source: Option<Box<dyn core::error::Error + Send + Sync>>,
}

// === impl Failure ===

impl Failure {
    /// The reason under which it is counted.
    pub fn reason(&self) -> Reason {
        match self {
            Self::ResolveHost { .. } => Reason::Unresolved,
            Self::ConnectBroker { .. } => Reason::Unreachable,
            Self::AwaitConnection { .. } | Self::AwaitAnswer { .. } => Reason::Timeout,
            Self::ShakeHands { source, .. } => reason_of_handshake(source),
            Self::ReadSecret { source, .. } => sasl::reason_of_secret(source),
            Self::FetchToken { source, .. } => source.reason,
            Self::OfferMechanism { .. } | Self::Authenticate { .. } => Reason::Unauthenticated,
            // With TLS 1.3 a server refuses a client certificate after the handshake.
            Self::ReadAnswer { source, .. } | Self::SendRequest { source, .. } if is_tls(source) => {
                reason_of_handshake(source)
            }
            Self::SendRequest { .. } | Self::ReadAnswer { .. } | Self::UseConnection { .. } => {
                Reason::Disconnected
            }
            Self::CheckServer { .. }
            | Self::ChooseVersion { .. }
            | Self::EncodeRequest { .. }
            | Self::MatchAnswer { .. }
            | Self::SpeakKafka { .. } => Reason::Protocol,
            Self::UnderstandAnswer { source, .. } => match source {
                Malformed::BoundMemory { .. } => Reason::TooLarge,
                _ => Reason::Protocol,
            },
            Self::BoundAnswer { .. } => Reason::TooLarge,
            Self::AcceptAnswer { code, .. } => code.reason().unwrap_or(Reason::Unexpected),
            Self::ReachCluster { source, .. } => source.reason(),
            Self::NameBrokers { .. } => Reason::Empty,
            Self::BoundBrokers { .. } => Reason::TooMany,
            Self::KnowBrokers | Self::FindBroker { .. } => Reason::NotFound,
        }
    }

    /// Every reason that a failure or a code can have, for an exporter's list.
    pub const REASONS: &'static [Reason] = &[
        Reason::Timeout,
        Reason::Unresolved,
        Reason::Unreachable,
        Reason::Disconnected,
        Reason::Protocol,
        Reason::Handshake,
        Reason::Untrusted,
        Reason::Unauthenticated,
        Reason::Denied,
        Reason::NotFound,
        Reason::Empty,
        Reason::Unexpected,
        Reason::Malformed,
        Reason::TooLarge,
        Reason::TooMany,
        Reason::Io,
        Reason::RateLimited,
        Reason::Server,
    ];
}

pub(crate) fn is_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(<dyn core::error::Error + Send + Sync>::is::<rustls::Error>)
}

pub(crate) fn reason_of_handshake(error: &io::Error) -> Reason {
    use rustls::AlertDescription as Alert;
    let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match rustls {
        Some(rustls::Error::InvalidCertificate(_)) => Reason::Untrusted,
        // What a server says that wants a client certificate, or another one.
        Some(rustls::Error::AlertReceived(
            Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::CertificateUnknown
            | Alert::CertificateExpired
            | Alert::CertificateRevoked
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::DecryptError
            | Alert::UnsupportedCertificate,
        )) => Reason::Unauthenticated,
        _ => Reason::Handshake,
    }
}

fn known(theirs: Option<(i16, i16)>) -> String {
    match theirs {
        Some((first, last)) => format!("; it offers {first} to {last}"),
        None => "; it does not know it".to_owned(),
    }
}
