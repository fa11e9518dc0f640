//! Since when a group is behind: the time of the first record that it has not read.
//!
//! For a commit at offset `c` of a partition that ends at `e` and begins at `l`:
//!
//! ```text
//! c ≥ e                        caught up
//! c within the ring            interpolated between two end offsets that were seen      (history::Ring)
//!                              checked by one question before the ring forgets it
//! the same c as last time      what was found then                                      (LagMemory)
//! else                         bisection by ListOffsets with timestamps                 (Search)
//! ```
//!
//! A question is a partition and a time T; the answer is the first record, in the order of offsets, whose timestamp is T or
//! later (`FileRecords.searchForTimestamp` in Kafka: every batch is looked at, those of transaction markers too), if its
//! offset is below the high watermark. So the answers grow with T *whatever the order of the timestamps is*, and what is
//! bracketed is the largest timestamp up to and including the record at `c`. Where timestamps never go back
//! (`LogAppendTime`, or one well-behaved producer) that is the record's own. Where they do, it is later than the record's
//! own by no more than the disorder.
//!
//! What is said where it is not simple:
//! - **Retention**: `c` is below the low watermark: the first record that is still there, as `first_retained`.
//! - **Compaction**: nothing is left at `c`: the next record that is still there, as `first_retained`. Known by the
//!   topic's `cleanup.policy`; before that was read, the record before `c` may be taken for it.
//! - **Transactions**: a marker takes an offset and has a timestamp. A group that commits the offset behind the last record
//!   that it has read, and not behind the marker, has a lag of 1 until somebody writes, and its age is that of the
//!   marker. Nobody who may not read records can tell it from a record.
//! - **Deletion by request** (`DeleteRecords`): brokers say of times before the deleted ones that there is nothing; see `bracket`.
//! - **Records from the future**: a timestamp that is up to a minute later than now is a clock that is a little fast, and the lag
//!   is 0 s. If the record at `c`, or one *before* it, is of a farther future, timestamps tell nothing. What is known then is
//!   since when Lookout has seen the record there (`seen`): the lag is at least so long. Nothing is said before that is above 0.
//! - **Records without timestamps**: the first one that has a timestamp, as `first_retained`; unknown if none has.
//! - **Share groups**: their records are settled in no order, so there is no first one that they have not read. They are caught
//!   up where their coordinator tells a lag of 0 ([`of_share_groups`]), and else nothing is said.
//! - **Back-filled records**: interpolation tells when a record came, its timestamp what its producer says. They differ where old data
//!   is loaded. The timestamp counts: before what was interpolated is about to be kept for as long as a group stands, the log is
//!   asked whether it has anything so late up to `c`; if not, it is searched. Within the ring's minutes it is the arrival that is told.
//! - **What is not known** is counted by reason ([`Lookups::unread`](crate::model::Lookups::unread)), `seen` too.
//!
//! How to get it wrong: to keep a [`Search`] over cycles. Its facts are of one cycle; what lasts is in [`LagMemory`].

use core::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_kafka_spec::Settings;

use crate::configuration::TopicConfigurations;
use crate::history::Ring;
use crate::model::{Commit, Commits, Groups, LagSeconds, OffsetColumn, Slot, Topology};

mod bracket;
mod budget;
mod memory;
mod precision;
mod search;
mod target;

pub use memory::LagMemory;
pub use search::{ROUNDS, Search};

/// What is known of a cycle before the search.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// When the end offsets were read.
    pub at: Timestamp,
    /// The topology that the slots belong to.
    pub topology: &'a Arc<Topology>,
    /// Where partitions end.
    pub end: &'a OffsetColumn,
    /// Where partitions begin; it may be some minutes old.
    pub low: &'a OffsetColumn,
    /// [`Groups::commits`](crate::model::Groups::commits).
    pub commits: &'a [Commit],
    /// Which of them are not searched, in their order: see [`unsought`].
    pub unsought: &'a [Range<u32>],
    /// The end offsets of the last minutes: [`History::ring`](crate::history::History::ring), after it observed this
    /// cycle.
    pub ring: &'a Ring,
    /// Which topics are compacted, if that has been read.
    pub configurations: Option<&'a TopicConfigurations>,
    /// The period, the precision, the budget.
    pub settings: &'a Settings,
}

/// The commits that are not searched: those of share groups, and of idle groups, which have no series that could show the answer.
pub fn unsought(groups: &Groups) -> Vec<Range<u32>> {
    let groups = groups.groups.iter().filter(|group| group.is_idle || group.told_lags.is_some());
    let read = groups.filter_map(|group| match &group.commits {
        Commits::Read(range) => Some(range.clone()),
        Commits::Unread(_) => None,
    });
    read.collect()
}

/// Sets what is known of share groups, which are not searched.
pub fn of_share_groups(groups: &Groups, found: &mut [LagSeconds]) {
    for (commits, lags) in groups.told_lags() {
        let found = found.get_mut(commits.start as usize..commits.end as usize).unwrap_or_default();
        for (found, lag) in found.iter_mut().zip(lags) {
            *found = if *lag == Some(0) { LagSeconds::CaughtUp } else { LagSeconds::Unknown };
        }
    }
}

/// A question to the leader of a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// The partition.
    pub slot: Slot,
    /// The time, in milliseconds since 1970, not below 0: `Spec::At`. Or [`LARGEST`](Self::LARGEST).
    pub timestamp: i64,
}

impl Question {
    /// Stands for the largest timestamp of the partition: `Spec::MaxTimestamp` (Kafka 3.0 and later).
    pub const LARGEST: i64 = -3;
}

/// The answer to a question: the first record that is so late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its offset.
    pub offset: i64,
    /// Its timestamp, in milliseconds since 1970.
    pub timestamp: i64,
}
