//! Groups, and what they have committed.

use core::ops::Range;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::{GroupState, GroupType, LagMethod};

use super::Slot;

/// Groups and their commits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// The groups, by name: each once, whatever brokers have said of it.
    pub groups: Vec<Group>,
    /// Their commits, group by group, by slot within a group. Commits of topics that are not watched are not here.
    pub commits: Vec<Commit>,
}

/// A group of whatever type.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its name.
    pub name: Arc<str>,
    /// How it is managed.
    pub group_type: GroupType,
    /// Its state, if it could be read.
    pub state: Option<GroupState>,
    /// What its members say that they are; empty without members.
    pub protocol_type: Box<str>,
    /// How its partitions are assigned; empty where that is not known.
    pub assignor: Box<str>,
    /// Who coordinates it.
    pub coordinator: i32,
    /// How many members it has, if they could be read.
    pub members: Option<u32>,
    /// A number that changes with each rebalance: the epoch of a KIP-848 group, else a hash of the members.
    pub generation: Option<u64>,
    /// What it has committed.
    pub commits: Commits,
    /// How far the broker says that it is behind, one for each of its commits, none where the broker does not say. Share
    /// groups have them; of the others the offsets tell it, and they have none.
    pub told_lags: Option<Box<[Option<u64>]>>,
    /// Whether it has committed for watched topics that the cluster names with an error: they are missing in its totals.
    pub is_partial: bool,
    /// Whether it is left out because it has been idle for too long.
    pub is_idle: bool,
    /// Whether one of its commits was seen moving within the last half hour.
    pub has_moved: bool,
}

/// What a group has committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Commits {
    /// These of [`Groups::commits`]; perhaps none.
    Read(Range<u32>),
    /// They could not be read.
    Unread(Reason),
}

/// What a group has committed for a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Commit {
    /// The offset of the next record that it will read; of a share group, the first that is not settled. Behind that one others
    /// may be settled already, so nothing about what the group has read follows from it.
    pub offset: i64,
    /// The partition.
    pub slot: Slot,
}

/// Since when a group is behind in a partition; one for each of [`Groups::commits`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum LagSeconds {
    /// Not known in this cycle.
    Unknown,
    /// It has read everything.
    CaughtUp,
    /// The first record that it has not read is of this time.
    Since {
        /// Milliseconds since 1970.
        timestamp: i64,
        /// How that was found.
        method: LagMethod,
    },
}

/// How a group moves through a topic; one for each run of [`Groups::commits`] of one group and topic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Growth of its commits since Lookout started, in records.
    pub consumed: u64,
    /// Growth of its lag, in records per second; none before the window has two points.
    pub lag_velocity: Option<f64>,
}

// === impl Groups ===

impl Groups {
    /// The commits of a group, with their index in [`Groups::commits`]; none if they were not read.
    pub fn commits_of(&self, group: &Group) -> Option<(usize, &[Commit])> {
        match &group.commits {
            Commits::Read(range) => {
                let (start, end) = (range.start as usize, range.end as usize);
                self.commits.get(start..end).map(|commits| (start, commits))
            }
            Commits::Unread(_) => None,
        }
    }

    /// Where the commits of share groups are in [`Groups::commits`], and their lags as the broker tells them.
    pub fn told_lags(&self) -> impl Iterator<Item = (Range<u32>, &[Option<u64>])> {
        self.groups.iter().filter_map(|group| match (&group.commits, &group.told_lags) {
            (Commits::Read(range), Some(lags)) => Some((range.clone(), &**lags)),
            _ => None,
        })
    }
}
