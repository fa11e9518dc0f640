//! Groups: where they stand, what they say of themselves, how late they are.

use core::time::Duration;
use std::collections::BTreeSet;

use kafka_protocol::messages::{
    ConsumerGroupDescribeRequest, DescribeGroupsRequest, GroupId, ListGroupsRequest,
    ShareGroupDescribeRequest,
};
use kafka_protocol::protocol::StrBytes;
use lookout_simulator::kafka::{
    Behaviour, Cluster, ClusterDescription, GroupDescription, GroupKind, TopicDescription,
};

use crate::client::{Client, frozen};

const TEN_MINUTES: Duration = Duration::from_mins(10);

fn description() -> ClusterDescription {
    let group = |name: &str, behaviour| GroupDescription::new(name, "prices").behaviour(behaviour);
    let behind = Behaviour::FallsBehind { since: TEN_MINUTES, manages: 0.25 };
    ClusterDescription::of_brokers(3)
        .topic(TopicDescription::new("prices", 4).replicated(3, 2).rate(10.0))
        .topic(TopicDescription::new("trades", 2).rate(1.0))
        .group(GroupDescription::new("prompt", "prices").and("trades").members(3))
        .group(group("late", Behaviour::KeepsUp { behind: Duration::from_secs(30) }))
        .group(group("stuck", Behaviour::StandsStill { since: TEN_MINUTES }).members(0))
        .group(group("slow", behind).kind(GroupKind::Consumer).members(2))
        .group(group("new", Behaviour::NeverCommitted))
        .group(group("shared", Behaviour::StandsStill { since: TEN_MINUTES }).kind(GroupKind::Share))
        .group(
            GroupDescription { topics: Vec::new(), ..GroupDescription::new("sink", "") }
                .kind(GroupKind::Connect),
        )
}

fn id(name: &str) -> GroupId {
    GroupId(StrBytes::from_string(name.to_owned()))
}

/// All listed groups with their state and type, each from its coordinator alone.
async fn listed(cluster: &Cluster, client: &Client, asked: &ListGroupsRequest) -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    for broker in 1..=3 {
        for group in client.call(broker, asked).await.unwrap().groups {
            assert_eq!(cluster.coordinator(&group.group_id.0), Some(broker));
            assert!(all.insert((
                group.group_id.0.to_string(),
                format!("{} {}", group.group_state, group.group_type)
            )));
        }
    }
    all
}

#[tokio::test]
async fn each_group_is_listed_by_its_coordinator_and_filters_hold() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let all = listed(&cluster, &client, &ListGroupsRequest::default()).await;
    let pair = |name: &str, kind: &str| (name.to_owned(), kind.to_owned());
    assert_eq!(all.len(), 7);
    assert!(all.contains(&pair("stuck", "Empty classic")) && all.contains(&pair("slow", "Stable consumer")));
    let empty = ListGroupsRequest::default().with_states_filter(vec!["Empty".into()]);
    assert_eq!(listed(&cluster, &client, &empty).await, [pair("stuck", "Empty classic")].into());
    let shared = ListGroupsRequest::default().with_types_filter(vec!["share".into()]);
    assert_eq!(listed(&cluster, &client, &shared).await, [pair("shared", "Stable share")].into());
}

#[tokio::test]
async fn commits_are_where_the_groups_stand() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    cluster.advance(TEN_MINUTES);
    let end = 10 * 70 * 60;
    // It stood still for 10 minutes at the start, or managed a quarter since then.
    for (group, lag, seconds) in
        [("prompt", 0, 0.0), ("late", 300, 30.0), ("stuck", 12_000, 1_200.0), ("slow", 9_000, 900.0)]
    {
        let (code, commits) = client.commits(group).await;
        assert_eq!(code, 0);
        for partition in 0..4 {
            let commit = commits[&("prices".to_owned(), partition)];
            assert_eq!(commit, (0, Some(end - lag)), "{group}");
            assert_eq!(cluster.lag(group, "prices", partition), Some(lag));
            // The next record came a tenth of a second after the last that was consumed.
            let truth = cluster.lag_seconds(group, "prices", partition).unwrap();
            assert!((truth - (seconds - 0.1_f64).max(0.0)).abs() < 1e-9, "{group}: {truth}");
        }
        assert_eq!(commits.len(), if group == "prompt" { 6 } else { 4 });
    }
    assert_eq!(client.commits("new").await, (0, [].into()));
    assert_eq!(client.commits("no such group").await, (0, [].into()));
    let shared = client.share_offsets("shared").await;
    assert_eq!(shared[&3], (Some(end - 12_000), Some(12_000)));
}

#[tokio::test]
async fn a_group_changes_its_ways_from_where_it_is() {
    let cluster = frozen(&description());
    cluster.set_behaviour("prompt", Behaviour::StandsStill { since: Duration::ZERO });
    let before = cluster.committed("prompt", "prices", 0).unwrap();
    cluster.advance(TEN_MINUTES);
    assert_eq!(cluster.committed("prompt", "prices", 0), Some(before));
    assert_eq!(cluster.lag("prompt", "prices", 0), Some(6_000));
    cluster.set_behaviour("prompt", Behaviour::FallsBehind { since: Duration::ZERO, manages: 0.5 });
    assert_eq!(cluster.lag("prompt", "prices", 0), Some(6_000));
    cluster.advance(TEN_MINUTES);
    assert_eq!(cluster.lag("prompt", "prices", 0), Some(9_000));
    cluster.set_behaviour("prompt", Behaviour::KeepsUp { behind: Duration::ZERO });
    assert_eq!(cluster.lag("prompt", "prices", 0), Some(0));
    assert!(!cluster.set_behaviour("no such group", Behaviour::NeverCommitted));
}

#[tokio::test]
async fn classic_groups_are_described_with_members_and_assignments() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let describe = async |name: &str| {
        let asked = DescribeGroupsRequest::default().with_groups(vec![id(name)]);
        let broker = cluster.coordinator(name).unwrap();
        client.call(broker, &asked).await.unwrap().groups.remove(0)
    };
    let group = describe("prompt").await;
    assert_eq!(
        (&*group.group_state, &*group.protocol_type, &*group.protocol_data),
        ("Stable", "consumer", "range")
    );
    assert_eq!(group.members.len(), 3);
    let mut partitions = 0;
    for member in &group.members {
        let mut assignment = member.member_assignment.slice(2..);
        let read = <kafka_protocol::messages::ConsumerProtocolAssignment as kafka_protocol::protocol::Decodable>::decode(
            &mut assignment,
            1,
        );
        partitions +=
            read.unwrap().assigned_partitions.iter().map(|topic| topic.partitions.len()).sum::<usize>();
    }
    assert_eq!(partitions, 6, "each partition has one member");
    let group = describe("stuck").await;
    assert_eq!((&*group.group_state, group.members.len(), &*group.protocol_data), ("Empty", 0, ""));
    assert_eq!(&*describe("sink").await.protocol_type, "connect");
    for absent in ["slow", "no such group"] {
        let group = describe(absent).await;
        assert_eq!((&*group.group_state, group.error_code), ("Dead", 69));
    }
    cluster.set_group_state("prompt", Some("PreparingRebalance"));
    assert_eq!(&*describe("prompt").await.group_state, "PreparingRebalance");
    cluster.set_group_state("prompt", None);
    cluster.set_members("prompt", 0);
    assert_eq!(&*describe("prompt").await.group_state, "Empty");
}

#[tokio::test]
async fn the_newer_kinds_of_groups_are_described_each_by_its_own_request() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let broker = cluster.coordinator("slow").unwrap();
    let asked = ConsumerGroupDescribeRequest::default().with_group_ids(vec![id("slow")]);
    let group = client.call(broker, &asked).await.unwrap().groups.remove(0);
    assert_eq!((&*group.group_state, group.group_epoch, group.members.len()), ("Stable", 1, 2));
    let assigned = &group.members[0].assignment.topic_partitions[0];
    assert_eq!((&*assigned.topic_name.0, &assigned.partitions[..]), ("prices", &[0, 2][..]));
    assert_eq!(Some(*assigned.topic_id.as_bytes()), cluster.topic_id("prices"));
    cluster.set_members("slow", 1);
    let group = client.call(broker, &asked).await.unwrap().groups.remove(0);
    assert_eq!((group.group_epoch, group.members.len()), (2, 1));

    let broker = cluster.coordinator("shared").unwrap();
    let asked = ShareGroupDescribeRequest::default().with_group_ids(vec![id("shared"), id("none")]);
    let groups = client.call(broker, &asked).await.unwrap().groups;
    assert_eq!((&*groups[0].group_state, groups[0].members.len()), ("Stable", 1));
    assert_ne!(groups[1].error_code, 0);
    let asked = ConsumerGroupDescribeRequest::default().with_group_ids(vec![id("shared")]);
    assert_eq!(client.call(broker, &asked).await.unwrap().groups[0].error_code, 69);
}

#[tokio::test]
async fn groups_come_and_go() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    cluster.create_group(GroupDescription::new("fresh", "trades"));
    assert_eq!(client.commits("fresh").await.1.len(), 2);
    assert!(cluster.delete_group("fresh") && !cluster.delete_group("fresh"));
    assert!(client.commits("fresh").await.1.is_empty());
    assert_eq!(listed(&cluster, &client, &ListGroupsRequest::default()).await.len(), 7);
}

#[tokio::test]
async fn after_a_transaction_a_consumer_commits_before_its_marker() {
    let mut topic = TopicDescription::new("payments", 1).rate(10.0);
    topic.records_per_transaction = Some(9);
    let description =
        ClusterDescription::default().topic(topic).group(GroupDescription::new("ledger", "payments"));
    let cluster = frozen(&description);
    let client = Client::of(&cluster).await;
    // The last of 36,000 offsets is a marker, which nobody gets to see.
    assert_eq!(cluster.end_offset("payments", 0), Some(36_000));
    assert_eq!(client.commits("ledger").await.1[&("payments".to_owned(), 0)], (0, Some(35_999)));
    cluster.advance(Duration::from_millis(100));
    assert_eq!(cluster.lag("ledger", "payments", 0), Some(0));
}
