//! The guard before the decoders of `kafka-protocol`: what it lets pass is decoded as it was encoded, in every version;
//! and whatever byte of an answer is damaged, decoding it allocates no more than the limit.

use bytes::{Bytes, BytesMut};
use kafka_protocol::{
    messages::{
        BrokerId, ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse, DescribeClientQuotasRequest,
        DescribeClientQuotasResponse, DescribeClusterRequest, DescribeClusterResponse,
        DescribeConfigsRequest, DescribeConfigsResponse, DescribeGroupsRequest, DescribeGroupsResponse,
        DescribeQuorumRequest, DescribeQuorumResponse, FindCoordinatorRequest, FindCoordinatorResponse,
        GroupId, ListGroupsRequest, ListGroupsResponse, SaslAuthenticateRequest, SaslAuthenticateResponse,
        SaslHandshakeRequest, SaslHandshakeResponse, ShareGroupDescribeRequest, ShareGroupDescribeResponse,
        TopicName, consumer_group_describe_response as consumer, describe_client_quotas_response as quotas,
        describe_cluster_response::DescribeClusterBroker, describe_configs_response as configs,
        describe_groups_response as classic, describe_quorum_response as quorum,
        find_coordinator_response::Coordinator, list_groups_response::ListedGroup,
        share_group_describe_response as share,
    },
    protocol::Encodable,
};
use lookout_kafka_wire::{Call, Malformed};
use proptest::prelude::*;

use crate::dice::{Dice, dice};

/// The limit of the tests, and what an error and the test itself may cost beside it.
const LIMIT: usize = 64 * 1024;
const SLACK: u64 = 16 * 1024;

pub(crate) fn coordinators(dice: &mut Dice, version: i16) -> FindCoordinatorResponse {
    let coordinator = |dice: &mut Dice| {
        Coordinator::default()
            .with_key(dice.text())
            .with_node_id(BrokerId(dice.int32()))
            .with_host(dice.text())
            .with_port(dice.int32())
            .with_error_code(dice.int16())
            .with_error_message(dice.nullable_text())
    };
    let single = version < 4;
    FindCoordinatorResponse::default()
        .with_throttle_time_ms(dice.since(version >= 1, Dice::int32))
        .with_error_code(dice.since(single, Dice::int16))
        .with_error_message(if single && version >= 1 { dice.nullable_text() } else { Some("".into()) })
        .with_node_id(BrokerId(dice.since(single, Dice::int32)))
        .with_host(dice.since(single, Dice::text))
        .with_port(dice.since(single, Dice::int32))
        .with_coordinators(dice.since(!single, |dice| dice.list(coordinator)))
}

pub(crate) fn listed(dice: &mut Dice, version: i16) -> ListGroupsResponse {
    let group = |dice: &mut Dice| {
        ListedGroup::default()
            .with_group_id(GroupId(dice.text()))
            .with_protocol_type(dice.text())
            .with_group_state(dice.since(version >= 4, Dice::text))
            .with_group_type(dice.since(version >= 5, Dice::text))
    };
    ListGroupsResponse::default()
        .with_throttle_time_ms(dice.since(version >= 1, Dice::int32))
        .with_error_code(dice.int16())
        .with_groups(dice.list(group))
}

pub(crate) fn classic(dice: &mut Dice, version: i16) -> DescribeGroupsResponse {
    let member = |dice: &mut Dice| {
        classic::DescribedGroupMember::default()
            .with_member_id(dice.text())
            .with_group_instance_id(dice.since(version >= 4, Dice::nullable_text))
            .with_client_id(dice.text())
            .with_client_host(dice.text())
            .with_member_metadata(dice.bytes())
            .with_member_assignment(dice.bytes())
    };
    let group = |dice: &mut Dice| {
        classic::DescribedGroup::default()
            .with_error_code(dice.int16())
            .with_error_message(dice.since(version >= 6, Dice::nullable_text))
            .with_group_id(GroupId(dice.text()))
            .with_group_state(dice.text())
            .with_protocol_type(dice.text())
            .with_protocol_data(dice.text())
            .with_members(dice.list(member))
            .with_authorized_operations(if version >= 3 { dice.int32() } else { i32::MIN })
    };
    DescribeGroupsResponse::default()
        .with_throttle_time_ms(dice.since(version >= 1, Dice::int32))
        .with_groups(dice.list(group))
}

pub(crate) fn consumers(dice: &mut Dice, version: i16) -> ConsumerGroupDescribeResponse {
    let partitions = |dice: &mut Dice| {
        consumer::TopicPartitions::default()
            .with_topic_id(dice.uuid().to_vec().try_into().unwrap())
            .with_topic_name(TopicName(dice.text()))
            .with_partitions(dice.list(Dice::int32))
    };
    let assignment =
        |dice: &mut Dice| consumer::Assignment::default().with_topic_partitions(dice.list(partitions));
    let member = |dice: &mut Dice| {
        consumer::Member::default()
            .with_member_id(dice.text())
            .with_instance_id(dice.nullable_text())
            .with_rack_id(dice.nullable_text())
            .with_member_epoch(dice.int32())
            .with_client_id(dice.text())
            .with_client_host(dice.text())
            .with_subscribed_topic_names(dice.list(|dice| TopicName(dice.text())))
            .with_subscribed_topic_regex(dice.nullable_text())
            .with_assignment(assignment(dice))
            .with_target_assignment(assignment(dice))
            .with_member_type(if version >= 1 { dice.int8() } else { -1 })
    };
    let group = |dice: &mut Dice| {
        consumer::DescribedGroup::default()
            .with_error_code(dice.int16())
            .with_error_message(dice.nullable_text())
            .with_group_id(GroupId(dice.text()))
            .with_group_state(dice.text())
            .with_group_epoch(dice.int32())
            .with_assignment_epoch(dice.int32())
            .with_assignor_name(dice.text())
            .with_members(dice.list(member))
            .with_authorized_operations(dice.int32())
    };
    ConsumerGroupDescribeResponse::default().with_throttle_time_ms(dice.int32()).with_groups(dice.list(group))
}

pub(crate) fn shares(dice: &mut Dice, _: i16) -> ShareGroupDescribeResponse {
    let partitions = |dice: &mut Dice| {
        share::TopicPartitions::default()
            .with_topic_name(TopicName(dice.text()))
            .with_partitions(dice.list(Dice::int32))
    };
    let member = |dice: &mut Dice| {
        share::Member::default()
            .with_member_id(dice.text())
            .with_rack_id(dice.nullable_text())
            .with_member_epoch(dice.int32())
            .with_client_id(dice.text())
            .with_client_host(dice.text())
            .with_subscribed_topic_names(dice.list(|dice| TopicName(dice.text())))
            .with_assignment(share::Assignment::default().with_topic_partitions(dice.list(partitions)))
    };
    let group = |dice: &mut Dice| {
        share::DescribedGroup::default()
            .with_error_code(dice.int16())
            .with_error_message(dice.nullable_text())
            .with_group_id(GroupId(dice.text()))
            .with_group_state(dice.text())
            .with_group_epoch(dice.int32())
            .with_assignment_epoch(dice.int32())
            .with_assignor_name(dice.text())
            .with_members(dice.list(member))
            .with_authorized_operations(dice.int32())
    };
    ShareGroupDescribeResponse::default().with_throttle_time_ms(dice.int32()).with_groups(dice.list(group))
}

pub(crate) fn configured(dice: &mut Dice, version: i16) -> DescribeConfigsResponse {
    let synonym = |dice: &mut Dice| {
        configs::DescribeConfigsSynonym::default()
            .with_name(dice.text())
            .with_value(dice.nullable_text())
            .with_source(dice.int8())
    };
    let config = |dice: &mut Dice| {
        configs::DescribeConfigsResourceResult::default()
            .with_name(dice.text())
            .with_value(dice.nullable_text())
            .with_read_only(dice.boolean())
            .with_config_source(dice.int8())
            .with_is_sensitive(dice.boolean())
            .with_synonyms(dice.list(synonym))
            .with_config_type(dice.since(version >= 3, Dice::int8))
            .with_documentation(if version >= 3 { dice.nullable_text() } else { Some("".into()) })
    };
    let resource = |dice: &mut Dice| {
        configs::DescribeConfigsResult::default()
            .with_error_code(dice.int16())
            .with_error_message(dice.nullable_text())
            .with_resource_type(dice.int8())
            .with_resource_name(dice.text())
            .with_configs(dice.list(config))
    };
    DescribeConfigsResponse::default().with_throttle_time_ms(dice.int32()).with_results(dice.list(resource))
}

pub(crate) fn clustered(dice: &mut Dice, version: i16) -> DescribeClusterResponse {
    let broker = |dice: &mut Dice| {
        DescribeClusterBroker::default()
            .with_broker_id(BrokerId(dice.int32()))
            .with_host(dice.text())
            .with_port(dice.int32())
            .with_rack(dice.nullable_text())
            .with_is_fenced(dice.since(version >= 2, Dice::boolean))
    };
    DescribeClusterResponse::default()
        .with_throttle_time_ms(dice.int32())
        .with_error_code(dice.int16())
        .with_error_message(dice.nullable_text())
        .with_endpoint_type(if version >= 1 { dice.int8() } else { 1 })
        .with_cluster_id(dice.text())
        .with_controller_id(BrokerId(dice.int32()))
        .with_brokers(dice.list(broker))
        .with_cluster_authorized_operations(dice.int32())
}

pub(crate) fn quorum(dice: &mut Dice, version: i16) -> DescribeQuorumResponse {
    let replica = |dice: &mut Dice| {
        quorum::ReplicaState::default()
            .with_replica_id(BrokerId(dice.int32()))
            .with_replica_directory_id(dice.since(version >= 2, Dice::uuid).to_vec().try_into().unwrap())
            .with_log_end_offset(dice.int64())
            .with_last_fetch_timestamp(if version >= 1 { dice.int64() } else { -1 })
            .with_last_caught_up_timestamp(if version >= 1 { dice.int64() } else { -1 })
    };
    let partition = |dice: &mut Dice| {
        quorum::PartitionData::default()
            .with_partition_index(dice.int32())
            .with_error_code(dice.int16())
            .with_error_message(if version >= 2 { dice.nullable_text() } else { Some("".into()) })
            .with_leader_id(BrokerId(dice.int32()))
            .with_leader_epoch(dice.int32())
            .with_high_watermark(dice.int64())
            .with_current_voters(dice.list(replica))
            .with_observers(dice.list(replica))
    };
    let topic = |dice: &mut Dice| {
        quorum::TopicData::default()
            .with_topic_name(TopicName(dice.text()))
            .with_partitions(dice.list(partition))
    };
    let listener = |dice: &mut Dice| {
        let (name, host) = (dice.text(), dice.text());
        quorum::Listener::default().with_name(name).with_host(host).with_port(dice.int16().cast_unsigned())
    };
    let node = |dice: &mut Dice| {
        quorum::Node::default().with_node_id(BrokerId(dice.int32())).with_listeners(dice.list(listener))
    };
    DescribeQuorumResponse::default()
        .with_error_code(dice.int16())
        .with_error_message(if version >= 2 { dice.nullable_text() } else { Some("".into()) })
        .with_topics(dice.list(topic))
        .with_nodes(dice.since(version >= 2, |dice| dice.list(node)))
}

pub(crate) fn limited(dice: &mut Dice, _: i16) -> DescribeClientQuotasResponse {
    let entity = |dice: &mut Dice| {
        quotas::EntityData::default().with_entity_type(dice.text()).with_entity_name(dice.nullable_text())
    };
    let value = |dice: &mut Dice| {
        quotas::ValueData::default().with_key(dice.text()).with_value(f64::from(dice.int32()))
    };
    let entry = |dice: &mut Dice| {
        quotas::EntryData::default().with_entity(dice.list(entity)).with_values(dice.list(value))
    };
    DescribeClientQuotasResponse::default()
        .with_throttle_time_ms(dice.int32())
        .with_error_code(dice.int16())
        .with_error_message(dice.nullable_text())
        .with_entries(dice.boolean().then(|| dice.list(entry)))
}

pub(crate) fn mechanisms(dice: &mut Dice, _: i16) -> SaslHandshakeResponse {
    SaslHandshakeResponse::default().with_error_code(dice.int16()).with_mechanisms(dice.list(Dice::text))
}

pub(crate) fn authenticated(dice: &mut Dice, version: i16) -> SaslAuthenticateResponse {
    SaslAuthenticateResponse::default()
        .with_error_code(dice.int16())
        .with_error_message(dice.nullable_text())
        .with_auth_bytes(dice.bytes())
        .with_session_lifetime_ms(dice.since(version >= 1, Dice::int64))
}

/// What is written where: a count that nothing can hold, in the old and in the compact form.
const ABSURD: [&[u8]; 3] =
    [&[0x7F, 0xFF, 0xFF, 0xFF], &[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], &[0x00, 0x0F, 0xFF, 0xFF]];

/// A message of each version: what is encoded passes the guard and is decoded equal; and with an absurd count at any
/// place of it, reading it stays within the limit.
fn is_guarded<C: Call>(dice: &Dice, make: fn(&mut Dice, i16) -> C::Answer)
where
    C::Answer: Encodable + PartialEq + std::fmt::Debug,
{
    let (first, last) = C::API.versions();
    for version in first..=last {
        let sent = make(&mut dice.clone(), version);
        let mut bytes = BytesMut::new();
        sent.encode(&mut bytes, version).unwrap();
        let bytes = bytes.freeze();
        assert_eq!(C::read(bytes.clone(), version, LIMIT), Ok(sent), "{} v{version}", C::API);
        for place in 0..bytes.len() {
            for absurd in ABSURD {
                let mut damaged = bytes.to_vec();
                damaged.splice(place..(place + absurd.len()).min(bytes.len()), absurd.iter().copied());
                let damaged = Bytes::from(damaged);
                let used = allocation_counter::measure(|| drop(C::read(damaged.clone(), version, LIMIT)));
                assert!(used.bytes_max <= LIMIT as u64 + SLACK, "{} v{version}: {used:?}", C::API);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn small_answers_are_decoded_within_bounds(dice in dice()) {
        is_guarded::<FindCoordinatorRequest>(&dice, coordinators);
        is_guarded::<ListGroupsRequest>(&dice, listed);
        is_guarded::<DescribeGroupsRequest>(&dice, classic);
        is_guarded::<ConsumerGroupDescribeRequest>(&dice, consumers);
        is_guarded::<ShareGroupDescribeRequest>(&dice, shares);
        is_guarded::<DescribeConfigsRequest>(&dice, configured);
        is_guarded::<DescribeClusterRequest>(&dice, clustered);
        is_guarded::<DescribeClientQuotasRequest>(&dice, limited);
        is_guarded::<DescribeQuorumRequest>(&dice, quorum);
        is_guarded::<SaslHandshakeRequest>(&dice, mechanisms);
        is_guarded::<SaslAuthenticateRequest>(&dice, authenticated);
    }
}

#[test]
fn an_answer_that_is_honest_but_too_large_is_refused_as_a_whole() {
    let groups = (0..1_000).map(|_| ListedGroup::default()).collect();
    let mut bytes = BytesMut::new();
    ListGroupsResponse::default().with_groups(groups).encode(&mut bytes, 5).unwrap();
    let read = ListGroupsRequest::read(bytes.freeze(), 5, LIMIT);
    let needed = 1_000 * size_of::<ListedGroup>();
    assert_eq!(read, Err(Malformed::BoundMemory { needed, limit: LIMIT }));
}

#[test]
fn unknown_tags_are_passed_over_and_counted() {
    let tagged = |count: i32| {
        let mut answer = ListGroupsResponse::default();
        answer.unknown_tagged_fields =
            (0..count).map(|tag| (tag + 1_000, Bytes::from_static(b"x"))).collect();
        let mut bytes = BytesMut::new();
        answer.encode(&mut bytes, 5).unwrap();
        (ListGroupsRequest::read(bytes.freeze(), 5, LIMIT), answer)
    };
    let (read, sent) = tagged(3);
    assert_eq!(read, Ok(sent));
    let (read, _) = tagged(1_000);
    assert!(matches!(read, Err(Malformed::BoundMemory { .. })), "{read:?}");
}
