//! The exposition path through its public interface, read back by an independent parser.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
mod budget;
mod concurrency;
mod duplicates;
mod golden;
mod log;
mod negotiation;
mod objects;
mod pieces;
mod roundtrip;
mod rows;
mod support;
