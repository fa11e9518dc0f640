//! The transport and the readers against brokers that behave, that misbehave, and (feature `real`) that are real.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod batch;
mod broker;
mod cluster;
mod concurrent;
mod dice;
mod differential;
mod faults;
mod guard;
mod hostile;
mod issuer;
mod kinds;
mod login;
mod memory;
mod negotiation;
mod pipeline;
#[cfg(feature = "real")]
mod real;
mod standstill;
mod tls;
mod torn;
