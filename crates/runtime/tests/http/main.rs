//! The server over real loopback sockets, with requests as they are on the wire.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
mod connections;
mod crowds;
mod ending;
mod log;
mod policy;
mod request_log;
mod routes;
mod runbooks;
mod running;
mod sockets;
mod tls;
mod web_directory;
mod wire;
