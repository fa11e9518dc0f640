//! What a cluster in good order says of itself, and that nothing is left of it.

use std::net::TcpListener;

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::{
    DescribeClientQuotasRequest, DescribeClusterRequest, DescribeConfigsRequest, DescribeQuorumRequest,
};
use lookout_kafka_wire::metadata::Topics;
use lookout_simulator::kafka::{ApiKey, Cluster, ClusterDescription, Quota, TopicDescription};

use crate::client::{Client, frozen, now};

fn description() -> ClusterDescription {
    let mut description = ClusterDescription::of_brokers(3)
        .topic(TopicDescription::new("prices", 6).replicated(3, 2).rate(10.0))
        .topic(TopicDescription::new("__internal", 1).internal());
    description.racks = vec!["a".to_owned(), "b".to_owned()];
    description.log_directories = 2;
    description
}

#[tokio::test]
async fn metadata_names_brokers_topics_and_partitions() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    let seen = client.metadata().await;
    assert_eq!(seen.brokers, [1, 2, 3]);
    assert_eq!(seen.topics["prices"], (0, cluster.topic_id("prices").unwrap(), false));
    assert!(seen.topics["__internal"].2);
    assert_eq!(seen.partitions.len(), 7);
    for partition in 0..6 {
        let found = &seen.partitions[&("prices".to_owned(), partition)];
        assert_eq!((found.code, found.leader), (0, cluster.leader("prices", partition)));
        assert_eq!((found.epoch, found.leader), (Some(0), found.replicas.first().copied()));
        assert_eq!((found.replicas.len(), &found.in_sync), (3, &found.replicas));
        assert_eq!(found.offline.as_deref(), Some(&[][..]));
    }
    let racks: Vec<_> = client.wire.brokers().map(|broker| broker.rack().unwrap().to_owned()).collect();
    assert_eq!(racks, ["a", "b", "a"]);
}

#[tokio::test]
async fn a_topic_that_is_not_there_is_an_error_where_it_is_named() {
    let cluster = frozen(&description());
    let seen = Client::of(&cluster).await.metadata_of(Topics::Named(&["prices", "none"])).await.unwrap();
    assert_eq!((seen.topics["prices"].0, seen.topics["none"].0), (0, 3));
}

#[tokio::test]
async fn the_log_directories_hold_every_replica_once() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let mut count = 0;
    for broker in 1..=3 {
        let (code, replicas, directories) = client.log_dirs(broker).await;
        assert_eq!((code, directories.len()), (0, 2));
        for ((_, topic, partition), size) in &replicas {
            assert_eq!(Some(*size), cluster.partition_bytes(topic, *partition));
        }
        let used: i64 = replicas.values().sum();
        let free: i64 = directories.values().map(|(_, usable)| usable.unwrap()).sum();
        assert_eq!(free + used, 2 << 40);
        count += replicas.len();
    }
    assert_eq!(count, 6 * 3 + 1);
}

#[tokio::test]
async fn topics_and_brokers_have_configurations() {
    let cluster = frozen(&description());
    let client = Client::of(&cluster).await;
    let resource = |kind, name: &str| {
        DescribeConfigsResource::default()
            .with_resource_type(kind)
            .with_resource_name(name.to_owned().into())
            .with_configuration_keys(None)
    };
    let prices = resource(2, "prices");
    let two = Some(vec!["retention.ms".into(), "min.insync.replicas".into()]);
    let asked = vec![prices.with_configuration_keys(two), resource(2, "none"), resource(4, "1")];
    let answer = client.call(1, &DescribeConfigsRequest::default().with_resources(asked)).await.unwrap();
    let [prices, none, broker] = &answer.results[..] else { panic!("{answer:?}") };
    let values: Vec<_> =
        prices.configs.iter().map(|each| (&*each.name, each.value.as_deref().unwrap())).collect();
    assert_eq!(values, [("min.insync.replicas", "2"), ("retention.ms", "604800000")]);
    assert_eq!((none.error_code, none.configs.len()), (3, 0));
    assert!(broker.configs.iter().any(|each| each.is_sensitive && each.value.is_none()));
}

#[tokio::test]
async fn cluster_quorum_and_quotas_are_described() {
    let values = vec![("producer_byte_rate".to_owned(), 1_000.0)];
    let quota = Quota { entity: vec![("user".to_owned(), None)], values };
    let mut description = ClusterDescription::of_brokers(5);
    description.quotas.push(quota);
    let cluster = frozen(&description);
    let client = Client::of(&cluster).await;

    let answer = client.call(2, &DescribeClusterRequest::default()).await.unwrap();
    assert_eq!((answer.brokers.len(), &*answer.cluster_id), (5, description.id.as_str()));

    let answer: kafka_protocol::messages::DescribeQuorumResponse =
        client.call(2, &lookout_kafka_wire::describe_quorum()).await.unwrap();
    let quorum = &answer.topics[0].partitions[0];
    assert_eq!((quorum.leader_id.0, quorum.current_voters.len(), quorum.observers.len()), (1, 3, 2));
    assert!(quorum.current_voters.iter().all(|voter| quorum.high_watermark - voter.log_end_offset <= 1));
    assert_eq!(client.wire.controller().await.unwrap(), cluster.controller());
    cluster.set_quorum_lag(2, 500);
    let answer = client.call(1, &lookout_kafka_wire::describe_quorum()).await.unwrap();
    let voters = &answer.topics[0].partitions[0].current_voters;
    assert!(quorum.high_watermark - voters[1].log_end_offset >= 500);
    let _: DescribeQuorumRequest = lookout_kafka_wire::describe_quorum();

    let answer = client.call(1, &DescribeClientQuotasRequest::default()).await.unwrap();
    let entries = answer.entries.unwrap();
    assert_eq!((&*entries[0].entity[0].entity_type, entries[0].values[0].value), ("user", 1_000.0));
}

#[tokio::test]
async fn requests_are_counted_by_kind_and_broker() {
    let cluster = frozen(&description());
    let mut client = Client::of(&cluster).await;
    cluster.forget_counts();
    client.metadata().await;
    client.log_dirs(2).await;
    client.log_dirs(3).await;
    assert_eq!((cluster.requests(ApiKey::DescribeLogDirs), cluster.requests(ApiKey::Metadata)), (2, 1));
    assert_eq!(cluster.requests_at(3, ApiKey::DescribeLogDirs), 1);
    assert_eq!((cluster.requests_at(1, ApiKey::DescribeLogDirs), cluster.all_requests()), (0, 3));
}

#[tokio::test]
async fn nothing_is_left_of_a_cluster_that_is_stopped() {
    let cluster = Cluster::start(&description(), now()).unwrap();
    let addresses = cluster.bootstrap();
    let mut client = Client::of(&cluster).await;
    client.metadata().await;
    cluster.stop().await;
    for address in addresses {
        TcpListener::bind(address).expect("the port is free again");
    }
    assert!(client.metadata_of(Topics::All).await.is_err());
}
