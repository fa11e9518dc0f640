//! The transport and the readers against brokers that behave, that misbehave, and (feature `real`) that are real.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod broker;
mod cluster;
mod dice;
mod differential;
mod faults;
mod guard;
mod hostile;
mod login;
mod memory;
mod negotiation;
mod pipeline;
#[cfg(feature = "real")]
mod real;
mod tls;
