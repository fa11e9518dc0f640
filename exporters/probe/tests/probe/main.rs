//! The prober as a whole: real sockets on loopback, real TLS, and a resolver that remembers what it was asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bounds;
mod golden;
mod http;
mod logging;
mod pinned;
mod policy;
mod redirects;
mod requests;
mod resolving;
mod server;
mod support;
mod time_limit;
mod tls;
mod url;
