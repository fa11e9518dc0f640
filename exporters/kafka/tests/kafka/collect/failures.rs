//! What a cycle reads of a cluster that is not well: everything else, and why the rest is missing.

use core::time::Duration;
use std::sync::Arc;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kafka::model::Commits;
use lookout_kafka_spec::labels::GroupState;
use lookout_runtime::{Shard, Source};
use lookout_simulator::kafka::{
    ApiKey, ClusterDescription, Disturbance, GroupDescription, GroupKind, ResponseError, Scope,
    TopicDescription,
};

use super::stage::{Watched, counted, group, names, read_partitions, settings, source, start, watch};

fn description() -> ClusterDescription {
    let mut description =
        ClusterDescription::of_brokers(3).topic(TopicDescription::new("prices", 12).replicated(3, 2));
    for number in 0..9 {
        let kind = if number % 2 == 0 { GroupKind::Classic } else { GroupKind::Consumer };
        description =
            description.group(GroupDescription::new(format!("group-{number}"), "prices").kind(kind));
    }
    description
}

/// How many partitions broker `id` leads, and how many groups it coordinates.
fn shares(watched: &Watched, id: i32) -> (u64, u64) {
    let led = (0..12).filter(|number| watched.cluster.leader("prices", *number) == Some(id)).count();
    let coordinated =
        (0..9).filter(|number| watched.cluster.coordinator(&format!("group-{number}")) == Some(id)).count();
    (led as u64, coordinated as u64)
}

#[tokio::test]
async fn a_group_that_two_brokers_list_is_there_once_as_its_coordinator_tells_it() {
    let mut watched = watch(&description());
    watched.cluster.set_listed_by_all("group-3", true);
    watched.cluster.set_listed_by_all("group-4", true);
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!(names(&read.model).len(), 9);
    for name in ["group-3", "group-4"] {
        let group = group(&read.model, name);
        assert_eq!(Some(group.coordinator), watched.cluster.coordinator(name));
        assert_eq!((group.state, group.members), (Some(GroupState::Stable), Some(1)));
        assert!(matches!(&group.commits, Commits::Read(range) if range.len() == 12));
    }
    assert_eq!(counted(&read.model.unread_groups), []);
    let to = watched.cluster.coordinator("group-3").unwrap() % 3 + 1;
    assert!(watched.cluster.move_coordinator("group-3", to));
    let moved = watched.read().await;
    assert_eq!((names(&moved.model).len(), group(&moved.model, "group-3").coordinator), (9, to));
    assert_eq!(moved.faults, []);
}

#[tokio::test]
async fn a_broker_out_of_reach_takes_its_own_partitions_and_groups_only() {
    let mut watched = watch(&description());
    watched.read().await;
    let (led, coordinated) = shares(&watched, 2);
    watched.cluster.close_port(2).await.unwrap();
    let read = watched.read().await;
    watched.check(&read.model);
    let cycle = &read.model;
    assert_eq!(cycle.unreachable.keys().collect::<Vec<_>>(), [&2]);
    assert_eq!(cycle.unread_partitions.values().sum::<u64>(), led);
    assert_eq!(cycle.unread_groups.values().sum::<u64>(), coordinated);
    assert_eq!((read_partitions(cycle) as u64, names(cycle).len() as u64), (12 - led, 9 - coordinated));
    assert!(read.faults.iter().any(|fault| fault.subject == "broker 2"), "{:?}", read.faults);
    // Nothing that was known is taken for unknown for longer than it is.
    watched.cluster.open_port(2).await.unwrap();
    let again = watched.read().await;
    assert_eq!((again.faults, read_partitions(&again.model), names(&again.model).len()), (vec![], 12, 9));
}

#[tokio::test]
async fn a_dead_broker_is_not_asked_and_the_others_have_its_partitions() {
    let mut watched = watch(&description());
    watched.read().await;
    watched.cluster.kill_broker(3).await.unwrap();
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!((read.faults, read_partitions(&read.model), names(&read.model).len()), (vec![], 12, 9));
    assert_eq!(read.model.topology.brokers.len(), 2);
    assert!(
        read.model
            .topology
            .partitions
            .iter()
            .all(|partition| partition.in_sync == 2 && partition.replicas == 3)
    );
}

#[tokio::test]
async fn a_leader_that_moves_within_the_cycle_is_found_within_it() {
    let mut watched = watch(&description());
    watched.read().await;
    watched.cluster.hold_metadata();
    let to = watched.cluster.leader("prices", 5).unwrap() % 3 + 1;
    assert!(watched.cluster.move_leader("prices", 5, to));
    watched
        .cluster
        .disturb(Scope::api(ApiKey::ListOffsets), Disturbance::Delayed(Duration::from_millis(200)));
    watched.cluster.forget_counts();
    let cluster = Arc::new(watched.cluster);
    let herald = Arc::clone(&cluster);
    let told = tokio::spawn(async move {
        while herald.requests(ApiKey::ListOffsets) == 0 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        herald.refresh_metadata();
    });
    let read = watched.source.collect().await.unwrap();
    told.await.unwrap();
    assert_eq!((read.faults, read_partitions(&read.model)), (vec![], 12));
    assert_eq!(read.model.topology.partitions[5].leader, to);
    assert_eq!((cluster.requests(ApiKey::Metadata), cluster.requests(ApiKey::ListOffsets)), (2, 4));
}

#[tokio::test]
async fn a_leader_that_nobody_knows_yet_is_asked_for_once_and_counted() {
    let mut watched = watch(&description());
    watched.cluster.hold_metadata();
    let to = watched.cluster.leader("prices", 5).unwrap() % 3 + 1;
    assert!(watched.cluster.move_leader("prices", 5, to));
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!(
        (counted(&read.model.unread_partitions), read_partitions(&read.model)),
        (vec![(Reason::Server, 1)], 11)
    );
    assert_eq!(watched.cluster.requests(ApiKey::Metadata), 2);
}

#[tokio::test]
async fn an_error_about_one_partition_costs_that_one_only() {
    let mut watched = watch(&description());
    assert!(watched.cluster.set_partition_error("prices", 1, Some(ResponseError::KafkaStorageError)));
    assert!(watched.cluster.take_offline("prices", 2));
    assert!(watched.cluster.set_partition_error("prices", 3, Some(ResponseError::TopicAuthorizationFailed)));
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!(counted(&read.model.unread_partitions), [(Reason::Denied, 1), (Reason::Server, 2)]);
    assert_eq!((read_partitions(&read.model), read.model.unreachable.len()), (9, 0));
    assert!(read.model.topology.partitions[2].is_offline());
}

#[tokio::test]
async fn a_group_that_is_refused_has_no_commits_and_a_reason() {
    let mut watched = watch(&description());
    watched.cluster.set_group_error("group-0", Some(ResponseError::GroupAuthorizationFailed));
    watched.cluster.set_group_error("group-1", Some(ResponseError::CoordinatorLoadInProgress));
    assert!(watched.cluster.set_commit_error(
        "group-2",
        "prices",
        4,
        Some(ResponseError::UnstableOffsetCommit)
    ));
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!(counted(&read.model.unread_groups), [(Reason::Denied, 1), (Reason::Server, 2)]);
    assert_eq!(group(&read.model, "group-0").commits, Commits::Unread(Reason::Denied));
    assert_eq!(group(&read.model, "group-0").members, None);
    // One partition is missing, so a sum would be too small.
    assert_eq!(group(&read.model, "group-2").commits, Commits::Unread(Reason::Server));
    assert_eq!(group(&read.model, "group-2").members, Some(1));
    assert_eq!(read_partitions(&read.model), 12);
}

#[tokio::test]
async fn a_topic_with_an_error_takes_the_totals_of_the_groups_that_have_committed_for_it() {
    let description = description()
        .topic(TopicDescription::new("trades", 3))
        .group(GroupDescription::new("both", "prices").and("trades"));
    let mut watched = watch(&description);
    watched.read().await;
    watched.cluster.set_topic_error("trades", Some(ResponseError::LeaderNotAvailable));
    let read = watched.read().await;
    watched.check(&read.model);
    assert_eq!(counted(&read.model.unread_partitions), [(Reason::Server, 3)]);
    assert!(group(&read.model, "both").is_partial);
    assert!(matches!(&group(&read.model, "both").commits, Commits::Read(range) if range.len() == 12));
    assert!(!group(&read.model, "group-0").is_partial);
    watched.cluster.set_topic_error("trades", None);
    let again = watched.read().await;
    assert_eq!((again.faults, group(&again.model, "both").is_partial), (vec![], false));
}

#[tokio::test]
async fn a_topic_with_an_error_that_is_filtered_out_takes_nothing() {
    let description = description()
        .topic(TopicDescription::new("trades", 3))
        .group(GroupDescription::new("both", "prices").and("trades"));
    let cluster = start(&description);
    cluster.set_topic_error("trades", Some(ResponseError::LeaderNotAvailable));
    let mut settings = settings(&cluster);
    settings.topics.exclude = vec!["trades".to_owned()];
    let read = source(&settings, Shard::WHOLE, &Arc::default()).collect().await.unwrap();
    assert_eq!((read.faults, group(&read.model, "both").is_partial), (vec![], false));
}

#[tokio::test]
async fn a_beginning_that_cannot_be_read_when_it_is_due_is_not_known_any_more() {
    let cluster = start(&description());
    let mut settings = settings(&cluster);
    let cell = Arc::default();
    settings.low_offsets_period = HumanDuration::from_millis(0);
    let mut source = source(&settings, Shard::WHOLE, &cell);
    let before = source.collect().await.unwrap().model;
    assert_eq!(before.low.get(2), cluster.start_offset("prices", 2));
    assert!(cluster.take_offline("prices", 2));
    let after = source.collect().await.unwrap().model;
    assert_eq!((before.low_before.get(2), after.low_before.get(2)), (None, before.low.get(2)));
    assert_eq!((after.low.get(2), after.low.get(3)), (None, before.low.get(3)));
}

#[tokio::test]
async fn a_broker_that_stalls_takes_nothing_from_the_others() {
    for api in [ApiKey::ListGroups, ApiKey::ListOffsets] {
        for after_bytes in [0, 3, 9, 40] {
            let mut watched = watch(&description());
            watched.read().await;
            let (led, coordinated) = shares(&watched, 2);
            watched.cluster.disturb(Scope::both(2, api), Disturbance::Stalled { after_bytes });
            let read = watched.read_by_turns().await.unwrap();
            watched.check(&read.model);
            let place = format!("{api:?} after {after_bytes}");
            assert_eq!(counted(&read.model.unread_partitions), [(Reason::Timeout, led)], "{place}");
            assert_eq!(read_partitions(&read.model) as u64, 12 - led, "{place}");
            let unread = if api == ApiKey::ListOffsets { 0 } else { coordinated };
            assert_eq!(read.model.unread_groups.values().sum::<u64>(), unread, "{place}");
            assert_eq!(read.model.unreachable.get(&2), Some(&Reason::Timeout), "{place}");
        }
    }
}

#[tokio::test]
async fn one_slow_kind_of_question_about_groups_costs_no_partition_its_end() {
    let share = GroupDescription::new("share", "prices").kind(GroupKind::Share);
    for api in [
        ApiKey::DescribeGroups,
        ApiKey::ConsumerGroupDescribe,
        ApiKey::OffsetFetch,
        ApiKey::DescribeShareGroupOffsets,
    ] {
        let mut watched = watch(&description().group(share.clone()));
        watched.read().await;
        let broker = watched.cluster.coordinator("share").unwrap();
        watched.cluster.disturb(Scope::both(broker, api), Disturbance::Stalled { after_bytes: 0 });
        let read = watched.read_by_turns().await.unwrap();
        watched.check(&read.model);
        assert_eq!((read_partitions(&read.model), read.model.unreachable.len()), (12, 0), "{api:?}");
        assert_eq!(counted(&read.model.unread_partitions), [], "{api:?}");
        // What was not told is counted and said, and nothing else of the groups.
        let unread: Vec<_> = counted(&read.model.unread_groups);
        assert!(matches!(unread[..], [(Reason::Timeout, count)] if count <= 5), "{api:?}: {unread:?}");
        let told = format!("broker {broker}");
        assert!(read.faults.iter().any(|fault| fault.subject == told), "{api:?}: {:?}", read.faults);
        if api == ApiKey::DescribeGroups {
            let groups = &read.model.groups.as_ref().unwrap().groups;
            assert!(groups.iter().all(|group| matches!(group.commits, Commits::Read(_))), "{api:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_costs_itself_only() {
    for disturbance in
        [Disturbance::Garbage, Disturbance::Misdirected, Disturbance::CutOff { after_bytes: 50 }]
    {
        let mut watched = watch(&description());
        watched.read().await;
        watched.cluster.disturb(Scope::both(1, ApiKey::OffsetFetch), disturbance);
        let read = watched.read().await;
        watched.check(&read.model);
        let (_, coordinated) = shares(&watched, 1);
        assert_eq!(read.model.unread_groups.values().sum::<u64>(), coordinated, "{disturbance:?}");
        assert_eq!(read_partitions(&read.model), 12, "{disturbance:?}");
        assert_eq!(names(&read.model).len(), 9, "{disturbance:?}");
        watched.cluster.undisturb();
        let again = watched.read().await;
        assert_eq!((again.faults, again.model.unread_groups.len()), (vec![], 0), "{disturbance:?}");
    }
}

#[tokio::test]
async fn a_broker_that_refuses_to_list_its_groups_is_not_unreachable() {
    let mut watched = watch(&description());
    watched.read().await;
    let (_, coordinated) = shares(&watched, 1);
    let refused = Disturbance::Refused(ResponseError::ClusterAuthorizationFailed);
    watched.cluster.disturb(Scope::both(1, ApiKey::ListGroups), refused);
    let read = watched.read().await;
    assert_eq!(counted(&read.model.unread_groups), [(Reason::Denied, coordinated)]);
    assert_eq!((read_partitions(&read.model), read.model.unreachable.len()), (12, 0));
    watched.cluster.undisturb();
    watched.cluster.disturb(Scope::api(ApiKey::ListGroups), refused);
    let read = watched.read().await;
    assert_eq!((read.model.groups, counted(&read.model.unread_groups)), (None, vec![(Reason::Denied, 9)]));
}

#[tokio::test]
async fn only_without_any_metadata_there_is_nothing_to_tell() {
    let mut watched = watch(&description());
    watched.cluster.disturb(Scope::both(1, ApiKey::Metadata), Disturbance::Garbage);
    let read = watched.read().await;
    assert_eq!(read_partitions(&read.model), 12);
    watched.cluster.disturb(Scope::api(ApiKey::Metadata), Disturbance::CutOff { after_bytes: 6 });
    let error = watched.source.collect().await.unwrap_err();
    assert!(error.message.starts_with("no broker tells the cluster's metadata: "), "{}", error.message);
    for id in watched.cluster.broker_ids() {
        watched.cluster.close_port(id).await.unwrap();
    }
    let error = watched.source.collect().await.unwrap_err();
    assert_eq!(error.reason, Reason::Unreachable);
    assert!(error.message.contains("check `kafka.clusters.brokers`"), "{}", error.message);
}
