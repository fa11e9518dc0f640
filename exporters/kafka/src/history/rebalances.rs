//! How often a group has been rebalanced.
//!
//! A KIP-848 group numbers its rebalances: the difference of its epochs counts. Of another group a hash of the members is
//! known: any change is one rebalance, however many there were between two looks. A group that is seen in the middle of a
//! rebalance is counted then, and not again when its number changes at the end of the same one.

use lookout_kafka_spec::labels::{GroupState, GroupType};

use crate::model::Group;

/// The rebalances of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rebalances {
    is_watched: bool,
    count: u64,
    generation: Option<u64>,
    was_rebalancing: bool,
    /// One was counted when it was seen under way, whose change of the generation is still to come.
    is_counted: bool,
}

// === impl Rebalances ===

impl Rebalances {
    /// How many were seen.
    pub(super) fn count(&self) -> u64 {
        self.count
    }

    /// Takes in what a group is now. What could not be read changes nothing.
    pub(super) fn observe(&mut self, group: &Group) {
        let is_rebalancing = group.state.map_or(self.was_rebalancing, is_rebalancing);
        let has_begun = is_rebalancing && !self.was_rebalancing;
        let changes = match (self.generation, group.generation) {
            (Some(before), Some(now)) if is_numbered(group.group_type) && now > before => now - before,
            (Some(before), Some(now)) => u64::from(before != now),
            _ => 0,
        };
        self.generation = group.generation.or(self.generation);
        self.was_rebalancing = is_rebalancing;
        if !core::mem::replace(&mut self.is_watched, true) {
            // What happened before is not known.
        } else if changes > 0 {
            self.count = self.count.saturating_add(changes - u64::from(self.is_counted));
            // The members of a classic group may change more than once in one rebalance.
            self.is_counted = is_rebalancing && !is_numbered(group.group_type);
        } else if has_begun {
            self.count = self.count.saturating_add(1);
            self.is_counted = true;
        } else if !is_rebalancing {
            self.is_counted = false;
        }
    }
}

/// Whether the generation of such a group is a number that grows by one with each rebalance.
fn is_numbered(group_type: GroupType) -> bool {
    match group_type {
        GroupType::Consumer | GroupType::Share | GroupType::Streams => true,
        GroupType::Classic | GroupType::Unknown => false,
    }
}

/// Whether a group in this state is in the middle of a rebalance.
fn is_rebalancing(state: GroupState) -> bool {
    use GroupState::{Assigning, CompletingRebalance, PreparingRebalance, Reconciling};
    matches!(state, PreparingRebalance | CompletingRebalance | Assigning | Reconciling)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Commits;

    fn counted(group_type: GroupType, looks: &[(GroupState, Option<u64>)]) -> u64 {
        let mut rebalances = Rebalances::default();
        for (state, generation) in looks {
            let group = Group {
                name: "g".into(),
                group_type,
                state: Some(*state),
                protocol_type: "consumer".into(),
                assignor: "range".into(),
                coordinator: 1,
                members: Some(1),
                generation: *generation,
                commits: Commits::Read(0..0),
                told_lags: None,
                is_partial: false,
                is_idle: false,
                has_moved: false,
            };
            rebalances.observe(&group);
        }
        rebalances.count()
    }

    #[test]
    fn epochs_count_by_their_difference() {
        use GroupState::{Assigning, Stable};
        let counted = |looks: &[(GroupState, u64)]| {
            let looks: Vec<_> = looks.iter().map(|(state, epoch)| (*state, Some(*epoch))).collect();
            counted(GroupType::Consumer, &looks)
        };
        assert_eq!(counted(&[(Stable, 7)]), 0);
        assert_eq!(counted(&[(Stable, 7), (Stable, 10), (Stable, 10)]), 3);
        assert_eq!(counted(&[(Stable, 7), (Assigning, 8), (Stable, 8)]), 1);
        // Seen under way before its epoch was.
        assert_eq!(counted(&[(Stable, 7), (Assigning, 7), (Stable, 8), (Stable, 9)]), 2);
        // Deleted and created again.
        assert_eq!(counted(&[(Stable, 7), (Stable, 1)]), 1);
    }

    #[test]
    fn a_change_of_members_counts_once() {
        use GroupState::{CompletingRebalance, PreparingRebalance, Stable};
        let counted = |looks: &[(GroupState, Option<u64>)]| counted(GroupType::Classic, looks);
        assert_eq!(counted(&[(Stable, Some(91)), (Stable, Some(17)), (Stable, Some(17))]), 1);
        assert_eq!(counted(&[(Stable, Some(91)), (PreparingRebalance, Some(91)), (Stable, Some(91))]), 1);
        let changing = [(Stable, Some(91)), (PreparingRebalance, Some(50)), (CompletingRebalance, Some(60))];
        assert_eq!(counted(&changing), 1);
        assert_eq!(counted(&[(Stable, Some(91)), (Stable, None), (Stable, Some(91))]), 0);
        assert_eq!(counted(&[(PreparingRebalance, None), (Stable, Some(91))]), 0);
    }
}
