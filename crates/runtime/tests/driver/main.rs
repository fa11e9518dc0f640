//! The driver in paused time: what it promises about cycles, failures and data.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod data;
mod failures;
mod objects;
mod replacing;
mod scripted;
mod sets;
mod sharing;
mod stage;
mod timing;
mod trials;
