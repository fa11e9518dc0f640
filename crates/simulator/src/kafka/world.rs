//! The state behind the brokers: who leads what, what has arrived, where groups stand.
//!
//! Invariants:
//! - A *slot* is a partition's place in all columns. A topic's partitions lie one behind the other, and a topic that is
//!   created again gets new ones.
//! - Nothing is kept per commit: a commit is computed from where its group stands, but for those that an event has
//!   pinned.
//!
//! How to get it wrong: to look a topic up by its old number after it was deleted; a group's subscriptions are moved
//! along when it is created again.

mod brokers;
mod elections;
mod groups;
mod topics;

use std::collections::{HashMap, HashSet};

use kafka_protocol::error::ResponseError;

pub(super) use brokers::Broker;
pub(super) use groups::Group;
pub(super) use topics::Topic;

use super::log::Log;
use super::{ClusterDescription, VersionProfile};

/// Everything that answers are made from.
pub(super) struct World {
    pub(super) cluster_id: String,
    pub(super) profile: VersionProfile,
    pub(super) quotas: Vec<super::Quota>,
    pub(super) log_directories: u16,
    pub(super) volume_bytes: i64,
    /// By node identifier.
    pub(super) brokers: Vec<Broker>,
    pub(super) topics: Vec<Topic>,
    topics_by_name: HashMap<String, usize>,
    /// Leaders by slot; −1 is none.
    pub(super) leaders: Vec<i32>,
    /// Leader epochs by slot.
    pub(super) epochs: Vec<i32>,
    /// What `Metadata` says instead of `leaders` and `epochs`.
    pub(super) stale: Option<(Vec<i32>, Vec<i32>)>,
    /// Bit by bit, which of a partition's replicas are in sync, by slot.
    in_sync: Vec<u8>,
    /// The logs that an event has changed, by slot.
    pub(super) changed_logs: HashMap<usize, Log>,
    pub(super) groups: Vec<Group>,
    groups_by_name: HashMap<String, usize>,
    /// Commits that an event has pinned, by group and slot.
    pub(super) pinned: HashMap<(usize, usize), i64>,
    pub(super) troubles: Troubles,
}

/// What is refused or answered with an error.
#[derive(Default)]
pub(super) struct Troubles {
    /// By slot.
    pub(super) partitions: HashMap<usize, ResponseError>,
    /// By name.
    pub(super) groups: HashMap<String, ResponseError>,
    /// By group and slot.
    pub(super) commits: HashMap<(usize, usize), ResponseError>,
    /// The groups that every broker lists.
    pub(super) listed_by_all: HashSet<String>,
    /// The slots whose replicas are being moved between the directories of their brokers.
    pub(super) moving: HashSet<usize>,
    /// By name.
    pub(super) topics: HashMap<String, ResponseError>,
    pub(super) denied_topics: HashSet<String>,
    pub(super) denied_groups: HashSet<String>,
    pub(super) is_cluster_denied: bool,
    /// Broker and number of the directory.
    pub(super) offline_directories: HashSet<(i32, u16)>,
    /// By how many records the controller of a broker is behind.
    pub(super) quorum_lags: HashMap<i32, i64>,
}

impl World {
    /// The world at its start, at `now` in milliseconds.
    pub(super) fn new(description: &ClusterDescription, brokers: Vec<Broker>, now: i64) -> Self {
        let mut world = Self {
            cluster_id: description.id.clone(),
            profile: description.profile,
            quotas: description.quotas.clone(),
            log_directories: description.log_directories.max(1),
            volume_bytes: description.volume_bytes,
            brokers,
            topics: Vec::new(),
            topics_by_name: HashMap::new(),
            leaders: Vec::new(),
            epochs: Vec::new(),
            stale: None,
            in_sync: Vec::new(),
            changed_logs: HashMap::new(),
            groups: Vec::new(),
            groups_by_name: HashMap::new(),
            pinned: HashMap::new(),
            troubles: Troubles::default(),
        };
        let created = now.saturating_sub(super::clock::millis(description.history));
        for topic in &description.topics {
            world.create_topic(topic.clone(), created);
        }
        for group in &description.groups {
            world.create_group(group.clone(), now);
        }
        world
    }
}

/// A number that only depends on the text, well spread: FNV-1a.
pub(super) fn spread(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
