//! The probe: its books and plans by properties, and the whole of it against librdkafka's mock brokers on real sockets.
//!
//! A binary of its own, because it needs the cargo feature `probe`.

#![cfg(feature = "probe")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod exposed;
mod failures;
mod issuer;
mod layout;
mod ledger;
mod login;
mod round_trips;
mod stage;
