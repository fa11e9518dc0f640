//! The versions: what both sides have, and what happens if they have nothing.

use bytes::Bytes;
use kafka_protocol::messages::{DescribeQuorumRequest, ListGroupsRequest, ListGroupsResponse};
use lookout_declarations::Reason;
use lookout_kafka_wire::{Api, Failure};

use crate::broker::{FakeBroker, Reaction, encode, modern, patient, versions};

/// Kafka 2.1: knows nothing of version 3 of `ApiVersions`, nor of flexible messages.
async fn old_broker() -> FakeBroker {
    FakeBroker::start(|seen| match (seen.api, seen.version) {
        // In version 0, without a list, as brokers before 2.4 do.
        (Api::ApiVersions, 3) => Reaction::Answer(Bytes::from_static(&[0, 35, 0, 0, 0, 0])),
        (Api::ApiVersions, 0) => {
            versions(seen, &[(Api::ApiVersions, (0, 2)), (Api::ListGroups, (0, 2)), (Api::Metadata, (0, 7))])
        }
        (Api::ListGroups, version) => Reaction::Answer(encode(&ListGroupsResponse::default(), version)),
        _ => Reaction::Close(Vec::new()),
    })
    .await
}

#[tokio::test]
async fn an_old_broker_is_asked_again_in_the_version_that_it_understands() {
    let broker = old_broker().await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    assert_eq!(connection.version(Api::Metadata).unwrap(), 7);
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    assert_eq!(broker.seen()[0].version, 2);
}

#[tokio::test]
async fn what_the_broker_does_not_know_fails_alone() {
    let broker = old_broker().await;
    let mut connection = broker.connect(&patient()).await.unwrap();
    let failure = connection.call(&DescribeQuorumRequest::default()).await.unwrap_err();
    assert!(matches!(failure, Failure::ChooseVersion { theirs: None, .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Protocol);
    assert!(failure.to_string().ends_with("does not know it"), "{failure}");
    connection.call(&ListGroupsRequest::default()).await.unwrap();
}

#[tokio::test]
async fn every_kind_of_request_has_its_highest_version_with_a_modern_broker() {
    let broker = modern(|_| Reaction::Close(Vec::new())).await;
    let connection = broker.connect(&patient()).await.unwrap();
    for api in Api::ALL {
        assert_eq!(connection.version(api).unwrap(), api.versions().1);
    }
}

#[tokio::test]
async fn a_broker_that_refuses_even_version_0_is_a_failure_and_no_loop() {
    let broker = FakeBroker::start(|_| Reaction::Answer(Bytes::from_static(&[0, 35, 0, 0, 0, 0]))).await;
    let failure = broker.connect(&patient()).await.unwrap_err();
    assert!(matches!(failure, Failure::AcceptAnswer { .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Protocol);
}

/// The ranges that we read must be within those that `kafka-protocol` can encode and decode.
#[test]
fn our_ranges_are_within_those_of_the_messages() {
    use kafka_protocol::{messages, protocol::Message};
    fn range<Q: Message, A: Message>() -> (i16, i16) {
        (Q::VERSIONS.min.max(A::VERSIONS.min), Q::VERSIONS.max.min(A::VERSIONS.max))
    }
    macro_rules! ranges {
        ($($name:ident: $request:ident, $response:ident;)*) => {
            [$((Api::$name, range::<messages::$request, messages::$response>())),*]
        };
    }
    let ranges = ranges! {
        ListOffsets: ListOffsetsRequest, ListOffsetsResponse;
        Metadata: MetadataRequest, MetadataResponse;
        OffsetFetch: OffsetFetchRequest, OffsetFetchResponse;
        FindCoordinator: FindCoordinatorRequest, FindCoordinatorResponse;
        DescribeGroups: DescribeGroupsRequest, DescribeGroupsResponse;
        ListGroups: ListGroupsRequest, ListGroupsResponse;
        SaslHandshake: SaslHandshakeRequest, SaslHandshakeResponse;
        ApiVersions: ApiVersionsRequest, ApiVersionsResponse;
        DescribeConfigs: DescribeConfigsRequest, DescribeConfigsResponse;
        DescribeLogDirs: DescribeLogDirsRequest, DescribeLogDirsResponse;
        SaslAuthenticate: SaslAuthenticateRequest, SaslAuthenticateResponse;
        DescribeQuorum: DescribeQuorumRequest, DescribeQuorumResponse;
        DescribeCluster: DescribeClusterRequest, DescribeClusterResponse;
        ConsumerGroupDescribe: ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse;
        ShareGroupDescribe: ShareGroupDescribeRequest, ShareGroupDescribeResponse;
        DescribeClientQuotas: DescribeClientQuotasRequest, DescribeClientQuotasResponse;
        DescribeShareGroupOffsets: DescribeShareGroupOffsetsRequest, DescribeShareGroupOffsetsResponse;
    };
    assert_eq!(ranges.len(), Api::ALL.len());
    for (api, (first, last)) in ranges {
        let ours = api.versions();
        // Its version 1 is younger than `kafka-protocol`, and read here by the definition of Kafka 4.3.
        let last = if api == Api::DescribeShareGroupOffsets { last + 1 } else { last };
        assert!(first <= ours.0 && ours.1 <= last, "{api}: {ours:?} is not within {first} to {last}");
        let key = messages::ApiKey::try_from(api.key()).unwrap();
        assert_eq!(format!("{key:?}"), api.name());
        for version in ours.0..=ours.1 {
            assert_eq!(
                key.request_header_version(version) == 2,
                api.is_flexible(version),
                "{api} v{version}"
            );
        }
    }
}
