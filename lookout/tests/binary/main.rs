//! The real binary, started as a user starts it, against the simulated platform over real sockets.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod check;
mod command_line;
mod demo;
mod process;
mod reload;
mod rules;
mod runbooks;
mod serve;
