//! A cluster of brokers: found, followed, asked.

use std::sync::{Arc, Mutex};

use kafka_protocol::{
    messages::{
        BrokerId, DescribeQuorumResponse, FindCoordinatorRequest, FindCoordinatorResponse, ListGroupsRequest,
        ListGroupsResponse, MetadataResponse,
        describe_quorum_response::{PartitionData, TopicData},
        find_coordinator_response::Coordinator as Found,
        metadata_response::MetadataResponseBroker,
    },
    protocol::Decodable,
};
use lookout_declarations::Reason;
use lookout_kafka_wire::{Address, Api, Cluster, ErrorCode, Failure, Options, metadata::Topics};

use crate::{
    broker::{FakeBroker, Reaction, Seen, all_versions, encode, nobody, patient, versions},
    standstill::{standing_still, until},
};

/// Who is in the cluster, as every broker of it says.
pub(crate) type Members = Arc<Mutex<Vec<(i32, Address)>>>;

fn metadata(members: &Members, seen: &Seen) -> Reaction {
    let brokers = members
        .lock()
        .unwrap()
        .iter()
        .map(|(id, address)| {
            MetadataResponseBroker::default()
                .with_node_id(BrokerId(*id))
                .with_host(address.host.clone().into())
                .with_port(address.port.into())
        })
        .collect();
    let answer = MetadataResponse::default().with_brokers(brokers).with_controller_id(BrokerId(2));
    Reaction::Answer(encode(&answer, seen.version))
}

/// A member that answers `Metadata` and `ListGroups`, and leaves the rest to `handler`.
pub(crate) async fn member(
    members: &Members,
    id: i32,
    handler: impl Fn(&Seen) -> Option<Reaction> + Send + Sync + 'static,
) -> FakeBroker {
    let known = Arc::clone(members);
    let broker = FakeBroker::start(move |seen| {
        if let Some(reaction) = handler(seen) {
            return reaction;
        }
        match seen.api {
            Api::ApiVersions => all_versions(seen),
            Api::Metadata => metadata(&known, seen),
            _ => Reaction::Answer(encode(&ListGroupsResponse::default(), seen.version)),
        }
    })
    .await;
    let mut members = members.lock().unwrap();
    members.retain(|(known, _)| *known != id);
    members.push((id, broker.address.clone()));
    drop(members);
    broker
}

pub(crate) fn nothing(_: &Seen) -> Option<Reaction> {
    None
}

pub(crate) fn cluster(bootstrap: &[&FakeBroker]) -> Cluster {
    Cluster::new(bootstrap.iter().map(|broker| broker.address.clone()).collect(), patient())
}

pub(crate) async fn refresh(cluster: &mut Cluster) -> Result<Vec<i32>, Failure> {
    cluster.refresh(Topics::None, |_| {}).await?;
    Ok(cluster.brokers().map(|broker| broker.id()).collect())
}

#[tokio::test]
async fn one_address_is_enough_to_find_all_brokers_and_its_connection_is_kept() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    let _two = member(&members, 2, nothing).await;
    let mut cluster = cluster(&[&one]);
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2]);
    assert_eq!(cluster.traffic().figures().connections, 1);
    for broker in cluster.brokers() {
        broker.connection().await.unwrap().call(&ListGroupsRequest::default()).await.unwrap();
    }
    assert_eq!(cluster.traffic().figures().connections, 2, "one each, the first one adopted");
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2]);
    let figures = cluster.traffic().figures();
    assert_eq!((figures.connections, figures.requests), (2, 6), "{figures:?}");
    assert!(figures.sent_bytes > 100 && figures.received_bytes > 100, "{figures:?}");
}

#[tokio::test]
async fn the_next_address_is_tried_when_nobody_is_at_the_first() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    let ((_held, nobody_there), (_also_held, nor_there)) = (nobody(), nobody());
    let mut cluster = Cluster::new(vec![nobody_there.clone(), one.address.clone()], patient());
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1]);
    let mut cluster = Cluster::new(vec![nobody_there, nor_there], patient());
    let failure = refresh(&mut cluster).await.unwrap_err();
    assert!(matches!(failure, Failure::ReachCluster { tried: 2, .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Unreachable);
    let mut cluster = Cluster::new(Vec::new(), patient());
    assert!(matches!(refresh(&mut cluster).await, Err(Failure::KnowBrokers)));
}

#[tokio::test]
async fn addresses_that_are_silent_do_not_hide_one_that_is_not() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    // They accept connections, and say nothing.
    let mut silent = Vec::new();
    for _ in 0..4 {
        silent.push(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    }
    let mut bootstrap: Vec<Address> = silent
        .iter()
        .map(|listener| Address::new("127.0.0.1", listener.local_addr().unwrap().port()))
        .collect();
    bootstrap.push(one.address.clone());
    // Longer than the test may take: nobody waits for them.
    let options = Options { connect_timeout: core::time::Duration::from_hours(1), ..patient() };
    let mut cluster = Cluster::new(bootstrap, options);
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1]);
    assert_eq!(cluster.traffic().figures().connections, 1);
    // Its turn is remembered beyond the brokers.
    cluster.forget_brokers();
    drop(silent);
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1]);
    assert_eq!(cluster.traffic().figures().connections, 2);
}

#[tokio::test]
async fn a_question_that_was_given_up_half_way_is_put_to_the_next() {
    let members = Members::default();
    let stalls = |seen: &Seen| (seen.api == Api::Metadata).then(|| Reaction::Stall(Vec::new()));
    let one = member(&members, 1, stalls).await;
    let two = member(&members, 2, nothing).await;
    let mut cluster = cluster(&[&one, &two]);
    // While time stands still the second one is not tried beside the first.
    standing_still(async {
        tokio::select! {
            told = refresh(&mut cluster) => panic!("{told:?}"),
            () = until("the question", || !one.seen().is_empty()) => {}
        }
        assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2]);
    })
    .await;
    assert_eq!((one.seen().len(), two.seen().len()), (1, 1));
}

#[tokio::test]
async fn a_broker_that_moves_is_followed_and_one_that_goes_is_forgotten() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    let two = member(&members, 2, nothing).await;
    let mut cluster = cluster(&[&one]);
    refresh(&mut cluster).await.unwrap();
    let before = Arc::clone(cluster.broker(1).unwrap());
    let moved = member(&members, 2, nothing).await;
    drop(two);
    refresh(&mut cluster).await.unwrap();
    assert_eq!(cluster.broker(2).unwrap().address(), &moved.address);
    assert!(Arc::ptr_eq(&before, cluster.broker(1).unwrap()), "who has not moved stays");
    members.lock().unwrap().retain(|(id, _)| *id == 1);
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1]);
    let failure = cluster.broker(2).unwrap_err();
    assert_eq!(failure.reason(), Reason::NotFound);
}

#[tokio::test]
async fn a_connection_is_made_again_when_it_is_asked_for_and_not_before() {
    let members = Members::default();
    let one = member(&members, 1, |seen| {
        // The first connection ends with the first question.
        (seen.api == Api::ListGroups && seen.connection == 0).then(|| Reaction::Close(Vec::new()))
    })
    .await;
    let mut cluster = cluster(&[&one]);
    refresh(&mut cluster).await.unwrap();
    let broker = cluster.broker(1).unwrap();
    let failure = broker.connection().await.unwrap().call(&ListGroupsRequest::default()).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Disconnected);
    assert_eq!(cluster.traffic().figures().connections, 1, "nothing is tried again by itself");
    broker.connection().await.unwrap().call(&ListGroupsRequest::default()).await.unwrap();
    assert_eq!(cluster.traffic().figures().connections, 2);
}

#[tokio::test]
async fn a_broker_that_stalls_is_not_the_first_to_be_asked_again() {
    let members = Members::default();
    let one = member(&members, 1, |seen| {
        (seen.api == Api::Metadata && seen.connection > 0).then(|| Reaction::Close(Vec::new()))
    })
    .await;
    let _two = member(&members, 2, nothing).await;
    let mut cluster = cluster(&[&one]);
    refresh(&mut cluster).await.unwrap();
    drop(cluster.broker(1).unwrap().connection().await.unwrap());
    // From now on the first one accepts connections and fails every question.
    let spoilt =
        member(&members, 1, |seen| (seen.api == Api::Metadata).then(|| Reaction::Close(Vec::new()))).await;
    refresh(&mut cluster).await.unwrap();
    standing_still(async {
        assert!(refresh(&mut cluster).await.is_err());
        assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2]);
    })
    .await;
    assert_eq!(spoilt.seen().len(), 1);
}

#[tokio::test]
async fn an_address_behind_which_somebody_stalls_is_not_the_first_to_be_asked_again() {
    let members = Members::default();
    let one =
        member(&members, 1, |seen| (seen.api == Api::Metadata).then(|| Reaction::Close(Vec::new()))).await;
    let two = member(&members, 2, nothing).await;
    let mut cluster = cluster(&[&one, &two]);
    standing_still(async {
        assert!(refresh(&mut cluster).await.is_err());
        assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2]);
    })
    .await;
}

#[tokio::test]
async fn a_broker_that_names_nobody_does_not_make_the_others_forgotten() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    let mut cluster = cluster(&[&one]);
    refresh(&mut cluster).await.unwrap();
    let all = std::mem::take(&mut *members.lock().unwrap());
    let failure = refresh(&mut cluster).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Empty);
    assert!(cluster.broker(1).is_ok());
    *members.lock().unwrap() = all;
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1]);
}

#[tokio::test]
async fn the_quorum_is_asked_for_the_controller_where_there_is_one() {
    let quorum = |leader: i32, code: i16| {
        move |seen: &Seen| {
            (seen.api == Api::DescribeQuorum).then(|| {
                let partition =
                    PartitionData::default().with_leader_id(BrokerId(leader)).with_error_code(code);
                let topic = TopicData::default().with_partitions(vec![partition]);
                let answer = DescribeQuorumResponse::default().with_topics(vec![topic]);
                Reaction::Answer(encode(&answer, seen.version))
            })
        }
    };
    for (leader, code, expected) in [(7, 0, Ok(Some(7))), (-1, 0, Ok(None)), (-1, 31, Err(Reason::Denied))] {
        let members = Members::default();
        let one = member(&members, 1, quorum(leader, code)).await;
        let mut cluster = cluster(&[&one]);
        refresh(&mut cluster).await.unwrap();
        let controller = cluster.controller().await.map_err(|failure| failure.reason());
        assert_eq!(controller, expected);
    }
    // With ZooKeeper, and on Redpanda, the metadata are right.
    let members = Members::default();
    let one = member(&members, 1, |seen| {
        (seen.api == Api::ApiVersions).then(|| versions(seen, &[(Api::Metadata, (0, 8))]))
    })
    .await;
    let mut cluster = cluster(&[&one]);
    refresh(&mut cluster).await.unwrap();
    assert_eq!(cluster.controller().await.unwrap(), Some(2));
}

#[tokio::test]
async fn coordinators_are_found_together_or_one_by_one() {
    for last in [0, 3, 4, 6] {
        let members = Members::default();
        let one = member(&members, 1, move |seen| match seen.api {
            Api::ApiVersions => {
                Some(versions(seen, &[(Api::Metadata, (0, 12)), (Api::FindCoordinator, (0, last))]))
            }
            Api::FindCoordinator => {
                let asked = FindCoordinatorRequest::decode(&mut seen.body.clone(), seen.version).unwrap();
                let node = |group: &str| if group == "lost" { (15, -1) } else { (0, 5) };
                let mut answer = FindCoordinatorResponse::default();
                if seen.version < 4 {
                    let (code, node) = node(&asked.key);
                    answer = answer.with_error_code(code).with_node_id(BrokerId(node));
                } else {
                    answer = answer.with_coordinators(
                        asked
                            .coordinator_keys
                            .iter()
                            .map(|key| {
                                let (code, node) = node(key);
                                Found::default()
                                    .with_key(key.clone())
                                    .with_error_code(code)
                                    .with_node_id(BrokerId(node))
                            })
                            .collect(),
                    );
                }
                Some(Reaction::Answer(encode(&answer, seen.version)))
            }
            _ => None,
        })
        .await;
        let mut cluster = cluster(&[&one]);
        refresh(&mut cluster).await.unwrap();
        let mut found = Vec::new();
        cluster
            .coordinators(&["one", "lost", "three"], |group, coordinator| {
                found.push((group.to_owned(), coordinator.code, coordinator.node));
            })
            .await
            .unwrap();
        let lost = ("lost".to_owned(), ErrorCode(15), None);
        let at_five = |group: &str| (group.to_owned(), ErrorCode::NONE, Some(5));
        assert_eq!(found, [at_five("one"), lost, at_five("three")], "v{last}");
        let questions = one.seen().iter().filter(|seen| seen.api == Api::FindCoordinator).count();
        assert_eq!(questions, if last < 4 { 3 } else { 1 });
    }
}

#[tokio::test]
async fn more_brokers_than_any_cluster_has_are_refused() {
    let members = Members::default();
    let one = member(&members, 1, nothing).await;
    for id in 2..5_000 {
        members.lock().unwrap().push((id, Address::new("127.0.0.1", 1)));
    }
    let failure = refresh(&mut cluster(&[&one])).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::TooMany);
}
