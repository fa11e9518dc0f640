//! Topologies and groups for tests.

use lookout_kafka::model::{Commit, Commits, Group, Groups, Partition, Topic, Topology};
use lookout_kafka_spec::labels::{GroupState, GroupType};

/// Topics of (name, identifier, partitions), sorted by name.
pub(crate) fn topology(topics: &[(&str, u8, u32)]) -> Topology {
    let partition = Partition { leader: 1, leader_epoch: 5, preferred: 1, replicas: 1, in_sync: 1 };
    let mut built = Topology::default();
    for (name, id, partitions) in topics {
        let first = u32::try_from(built.partitions.len()).unwrap();
        built.partitions.extend((0..*partitions).map(|_| partition));
        let (name, id) = ((*name).into(), [*id; 16]);
        let (is_internal, is_ours) = (false, true);
        built.topics.push(Topic { name, id, first, partitions: *partitions, is_internal, is_ours });
    }
    built
}

/// Stable groups with one member, sorted by name, with their commits by slot.
pub(crate) fn groups(groups: Vec<(&str, Vec<Commit>)>) -> Groups {
    let mut built = Groups::default();
    for (name, commits) in groups {
        let start = u32::try_from(built.commits.len()).unwrap();
        built.commits.extend(commits);
        built.groups.push(Group {
            name: name.into(),
            group_type: GroupType::Consumer,
            state: Some(GroupState::Stable),
            protocol_type: "consumer".into(),
            assignor: "uniform".into(),
            coordinator: 1,
            members: Some(1),
            generation: Some(1),
            commits: Commits::Read(start..u32::try_from(built.commits.len()).unwrap()),
            told_lags: None,
            is_partial: false,
            is_idle: false,
            has_moved: false,
        });
    }
    built
}
