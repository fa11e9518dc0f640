//! What is known of one cluster after a cycle: compact, columnar, without IO handles.
//!
//! Topics are sorted by name, the partitions of a topic lie side by side, and a [`Slot`] is the index of a partition in every
//! column. A million partitions take 16 MB here and 8 MB per column of offsets, and there is no allocation and no map entry per
//! partition anywhere.
//!
//! Invariants:
//! - What was not read is [`OffsetColumn::get`]'s `None`, never 0 or −1.
//! - Columns of one [`Cycle`] belong to its topology: slots of another topology mean other partitions.
//!
//! How to get it wrong: keeping a slot over a cycle. Topics come and go; carry columns over with
//! [`SlotMap`](topology::SlotMap).

pub mod controllers;
pub mod cycle;
pub mod groups;
pub mod log_directories;
pub mod offsets;
pub mod topology;

pub use controllers::{Controllers, Quorum, QuorumReplica};
pub use cycle::{Cycle, Lookups, Produced, Stages, Totals};
pub use groups::{Commit, Commits, Group, Groups, LagSeconds, Progress};
pub use log_directories::{BrokerDisks, LogDirectories, LogDirectory, TopicSize};
pub use offsets::OffsetColumn;
pub use topology::{BrokerNode, NO_NODE, Partition, Slot, SlotMap, Topic, Topology};
