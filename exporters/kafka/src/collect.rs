//! The IO of the sources: one file for each kind of request.
//!
//! ```text
//! cycle:  metadata ──▶ groups, commits (a task per broker) ──▶ ends, beginnings (a task per leader) ──▶ timestamps
//! ```
//!
//! Nothing here judges, and nothing is asked twice, with one exception: where leaders have moved since the metadata was read,
//! the metadata of those topics and those ends are asked for once more.
//!
//! Invariants:
//! - All brokers are asked at once, each by a task of its own. One that stalls costs a third of the deadline at most, and the
//!   others nothing; it is not asked again in that cycle.
//! - Commits are read before ends, by all brokers before any.
//! - Every part has its share of the deadline ([`round::Round`]), so the cycle itself ends before the driver cuts it off.
//!
//! How to get it wrong: to return early because one broker failed. What the others say is the point of asking them.

pub mod commits;
pub mod configuration;
pub mod controllers;
pub mod coordinators;
pub mod describe;
pub mod ends;
pub mod faults;
pub mod groups;
pub mod lag_seconds;
pub mod log_directories;
pub mod lookup;
pub mod merge;
pub mod metadata;
pub mod missed;
pub mod offsets;
pub mod round;
pub mod tasks;
pub mod timestamps;
