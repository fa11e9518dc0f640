//! The metrics of the kafka exporter, in the order of the documentation: brokers, topics, partitions, groups, lag, disks,
//! controllers, the probe, and how well all that could be read.
//!
//! What `kafka_exporter` has keeps its name and labels, so that dashboards and alerts written for it go on working; the label
//! `kafka_cluster` is empty unless the cluster has a name.
//!
//! Invariants:
//! - What was not read in this cycle has no row: neither −1 nor 0 stands for "unknown". [`UNREAD_PARTITIONS`] and
//!   [`UNREAD_GROUPS`] say how much is missing, and why.
//! - A partition without a commit has no lag.
//! - Counters grow with what is seen and survive leader moves and the re-creation of a topic; they begin at zero when
//!   Lookout starts.
//! - Families about partitions are `Detail::Fine`, those that alerts stand on are `Detail::Essential`.
//! - What the shards of Lookout add up to, and nothing else, has the label `lookout_shard`.
//! - [`METRICS`] names the parts in the order of the documentation, which is not that of the alphabet.

mod cluster;
mod controllers;
mod disks;
mod groups;
mod partitions;
mod probe;
mod reading;
mod topics;

pub use cluster::*;
pub use controllers::*;
pub use disks::*;
pub use groups::*;
pub use partitions::*;
pub use probe::*;
pub use reading::*;
pub use topics::*;

/// The peer whose names and labels are kept.
const PEER: &str = "kafka_exporter 1.9.0";

/// Upper bounds of the probe's latencies, in seconds: fine enough to tell 2.4 ms from 3.5 ms.
pub const PROBE_BOUNDS: &[f64] = &[
    0.0005, 0.001, 0.0015, 0.002, 0.0025, 0.003, 0.0035, 0.004, 0.005, 0.0075, 0.01, 0.015, 0.025, 0.05, 0.1,
    0.25, 1.0, 5.0,
];

lookout_declarations::metric_parts! {
    cluster, topics, partitions, groups, disks, controllers, probe, reading
}
