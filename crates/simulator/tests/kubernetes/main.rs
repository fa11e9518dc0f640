//! The simulated Kubernetes API server, as a plain HTTP client sees it over real sockets.
//! `kubectl` was held against it by hand; see the header of `kubernetes.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../support/client.rs"]
mod tls;

mod access;
mod changes;
mod client;
mod discovery;
mod disturbances;
mod incidents;
mod lists;
mod pages;
mod selectors;
mod size;
mod watches;
