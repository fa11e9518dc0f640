//! What lies on the disks of a cluster.
//!
//! How to get it wrong: to show the size of a topic of which a replica was not seen. It would shrink when a broker is down;
//! so it is not known then.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;

use super::Topology;

/// What one reading of the log directories has learnt.
#[derive(Clone, Debug)]
pub struct LogDirectories {
    /// When the first broker was asked.
    pub at: Timestamp,
    /// The topics that [`Self::topics`] stand beside.
    pub topology: Arc<Topology>,
    /// The sizes of topics; one for each topic of the topology.
    pub topics: Vec<TopicSize>,
    /// The brokers that answered, by identifier.
    pub brokers: BTreeMap<i32, BrokerDisks>,
    /// The brokers that did not, and why.
    pub unreachable: BTreeMap<i32, Reason>,
}

/// The bytes of a topic on disk; replicas that are being moved between the disks of one broker count once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicSize {
    /// Of all replicas; none if one of them was not seen.
    pub replicas: Option<u64>,
    /// Of the leaders' replicas; none if one of them was not seen, as of an offline partition.
    pub leaders: Option<u64>,
}

/// The disks of one broker.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BrokerDisks {
    /// Bytes of all replicas, those of topics that are not watched included.
    pub size: u64,
    /// Its log directories, by path.
    pub directories: Vec<LogDirectory>,
}

/// One log directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogDirectory {
    /// Its path on the broker.
    pub path: Box<str>,
    /// Whether it is offline.
    pub is_offline: bool,
    /// Bytes of all replicas in it, those that are being moved here included; none if it is offline.
    pub size: Option<u64>,
    /// Bytes of its volume, if the broker says (Kafka 3.3).
    pub capacity: Option<u64>,
    /// Bytes free on its volume, if the broker says (Kafka 3.3).
    pub usable: Option<u64>,
}
