//! What a person meets who writes a configuration: files that load, and everything that is said about those that do
//! not. One binary, for linking is what costs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod bounds;
mod default_files;
mod durations;
mod faults;
mod fixtures;
mod properties;
mod ratios;
mod sample;
mod schemas;
mod secrets;
mod sizes;
