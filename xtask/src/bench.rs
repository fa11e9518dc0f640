//! `cargo xtask bench`: the released binary measured as a process, side by side with its peers.
//!
//! What criterion measures inside a process, `cargo bench` does. Here it is what an operator pays: memory, processor
//! time and the time until a start has become a service. Results are committed in `docs/benches`.
//!
//! How to get it wrong: comparing figures of two runs. On a busy machine only one run compares with itself.

mod certs;
mod figures;
mod http;
mod kafka;
mod machine;
mod page;
mod peer;
mod process;
mod rest;
mod scrape;

pub(crate) use certs::{Size as CertsSize, run as certs};
pub(crate) use kafka::{Part as KafkaPart, run as kafka};
pub(crate) use rest::run as rest;
