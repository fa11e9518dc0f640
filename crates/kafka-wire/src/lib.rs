//! The read side of Kafka's protocol: a thin, bounded transport, and readers for what an exporter asks.
//!
//! ```text
//! Cluster ──▶ Broker ──lease──▶ Connection ──ask──▶ Answer ──read──▶ rows ──▶ the caller's own state
//!  who is      one             TCP/TLS, SASL,      a frame in        slices of
//!  there       connection      versions, frames    bounded memory    the frame
//! ```
//!
//! Nothing here decides: no retry, no back-off, no cadence, no judgement of what is read. A failure is told with its
//! reason; the caller decides what follows.
//!
//! Invariants:
//! - Nothing is allocated because the wire says so. A frame's length is checked against the limit of its kind before its
//!   memory is reserved; a count against the bytes left. What grows with the cluster (`metadata`, `list_offsets`,
//!   `offset_fetch`, `share_group_offsets`, `log_dirs`) is streamed as rows out of the frame; what does not ([`Call`])
//!   passes a guard before `kafka-protocol` decodes it.
//! - Every wait has an end: opening a connection as a whole, and each answer.
//! - A connection that has timed out, broken the protocol, or been dropped in the middle of a request is never used
//!   again.
//! - Error codes of partitions and groups are data ([`ErrorCode`]); what ends a request is a [`Failure`].
//! - Secrets are read when they are needed, from where the configuration says they are, and wiped after.
//!
//! How to get it wrong: to keep a name out of a decoded answer. It is a slice of the frame and keeps the whole of it in
//! memory; copy it.

mod address;
mod api;
mod broker;
pub mod call;
mod cluster;
mod connection;
mod dial;
mod error_code;
mod failure;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
pub mod list_offsets;
pub mod log_dirs;
pub mod metadata;
pub mod offset_fetch;
mod options;
mod race;
mod reader;
mod request;
mod sasl;
mod shape;
pub mod share_group_offsets;
mod text;
mod tls;
mod traffic;
mod versions;
mod writer;

pub use address::Address;
pub use api::Api;
pub use broker::{Broker, Lease};
pub use call::Call;
pub use cluster::{Cluster, Coordinator, describe_quorum};
pub use connection::Connection;
pub use error_code::ErrorCode;
pub use failure::{EncodeRequest, Failure, FetchToken};
pub use kafka_protocol::{error::ResponseError, messages};
pub use options::{Limits, Options};
pub use reader::{Int32s, Malformed, Reader};
pub use request::{Answer, Overall, Request};
pub use sasl::{
    AskIssuer, AuthenticateClient, BuildExtensions, BuildTokenEndpoint, ClientCredentials, Extensions, Sasl,
    ScramHash, Token, TokenEndpoint, TokenFile, TokenSource,
};
pub use tls::{BuildTls, ClientIdentity, Tls, TlsMaterial};
pub use traffic::{Traffic, TrafficFigures};
pub use versions::Versions;
