//! Is data flowing at its usual rate, how many seconds behind is each consumer, is durability at risk?
//!
//! ```text
//! collect (IO, kafka-wire) ──rows──▶ model ──▶ history, lag (pure) ──▶ Cycle ──assess (pure)──▶ samples
//! ```
//!
//! Each cluster has sources of its own, and each kind of request its own period: the cycle (metadata, groups, commits, end
//! offsets, timestamps), the log directories, the configuration, the controllers, the probe. They share a cell.
//!
//! Invariants:
//! - A cycle asks O(brokers) requests, never O(partitions) or O(groups) round trips.
//! - Commits are read before end offsets, so that a lag is never below zero because of the order of reading.
//! - What was not read has no row and is counted by reason; it takes nothing from what was read.
//! - [`model`], `history`, `lag` and `assess` are pure; the time is a parameter.

pub mod assess;
pub mod cell;
pub mod collect;
pub mod configuration;
pub mod connect;
pub mod findings;
pub mod history;
pub mod lag;
pub mod model;
#[cfg(feature = "probe")]
pub mod probe;
pub mod record_sizes;
pub mod sources;
mod start;

pub use start::start;
