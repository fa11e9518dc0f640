//! What a cycle reads of a cluster that is well, and what it costs.

use std::sync::Arc;

use lookout_kafka::cell::ClusterCell;
use lookout_kafka::model::{Commits, LagSeconds};
use lookout_kafka::sources::{ConfigurationSource, Plan};
use lookout_kafka_spec::config::Filter;
use lookout_kafka_spec::labels::{GroupState, GroupType};
use lookout_runtime::{Shard, Source};
use lookout_simulator::kafka::{
    ApiKey, ClusterDescription, GroupDescription, GroupKind, TopicDescription, VersionProfile,
};

use super::stage::{group, names, read_partitions, settings, source, start, watch};

fn description() -> ClusterDescription {
    ClusterDescription::of_brokers(3)
        .topic(TopicDescription::new("trades", 7).replicated(3, 2))
        .topic(TopicDescription::new("prices", 12).replicated(2, 1))
        .topic(TopicDescription::new("a.internal", 1))
        .group(GroupDescription::new("classic", "prices").members(2))
        .group(GroupDescription::new("modern", "trades").and("prices").kind(GroupKind::Consumer).members(3))
        .group(GroupDescription::new("empty", "trades").members(0))
        .group(GroupDescription::new("shared", "trades").kind(GroupKind::Share))
        .group(GroupDescription {
            topics: Vec::new(),
            ..GroupDescription::new("connect", "none").kind(GroupKind::Connect)
        })
}

#[tokio::test]
async fn every_partition_and_every_group_is_read() {
    let mut watched = watch(&description());
    let read = watched.read().await;
    assert_eq!(read.faults, []);
    let cycle = read.model;
    watched.check(&cycle);
    let topics: Vec<_> = cycle.topology.topics.iter().map(|topic| (&*topic.name, topic.partitions)).collect();
    assert_eq!(topics, [("a.internal", 1), ("prices", 12), ("trades", 7)]);
    assert_eq!(
        (read_partitions(&cycle), cycle.unread_partitions.len(), cycle.unread_groups.len()),
        (20, 0, 0)
    );
    assert_eq!(cycle.topology.replicas.values().sum::<u64>(), 7 * 3 + 12 * 2 + 1);
    assert_eq!(names(&cycle), ["classic", "connect", "empty", "modern", "shared"]);
    let facts = |name| {
        let group = group(&cycle, name);
        let commits = match &group.commits {
            Commits::Read(range) => range.len(),
            Commits::Unread(reason) => panic!("{name}: {reason:?}"),
        };
        (group.group_type, group.state, group.members, commits)
    };
    assert_eq!(facts("classic"), (GroupType::Classic, Some(GroupState::Stable), Some(2), 12));
    assert_eq!(facts("modern"), (GroupType::Consumer, Some(GroupState::Stable), Some(3), 19));
    assert_eq!(facts("empty"), (GroupType::Classic, Some(GroupState::Empty), Some(0), 7));
    assert_eq!((facts("shared").0, facts("shared").3), (GroupType::Share, 7));
    assert_eq!(facts("connect").3, 0);
    assert_eq!(&*group(&cycle, "connect").protocol_type, "connect");
    assert_eq!(Some(group(&cycle, "modern").coordinator), watched.cluster.coordinator("modern"));
    let groups = cycle.groups.as_ref().unwrap();
    assert_eq!(cycle.lag_seconds.len(), groups.commits.len());
    let shared = group(&cycle, "shared");
    let (first, commits) = groups.commits_of(shared).unwrap();
    let share_of = first..first + commits.len();
    let sought = cycle
        .lag_seconds
        .iter()
        .enumerate()
        .filter(|(index, _)| !share_of.contains(index))
        .map(|(_, lag)| lag);
    assert!(sought.clone().count() > 30 && sought.clone().all(|lag| *lag != LagSeconds::Unknown));
}

#[tokio::test]
async fn a_share_group_has_the_lag_that_its_coordinator_tells_and_asks_for_no_timestamp() {
    let description = ClusterDescription::of_brokers(2)
        .topic(TopicDescription::new("trades", 5))
        .group(GroupDescription::new("shared", "trades").kind(GroupKind::Share));
    let mut watched = watch(&description);
    let end = watched.cluster.end_offset("trades", 3).unwrap();
    assert!(watched.cluster.reset_commit("shared", "trades", 3, end));
    assert!(watched.cluster.reset_commit("shared", "trades", 4, end - 11));
    let cycle = watched.read().await.model;
    let told: Vec<_> = (0..5)
        .map(|number| u64::try_from(watched.cluster.lag("shared", "trades", number).unwrap()).ok())
        .collect();
    assert_eq!(told[3..], [Some(0), Some(11)]);
    assert_eq!(group(&cycle, "shared").told_lags.as_deref(), Some(&*told));
    assert_eq!(cycle.lookups.asked, 0);
    assert_eq!(cycle.lag_seconds[3..], [LagSeconds::CaughtUp, LagSeconds::Unknown]);
    watched.cluster.reset_commit("shared", "trades", 4, end);
    let moved = watched.read().await.model;
    assert_eq!((moved.totals.consumed_records, moved.progress[0].consumed), (0, 0));
    assert_eq!(moved.lag_seconds[4], LagSeconds::CaughtUp);
}

#[tokio::test]
async fn a_cycle_asks_each_broker_a_few_questions_however_much_there_is() {
    let mut description = ClusterDescription::of_brokers(3);
    for number in 0..40 {
        description = description.topic(TopicDescription::new(format!("topic-{number}"), 25));
    }
    for number in 0..150 {
        description = description
            .group(GroupDescription::new(format!("group-{number}"), format!("topic-{}", number % 40)));
    }
    let mut watched = watch(&description);
    let first = watched.read().await.model;
    assert_eq!((read_partitions(&first), names(&first).len()), (1_000, 150));
    watched.cluster.forget_counts();
    let second = watched.read().await.model;
    assert_eq!((read_partitions(&second), names(&second).len()), (1_000, 150));
    let asked = |api| watched.cluster.requests(api);
    // The beginnings are not due yet, and the timestamps are known: once for each broker.
    let each = [ApiKey::ListGroups, ApiKey::DescribeGroups, ApiKey::OffsetFetch, ApiKey::ListOffsets];
    assert_eq!(each.map(asked), [3; 4]);
    assert_eq!((asked(ApiKey::Metadata), watched.cluster.all_requests()), (1, 13));
    // Nothing has changed, so nothing was kept twice.
    assert!(Arc::ptr_eq(&first.topology, &second.topology));
}

#[tokio::test]
async fn old_brokers_are_asked_for_one_group_at_a_time() {
    let old = description().profile(VersionProfile::Kafka2_1);
    let old = ClusterDescription {
        groups: old.groups.into_iter().filter(|group| group.kind == GroupKind::Classic).collect(),
        ..old
    };
    let mut watched = watch(&old);
    let read = watched.read().await;
    assert_eq!(read.faults, []);
    watched.check(&read.model);
    assert_eq!((read_partitions(&read.model), names(&read.model)), (20, vec!["classic", "empty"]));
    assert_eq!(watched.cluster.requests(ApiKey::OffsetFetch), 2);
    let classic = group(&read.model, "classic");
    assert_eq!((classic.group_type, classic.state), (GroupType::Unknown, Some(GroupState::Stable)));
    assert_eq!((classic.members, &classic.commits), (Some(2), &Commits::Read(0..12)));
    assert_eq!(group(&read.model, "empty").members, Some(0));
}

#[tokio::test]
async fn what_the_filter_leaves_out_is_not_there() {
    let cluster = start(&description());
    let mut settings = settings(&cluster);
    settings.topics = Filter { include: vec![], exclude: vec!["t.*".to_owned()] };
    settings.groups = Filter { include: vec!["(classic|modern)".to_owned()], exclude: vec![] };
    let cycle = source(&settings, Shard::WHOLE, &Arc::default()).collect().await.unwrap().model;
    let topics: Vec<_> = cycle.topology.topics.iter().map(|topic| &*topic.name).collect();
    assert_eq!((topics, names(&cycle)), (vec!["a.internal", "prices"], vec!["classic", "modern"]));
    // Commits for what is not watched have no slot.
    assert_eq!(group(&cycle, "modern").commits, Commits::Read(12..24));
}

#[tokio::test]
async fn shards_divide_topics_and_groups_and_read_the_ends_that_their_groups_need() {
    let cluster = start(&description());
    let settings = settings(&cluster);
    let (mut topics, mut groups, mut replicas) = (0, 0, Vec::new());
    for index in 0..3 {
        let shard = Shard::new(index, 3).unwrap();
        let cycle = source(&settings, shard, &Arc::default()).collect().await.unwrap().model;
        topics += cycle.topology.topics.iter().filter(|topic| topic.is_ours).count();
        let told = cycle.groups.as_ref().unwrap();
        groups += told.groups.len();
        assert!(told.groups.iter().all(|group| shard.owns(&group.name)));
        assert!(told.commits.iter().all(|commit| cycle.end.get(commit.slot).is_some()));
        assert_eq!(cycle.topology.topics.len(), 3);
        assert!(cycle.unread_partitions.is_empty());
        replicas.push(cycle.topology.replicas.clone());
    }
    // What brokers have is no matter of shards.
    assert!(
        !replicas[0].is_empty() && replicas.iter().all(|of_shard| *of_shard == replicas[0]),
        "{replicas:?}"
    );
    assert_eq!((topics, groups), (3, 5));
}

#[tokio::test]
async fn columns_follow_when_topics_come_and_go() {
    let mut watched = watch(&description());
    let first = watched.read().await.model;
    watched.cluster.create_topic(TopicDescription::new("news", 2));
    assert!(watched.cluster.delete_topic("a.internal"));
    assert!(watched.cluster.recreate_topic("prices"));
    let second = watched.read().await;
    assert_eq!(second.faults, []);
    watched.check(&second.model);
    let topics: Vec<_> = second.model.topology.topics.iter().map(|topic| &*topic.name).collect();
    assert_eq!(topics, ["news", "prices", "trades"]);
    // The name is the same one; the rest was read anew.
    let name = |cycle: &lookout_kafka::model::Cycle| Arc::clone(&cycle.topology.topics.last().unwrap().name);
    assert!(Arc::ptr_eq(&name(&first), &name(&second.model)));
}

#[tokio::test]
async fn counters_go_on_when_a_source_is_replaced() {
    let cluster = start(&description());
    let (settings, cell) = (settings(&cluster), Arc::<ClusterCell>::default());
    let mut first = source(&settings, Shard::WHOLE, &cell);
    first.collect().await.unwrap();
    cluster.advance(core::time::Duration::from_secs(15));
    let before = first.collect().await.unwrap().model;
    drop(first);
    let after = source(&settings, Shard::WHOLE, &cell).collect().await.unwrap().model;
    assert!(before.totals.produced_records > 0);
    assert_eq!(before.totals.produced_records, after.totals.produced_records);
    assert!(after.traffic.requests > before.traffic.requests);
}

#[tokio::test]
async fn where_partitions_begin_stays_known_when_a_source_is_replaced() {
    let cluster = start(&description());
    let (mut settings, cell) = (settings(&cluster), Arc::<ClusterCell>::default());
    let mut first = source(&settings, Shard::WHOLE, &cell);
    let before = first.collect().await.unwrap().model;
    assert!((0..20).all(|slot| before.low_before.get(slot).is_none() && before.low.get(slot).is_some()));
    drop(first);
    // A reload that leaves out another topic.
    settings.topics.exclude = vec!["prices".to_owned()];
    let after = source(&settings, Shard::WHOLE, &cell).collect().await.unwrap();
    assert_eq!((after.faults, after.model.topology.topics.len()), (vec![], 2));
    let known: Vec<_> = (0..8).map(|slot| after.model.low_before.get(slot)).collect();
    let expected: Vec<_> = [0].into_iter().chain(13..20).map(|slot| before.low.get(slot)).collect();
    assert_eq!(known, expected);
    assert!(after.model.groups.unwrap().groups.iter().all(|group| !group.is_partial));
}

#[tokio::test]
async fn a_topic_that_is_made_between_two_cycles_counts_from_its_first_record() {
    let mut watched = watch(&description());
    watched.read().await;
    watched.cluster.create_topic(TopicDescription::new("young", 2));
    watched.cluster.advance(core::time::Duration::from_secs(15));
    let cycle = watched.read().await.model;
    let young = cycle.topology.find("young").unwrap();
    let ends: i64 = (0..2).map(|number| watched.cluster.end_offset("young", number).unwrap()).sum();
    assert!(ends > 0);
    assert_eq!(cycle.produced[young].records, u64::try_from(ends).unwrap());
    // A filter that lets more through makes nothing new.
    let mut settings = settings(&watched.cluster);
    settings.topics.exclude = vec!["young".to_owned()];
    source(&settings, Shard::WHOLE, &watched.cell).collect().await.unwrap();
    settings.topics.exclude.clear();
    watched.cell.past.lock().await.history = lookout_kafka::history::History::default();
    settings.topics.exclude = vec!["young".to_owned()];
    source(&settings, Shard::WHOLE, &watched.cell).collect().await.unwrap();
    settings.topics.exclude.clear();
    let wider = source(&settings, Shard::WHOLE, &watched.cell).collect().await.unwrap().model;
    assert_eq!(wider.produced[wider.topology.find("young").unwrap()].records, 0);
}

#[tokio::test]
async fn what_was_read_of_another_cluster_under_the_same_addresses_is_forgotten() {
    let mut watched = watch(&description());
    watched.read().await;
    let settings = settings(&watched.cluster);
    let plan = Plan::of(&settings, &settings.clusters[0], Shard::WHOLE, |_| ());
    ConfigurationSource::new(&plan, Arc::clone(&watched.cell)).collect().await.unwrap();
    watched.cell.show_record_sizes(Arc::new([("prices".into(), 100.0)].into()));
    assert!(watched.read().await.model.configurations.is_some());
    watched.cell.past.lock().await.cluster_id = Some("the one before".into());
    let cycle = watched.read().await.model;
    assert!(cycle.configurations.is_none() && watched.cell.record_sizes().is_empty());
    assert!(cycle.produced.iter().all(|produced| produced.record_size.is_none()));
}

#[tokio::test]
async fn a_topic_that_is_created_again_is_asked_for_its_configuration_soon() {
    let mut watched = watch(&description());
    watched.read().await;
    let settings = settings(&watched.cluster);
    let plan = Plan::of(&settings, &settings.clusters[0], Shard::WHOLE, |_| ());
    let mut source = ConfigurationSource::new(&plan, Arc::clone(&watched.cell));
    source.collect().await.unwrap();
    assert!(watched.cluster.delete_topic("trades"));
    watched.cluster.create_topic(TopicDescription::new("trades", 7));
    watched.read().await;
    tokio::time::pause();
    tokio::time::timeout(core::time::Duration::from_mins(2), source.changed()).await.unwrap();
}
