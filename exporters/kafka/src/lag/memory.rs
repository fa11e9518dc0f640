//! What was found out about offsets in earlier cycles.
//!
//! A group that has stopped stays at its offset, whose timestamp does not change: it is asked for once. Of a group that has
//! moved on, what was known of its last offset is the lower bound of the next search.
//!
//! Invariants:
//! - One entry for each offset that somebody is behind at, not more: what is not needed any more is dropped with each cycle.
//! - It follows the topology by itself; a partition that was truncated or created again is forgotten.

use std::sync::Arc;

use super::bracket::Bracket;
use crate::model::{Slot, SlotMap, Topology};

/// What was found out about offsets in earlier cycles. One for each cluster.
#[derive(Debug, Default)]
pub struct LagMemory {
    topology: Arc<Topology>,
    /// By slot and offset.
    entries: Vec<Entry>,
    /// Questions asked since the start.
    pub(super) asked: u64,
    /// Where the next search begins when the budget does not suffice for all.
    pub(super) cursor: Slot,
}

/// What is known of an offset.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) slot: Slot,
    pub(super) offset: i64,
    pub(super) known: Known,
}

/// What is known of the time of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known {
    /// It came at about this time, in milliseconds since 1970; the ring may have forgotten it.
    Came(i64),
    /// The answers so far.
    Asked(Bracket),
    /// Timestamps do not tell it; it was there at `seen`, and up to it there is one of `low`, at `low_offset`.
    Hidden { seen: i64, low: i64, low_offset: i64 },
}

// === impl LagMemory ===

impl LagMemory {
    /// How many offsets something is known of.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Follows the topology, and forgets the partitions whose end went back. In each cycle: a search does it, and where there is
    /// none, whoever leaves it out.
    pub fn follow(&mut self, topology: &Arc<Topology>, went_back: &[Slot]) {
        if !Arc::ptr_eq(&self.topology, topology) {
            let older = Arc::clone(&self.topology);
            let map = SlotMap::between(&older, topology);
            if !map.is_identity() {
                self.carry(&map, &older, topology);
            }
            self.topology = Arc::clone(topology);
        }
        if !went_back.is_empty() {
            self.entries.retain(|entry| went_back.binary_search(&entry.slot).is_err());
        }
    }

    /// Topics stay sorted by name, and so do the entries.
    fn carry(&mut self, map: &SlotMap, older: &Topology, newer: &Topology) {
        let identity: Vec<Slot> = (0..).take(older.partitions.len()).collect();
        let before = map.carry(newer, &identity, Slot::MAX);
        let mut slots = (0..).zip(before).filter(|(_, before)| *before != Slot::MAX).peekable();
        self.entries.retain_mut(|entry| {
            while slots.next_if(|(_, before)| *before < entry.slot).is_some() {}
            match slots.peek() {
                Some((slot, before)) if *before == entry.slot => {
                    entry.slot = *slot;
                    true
                }
                _ => false,
            }
        });
    }

    /// What is known of an offset, or else of those next to it in the same partition: exactly, below, above. Asked in
    /// ascending order; `from` is where the last one was found.
    pub(super) fn find(
        &self,
        slot: Slot,
        offset: i64,
        from: &mut usize,
    ) -> (Option<&Entry>, Option<&Entry>, Option<&Entry>) {
        while self.entries.get(*from).is_some_and(|entry| (entry.slot, entry.offset) < (slot, offset)) {
            *from += 1;
        }
        let here = |index: Option<usize>| self.entries.get(index?).filter(|entry| entry.slot == slot);
        match here(Some(*from)) {
            Some(exact) if exact.offset == offset => (Some(exact), None, None),
            above => (None, here(from.checked_sub(1)), above),
        }
    }

    /// Replaces everything. The entries need not be sorted.
    pub(super) fn replace(&mut self, mut entries: Vec<Entry>) {
        entries.sort_unstable_by_key(|entry| (entry.slot, entry.offset));
        entries.dedup_by_key(|entry| (entry.slot, entry.offset));
        entries.shrink_to_fit();
        self.entries = entries;
    }
}
