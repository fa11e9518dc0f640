//! Against a real broker that the environment names (feature `real`): Kafka with listeners in the clear, with SASL, with
//! TLS, with both, and with client certificates; topics `orders` (3 partitions, 12 records) and `wide-1` to `wide-10`
//! (1,000 partitions each); the groups `classic-group`, `new-group` (KIP-848) and `share-group`.
//!
//! Quotas: `producer_byte_rate` 1048576 and `consumer_byte_rate` 2097152 of the user `alice` with the client `loader`,
//! `request_percentage` 200 of users by default. `share-group` has settled all of `orders`.
//!
//! `LOOKOUT_KAFKA_PLAIN`, `…_SASL`, `…_SSL`, `…_SASLSSL`, `…_MTLS`: ports on this machine; `LOOKOUT_KAFKA_TLS`: a folder
//! with `ca.pem`, `client.pem` and `client.key`. A part that is missing fails.

mod newest;
mod oldest;
mod setup;
mod three;

use std::{collections::BTreeMap, time::Duration};

use kafka_protocol::messages::{
    ConsumerGroupDescribeRequest, DescribeClusterRequest, DescribeConfigsRequest, DescribeGroupsRequest,
    FindCoordinatorRequest, GroupId, ListGroupsRequest, ShareGroupDescribeRequest,
    describe_configs_request::DescribeConfigsResource,
};
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    Api, Call, Cluster, Connection, Failure, Options, Sasl, Tls, describe_quorum,
    list_offsets::{self, Batch, Isolation, Spec},
    log_dirs, metadata, offset_fetch,
};
use setup::{address, connect, sasl, tls, versions};

const WIDE: usize = 10_000;

#[tokio::test]
async fn versions_are_negotiated() {
    let connection = connect("PLAIN", &Options::default()).await.unwrap();
    for api in Api::ALL {
        let offered = connection.versions().offered(api);
        println!(
            "{api:<24} broker {offered:?}, ours {:?}, chosen {:?}",
            api.versions(),
            connection.version(api).ok()
        );
    }
    for api in Api::ALL {
        connection.version(api).unwrap();
    }
}

#[tokio::test]
async fn every_mechanism_logs_in_renews_its_session_and_refuses_a_wrong_secret() {
    for mechanism in ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] {
        let (_file, good) = sasl(mechanism, true);
        let options = Options { sasl: Some(good), ..Options::default() };
        let mut connection = connect("SASL", &options).await.unwrap();
        connection.call(&ListGroupsRequest::default()).await.unwrap();
        // The listener ends sessions after 3 s.
        for _ in 0..2 {
            tokio::time::sleep(Duration::from_secs(4)).await;
            connection.call(&ListGroupsRequest::default()).await.unwrap();
        }
        let (_file, wrong) = sasl(mechanism, false);
        let failure =
            connect("SASL", &Options { sasl: Some(wrong), ..Options::default() }).await.unwrap_err();
        println!("{mechanism}: {failure}");
        assert_eq!(failure.reason(), Reason::Unauthenticated);
    }
}

#[tokio::test]
async fn tls_works_with_sasl_and_with_client_certificates() {
    let with = |tls: Tls, sasl: Option<Sasl>| Options { tls: Some(tls), sasl, ..Options::default() };
    let mut connection = connect("SSL", &with(tls(false), None)).await.unwrap();
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    let mut connection = connect("MTLS", &with(tls(true), None)).await.unwrap();
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    let failure = connect("MTLS", &with(tls(false), None)).await.unwrap_err();
    println!("no client certificate: {:?} {failure:?}", failure.reason());
    assert_eq!(failure.reason(), Reason::Unauthenticated);
    for mechanism in ["PLAIN", "SCRAM-SHA-512"] {
        let (_file, good) = sasl(mechanism, true);
        let mut connection = connect("SASLSSL", &with(tls(false), Some(good))).await.unwrap();
        connection.call(&ListGroupsRequest::default()).await.unwrap();
    }
    let (_file, not_offered) = sasl("SCRAM-SHA-256", true);
    let failure = connect("SASLSSL", &with(tls(false), Some(not_offered))).await.unwrap_err();
    println!("{failure}");
    assert!(matches!(failure, Failure::OfferMechanism { .. }), "{failure:?}");
}

#[tokio::test]
async fn the_wrong_kind_of_listener_is_a_failure_with_a_reason() {
    let quick = Duration::from_secs(3);
    let options = Options { connect_timeout: quick, request_timeout: quick, ..Options::default() };
    let failure = connect("SSL", &options).await.unwrap_err();
    println!("clear to TLS: {:?} {failure}", failure.reason());
    let failure = connect("PLAIN", &Options { tls: Some(tls(false)), ..options.clone() }).await.unwrap_err();
    println!("TLS to clear: {:?} {failure} {failure:?}", failure.reason());
    let mut connection = connect("SASL", &options).await.unwrap();
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    println!("nobody to SASL: {:?} {failure}", failure.reason());
    assert_eq!(failure.reason(), Reason::Disconnected);
    let (_file, sasl) = sasl("PLAIN", true);
    let failure = connect("PLAIN", &Options { sasl: Some(sasl), ..options }).await.unwrap_err();
    println!("SASL to clear: {:?} {failure}", failure.reason());
}

#[tokio::test]
async fn the_metadata_of_ten_thousand_partitions_are_the_same_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    for version in versions(&connection, Api::Metadata) {
        let answer =
            connection.ask(metadata::request(metadata::Topics::All, version).unwrap()).await.unwrap();
        let (mut brokers, mut topics, mut wide, mut cluster) = (0, BTreeMap::new(), 0, None);
        metadata::read(&answer.body, version, &mut |row| match row {
            metadata::Row::Broker(broker) => {
                brokers += i32::from(broker.id == 1 && broker.host == "127.0.0.1");
            }
            metadata::Row::Cluster(facts) => cluster = facts.id.map(str::to_owned),
            metadata::Row::Topic(topic) => {
                topics.insert(topic.name.to_owned(), topic.partitions);
                assert!(topic.code.is_none() && (version < 10 || topic.id != [0; 16]));
            }
            metadata::Row::Partition(topic, partition) => {
                assert!(partition.code.is_none() && partition.leader == Some(1), "{partition:?}");
                assert!(partition.replicas.iter().eq([1]) && partition.in_sync.iter().eq([1]));
                wide += usize::from(topic.name.starts_with("wide-"));
            }
        })
        .unwrap();
        assert_eq!((brokers, wide, topics["orders"]), (1, WIDE, 3), "v{version}");
        assert!(cluster.is_some_and(|id| id.len() == 22));
        println!("Metadata v{version}: {} bytes, {} topics", answer.body.len(), topics.len());
        let named = metadata::Topics::Named(&["orders", "no-such-topic"]);
        let answer = connection.ask(metadata::request(named, version).unwrap()).await.unwrap();
        let mut codes = BTreeMap::new();
        metadata::read(&answer.body, version, &mut |row| {
            if let metadata::Row::Topic(topic) = row {
                codes.insert(topic.name.to_owned(), topic.code.reason());
            }
        })
        .unwrap();
        assert_eq!(codes["orders"], None);
        assert_eq!(codes["no-such-topic"], Some(Reason::NotFound));
    }
}

#[tokio::test]
async fn offsets_of_ten_thousand_partitions_are_the_same_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    for version in versions(&connection, Api::ListOffsets) {
        let ask = async |connection: &mut Connection, spec: Spec| {
            // Small, so that there are several requests under way.
            let mut batch = Batch::new(version, Isolation::ReadUncommitted, 32 * 1024);
            let mut requests = Vec::new();
            for partition in 0..3 {
                requests.extend(batch.push("orders", partition, spec).unwrap());
            }
            for topic in 1..=10 {
                for partition in 0..1_000 {
                    requests.extend(batch.push(&format!("wide-{topic}"), partition, spec).unwrap());
                }
            }
            requests.extend(batch.push("orders", 99, spec).unwrap());
            requests.extend(batch.finish().unwrap());
            let (count, mut rows, mut records, mut lost) = (requests.len(), 0, 0, 0);
            let mut latest = None;
            let asked = connection.ask_all(requests.into_iter().map(Ok), |_, answer| {
                list_offsets::read(&answer.body, version, &mut |row| {
                    rows += 1;
                    lost += usize::from(row.code.reason() == Some(Reason::NotFound));
                    assert!(row.code.is_none() || row.partition == 99, "{row:?}");
                    if row.topic == "orders" {
                        records += row.offset.unwrap_or(0);
                        latest = latest.max(row.timestamp);
                    }
                })
                .map(drop)
            });
            asked.await.unwrap();
            assert_eq!((rows, lost), (WIDE + 4, 1), "v{version}");
            (count, records, latest)
        };
        let (requests, end, _) = ask(&mut connection, Spec::Latest).await;
        let (_, start, _) = ask(&mut connection, Spec::Earliest).await;
        let (_, by_time, first) = ask(&mut connection, Spec::At(0)).await;
        let (_, future, none) = ask(&mut connection, Spec::At(i64::MAX)).await;
        println!(
            "ListOffsets v{version}: {requests} requests, end {end}, start {start}, at 0 {by_time} ({first:?}), future {future} ({none:?})"
        );
        assert_eq!((end, start, by_time, future, none), (12, 0, 0, 0, None));
        assert!(first.is_some());
        if version >= 7 {
            let (_, _, newest) = ask(&mut connection, Spec::MaxTimestamp).await;
            assert!(newest >= first);
        }
    }
}

#[tokio::test]
async fn commits_of_all_kinds_of_groups_are_read_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    let groups = ["classic-group", "new-group", "no-such-group"];
    for version in versions(&connection, Api::OffsetFetch) {
        let requests = offset_fetch::requests(&groups, version, 10);
        let (mut committed, mut ended) = (BTreeMap::new(), Vec::new());
        let asked = connection.ask_all(requests, |number, answer| {
            offset_fetch::read(&answer.body, version, groups[number], &mut |row| match row {
                offset_fetch::Row::Partition(row) => {
                    assert!(row.topic == "orders" && row.code.is_none(), "{row:?}");
                    *committed.entry(row.group.to_owned()).or_insert(0) += row.offset.unwrap_or(0);
                }
                offset_fetch::Row::Group { group, code } => ended.push((group.to_owned(), code)),
            })
            .map(drop)
        });
        asked.await.unwrap();
        println!("OffsetFetch v{version}: {committed:?}, {ended:?}");
        assert_eq!(committed["classic-group"], 12);
        assert_eq!(committed["new-group"], 12);
        assert!(!committed.contains_key("no-such-group") && ended.len() == 3);
    }
}

#[tokio::test]
async fn the_bytes_of_ten_thousand_partitions_are_read_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    for version in versions(&connection, Api::DescribeLogDirs) {
        let answer = connection.ask(log_dirs::request(version).unwrap()).await.unwrap();
        let (mut wide, mut bytes, mut directories) = (0, 0, Vec::new());
        let overall = log_dirs::read(&answer.body, version, &mut |row| match row {
            log_dirs::Row::Replica(replica) => {
                wide += usize::from(replica.topic.starts_with("wide-"));
                bytes += if replica.topic == "orders" { replica.size } else { 0 };
                assert!(!replica.is_future);
            }
            log_dirs::Row::Directory(directory) => {
                assert!(directory.code.is_none());
                assert_eq!(directory.total_bytes.is_some(), version >= 4);
                directories.push((directory.path.to_owned(), directory.total_bytes, directory.usable_bytes));
            }
        })
        .unwrap();
        println!("DescribeLogDirs v{version}: {} bytes, orders {bytes}, {directories:?}", answer.body.len());
        assert!(overall.code.is_none() && directories.len() == 2);
        assert_eq!(wide, WIDE);
        assert!(bytes > 0);
    }
}

/// Asks in every version that both sides have, and decodes each behind the guard.
#[expect(clippy::print_stdout, reason = "what a real broker said goes into the report")]
async fn in_every_version<C: Call>(
    connection: &mut Connection,
    question: impl Fn(i16) -> C,
    check: impl Fn(&C::Answer) -> bool,
) where
    C::Answer: std::fmt::Debug,
{
    for version in versions(connection, C::API) {
        let answer = connection.ask(question(version).request(version).unwrap()).await.unwrap();
        let length = answer.body.len();
        let read = C::read(answer.body, version, 16 * 1024 * 1024).unwrap();
        println!("{} v{version}: {length} bytes", C::API);
        assert!(check(&read), "{} v{version}: {read:?}", C::API);
    }
}

#[tokio::test]
async fn small_answers_pass_the_guard_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    let c = &mut connection;
    let group = |name: &str| GroupId(name.to_owned().into());
    in_every_version::<ListGroupsRequest>(
        c,
        |_| <_>::default(),
        |answer| {
            let mut names: Vec<_> = answer.groups.iter().map(|group| group.group_id.to_string()).collect();
            names.sort();
            names.starts_with(&["classic-group".to_owned(), "new-group".to_owned()])
        },
    )
    .await;
    let classic =
        |_| DescribeGroupsRequest::default().with_groups(vec![group("classic-group"), group("lost")]);
    // Not in the order of the question: groups that do not exist come first.
    in_every_version(c, classic, |answer| {
        let found = answer.groups.iter().find(|group| &*group.group_id == "classic-group").unwrap();
        let members: Vec<_> = found.members.iter().map(|member| &*member.client_id).collect();
        println!("{} {members:?}", found.group_state);
        answer.groups.len() == 2 && found.error_code == 0
    })
    .await;
    let consumer = |_| ConsumerGroupDescribeRequest::default().with_group_ids(vec![group("new-group")]);
    in_every_version(c, consumer, |answer| {
        let group = &answer.groups[0];
        let assigned = group.members.iter().flat_map(|member| &member.assignment.topic_partitions);
        let assigned: Vec<_> = assigned.map(|topic| (&*topic.topic_name, &topic.partitions)).collect();
        println!("{} {assigned:?}", group.group_state);
        group.error_code == 0
    })
    .await;
    let share = |_| ShareGroupDescribeRequest::default().with_group_ids(vec![group("share-group")]);
    in_every_version(c, share, |answer| answer.groups[0].error_code == 0).await;
    let configs = |_| {
        let resource = |kind, name: &str| {
            DescribeConfigsResource::default()
                .with_resource_type(kind)
                .with_resource_name(name.to_owned().into())
                .with_configuration_keys(None)
        };
        DescribeConfigsRequest::default().with_resources(vec![resource(2, "orders"), resource(4, "1")])
    };
    in_every_version(c, configs, |answer| {
        answer.results.len() == 2
            && answer.results[0].configs.iter().any(|config| &*config.name == "retention.ms")
    })
    .await;
    in_every_version(c, |_| DescribeClusterRequest::default(), |answer| answer.brokers.len() == 1).await;
    in_every_version(
        c,
        |_| describe_quorum(),
        |answer| {
            answer.topics[0].partitions[0].leader_id.0 == 1
                && answer.topics[0].partitions[0].high_watermark > 0
        },
    )
    .await;
    let coordinator = |version| {
        let question = FindCoordinatorRequest::default();
        if version < 4 {
            question.with_key("classic-group".into())
        } else {
            question.with_coordinator_keys(vec!["classic-group".into()])
        }
    };
    in_every_version(c, coordinator, |answer| {
        answer.node_id.0 == 1 || answer.coordinators.first().is_some_and(|found| found.node_id.0 == 1)
    })
    .await;
}

#[tokio::test]
async fn a_cluster_is_found_and_asked() {
    let mut cluster = Cluster::new(vec![address("PLAIN")], Options::default());
    let mut partitions = 0;
    cluster
        .refresh(metadata::Topics::All, |row| {
            partitions += usize::from(matches!(row, metadata::Row::Partition(..)));
        })
        .await
        .unwrap();
    assert!(partitions >= WIDE + 3);
    assert_eq!(cluster.brokers().map(|broker| broker.id()).collect::<Vec<_>>(), [1]);
    assert_eq!(cluster.controller().await.unwrap(), Some(1));
    let mut found = 0;
    cluster
        .coordinators(&["classic-group", "new-group"], |_, each| found += i32::from(each.node == Some(1)))
        .await
        .unwrap();
    assert_eq!(found, 2);
    println!("{:?}", cluster.traffic().figures());
    assert_eq!(cluster.traffic().figures().connections, 1);
}
