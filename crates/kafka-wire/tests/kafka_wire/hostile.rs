//! Answers that are absurd: the 8 bytes that make `kafka-protocol` 0.18 ask for 192 to 432 GiB and abort, lengths and
//! counts that nothing can hold. Over a real socket, by the way that an exporter goes.

use kafka_protocol::messages::{DescribeGroupsRequest, GroupId, ListGroupsRequest};
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    Api, Cluster, Failure, Limits, Malformed, Options, list_offsets, log_dirs, metadata, offset_fetch,
    share_group_offsets,
};

use crate::broker::{FakeBroker, Reaction, modern, patient, versions};

/// "Not throttled", and 2³¹ − 1 elements.
const EIGHT_BYTES: [u8; 8] = [0, 0, 0, 0, 0x7F, 0xFF, 0xFF, 0xFF];

/// Offers nothing but versions in which the eight bytes are an answer.
async fn old_broker() -> FakeBroker {
    FakeBroker::start(|seen| match seen.api {
        Api::ApiVersions => versions(
            seen,
            &[(Api::Metadata, (0, 4)), (Api::DescribeGroups, (0, 1)), (Api::ListGroups, (0, 0))],
        ),
        Api::ListGroups => Reaction::Answer(EIGHT_BYTES[2..].to_vec().into()),
        _ => Reaction::Answer(EIGHT_BYTES.to_vec().into()),
    })
    .await
}

#[tokio::test]
async fn eight_bytes_that_announce_two_billion_groups_are_refused() {
    let broker = old_broker().await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    let question = DescribeGroupsRequest::default().with_groups(vec![GroupId("group".into())]);
    let failure = connection.call(&question).await.unwrap_err();
    let refused = Malformed::TrustCount { count: 0x7FFF_FFFF, left: 0 };
    assert!(
        matches!(&failure, Failure::UnderstandAnswer { source, .. } if *source == refused),
        "{failure:?}"
    );
    assert_eq!(failure.reason(), Reason::Protocol);
    assert!(!connection.is_usable().await);
    let mut connection = broker.connect(&patient()).await.unwrap();
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Protocol);
}

#[tokio::test]
async fn eight_bytes_that_announce_two_billion_brokers_are_refused() {
    let broker = old_broker().await;
    let mut cluster = Cluster::new(vec![broker.address.clone()], patient());
    let failure = cluster.refresh(metadata::Topics::All, |_| {}).await.unwrap_err();
    let refused = Malformed::TrustCount { count: 0x7FFF_FFFF, left: 0 };
    assert!(
        matches!(&failure, Failure::UnderstandAnswer { source, .. } if *source == refused),
        "{failure:?}"
    );
}

/// Every reader, every version, every place: a damaged answer is rows or an error, and costs no memory.
#[test]
fn no_reader_allocates_whatever_stands_at_any_place() {
    let mut zeros = vec![0; 120];
    for place in 0..zeros.len() - 5 {
        zeros.fill(0);
        zeros[place..place + 5].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F]);
        zeros[place + 5..].fill(1);
        let used = allocation_counter::measure(|| {
            for version in 0..=14 {
                let _ = metadata::read(&zeros, version, &mut |_| {});
                let _ = list_offsets::read(&zeros, version, &mut |_| {});
                let _ = offset_fetch::read(&zeros, version, "group", &mut |_| {});
                let _ = log_dirs::read(&zeros, version, &mut |_| {});
                let _ = share_group_offsets::read(&zeros, version, &mut |_| {});
            }
        });
        assert_eq!(used.count_total, 0, "at {place}: {used:?}");
    }
}

#[tokio::test]
async fn an_answer_over_the_limit_is_refused_by_its_length_alone() {
    // One GiB, of which no byte ever comes.
    let broker = modern(|_| Reaction::Stall(vec![0x40, 0, 0, 0])).await;
    let limits = Limits { small_answer: 1_000, ..Limits::default() };
    let mut connection = broker.connect(&Options { limits, ..patient() }).await.unwrap();
    let failure = connection.call(&ListGroupsRequest::default()).await.unwrap_err();
    let expected = (1 << 30, 1_000);
    assert!(
        matches!(&failure, Failure::BoundAnswer { length, limit, .. } if (*length, *limit) == expected),
        "{failure:?}"
    );
    assert_eq!(failure.reason(), Reason::TooLarge);
}

#[tokio::test]
async fn what_speaks_another_protocol_is_told_from_a_large_answer() {
    // What a TLS server, an HTTP server and a negative length look like.
    for words in [
        &b"\x15\x03\x03\x00\x02\x02\x46"[..],
        b"HTTP/1.1 400 Bad Request\r\n",
        &[0xFF; 8],
        &[0, 0, 0, 3, 1, 2, 3],
    ] {
        let broker = FakeBroker::start(move |_| Reaction::Stall(words.to_vec())).await;
        let failure = broker.connect(&patient()).await.unwrap_err();
        assert!(matches!(failure, Failure::SpeakKafka { .. }), "{failure:?}");
        assert_eq!(failure.reason(), Reason::Protocol);
    }
}
