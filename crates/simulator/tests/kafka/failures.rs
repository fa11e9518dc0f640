//! What goes wrong in a cluster, as a client meets it.

use core::time::Duration;

use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{
    DescribeClusterRequest, DescribeGroupsRequest, GroupId, ListGroupsRequest, ListOffsetsRequest,
    ListOffsetsResponse, TopicName,
};
use kafka_protocol::protocol::{Decodable as _, Encodable as _};
use lookout_kafka_wire::list_offsets::{Isolation, Spec};
use lookout_kafka_wire::{Api, Request};
use lookout_simulator::kafka::{
    Behaviour, Cluster, ClusterDescription, GroupDescription, ResponseError, TopicDescription,
};

use crate::client::{Client, frozen};

fn description() -> ClusterDescription {
    ClusterDescription::of_brokers(3)
        .topic(TopicDescription::new("prices", 6).replicated(3, 2).rate(10.0))
        .topic(TopicDescription::new("single", 3).rate(1.0))
        .group(GroupDescription::new("readers", "prices").and("single"))
}

fn code(error: ResponseError) -> i16 {
    error.code()
}

#[tokio::test]
async fn a_broker_that_dies_is_replaced_and_leads_again_when_it_is_back() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let before = client.metadata().await;
    cluster.kill_broker(2).await.unwrap();
    assert!(Client::of(&cluster).await.wire.broker(2).is_err());
    let during = client.metadata().await;
    assert_eq!(during.brokers, [1, 3]);
    for (place, was) in &before.partitions {
        let is = &during.partitions[place];
        let had_led = was.leader == Some(2);
        if place.0 == "prices" {
            assert_eq!(is.in_sync, was.in_sync.iter().copied().filter(|id| *id != 2).collect::<Vec<_>>());
            assert_eq!((is.offline.as_deref(), is.epoch), (Some(&[2][..]), Some(i32::from(had_led))));
            assert_ne!(is.leader, Some(2));
        } else {
            assert_eq!(is.leader, was.leader.filter(|id| *id != 2), "its only replica");
            assert_eq!((is.code, &is.in_sync), (if had_led { 5 } else { 0 }, &was.in_sync));
        }
    }
    assert_ne!(cluster.coordinator("readers"), Some(2));
    assert_eq!(client.commits("readers").await.1.len(), 9);

    cluster.revive_broker(2).await.unwrap();
    let after = client.metadata().await;
    assert_eq!(after.brokers, [1, 2, 3]);
    for (place, was) in &before.partitions {
        let mut in_sync = after.partitions[place].in_sync.clone();
        assert_eq!(in_sync.len(), was.in_sync.len());
        in_sync.retain(|id| !was.in_sync.contains(id));
        assert!(in_sync.is_empty());
    }
    assert!((0..6).all(|partition| cluster.leader("prices", partition) != Some(2)));
    assert!((0..3).all(|partition| cluster.leader("single", partition).is_some()));
    cluster.elect_preferred();
    let last = client.metadata().await;
    for (place, was) in &before.partitions {
        assert_eq!(last.partitions[place].leader, was.leader);
        assert_eq!(last.partitions[place].epoch, Some(if was.leader == Some(2) { 2 } else { 0 }));
    }
}

#[tokio::test]
async fn a_closed_port_is_noticed_by_clients_alone() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    cluster.close_port(3).await.unwrap();
    assert_eq!(client.metadata().await.brokers, [1, 2, 3]);
    assert!(client.call(3, &DescribeClusterRequest::default()).await.is_err());
    cluster.open_port(3).await.unwrap();
    assert!(client.call(3, &DescribeClusterRequest::default()).await.is_ok());
}

#[tokio::test]
async fn who_no_longer_leads_says_so() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let before = client.partition("prices", 0).await;
    let (old, new) = (before.leader.unwrap(), before.replicas[1]);
    assert!(cluster.move_leader("prices", 0, new));
    let refused = client.find_at(old, "prices", 0, Spec::Latest, Isolation::ReadUncommitted).await;
    assert_eq!((refused.code, refused.offset), (code(ResponseError::NotLeaderOrFollower), None));
    let after = client.partition("prices", 0).await;
    assert_eq!((after.leader, after.epoch), (Some(new), Some(1)));
    assert_eq!(client.find("prices", 0, Spec::Latest).await.offset, Some(36_000));
    assert!(!cluster.move_leader("prices", 6, new), "there is no such partition");
}

/// Asks with an epoch, which our client never does.
async fn ask_with_epoch(client: &Client, broker: i32, partitions: &[(i32, i32)]) -> Vec<i16> {
    let asked = partitions.iter().map(|(partition, epoch)| {
        ListOffsetsPartition::default()
            .with_partition_index(*partition)
            .with_current_leader_epoch(*epoch)
            .with_timestamp(-1)
    });
    let topic =
        ListOffsetsTopic::default().with_name(TopicName("prices".into())).with_partitions(asked.collect());
    let mut body = bytes::BytesMut::new();
    ListOffsetsRequest::default().with_topics(vec![topic]).encode(&mut body, 9).unwrap();
    let request = Request { api: Api::ListOffsets, version: 9, body: body.freeze() };
    let mut connection = client.wire.broker(broker).unwrap().connection().await.unwrap();
    let mut answer = connection.ask(request).await.unwrap().body;
    let answer = ListOffsetsResponse::decode(&mut answer, 9).unwrap();
    answer.topics[0].partitions.iter().map(|partition| partition.error_code).collect()
}

#[tokio::test]
async fn an_old_epoch_is_fenced_and_one_from_the_future_unknown() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let new = client.partition("prices", 0).await.replicas[1];
    cluster.move_leader("prices", 0, new);
    for (epoch, expected) in [(0, 74), (1, 0), (2, 75), (-1, 0)] {
        assert_eq!(ask_with_epoch(&client, new, &[(0, epoch)]).await, [expected]);
    }
}

#[tokio::test]
async fn a_partition_that_is_named_twice_is_refused() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let leader = cluster.leader("prices", 0).unwrap();
    assert_eq!(ask_with_epoch(&client, leader, &[(0, -1), (3, -1), (0, -1)]).await, [42, 0, 42]);
}

#[tokio::test]
async fn partitions_go_offline_lose_replicas_and_have_errors() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let before = client.partition("prices", 1).await;
    cluster.set_in_sync("prices", 1, &before.replicas[..1]);
    assert_eq!(client.partition("prices", 1).await.in_sync, before.replicas[..1]);
    cluster.take_offline("prices", 1);
    let offline = client.partition("prices", 1).await;
    assert_eq!((offline.leader, offline.code), (None, code(ResponseError::LeaderNotAvailable)));
    cluster.bring_online("prices", 1);
    assert_eq!(client.partition("prices", 1).await.leader, before.leader);

    cluster.set_partition_error("prices", 1, Some(ResponseError::KafkaStorageError));
    assert_eq!(client.partition("prices", 1).await.code, 56);
    assert_eq!(client.find("prices", 1, Spec::Latest).await.code, 56);
    assert_eq!(client.find("prices", 2, Spec::Latest).await.code, 0);
    cluster.set_partition_error("prices", 1, None);
    assert_eq!(client.find("prices", 1, Spec::Latest).await.code, 0);
}

#[tokio::test]
async fn coordinators_move_load_and_vanish() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let old = client.coordinator("readers").await.unwrap();
    let new = old % 3 + 1;
    cluster.move_coordinator("readers", new);
    assert_eq!(client.coordinator("readers").await, Ok(new));
    assert_eq!(client.commits_at(old, "readers").await, (code(ResponseError::NotCoordinator), [].into()));
    assert_eq!(client.commits_at(new, "readers").await.1.len(), 9);

    cluster.set_group_error("readers", Some(ResponseError::CoordinatorLoadInProgress));
    assert_eq!(client.commits("readers").await, (14, [].into()));
    let asked = DescribeGroupsRequest::default().with_groups(vec![GroupId("readers".into())]);
    assert_eq!(client.call(new, &asked).await.unwrap().groups[0].error_code, 14);
    cluster.set_group_error("readers", Some(ResponseError::CoordinatorNotAvailable));
    assert_eq!(client.coordinator("readers").await, Err(15));
    cluster.set_group_error("readers", None);
    assert_eq!(client.commits("readers").await.0, 0);
}

fn committed(cluster: &Cluster, topic: &str) -> Option<i64> {
    cluster.committed("readers", topic, 0)
}

#[tokio::test]
async fn a_topic_that_is_created_again_begins_anew_and_has_no_commits_from_before() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    cluster.set_behaviour("readers", Behaviour::StandsStill { since: Duration::ZERO });
    let old = cluster.topic_id("single");
    cluster.advance(Duration::from_secs(1));
    assert!(cluster.recreate_topic("single"));
    assert_ne!(cluster.topic_id("single"), old);
    cluster.advance(Duration::from_mins(1));
    assert_eq!(client.find("single", 0, Spec::Latest).await.offset, Some(60));
    assert_eq!(committed(&cluster, "single"), None);
    assert_eq!(client.commits("readers").await.1.len(), 6, "those of the other topic");
    cluster.set_behaviour("readers", Behaviour::KeepsUp { behind: Duration::ZERO });
    assert_eq!(committed(&cluster, "single"), Some(60));

    assert!(cluster.delete_topic("single") && !cluster.delete_topic("single"));
    assert!(!client.metadata().await.topics.contains_key("single"));
    assert_eq!(client.commits("readers").await.1.len(), 6);
    cluster.create_topic(TopicDescription::new("single", 1));
    assert_eq!(client.find("single", 0, Spec::Latest).await.offset, Some(0));
}

#[tokio::test]
async fn a_truncated_partition_ends_before_what_is_committed() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    cluster.truncate("prices", 0, 35_000);
    assert_eq!(client.find("prices", 0, Spec::Latest).await.offset, Some(35_000));
    assert_eq!(
        (committed(&cluster, "prices"), cluster.lag("readers", "prices", 0)),
        (Some(36_000), Some(-1_000))
    );
    cluster.advance(Duration::from_secs(10));
    assert_eq!(client.find("prices", 0, Spec::Latest).await.offset, Some(35_100));
    cluster.set_behaviour("readers", Behaviour::KeepsUp { behind: Duration::ZERO });
    assert_eq!(cluster.lag("readers", "prices", 0), Some(0));
}

#[tokio::test]
async fn a_commit_can_be_reset_and_can_fall_before_the_first_record() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    assert!(cluster.reset_commit("readers", "prices", 0, 5));
    assert_eq!(client.commits("readers").await.1[&("prices".to_owned(), 0)], (0, Some(5)));
    cluster.delete_records("prices", 0, 1_000);
    assert_eq!(cluster.start_offset("prices", 0), Some(1_000));
    assert_eq!(committed(&cluster, "prices"), Some(5));
    // What is late is the first record that is still there.
    let first = cluster.arrived("prices", 0, 1_000).unwrap();
    let late = cluster.lag_seconds("readers", "prices", 0).unwrap();
    assert!((late - (cluster.now_millis() - first) as f64 / 1_000.0).abs() < 1e-9);
}

#[tokio::test]
async fn what_is_denied_is_in_no_listing_and_refused_by_name() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let leader = cluster.leader("single", 0).unwrap();
    cluster.deny_topic("single");
    assert!(!client.metadata().await.topics.contains_key("single"));
    let refused = client.find_at(leader, "single", 0, Spec::Latest, Isolation::ReadUncommitted).await;
    assert_eq!(refused.code, code(ResponseError::TopicAuthorizationFailed));
    assert_eq!(client.commits("readers").await.1.len(), 6);
    cluster.deny_group("readers");
    assert_eq!(client.coordinator("readers").await, Err(30));
    let coordinator = cluster.coordinator("readers").unwrap();
    assert_eq!(client.commits_at(coordinator, "readers").await, (30, [].into()));
    cluster.deny_cluster();
    assert_eq!(client.log_dirs(1).await.0, 31);
    let quorum = client.call(1, &lookout_kafka_wire::describe_quorum()).await.unwrap();
    assert_eq!(quorum.error_code, 31);
    cluster.allow_all();
    assert_eq!((client.log_dirs(1).await.0, client.metadata().await.topics.len()), (0, 2));
}

#[tokio::test]
async fn a_log_directory_goes_offline() {
    let mut description = description();
    description.log_directories = 2;
    let cluster = frozen(&description);
    let client = Client::of(&cluster).await;
    cluster.set_directory_offline(1, 1, true);
    let (_, replicas, directories) = client.log_dirs(1).await;
    let codes: Vec<_> = directories.values().map(|(code, _)| *code).collect();
    assert_eq!(codes, [0, 56]);
    assert!(!replicas.is_empty() && replicas.keys().all(|(directory, ..)| directory.ends_with("data-0")));
    cluster.set_directory_offline(1, 1, false);
    assert!(client.log_dirs(1).await.2.values().all(|(code, _)| *code == 0));
}

#[tokio::test]
async fn metadata_can_be_older_than_an_election() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let before = client.partition("prices", 0).await;
    cluster.hold_metadata();
    cluster.move_leader("prices", 0, before.replicas[1]);
    assert_eq!(client.partition("prices", 0).await, before);
    assert_eq!(client.find("prices", 0, Spec::Latest).await.code, 6);
    cluster.refresh_metadata();
    assert_eq!(client.partition("prices", 0).await.leader, Some(before.replicas[1]));
    assert_eq!(client.find("prices", 0, Spec::Latest).await.code, 0);
}

#[tokio::test]
async fn a_group_is_listed_by_several_brokers_while_it_moves() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let listed = async || {
        let mut listed = Vec::new();
        for broker in 1..=3 {
            listed.push(client.call(broker, &ListGroupsRequest::default()).await.unwrap().groups.len());
        }
        listed
    };
    assert_eq!(listed().await.iter().sum::<usize>(), 1);
    cluster.set_listed_by_all("readers", true);
    assert_eq!(listed().await, [1, 1, 1]);
    cluster.set_listed_by_all("readers", false);
    assert_eq!(listed().await.iter().sum::<usize>(), 1);
}

#[tokio::test]
async fn one_commit_can_have_an_error_of_its_own() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    assert!(cluster.set_commit_error("readers", "single", 1, Some(ResponseError::UnstableOffsetCommit)));
    let (code, commits) = client.commits("readers").await;
    assert_eq!((code, commits.len()), (0, 9));
    let refused: Vec<_> = commits.iter().filter(|(_, (code, _))| *code != 0).collect();
    assert_eq!(refused, [(&("single".to_owned(), 1), &(88, None))]);
    cluster.set_commit_error("readers", "single", 1, None);
    assert!(client.commits("readers").await.1.values().all(|(code, _)| *code == 0));
}

#[tokio::test]
async fn a_replica_that_is_being_moved_is_listed_twice() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let free = async || client.log_dirs(1).await.2.values().map(|(_, free)| free.unwrap()).sum::<i64>();
    let before = free().await;
    assert!(cluster.set_moving("prices", 0, true));
    assert_eq!(before - free().await, cluster.partition_bytes("prices", 0).unwrap() / 2);
    cluster.set_moving("prices", 0, false);
    assert_eq!(free().await, before);
}
