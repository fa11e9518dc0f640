//! The certs exporter as a whole: real bytes, real files, real TLS servers.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod cluster;
mod endpoints;
mod files;
mod findings;
mod golden;
mod node;
mod parse;
mod parse_properties;
mod pinned;
mod secrecy;
mod start;
mod stored;
mod support;
mod verify;
mod walk;
mod watch;
