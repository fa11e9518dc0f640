//! Groups: how they get on, who coordinates them, what is wrong with them.

use crate::kafka::{Behaviour, Cluster, GroupDescription, ResponseError};

impl Cluster {
    /// A group is there, as it says.
    pub fn create_group(&self, group: GroupDescription) {
        self.shared.write().create_group(group, self.now_millis());
    }

    /// A group is gone, and its commits with it.
    pub fn delete_group(&self, group: &str) -> bool {
        self.shared.write().delete_group(group)
    }

    /// A group gets on like this from now on, beginning where it is.
    pub fn set_behaviour(&self, group: &str, behaviour: Behaviour) -> bool {
        self.shared.write().change_behaviour(group, behaviour, self.now_millis())
    }

    /// A group has so many members from now on; none makes it empty. A rebalance.
    pub fn set_members(&self, group: &str, members: u16) -> bool {
        let mut world = self.shared.write();
        let Some((_, found)) = world.group_mut(group) else { return false };
        found.description.members = members;
        found.epoch += 1;
        true
    }

    /// A group says that its state is this, `PreparingRebalance` for instance; none: what follows from its members.
    pub fn set_group_state(&self, group: &str, state: Option<&str>) -> bool {
        let mut world = self.shared.write();
        let Some((_, found)) = world.group_mut(group) else { return false };
        found.state = state.map(str::to_owned);
        true
    }

    /// A group's commit in a partition is set, as by `kafka-consumer-groups --reset-offsets`, and stays there until
    /// [`Cluster::set_behaviour`].
    pub fn reset_commit(&self, group: &str, topic: &str, partition: i32, offset: i64) -> bool {
        let mut world = self.shared.write();
        let found = world.group(group).map(|(number, _)| number).zip(world.slot_of(topic, partition));
        found.map(|place| world.pinned.insert(place, offset)).is_some()
    }

    /// A group is coordinated by another broker.
    pub fn move_coordinator(&self, group: &str, to: i32) -> bool {
        let mut world = self.shared.write();
        world.group_mut(group).map(|(_, group)| group.moved_to = Some(to)).is_some()
    }

    /// What is asked of a group is answered with this error (`CoordinatorLoadInProgress`, `NotCoordinator`); none ends
    /// that. With `CoordinatorNotAvailable` its coordinator is not found either.
    pub fn set_group_error(&self, group: &str, error: Option<ResponseError>) {
        let mut world = self.shared.write();
        match error {
            Some(error) => world.troubles.groups.insert(group.to_owned(), error),
            None => world.troubles.groups.remove(group),
        };
    }

    /// A group's commit in a partition is answered with this error (`UnstableOffsetCommit`); none ends that.
    pub fn set_commit_error(
        &self,
        group: &str,
        topic: &str,
        partition: i32,
        error: Option<ResponseError>,
    ) -> bool {
        let mut world = self.shared.write();
        let found = world.group(group).map(|(number, _)| number).zip(world.slot_of(topic, partition));
        let Some(place) = found else { return false };
        match error {
            Some(error) => world.troubles.commits.insert(place, error),
            None => world.troubles.commits.remove(&place),
        };
        true
    }

    /// Every broker lists a group, not only its coordinator: as while it moves.
    pub fn set_listed_by_all(&self, group: &str, is_listed: bool) {
        let listed = &mut self.shared.write().troubles.listed_by_all;
        if is_listed {
            listed.insert(group.to_owned())
        } else {
            listed.remove(group)
        };
    }
}
