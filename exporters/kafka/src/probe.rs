//! The probe: what a client experiences, by producing a record to each broker every second and reading it back.
//!
//! ```text
//! keeper ──who leads what──▶ layout (pure) ──▶ pacer ──records──▶ brokers ──records──▶ receiver
//!   └── makes and extends the topic              └─ acknowledgements ─▶ ledger (pure) ◀─┘
//!                                                                         └──▶ source ──▶ assess ──▶ samples
//! ```
//!
//! It writes to the cluster, so it is off unless it is switched on, and compiled by the cargo feature `probe` alone:
//! librdkafka with its OpenSSL is the one part of Lookout that is written in C. Only the safe interface of `rdkafka` is used.
//!
//! Invariants:
//! - It writes to its own topic only, which it makes if it is missing, and deletes or alters nothing. No topic is made by
//!   accident: brokers are told so with every request.
//! - Latencies are taken by a clock that is never set. A record is sent to a partition that is being read, or not at all, so
//!   what is lost was lost by the cluster.
//! - Several Lookouts share the topic: each reads all of it by assignment, without a membership in a group, and knows its own
//!   records by an identifier.
//! - When the source is dropped, its threads end and close their clients.
//!
//! How to get it wrong: taking librdkafka's `unsafe` interface for what the safe one lacks (leader elections, the broker that
//! acknowledged). It is forbidden here; [`layout`] says how it goes without.

mod assess;
mod bearer;
mod client;
mod committer;
mod context;
mod crew;
mod desk;
mod group;
mod keeper;
pub mod layout;
pub mod ledger;
pub mod pace;
mod pacer;
mod reason;
mod receiver;
pub mod record;
mod source;
mod topic;

pub use assess::assess;
pub use reason::PROBE_REASONS;
pub use source::{Observation, ProbeSource};
