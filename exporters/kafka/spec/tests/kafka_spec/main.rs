//! The declarations of the kafka exporter as people meet them: settings, and the queries of the peer.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod expressions;
mod peer;
mod settings;
