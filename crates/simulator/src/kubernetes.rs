//! A simulated Kubernetes API server: discovery, objects, lists in pages, watches, permissions, over HTTP/1.1 on a real
//! socket, and whatever can go wrong with any of it.
//!
//! ```text
//! apply, patch, delete ──▶ Store ──▶ history ──▶ watches
//!                            │
//! client ──HTTP──▶ [access] ─┴▶ answer ──▶ [disturbance] ──▶ client
//! ```
//!
//! Invariants:
//! - One counter numbers every change of the cluster. A list is of one version of the cluster, all its pages too, and a watch
//!   from that version misses nothing and repeats nothing, unless a disturbance says so.
//! - An object is kept once, as the JSON that is sent; lists, watches and histories share it. Nothing else grows with it.
//! - Refusals read as those of the real server, to the letter where clients look at them.
//! - What is not simulated: admission, defaults, validation, finalizers, owner references, server-side apply, Table, and
//!   protobuf but for the question of `kubectl auth can-i`. Whoever asks for a Table gets plain JSON, which kubectl accepts.
//!
//! `kubectl` 1.36 was held against it by hand: get, get -w, describe, apply, label, delete, auth can-i, auth whoami,
//! api-resources, all without flags. Its imperative `create` sends protobuf, and is refused.
//!
//! How to get it wrong: to write an object that the real server would refuse. Nobody checks it here.

mod access;
mod answer;
mod api_server;
mod behaviour;
mod disturbance;
pub mod objects;
mod requests;
mod resource;
mod selector;
mod server;
mod size;
mod status;
mod store;

pub use access::{Principal, Rule, Token};
pub use api_server::{ApiServer, ApiServerOptions};
pub use behaviour::{Behaviour, Gone, StreamingLists};
pub use disturbance::{Disturbance, Scope};
pub use requests::SeenRequest;
pub use resource::ResourceDescription;
pub use server::Port;
pub use size::{ClusterSize, of_size};
