//! A set of partitions that also numbers them: one bit for each partition, and one count for each 64.
//!
//! How to get it wrong: inserting after [`count`](SlotSet::count). The numbers are those of before.

use crate::model::Slot;

/// A set of slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SlotSet {
    slots: usize,
    words: Vec<u64>,
    /// How many slots are in the set before each word.
    before: Vec<u32>,
    len: u32,
}

// === impl SlotSet ===

impl SlotSet {
    /// An empty set over so many slots.
    pub(super) fn new(slots: usize) -> Self {
        let words = slots.div_ceil(64);
        Self { slots, words: vec![0; words], before: vec![0; words], len: 0 }
    }

    /// Adds a slot; one out of range is ignored.
    pub(super) fn insert(&mut self, slot: Slot) {
        if (slot as usize) < self.slots
            && let Some(word) = self.words.get_mut(slot as usize / 64)
        {
            *word |= 1 << (slot % 64);
        }
    }

    /// Numbers the slots that are in the set.
    pub(super) fn count(&mut self) {
        self.len = 0;
        for (before, word) in self.before.iter_mut().zip(&self.words) {
            *before = self.len;
            self.len += word.count_ones();
        }
    }

    /// How many slots are in the set, when they were counted.
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    /// The number of a slot, from 0 in ascending order; none if it is not in the set.
    pub(super) fn number(&self, slot: Slot) -> Option<usize> {
        let (index, bit) = (slot as usize / 64, slot % 64);
        let word = *self.words.get(index)?;
        let is_in = word & (1 << bit) != 0;
        is_in.then(|| (self.before[index] + (word & ((1 << bit) - 1)).count_ones()) as usize)
    }

    /// The slots, in ascending order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Slot> + '_ {
        let starts = (0_u32..).step_by(64);
        starts.zip(&self.words).flat_map(|(start, word)| Bits(*word).map(move |bit| start + bit))
    }

    /// Whether every slot of the other set is in this one.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.words.len() == other.words.len()
            && self.words.iter().zip(&other.words).all(|(ours, theirs)| theirs & !ours == 0)
    }
}

/// The bits of a word that are set.
struct Bits(u64);

impl Iterator for Bits {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let bit = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_numbered_in_their_order() {
        let mut set = SlotSet::new(200);
        for slot in [0, 63, 64, 130, 199, 200, 5000] {
            set.insert(slot);
        }
        set.count();
        assert_eq!(set.len(), 5);
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 130, 199]);
        assert_eq!(
            [0, 63, 64, 130, 199, 1, 200, 5000].map(|slot| set.number(slot)),
            [Some(0), Some(1), Some(2), Some(3), Some(4), None, None, None]
        );
    }

    #[test]
    fn a_set_covers_a_smaller_one() {
        let (mut large, mut small) = (SlotSet::new(70), SlotSet::new(70));
        large.insert(1);
        large.insert(65);
        small.insert(65);
        assert!(large.covers(&small) && !small.covers(&large) && !SlotSet::new(700).covers(&small));
    }
}
