//! A set with an end: the oldest member goes when a new one needs its place.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
};

/// At most `MAX` members.
pub(crate) struct Recent<T, const MAX: usize> {
    members: HashSet<T>,
    /// From old to new.
    order: VecDeque<T>,
}

impl<T: Copy + Eq + Hash, const MAX: usize> Recent<T, MAX> {
    pub(crate) fn contains(&self, member: &T) -> bool {
        self.members.contains(member)
    }

    /// Adds `member`; one that is there already stays as old as it is.
    pub(crate) fn insert(&mut self, member: T) {
        if !self.members.insert(member) {
            return;
        }
        self.order.push_back(member);
        if self.order.len() > MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.members.remove(&oldest);
        }
    }
}

impl<T, const MAX: usize> Default for Recent<T, MAX> {
    fn default() -> Self {
        Self { members: HashSet::new(), order: VecDeque::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_goes_first() {
        let mut recent = Recent::<u8, 3>::default();
        for member in [1, 2, 3, 1, 4] {
            recent.insert(member);
        }
        let members: Vec<u8> = (0..10).filter(|member| recent.contains(member)).collect();
        assert_eq!(members, [2, 3, 4]);
        assert_eq!(recent.order.len(), recent.members.len());
    }
}
