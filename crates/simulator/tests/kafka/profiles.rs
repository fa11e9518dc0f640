//! Older Kafkas: every kind of request in every version that is offered.

use kafka_protocol::messages::describe_configs_request::DescribeConfigsResource;
use kafka_protocol::messages::describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::offset_fetch_request::{OffsetFetchRequestGroup, OffsetFetchRequestTopic};
use kafka_protocol::messages::*;
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Message};
use lookout_kafka_wire::Api;
use lookout_kafka_wire::list_offsets::Spec;
use lookout_simulator::kafka::{
    Cluster, ClusterDescription, GroupDescription, GroupKind, TopicDescription, VersionProfile,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Client, frozen};

fn cluster(profile: VersionProfile) -> Cluster {
    let description = ClusterDescription::of_brokers(2)
        .profile(profile)
        .topic(TopicDescription::new("prices", 4).replicated(2, 1).rate(1.0))
        .group(GroupDescription::new("readers", "prices"))
        .group(GroupDescription::new("newer", "prices").kind(GroupKind::Consumer))
        .group(GroupDescription::new("sharing", "prices").kind(GroupKind::Share));
    frozen(&description)
}

const ALL: [VersionProfile; 3] =
    [VersionProfile::Kafka2_1, VersionProfile::Kafka3_0, VersionProfile::Kafka4_3];

#[tokio::test]
async fn every_profile_answers_what_it_offers() {
    for profile in ALL {
        let cluster = cluster(profile);
        let mut client = Client::of(&cluster).await;
        assert_eq!(client.metadata().await.partitions.len(), 4);
        assert_eq!(client.find("prices", 0, Spec::Latest).await.offset, Some(3_600));
        let at = cluster.arrived("prices", 0, 1_000).unwrap();
        assert_eq!(client.find("prices", 0, Spec::At(at)).await.offset, Some(1_000));
        assert_eq!(client.commits("readers").await.1.len(), 4);
        assert_eq!(client.log_dirs(1).await.1.len(), 4);
        let coordinator = cluster.coordinator("readers").unwrap();
        let listed = client.call(coordinator, &ListGroupsRequest::default()).await.unwrap().groups;
        assert!(listed.iter().any(|group| &*group.group_id.0 == "readers"));
        let asked = DescribeGroupsRequest::default().with_groups(vec![GroupId("readers".into())]);
        assert_eq!(&*client.call(coordinator, &asked).await.unwrap().groups[0].group_state, "Stable");
        assert_eq!(client.wire.controller().await.unwrap(), cluster.controller());
    }
}

#[tokio::test]
async fn what_a_profile_does_not_have_is_not_offered() {
    for (profile, has_newer_groups, has_quorum, many_groups) in [
        (VersionProfile::Kafka2_1, false, false, false),
        (VersionProfile::Kafka3_0, false, false, true),
        (VersionProfile::Kafka4_3, true, true, true),
    ] {
        let cluster = cluster(profile);
        let client = Client::of(&cluster).await;
        let connection = client.wire.broker(1).unwrap().connection().await.unwrap();
        let offers = |api| connection.versions().choose(api).is_some();
        assert_eq!(offers(Api::ConsumerGroupDescribe), has_newer_groups);
        assert_eq!(offers(Api::DescribeQuorum), has_quorum);
        assert_eq!(connection.version(Api::OffsetFetch).unwrap() >= 8, many_groups);
        assert_eq!(profile.versions(ApiKey::Fetch), None);
    }
}

/// Asks in each version, by hand.
async fn raw(cluster: &Cluster, key: i16, version: i16, flexible: bool, body: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(cluster.bootstrap()[0]).await.unwrap();
    let mut frame = Vec::new();
    frame.extend_from_slice(&key.to_be_bytes());
    frame.extend_from_slice(&version.to_be_bytes());
    frame.extend_from_slice(&[0, 0, 0, 7, 0xff, 0xff]);
    if flexible {
        frame.push(0);
    }
    frame.extend_from_slice(body);
    let length = u32::try_from(frame.len()).unwrap();
    stream.write_all(&length.to_be_bytes()).await.unwrap();
    stream.write_all(&frame).await.unwrap();
    let length = stream.read_u32().await.ok()?;
    let mut answer = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer.drain(..4).collect::<Vec<_>>(), [0, 0, 0, 7]);
    Some(answer)
}

#[tokio::test]
async fn a_question_for_versions_in_one_that_is_not_offered_is_answered_in_version_0() {
    let cluster = cluster(VersionProfile::Kafka2_1);
    for (asked, read, code) in [(0, 0, 0), (2, 2, 0), (3, 0, 35), (99, 0, 35)] {
        let mut body = bytes::BytesMut::new();
        ApiVersionsRequest::default().encode(&mut body, asked.min(3)).unwrap();
        let answer = raw(&cluster, 18, asked, asked >= 3, &body).await.unwrap();
        let answer = ApiVersionsResponse::decode(&mut bytes::Bytes::from(answer), read).unwrap();
        assert_eq!(answer.error_code, code);
        assert!(answer.api_keys.iter().any(|each| each.api_key == 18 && each.max_version == 2));
    }
}

#[tokio::test]
async fn what_cannot_be_read_or_is_not_offered_closes_the_connection() {
    let cluster = cluster(VersionProfile::Kafka2_1);
    let mut body = bytes::BytesMut::new();
    FindCoordinatorRequest::default().encode(&mut body, 2).unwrap();
    assert!(raw(&cluster, 10, 2, false, &body).await.is_some());
    assert!(raw(&cluster, 10, 3, true, &body).await.is_none(), "a version that is not offered");
    assert!(raw(&cluster, 1, 2, false, &body).await.is_none(), "a kind that is not offered");
    assert!(raw(&cluster, 9_999, 0, false, &body).await.is_none(), "a kind that nobody knows");
    let announces_much = [0x7f, 0xff, 0xff, 0xff];
    assert!(raw(&cluster, 3, 1, false, &announces_much).await.is_none());
    let mut client = Client::of(&cluster).await;
    assert_eq!(client.metadata().await.brokers, [1, 2]);
}

/// Asks in each version that is offered and that `kafka-protocol` can write, and gives each answer, which must be read to
/// its end, to `check`.
async fn sweep<Asked, Answer>(
    cluster: &Cluster,
    api: ApiKey,
    ask: impl Fn(i16) -> Asked,
    check: impl Fn(i16, Answer),
) where
    Asked: Encodable + HeaderVersion + Message,
    Answer: Decodable + HeaderVersion,
{
    for profile in ALL {
        let Some((first, last)) = profile.versions(api) else { continue };
        let oldest = first.max(Asked::VERSIONS.min);
        for version in oldest..=last.min(Asked::VERSIONS.max) {
            let mut body = bytes::BytesMut::new();
            ask(version).encode(&mut body, version).unwrap();
            let is_flexible = Asked::header_version(version) >= 2;
            let answer = raw(cluster, api as i16, version, is_flexible, &body).await;
            let mut answer = bytes::Bytes::from(answer.unwrap_or_else(|| panic!("{api:?} {version}")));
            if Answer::header_version(version) >= 1 {
                assert_eq!(answer.split_to(1)[0], 0, "{api:?} {version}");
            }
            check(version, Answer::decode(&mut answer, version).unwrap());
            assert!(answer.is_empty(), "{api:?} {version}");
        }
    }
}

fn id(name: &'static str) -> GroupId {
    GroupId(name.into())
}

/// One broker leads and coordinates everything, so all can be asked of it.
fn alone() -> Cluster {
    let description = ClusterDescription::default()
        .topic(TopicDescription::new("prices", 2).rate(1.0))
        .group(GroupDescription::new("readers", "prices"))
        .group(GroupDescription::new("newer", "prices").kind(GroupKind::Consumer))
        .group(GroupDescription::new("sharing", "prices").kind(GroupKind::Share));
    frozen(&description)
}

#[tokio::test]
async fn every_version_of_what_grows_is_what_kafka_protocol_reads() {
    let cluster = alone();
    // In version 0, nothing named is everything.
    let all = |version: i16| MetadataRequest::default().with_topics((version == 0).then(Vec::new));
    sweep(&cluster, ApiKey::Metadata, all, |_, answer: MetadataResponse| {
        assert_eq!((answer.brokers.len(), answer.topics[0].partitions.len()), (1, 2));
    })
    .await;
    let latest = |_| {
        let partition = ListOffsetsPartition::default().with_partition_index(1).with_timestamp(-1);
        let topic = ListOffsetsTopic::default().with_name(TopicName("prices".into()));
        ListOffsetsRequest::default().with_topics(vec![topic.with_partitions(vec![partition])])
    };
    sweep(&cluster, ApiKey::ListOffsets, latest, |_, answer: ListOffsetsResponse| {
        assert_eq!(answer.topics[0].partitions[0].offset, 3_600);
    })
    .await;
    let commits = |version| {
        if version >= 8 {
            let group = OffsetFetchRequestGroup::default().with_group_id(id("readers")).with_topics(None);
            return OffsetFetchRequest::default().with_groups(vec![group]);
        }
        let named = OffsetFetchRequestTopic::default()
            .with_name(TopicName("prices".into()))
            .with_partition_indexes(vec![0, 1]);
        let topics = if version >= 2 { None } else { Some(vec![named]) };
        OffsetFetchRequest::default().with_group_id(id("readers")).with_topics(topics)
    };
    sweep(&cluster, ApiKey::OffsetFetch, commits, |version, answer: OffsetFetchResponse| {
        let offset = if version >= 8 {
            answer.groups[0].topics[0].partitions[1].committed_offset
        } else {
            answer.topics[0].partitions[1].committed_offset
        };
        assert_eq!(offset, 3_600);
    })
    .await;
    let everything = |_| DescribeLogDirsRequest::default().with_topics(None);
    sweep(&cluster, ApiKey::DescribeLogDirs, everything, |_, answer: DescribeLogDirsResponse| {
        assert_eq!(answer.results[0].topics[0].partitions.len(), 2);
    })
    .await;
    let shared = |_| {
        let group = DescribeShareGroupOffsetsRequestGroup::default().with_group_id(id("sharing"));
        DescribeShareGroupOffsetsRequest::default().with_groups(vec![group.with_topics(None)])
    };
    let check = |_, answer: DescribeShareGroupOffsetsResponse| {
        assert_eq!(answer.groups[0].topics[0].partitions[0].start_offset, 3_600);
    };
    sweep(&cluster, ApiKey::DescribeShareGroupOffsets, shared, check).await;
}

#[tokio::test]
async fn every_version_of_what_is_asked_of_groups_is_answered() {
    let cluster = alone();
    let coordinator = |version| {
        let request = FindCoordinatorRequest::default();
        if version >= 4 {
            request.with_coordinator_keys(vec!["readers".into()])
        } else {
            request.with_key("readers".into())
        }
    };
    sweep(&cluster, ApiKey::FindCoordinator, coordinator, |version, answer: FindCoordinatorResponse| {
        let found = if version >= 4 { answer.coordinators[0].node_id } else { answer.node_id };
        assert_eq!(found.0, 1);
    })
    .await;
    let list = |_| ListGroupsRequest::default();
    sweep(&cluster, ApiKey::ListGroups, list, |_, answer: ListGroupsResponse| {
        assert_eq!(answer.groups.len(), 3);
    })
    .await;
    let classic = |_| DescribeGroupsRequest::default().with_groups(vec![id("readers"), id("none")]);
    sweep(&cluster, ApiKey::DescribeGroups, classic, |version, answer: DescribeGroupsResponse| {
        assert_eq!((&*answer.groups[0].group_state, &*answer.groups[1].group_state), ("Stable", "Dead"));
        assert_eq!(answer.groups[1].error_code, if version >= 6 { 69 } else { 0 });
    })
    .await;
    let newer = |_| ConsumerGroupDescribeRequest::default().with_group_ids(vec![id("newer")]);
    sweep(&cluster, ApiKey::ConsumerGroupDescribe, newer, |_, answer: ConsumerGroupDescribeResponse| {
        assert_eq!(answer.groups[0].members.len(), 1);
    })
    .await;
    let shared = |_| ShareGroupDescribeRequest::default().with_group_ids(vec![id("sharing")]);
    sweep(&cluster, ApiKey::ShareGroupDescribe, shared, |_, answer: ShareGroupDescribeResponse| {
        assert_eq!(answer.groups[0].members.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn every_version_of_what_is_asked_of_the_cluster_is_answered() {
    let cluster = alone();
    let topic = |_| {
        let resource =
            DescribeConfigsResource::default().with_resource_type(2).with_resource_name("prices".into());
        DescribeConfigsRequest::default().with_resources(vec![resource.with_configuration_keys(None)])
    };
    sweep(&cluster, ApiKey::DescribeConfigs, topic, |_, answer: DescribeConfigsResponse| {
        assert_eq!((answer.results[0].error_code, answer.results[0].configs.len()), (0, 7));
    })
    .await;
    let describe = |_| DescribeClusterRequest::default();
    sweep(&cluster, ApiKey::DescribeCluster, describe, |_, answer: DescribeClusterResponse| {
        assert_eq!(answer.brokers.len(), 1);
    })
    .await;
    let quorum = |_| lookout_kafka_wire::describe_quorum();
    sweep(&cluster, ApiKey::DescribeQuorum, quorum, |_, answer: DescribeQuorumResponse| {
        assert_eq!(answer.topics[0].partitions[0].leader_id.0, 1);
    })
    .await;
    let quotas = |_| DescribeClientQuotasRequest::default();
    sweep(&cluster, ApiKey::DescribeClientQuotas, quotas, |_, answer: DescribeClientQuotasResponse| {
        assert_eq!(answer.entries.unwrap().len(), 0);
    })
    .await;
    let versions = |_| ApiVersionsRequest::default();
    sweep(&cluster, ApiKey::ApiVersions, versions, |_, answer: ApiVersionsResponse| {
        assert_eq!(answer.api_keys.len(), 19);
    })
    .await;
}
