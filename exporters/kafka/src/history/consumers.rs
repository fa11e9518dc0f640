//! All groups from cycle to cycle.
//!
//! Invariants:
//! - What could not be read in a cycle changes nothing: not the counters, not the clock of idleness.
//! - A group that is not listed any more is remembered for ten minutes: while a coordinator is down nobody lists its
//!   groups, and their counters go on when another one does.
//! - Idleness is watched, not read: after a restart the clock starts anew, so a group that is long idle has series for
//!   `idle_group_after` again.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::group::{GroupHistory, commits_of};
use super::slot_set::SlotSet;
use crate::model::{Groups, OffsetColumn, Progress, Slot, SlotMap, Topology};

/// All groups from cycle to cycle.
#[derive(Debug, Default)]
pub(super) struct Consumers {
    /// By name.
    groups: Vec<GroupHistory>,
    /// Of all groups of this shard.
    consumed: u64,
}

/// A look at the groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look<'a> {
    /// Milliseconds since 1970.
    pub(super) now: i64,
    pub(super) topology: &'a Topology,
    pub(super) end: &'a OffsetColumn,
    pub(super) window_millis: i64,
    pub(super) idle_millis: i64,
    pub(super) forget_millis: i64,
}

/// Where the partitions and topics of an older topology are in a newer one.
#[derive(Debug)]
pub(super) struct Moved {
    slots: Vec<Slot>,
    topics: Vec<u32>,
}

/// How many groups that have vanished are remembered beside those that there are: a client that makes a name for each
/// connection must not fill the memory within ten minutes.
const MAX_VANISHED: usize = 10_000;

/// Not there any more.
const GONE: u32 = u32::MAX;

// === impl Consumers ===

impl Consumers {
    /// Records consumed by all groups.
    pub(super) fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Takes in the groups; sets which of them are idle. Gives how they move and their rebalances.
    pub(super) fn observe(&mut self, read: &mut Groups, look: &Look<'_>) -> (Vec<Progress>, Vec<u64>) {
        let mut before = core::mem::take(&mut self.groups).into_iter().peekable();
        let mut progress = Vec::new();
        let mut rebalances = Vec::with_capacity(read.groups.len());
        let mut vanished = 0;
        self.groups.reserve(read.groups.len());
        for group in &mut read.groups {
            while let Some(gone) = before.next_if(|before| before.name < group.name) {
                vanished += usize::from(self.remember(gone, look));
            }
            let known = before.next_if(|before| before.name == group.name);
            let mut history = known.unwrap_or_else(|| GroupHistory::new(Arc::clone(&group.name), look.now));
            let commits = commits_of(group, &read.commits);
            let consumed = history.observe(group, commits, look, &mut progress);
            self.consumed = self.consumed.saturating_add(consumed);
            rebalances.push(history.rebalances.count());
            self.groups.push(history);
        }
        for gone in before {
            vanished += usize::from(self.remember(gone, look));
        }
        if vanished > read.groups.len() + MAX_VANISHED {
            self.groups.retain(|group| group.seen_at == look.now);
        }
        (progress, rebalances)
    }

    /// Lets the lags over topics move anew of which an end went back, whether their groups can be read in this cycle or not.
    pub(super) fn forget_trends(&mut self, went_back: &[Slot], topology: &Topology) {
        let topics: BTreeSet<u32> =
            went_back.iter().filter_map(|slot| u32::try_from(topology.topic_of(*slot)).ok()).collect();
        if !topics.is_empty() {
            self.groups.iter_mut().for_each(|group| group.forget_trends(&topics));
        }
    }

    /// Keeps a group that was not listed, for a while.
    fn remember(&mut self, gone: GroupHistory, look: &Look<'_>) -> bool {
        let is_kept = look.now - gone.seen_at < look.forget_millis;
        if is_kept {
            self.groups.push(gone);
        }
        is_kept
    }

    /// The partitions that groups have committed for.
    pub(super) fn committed(&self, partitions: usize) -> SlotSet {
        let mut committed = SlotSet::new(partitions);
        for commit in self.groups.iter().flat_map(|group| &group.commits) {
            committed.insert(commit.slot);
        }
        committed.count();
        committed
    }

    /// Follows the topology.
    pub(super) fn carry(&mut self, map: &SlotMap, older: &Topology, newer: &Topology, now: i64) {
        let moved = Moved::between(map, older, newer);
        for group in &mut self.groups {
            group.carry(&moved, older, now);
        }
    }
}

// === impl Moved ===

impl Moved {
    fn between(map: &SlotMap, older: &Topology, newer: &Topology) -> Self {
        let identity: Vec<Slot> = (0..).take(older.partitions.len()).collect();
        let mut slots = vec![GONE; identity.len()];
        for (slot, before) in (0..).zip(map.carry(newer, &identity, GONE)) {
            if let Some(place) = slots.get_mut(before as usize) {
                *place = slot;
            }
        }
        let find = |name: &str| newer.find(name).and_then(|topic| u32::try_from(topic).ok());
        let topics = older.topics.iter().map(|topic| find(&topic.name).unwrap_or(GONE)).collect();
        Self { slots, topics }
    }

    /// Where a partition is; none if it is gone, or was created again.
    pub(super) fn slot(&self, before: Slot) -> Option<Slot> {
        self.slots.get(before as usize).copied().filter(|slot| *slot != GONE)
    }

    /// Where a topic is, created again or not; none if it is gone.
    pub(super) fn topic(&self, before: u32) -> Option<u32> {
        self.topics.get(before as usize).copied().filter(|topic| *topic != GONE)
    }
}
