//! The one way in which any exporter talks to a Kubernetes API: lists in pages, watches that go on where they ended, and
//! objects of which nothing is kept that nobody wants.
//!
//! ```text
//! Cluster ──▶ Gate ──▶ kube-client ──▶ pages, events ──Reader──▶ entries ──▶ Board ──▶ Follower
//!  settings    budget   credentials     one buffer each           what is      one      the consumer
//!                       TLS, proxies    wiped after               wanted       view
//! ```
//!
//! Invariants:
//! - A body is in one buffer, which is wiped; of an object only what its [`Reader`] takes is copied out of it.
//! - Memory is bounded by the page, not by the answer.
//! - What was read stays until something newer replaces it: a re-list replaces in one step, a failure replaces nothing.
//! - One object that cannot be read loses no other; one follow that fails fails no other.
//! - No text of a body reaches a message, but a `Status`'s own, bounded and escaped.
//!
//! How to get it wrong: a [`Cluster`] per exporter. The budget is for the process; take the shared one by [`Cluster::of`].

mod access;
mod answer;
mod ask;
mod backoff;
mod board;
mod buffer;
mod cluster;
mod connection;
mod failure;
mod figures;
mod filter;
mod follower;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod gate;
mod intake;
mod json;
mod ledger;
mod need;
mod object;
mod page;
mod part;
mod pulse;
mod reader;
mod remedy;
mod resource;
mod review;
mod rights;
mod scan;
mod selection;
mod server;
mod shelf;
mod status;
mod tasks;
mod text;
mod view;

pub use access::start;
pub use board::MAX_FAULTS;
pub use cluster::{AskServer, Cluster, Origin};
pub use figures::{Durations, Figures, ResourceFigures};
pub use follower::{Followed, Follower, ObjectFault, Part, PartState, QUIET};
pub use json::{Entries, Items, Json, NotJson};
pub use need::{Need, Reviewed, Verdict};
pub use object::{ObjectJson, ObjectKey};
pub use reader::Reader;
pub use resource::Resource;
pub use selection::{NamespacePatterns, Namespaces, Selection};
pub use view::{Difference, Entry, View};

/// What the client is told, and how it says what it does; exporters take it from here.
pub use lookout_kubernetes_spec::metrics::{ListCause, Verb};
pub use lookout_kubernetes_spec::{Settings, config};
