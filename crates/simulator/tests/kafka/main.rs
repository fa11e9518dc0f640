//! The simulated Kafka cluster, as our own client sees it over real sockets.
//! `kcat` and Kafka's own command line tools were held against it by hand; see the header of `kafka.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod client;
mod cluster;
mod disturbances;
mod failures;
mod groups;
mod incidents;
mod login;
mod offsets;
mod profiles;
mod size;
