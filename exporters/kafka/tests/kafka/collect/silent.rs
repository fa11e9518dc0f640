//! Who is silent or slow, and what happens between two questions: nothing is made of it that is not so.

use core::time::Duration;
use std::sync::Arc;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka::model::{Commits, Cycle};
use lookout_kafka::sources::{ConfigurationSource, Plan};
use lookout_runtime::{Shard, Source};
use lookout_simulator::kafka::{
    ApiKey, ClusterDescription, Disturbance, GroupDescription, Scope, TopicDescription, VersionProfile,
};
use tokio::net::TcpListener;

use super::stage::{counted, read_partitions, settings, source, start, watch};
use super::turns::by_turns;
use crate::assess::world::{fixed_now, text_of};

fn description(brokers: u16) -> ClusterDescription {
    ClusterDescription::of_brokers(brokers)
        .topic(TopicDescription::new("prices", 6))
        .group(GroupDescription::new("readers", "prices"))
}

#[tokio::test]
async fn brokers_that_are_silent_do_not_hide_those_named_after_them() {
    let cluster = start(&description(1));
    let mut settings = settings(&cluster);
    // Each could take a third of the deadline.
    settings.clusters[0].connect_timeout = settings.deadline;
    let mut silent = Vec::new();
    for _ in 0..4 {
        // It accepts connections, and says nothing.
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        settings.clusters[0].brokers.insert(0, listener.local_addr().unwrap().to_string());
        silent.push(listener);
    }
    let cell = Arc::default();
    let mut source = source(&settings, Shard::WHOLE, &cell);
    let read = by_turns(&cluster, source.collect()).await.unwrap();
    assert_eq!((read.faults, read_partitions(&read.model)), (vec![], 6));
    // Also after a cycle that was cut off.
    source.recover();
    assert_eq!(read_partitions(&by_turns(&cluster, source.collect()).await.unwrap().model), 6);
}

#[tokio::test]
async fn brokers_that_do_not_tell_the_metadata_are_passed_over_by_the_next_cycle() {
    let mut watched = watch(&description(5));
    watched.read().await;
    for id in 1..=3 {
        watched.cluster.disturb(Scope::both(id, ApiKey::Metadata), Disturbance::Stalled { after_bytes: 0 });
    }
    let error = watched.read_by_turns().await.unwrap_err();
    assert_eq!(error.reason, Reason::Timeout, "{}", error.message);
    watched.source.recover();
    let read = watched.read_by_turns().await.unwrap();
    assert_eq!((counted(&read.model.unread_partitions), read_partitions(&read.model)), (vec![], 6));
}

fn lost_records(cycle: &Cycle, source: &impl Source<Model = Cycle>) -> Vec<String> {
    let mut batch = Batch::new();
    source.assess(cycle, fixed_now(), &mut batch);
    let text = text_of(batch);
    let lost = text.lines().filter(|line| line.starts_with("kafka_consumergroup_lost_records{"));
    lost.map(str::to_owned).collect()
}

#[tokio::test]
async fn what_is_deleted_after_it_was_read_is_not_lost() {
    let cluster = start(&description(1));
    let mut settings = settings(&cluster);
    settings.low_offsets_period = HumanDuration::from_millis(0);
    let mut source = source(&settings, Shard::WHOLE, &Arc::default());
    source.collect().await.unwrap();
    let end = cluster.end_offset("prices", 2).unwrap();
    assert!(cluster.reset_commit("readers", "prices", 2, end - 20));
    cluster.disturb(Scope::api(ApiKey::OffsetFetch), Disturbance::Delayed(Duration::from_millis(500)));
    cluster.forget_counts();
    let cluster = Arc::new(cluster);
    let reader = Arc::clone(&cluster);
    let deleted = tokio::spawn(async move {
        // Until the answer is made, and on its way.
        while reader.requests(ApiKey::OffsetFetch) == 0 || reader.is_answering() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        assert!(reader.reset_commit("readers", "prices", 2, end));
        assert!(reader.delete_records("prices", 2, end));
    });
    let cycle = source.collect().await.unwrap().model;
    deleted.await.unwrap();
    assert_eq!(cycle.low.get(2), Some(end));
    let groups = cycle.groups.as_ref().unwrap();
    assert_eq!(groups.commits[2].offset, end - 20);
    let lost = lost_records(&cycle, &source);
    assert!(!lost.is_empty() && lost.iter().all(|line| line.ends_with(" 0")), "{lost:?}");
    // What is deleted before it was read is.
    cluster.undisturb();
    assert!(cluster.reset_commit("readers", "prices", 2, end - 3));
    let cycle = source.collect().await.unwrap().model;
    assert!(lost_records(&cycle, &source).iter().any(|line| line.ends_with(" 3")));
}

#[tokio::test]
async fn the_beginning_of_a_partition_that_was_truncated_is_read_anew() {
    let mut watched = watch(&description(1));
    let before = watched.read().await.model;
    let end = before.end.get(2).unwrap();
    assert!(before.low.get(2).is_some() && watched.cluster.truncate("prices", 2, end - 1));
    let cycle = watched.read().await.model;
    assert_eq!((cycle.low.get(2), cycle.low.get(3)), (None, before.low.get(3)));
    let again = watched.read().await;
    watched.check(&again.model);
}

#[tokio::test]
async fn groups_for_which_there_was_no_time_come_first_and_their_broker_is_well() {
    let mut description = description(1).profile(VersionProfile::Kafka2_1);
    for number in 0..11 {
        description = description.group(GroupDescription::new(format!("group-{number:02}"), "prices"));
    }
    let cluster = start(&description);
    let mut settings = settings(&cluster);
    settings.deadline = HumanDuration::from_secs(300);
    let cell = Arc::default();
    let mut source = source(&settings, Shard::WHOLE, &cell);
    // Twelve answers take longer than the 60 % of the deadline that groups have.
    cluster.disturb(Scope::api(ApiKey::OffsetFetch), Disturbance::Delayed(Duration::from_secs(20)));
    let first = by_turns(&cluster, source.collect()).await.unwrap().model;
    assert_eq!((first.unreachable.len(), read_partitions(&first)), (0, 6));
    let unread = |cycle: &Cycle| -> Vec<Arc<str>> {
        let groups = cycle.groups.iter().flat_map(|groups| &groups.groups);
        let unread = groups.filter(|group| group.commits == Commits::Unread(Reason::Timeout));
        unread.map(|group| Arc::clone(&group.name)).collect()
    };
    let late = unread(&first);
    assert!(!late.is_empty() && late.len() < 12, "{late:?}");
    assert_eq!(counted(&first.unread_groups), [(Reason::Timeout, late.len() as u64)]);
    let still = unread(&by_turns(&cluster, source.collect()).await.unwrap().model);
    assert!(still.iter().all(|name| !late.contains(name)), "{late:?} {still:?}");
}

#[tokio::test]
async fn a_cluster_of_which_no_topic_is_seen_has_a_fault() {
    let mut watched = watch(&ClusterDescription::of_brokers(2));
    let read = watched.read().await;
    let told: Vec<_> = read.faults.iter().map(|fault| (fault.reason, &*fault.subject)).collect();
    assert_eq!(told, [(Reason::Empty, "topics")]);
    watched.cluster.create_topic(TopicDescription::new("prices", 2));
    assert_eq!(watched.read().await.faults, []);
}

#[tokio::test]
async fn configuration_that_one_broker_does_not_tell_is_told_by_another_or_stays() {
    let mut watched = watch(&description(2));
    watched.read().await;
    let settings = settings(&watched.cluster);
    let plan = Plan::of(&settings, &settings.clusters[0], Shard::WHOLE, |_| ());
    let mut source = ConfigurationSource::new(&plan, Arc::clone(&watched.cell));
    let stalled = Disturbance::Stalled { after_bytes: 0 };
    watched.cluster.disturb(Scope::both(1, ApiKey::DescribeConfigs), stalled);
    let first = by_turns(&watched.cluster, source.collect()).await.unwrap();
    assert!(first.model.topics.0.contains_key("prices") && first.faults.len() == 1, "{:?}", first.faults);
    watched.cluster.disturb(Scope::api(ApiKey::DescribeConfigs), stalled);
    let second = by_turns(&watched.cluster, source.collect()).await.unwrap();
    assert_eq!((second.model.topics, second.faults.len()), (first.model.topics, 2));
    // Nobody has told it: it is asked for again soon.
    tokio::time::pause();
    tokio::time::timeout(Duration::from_mins(2), source.changed()).await.unwrap();
}
