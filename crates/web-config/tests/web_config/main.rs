//! The web configuration as a server meets it: real files, real certificates, real handshakes over loopback.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod authority;
mod clients;
mod connection;
mod fields;
mod invalid;
mod limits;
mod reload;
mod secrets;
mod site;
mod tls;
mod toolkit;
mod toolkit_table;
mod trust;
mod users;
mod warnings;
