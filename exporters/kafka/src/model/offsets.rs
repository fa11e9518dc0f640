//! One offset for each partition of a topology.

use std::sync::Arc;

use super::{Slot, SlotMap, Topology};

/// One offset for each partition of a topology, or that it is not known. Clones share it until one of them is changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetColumn(Arc<Vec<i64>>);

/// Stands for "not known" inside the column; offsets are never below zero.
const UNKNOWN: i64 = -1;

// === impl OffsetColumn ===

impl OffsetColumn {
    /// A column in which nothing is known.
    pub fn unknown(partitions: usize) -> Self {
        Self(Arc::new(vec![UNKNOWN; partitions]))
    }

    /// The offset of a partition, if it is known.
    pub fn get(&self, slot: Slot) -> Option<i64> {
        self.0.get(slot as usize).copied().filter(|offset| *offset >= 0)
    }

    /// Sets the offset of a partition; one below zero is none.
    pub fn set(&mut self, slot: Slot, offset: i64) {
        if let Some(place) = Arc::make_mut(&mut self.0).get_mut(slot as usize) {
            *place = offset.max(UNKNOWN);
        }
    }

    /// How many partitions there are, known or not.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no partition.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same column for a newer topology.
    #[must_use]
    pub fn carried(&self, map: &SlotMap, newer: &Topology) -> Self {
        Self(Arc::new(map.carry(newer, &self.0, UNKNOWN)))
    }
}
