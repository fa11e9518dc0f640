//! Idle groups, rebalances, and what is forgotten.

use super::*;

fn group(members: Option<u32>, offset: i64) -> Groups {
    let mut groups = cluster::groups(vec![("g", commits(&[(0, offset)]))]);
    groups.groups[0].members = members;
    groups
}

/// For how many cycles a group that is like this is not idle yet.
fn cycles_until_idle(watch: &mut Watch, topics: &Arc<Topology>, members: Option<u32>) -> Option<usize> {
    (0..100).position(|_| {
        let mut groups = group(members, 5);
        watch.look(topics, &[100], Some(&mut groups));
        groups.groups[0].is_idle
    })
}

#[test]
fn a_group_without_members_whose_commits_stand_still_becomes_idle() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    assert_eq!(cycles_until_idle(&mut watch, &topics, Some(0)), Some(40), "600 s after the first look");
    let mut moved = group(Some(0), 6);
    watch.look(&topics, &[100], Some(&mut moved));
    assert!(!moved.groups[0].is_idle, "until it moves");
}

#[test]
fn a_group_with_members_is_never_idle() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    assert_eq!(cycles_until_idle(&mut watch, &topics, Some(1)), None);
    assert_eq!(
        cycles_until_idle(&mut watch, &topics, Some(0)),
        Some(39),
        "600 s after the last member was seen"
    );
}

#[test]
fn members_that_could_not_be_read_are_not_none() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    assert_eq!(cycles_until_idle(&mut watch, &topics, None), None);
    // Nor does a failure to read wake a group that is idle.
    cycles_until_idle(&mut watch, &topics, Some(0));
    let mut unread = group(None, 5);
    watch.look(&topics, &[100], Some(&mut unread));
    assert!(unread.groups[0].is_idle);
}

#[test]
fn rebalances_are_counted_by_group() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    let mut look = |group_type, state, generation| {
        let mut groups = group(Some(2), 5);
        groups.groups[0].group_type = group_type;
        groups.groups[0].state = Some(state);
        groups.groups[0].generation = generation;
        watch.look(&topics, &[100], Some(&mut groups)).rebalances
    };
    assert_eq!(look(GroupType::Consumer, GroupState::Stable, Some(40)), [0]);
    assert_eq!(look(GroupType::Consumer, GroupState::Stable, Some(43)), [3]);
    assert_eq!(look(GroupType::Consumer, GroupState::Stable, None), [3]);
    assert_eq!(look(GroupType::Consumer, GroupState::Reconciling, Some(44)), [4]);
    assert_eq!(look(GroupType::Consumer, GroupState::Stable, Some(44)), [4]);
}

#[test]
fn groups_that_have_vanished_are_forgotten_after_ten_minutes() {
    let (mut watch, topics) = (Watch::new(), topology(&[("a", 1, 1)]));
    let counted = |watch: &mut Watch, offset| {
        watch.look(&topics, &[100], Some(&mut group(None, offset))).progress[0].consumed
    };
    counted(&mut watch, 5);
    assert_eq!(counted(&mut watch, 8), 3);
    (0..39).for_each(|_| drop(watch.look(&topics, &[100], Some(&mut Groups::default()))));
    assert_eq!(counted(&mut watch, 9), 4);
    (0..41).for_each(|_| drop(watch.look(&topics, &[100], Some(&mut Groups::default()))));
    assert_eq!(counted(&mut watch, 10), 0);
}
