//! Several requests under way on one connection.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::BytesMut;
use kafka_protocol::{
    messages::{FindCoordinatorRequest, FindCoordinatorResponse, ListOffsetsRequest},
    protocol::Decodable,
};
use lookout_kafka_wire::{
    Api, Connection, EncodeRequest, Failure, Malformed, Options, Request,
    list_offsets::{Batch, Isolation, Spec},
    offset_fetch,
};

use crate::broker::{Reaction, encode, modern, patient};

fn request(body: usize) -> Request {
    Request { api: Api::ListOffsets, version: 10, body: BytesMut::zeroed(body).freeze() }
}

async fn echoing() -> (crate::broker::FakeBroker, Connection) {
    let broker = modern(|seen| Reaction::Answer(seen.body.clone())).await;
    let connection = broker.connect(&patient()).await.unwrap();
    (broker, connection)
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_requests() {
    let (_broker, mut connection) = echoing().await;
    let mut lengths = Vec::new();
    let requests = (1..50).map(|length| Ok(request(length)));
    connection
        .ask_all(requests, |number, answer| {
            assert_eq!(answer.body.len(), number + 1);
            lengths.push(answer.body.len());
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(lengths, (1..50).collect::<Vec<_>>());
}

/// More than all socket buffers between here and there: a client that wrote everything first would wait for ever.
#[tokio::test]
async fn large_requests_and_answers_do_not_wait_for_each_other() {
    let (_broker, mut connection) = echoing().await;
    let mut bytes = 0;
    let requests = (0..8).map(|_| Ok(request(8 * 1024 * 1024)));
    connection
        .ask_all(requests, |_, answer| {
            bytes += answer.body.len();
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(bytes, 64 * 1024 * 1024);
}

#[tokio::test]
async fn no_more_requests_are_taken_than_the_depth_allows() {
    let (broker, _) = echoing().await;
    for depth in [2, 5] {
        let options = Options { pipeline_depth: depth, ..patient() };
        let mut connection = broker.connect(&options).await.unwrap();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&taken);
        let requests = (0..100).map(|_| {
            counted.fetch_add(1, Ordering::Relaxed);
            Ok(request(10))
        });
        connection
            .ask_all(requests, |number, _| {
                // One more than are under way has been taken, to be sent next.
                assert!(taken.load(Ordering::Relaxed) <= number + 2 + depth);
                Ok(())
            })
            .await
            .unwrap();
        assert_eq!(taken.load(Ordering::Relaxed), 100);
    }
}

#[tokio::test]
async fn a_request_that_cannot_be_written_and_an_answer_that_cannot_be_read_end_the_exchange() {
    let (_broker, mut connection) = echoing().await;
    let unwritten = EncodeRequest { api: Api::ListOffsets, version: 10 };
    let failure = connection.ask_all([Ok(request(1)), Err(unwritten)], |_, _| Ok(())).await.unwrap_err();
    assert!(matches!(failure, Failure::EncodeRequest { .. }), "{failure:?}");
    let (_broker, mut connection) = echoing().await;
    let failure = connection.ask_all([Ok(request(1))], |_, _| Err(Malformed::Decode)).await.unwrap_err();
    assert!(matches!(failure, Failure::UnderstandAnswer { .. }), "{failure:?}");
    assert!(!connection.is_usable().await);
}

#[tokio::test]
async fn small_calls_are_pipelined_too() {
    let broker = modern(|seen| {
        let asked = FindCoordinatorRequest::decode(&mut seen.body.clone(), seen.version).unwrap();
        let port = i32::try_from(asked.coordinator_keys.len()).unwrap();
        let mut answer = FindCoordinatorResponse::default();
        answer.throttle_time_ms = port;
        Reaction::Answer(encode(&answer, seen.version))
    })
    .await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    let calls = (0..20)
        .map(|keys| FindCoordinatorRequest::default().with_coordinator_keys(vec!["group".into(); keys]));
    let mut answers = Vec::new();
    connection
        .call_all(calls, |number, answer| answers.push((number, answer.throttle_time_ms)))
        .await
        .unwrap();
    assert!(answers.into_iter().eq((0..20).zip(0..)));
}

/// What the batch writes by hand is what `kafka-protocol` reads, in every version, whatever the split.
#[test]
fn batches_hold_every_partition_once_and_are_within_their_size() {
    for version in 1..=10 {
        for max_bytes in [1, 100, 1_000, 1_000_000] {
            let mut batch = Batch::new(version, Isolation::ReadCommitted, max_bytes);
            let mut requests = Vec::new();
            let mut pushed = Vec::new();
            for topic in ["one", "another-topic", "", "ß"] {
                for partition in 0..40 {
                    let spec = match partition % 4 {
                        0 => Spec::Latest,
                        1 => Spec::Earliest,
                        2 => Spec::At(1_234),
                        _ => Spec::At(-5),
                    };
                    requests.extend(batch.push(topic, partition, spec).unwrap());
                    pushed.push((topic.to_owned(), partition, spec.timestamp()));
                }
            }
            requests.extend(batch.finish().unwrap());
            assert_eq!(batch.finish().unwrap().map(|request| request.version), None);
            let mut read = Vec::new();
            for request in requests {
                assert!(request.body.len() <= max_bytes + 64, "v{version}: {request:?}");
                let mut body = request.body;
                let request = ListOffsetsRequest::decode(&mut body, version).unwrap();
                assert!(body.is_empty() && request.replica_id.0 == -1);
                assert_eq!(request.isolation_level, i8::from(version >= 2));
                for topic in request.topics {
                    read.extend(topic.partitions.iter().map(|partition| {
                        assert_eq!(partition.current_leader_epoch, -1);
                        (topic.name.to_string(), partition.partition_index, partition.timestamp)
                    }));
                }
            }
            assert_eq!(read, pushed, "v{version}, {max_bytes}");
        }
    }
}

#[test]
fn what_a_version_cannot_express_is_refused() {
    let mut batch = Batch::new(6, Isolation::default(), 1_000);
    assert!(batch.push("topic", 0, Spec::MaxTimestamp).is_err());
    let mut batch = Batch::new(7, Isolation::default(), 1_000_000);
    assert!(batch.push("topic", 0, Spec::MaxTimestamp).is_ok());
    let long = "x".repeat(40_000);
    batch.push(&long, 0, Spec::Latest).unwrap();
    assert!(batch.finish().is_err());
}

#[test]
fn groups_are_asked_for_together_where_the_version_allows_it() {
    let names: Vec<String> = (0..25).map(|number| format!("group-{number}")).collect();
    let groups: Vec<&str> = names.iter().map(String::as_str).collect();
    for (version, expected) in [(2, 25), (7, 25), (8, 3), (9, 3)] {
        let requests: Vec<_> =
            offset_fetch::requests(&groups, version, 10).collect::<Result<_, _>>().unwrap();
        assert_eq!(requests.len(), expected, "v{version}");
        let mut asked = Vec::new();
        for mut request in requests {
            let read =
                kafka_protocol::messages::OffsetFetchRequest::decode(&mut request.body, version).unwrap();
            assert!(version < 7 || !read.require_stable);
            if version < 8 {
                assert!(read.topics.is_none());
                asked.push(read.group_id.to_string());
            }
            asked.extend(read.groups.iter().map(|group| {
                assert!(group.topics.is_none());
                group.group_id.to_string()
            }));
        }
        assert_eq!(asked, names, "v{version}");
    }
}
