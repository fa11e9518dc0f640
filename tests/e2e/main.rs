//! The real binary against real servers and readers.
//!
//! Run by `cargo xtask e2e`, which builds the binary, provides the tools and names both in environment variables. A
//! tool that is missing fails its tests; nothing is skipped. Every server listens on 127.0.0.1 only and ends with the
//! test that started it, also when that test fails.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod demo;
mod exposition;
mod prometheus;
mod rules;
mod running;
mod scrape;
mod shutdown;
mod tools;
