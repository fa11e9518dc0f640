//! What `kafka-protocol` encodes is read back equal by our readers, in every version of their ranges, also with tagged
//! fields that nobody knows.

use std::collections::BTreeMap;

use bytes::Bytes;
use kafka_protocol::messages::{
    BrokerId, DescribeLogDirsResponse, DescribeShareGroupOffsetsResponse, GroupId, ListOffsetsResponse,
    MetadataResponse, OffsetFetchResponse, TopicName,
    describe_log_dirs_response::{DescribeLogDirsPartition, DescribeLogDirsResult, DescribeLogDirsTopic},
    describe_share_group_offsets_response::{
        DescribeShareGroupOffsetsResponseGroup, DescribeShareGroupOffsetsResponsePartition,
        DescribeShareGroupOffsetsResponseTopic,
    },
    list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
    metadata_response::{MetadataResponseBroker, MetadataResponsePartition, MetadataResponseTopic},
    offset_fetch_response::{
        OffsetFetchResponseGroup, OffsetFetchResponsePartition, OffsetFetchResponsePartitions,
        OffsetFetchResponseTopic, OffsetFetchResponseTopics,
    },
};
use lookout_kafka_wire::{Api, list_offsets, log_dirs, metadata, offset_fetch, share_group_offsets};
use proptest::prelude::*;

use crate::{
    broker::encode,
    dice::{Dice, dice},
};

fn tags(dice: &mut Dice, api: Api, version: i16) -> BTreeMap<i32, Bytes> {
    let mut tags = BTreeMap::new();
    if api.is_flexible(version) && dice.boolean() {
        // Above every tag that Kafka has given out.
        tags.insert(i32::from(dice.byte()) + 1_000, dice.bytes());
    }
    tags
}

fn ids(ids: &[BrokerId]) -> Vec<i32> {
    ids.iter().map(|id| id.0).collect()
}

pub(crate) fn metadata(dice: &mut Dice, version: i16) -> MetadataResponse {
    let tag = |dice: &mut Dice| tags(dice, Api::Metadata, version);
    let nodes = |dice: &mut Dice| dice.list(|dice| BrokerId(dice.int32()));
    let partition = |dice: &mut Dice| {
        MetadataResponsePartition::default()
            .with_error_code(dice.int16())
            .with_partition_index(dice.int32())
            .with_leader_id(BrokerId(dice.int32()))
            .with_leader_epoch(if version >= 7 { dice.int32() } else { -1 })
            .with_replica_nodes(nodes(dice))
            .with_isr_nodes(nodes(dice))
            .with_offline_replicas(dice.since(version >= 5, nodes))
            .with_unknown_tagged_fields(tag(dice))
    };
    let topic = |dice: &mut Dice| {
        MetadataResponseTopic::default()
            .with_error_code(dice.int16())
            .with_name(Some(TopicName(dice.text())))
            .with_topic_id(dice.since(version >= 10, Dice::uuid).to_vec().try_into().unwrap())
            .with_is_internal(dice.boolean())
            .with_partitions(dice.list(partition))
            .with_unknown_tagged_fields(tag(dice))
    };
    let broker = |dice: &mut Dice| {
        MetadataResponseBroker::default()
            .with_node_id(BrokerId(dice.int32()))
            .with_host(dice.text())
            .with_port(dice.int32())
            .with_rack(dice.nullable_text())
            .with_unknown_tagged_fields(tag(dice))
    };
    MetadataResponse::default()
        .with_throttle_time_ms(dice.int32())
        .with_brokers(dice.list(broker))
        .with_cluster_id(dice.nullable_text())
        .with_controller_id(BrokerId(dice.int32()))
        .with_topics(dice.list(topic))
        .with_error_code(dice.since(version >= 13, Dice::int16))
        .with_unknown_tagged_fields(tag(dice))
}

pub(crate) fn list_offsets(dice: &mut Dice, version: i16) -> ListOffsetsResponse {
    let tag = |dice: &mut Dice| tags(dice, Api::ListOffsets, version);
    let partition = |dice: &mut Dice| {
        ListOffsetsPartitionResponse::default()
            .with_partition_index(dice.int32())
            .with_error_code(dice.int16())
            .with_timestamp(dice.int64())
            .with_offset(dice.int64())
            .with_leader_epoch(if version >= 4 { dice.int32() } else { -1 })
            .with_unknown_tagged_fields(tag(dice))
    };
    let topic = |dice: &mut Dice| {
        ListOffsetsTopicResponse::default()
            .with_name(TopicName(dice.text()))
            .with_partitions(dice.list(partition))
            .with_unknown_tagged_fields(tag(dice))
    };
    ListOffsetsResponse::default()
        .with_throttle_time_ms(dice.since(version >= 2, Dice::int32))
        .with_topics(dice.list(topic))
        .with_unknown_tagged_fields(tag(dice))
}

pub(crate) fn offset_fetch(dice: &mut Dice, version: i16) -> OffsetFetchResponse {
    let tag = |dice: &mut Dice| tags(dice, Api::OffsetFetch, version);
    let epoch = |dice: &mut Dice| if version >= 5 { dice.int32() } else { -1 };
    let response =
        OffsetFetchResponse::default().with_throttle_time_ms(dice.since(version >= 3, Dice::int32));
    if version < offset_fetch::MANY_GROUPS_FROM {
        let partition = |dice: &mut Dice| {
            OffsetFetchResponsePartition::default()
                .with_partition_index(dice.int32())
                .with_committed_offset(dice.int64())
                .with_committed_leader_epoch(epoch(dice))
                .with_metadata(dice.nullable_text())
                .with_error_code(dice.int16())
                .with_unknown_tagged_fields(tag(dice))
        };
        let topic = |dice: &mut Dice| {
            OffsetFetchResponseTopic::default()
                .with_name(TopicName(dice.text()))
                .with_partitions(dice.list(partition))
                .with_unknown_tagged_fields(tag(dice))
        };
        return response
            .with_topics(dice.list(topic))
            .with_error_code(dice.int16())
            .with_unknown_tagged_fields(tag(dice));
    }
    let partition = |dice: &mut Dice| {
        OffsetFetchResponsePartitions::default()
            .with_partition_index(dice.int32())
            .with_committed_offset(dice.int64())
            .with_committed_leader_epoch(epoch(dice))
            .with_metadata(dice.nullable_text())
            .with_error_code(dice.int16())
            .with_unknown_tagged_fields(tag(dice))
    };
    let topic = |dice: &mut Dice| {
        OffsetFetchResponseTopics::default()
            .with_name(TopicName(dice.text()))
            .with_partitions(dice.list(partition))
            .with_unknown_tagged_fields(tag(dice))
    };
    let group = |dice: &mut Dice| {
        OffsetFetchResponseGroup::default()
            .with_group_id(GroupId(dice.text()))
            .with_topics(dice.list(topic))
            .with_error_code(dice.int16())
            .with_unknown_tagged_fields(tag(dice))
    };
    response.with_groups(dice.list(group)).with_unknown_tagged_fields(tag(dice))
}

pub(crate) fn log_dirs(dice: &mut Dice, version: i16) -> DescribeLogDirsResponse {
    let tag = |dice: &mut Dice| tags(dice, Api::DescribeLogDirs, version);
    let partition = |dice: &mut Dice| {
        DescribeLogDirsPartition::default()
            .with_partition_index(dice.int32())
            .with_partition_size(dice.int64())
            .with_offset_lag(dice.int64())
            .with_is_future_key(dice.boolean())
            .with_unknown_tagged_fields(tag(dice))
    };
    let topic = |dice: &mut Dice| {
        DescribeLogDirsTopic::default()
            .with_name(TopicName(dice.text()))
            .with_partitions(dice.list(partition))
            .with_unknown_tagged_fields(tag(dice))
    };
    let directory = |dice: &mut Dice| {
        DescribeLogDirsResult::default()
            .with_error_code(dice.int16())
            .with_log_dir(dice.text())
            .with_topics(dice.list(topic))
            .with_total_bytes(if version >= 4 { dice.int64() } else { -1 })
            .with_usable_bytes(if version >= 4 { dice.int64() } else { -1 })
            .with_unknown_tagged_fields(tag(dice))
    };
    DescribeLogDirsResponse::default()
        .with_throttle_time_ms(dice.int32())
        .with_error_code(dice.since(version >= 3, Dice::int16))
        .with_results(dice.list(directory))
        .with_unknown_tagged_fields(tag(dice))
}

pub(crate) fn share_group_offsets(dice: &mut Dice) -> DescribeShareGroupOffsetsResponse {
    let tag = |dice: &mut Dice| tags(dice, Api::DescribeShareGroupOffsets, 0);
    let partition = |dice: &mut Dice| {
        DescribeShareGroupOffsetsResponsePartition::default()
            .with_partition_index(dice.int32())
            .with_start_offset(dice.int64())
            .with_leader_epoch(dice.int32())
            .with_error_code(i16::from(dice.boolean()))
            .with_error_message(dice.nullable_text())
            .with_unknown_tagged_fields(tag(dice))
    };
    let topic = |dice: &mut Dice| {
        DescribeShareGroupOffsetsResponseTopic::default()
            .with_topic_name(TopicName(dice.text()))
            .with_topic_id(dice.uuid().to_vec().try_into().unwrap())
            .with_partitions(dice.list(partition))
            .with_unknown_tagged_fields(tag(dice))
    };
    let group = |dice: &mut Dice| {
        DescribeShareGroupOffsetsResponseGroup::default()
            .with_group_id(GroupId(dice.text()))
            .with_topics(dice.list(topic))
            .with_error_code(dice.int16())
            .with_error_message(dice.nullable_text())
            .with_unknown_tagged_fields(tag(dice))
    };
    DescribeShareGroupOffsetsResponse::default()
        .with_throttle_time_ms(dice.int32())
        .with_groups(dice.list(group))
        .with_unknown_tagged_fields(tag(dice))
}

fn some(number: i32) -> Option<i32> {
    (number >= 0).then_some(number)
}

fn some_long(number: i64) -> Option<i64> {
    (number >= 0).then_some(number)
}

proptest! {
    #[test]
    fn metadata_is_read_as_it_was_encoded(mut dice in dice(), version in 4..=13_i16) {
        let sent = metadata(&mut dice, version);
        let bytes = encode(&sent, version);
        let mut topics = 0;
        let (mut brokers, mut partitions) = (sent.brokers.iter(), sent.topics.iter().flat_map(|topic| &topic.partitions));
        let mut current = None;
        let overall = metadata::read(&bytes, version, &mut |row| match row {
            metadata::Row::Broker(read) => {
                let broker = brokers.next().unwrap();
                assert_eq!((read.id, read.host, read.port), (broker.node_id.0, &*broker.host, broker.port));
                assert_eq!(read.rack, broker.rack.as_deref());
            }
            metadata::Row::Cluster(read) => {
                assert_eq!(read.id, sent.cluster_id.as_deref());
                assert_eq!(read.controller, some(sent.controller_id.0));
            }
            metadata::Row::Topic(read) => {
                let topic = &sent.topics[topics];
                topics += 1;
                assert_eq!((read.code.0, read.name), (topic.error_code, &*topic.name.as_ref().unwrap().0));
                assert_eq!((&read.id, read.is_internal), (topic.topic_id.as_bytes(), topic.is_internal));
                assert_eq!(read.partitions, topic.partitions.len());
                current = Some(read);
            }
            metadata::Row::Partition(topic, read) => {
                assert_eq!(Some(topic), current);
                let partition = partitions.next().unwrap();
                assert_eq!((read.code.0, read.index), (partition.error_code, partition.partition_index));
                assert_eq!(read.leader, some(partition.leader_id.0));
                assert_eq!(read.leader_epoch, some(partition.leader_epoch));
                assert_eq!(read.replicas.iter().collect::<Vec<_>>(), ids(&partition.replica_nodes));
                assert_eq!(read.in_sync.iter().collect::<Vec<_>>(), ids(&partition.isr_nodes));
                let offline = read.offline.map(|offline| offline.iter().collect::<Vec<_>>());
                assert_eq!(offline, (version >= 5).then(|| ids(&partition.offline_replicas)));
            }
        }).unwrap();
        prop_assert!(brokers.next().is_none() && partitions.next().is_none() && topics == sent.topics.len());
        prop_assert_eq!((overall.throttle_millis, overall.code.0), (sent.throttle_time_ms, sent.error_code));
    }

    #[test]
    fn offsets_are_read_as_they_were_encoded(mut dice in dice(), version in 1..=10_i16) {
        let sent = list_offsets(&mut dice, version);
        let bytes = encode(&sent, version);
        let mut read = Vec::new();
        let overall = list_offsets::read(&bytes, version, &mut |row| read.push(row)).unwrap();
        let expected = sent.topics.iter().flat_map(|topic| topic.partitions.iter().map(move |each| {
            let fine = |number| some_long(number).filter(|_| each.error_code == 0);
            (&*topic.name.0, each.partition_index, each.error_code, fine(each.timestamp), fine(each.offset), some(each.leader_epoch))
        }));
        let read = read.iter().map(|row| (row.topic, row.partition, row.code.0, row.timestamp, row.offset, row.leader_epoch));
        prop_assert!(read.eq(expected));
        prop_assert_eq!(overall.throttle_millis, sent.throttle_time_ms);
    }

    #[test]
    fn commits_are_read_as_they_were_encoded(mut dice in dice(), version in 2..=9_i16) {
        let sent = offset_fetch(&mut dice, version);
        let bytes = encode(&sent, version);
        let (mut read, mut expected) = (Vec::new(), Vec::new());
        let overall = offset_fetch::read(&bytes, version, "asked", &mut |row| read.push(match row {
            offset_fetch::Row::Partition(each) => {
                (each.group, Some((each.topic, each.partition, each.offset, each.leader_epoch)), each.code.0)
            }
            offset_fetch::Row::Group { group, code } => (group, None, code.0),
        })).unwrap();
        for group in &sent.groups {
            let name = &*group.group_id.0;
            for topic in &group.topics {
                expected.extend(topic.partitions.iter().map(|each| {
                    let epoch = some(each.committed_leader_epoch);
                    (name, Some((&*topic.name.0, each.partition_index, some_long(each.committed_offset).filter(|_| each.error_code == 0), epoch)), each.error_code)
                }));
            }
            expected.push((name, None, group.error_code));
        }
        if version < offset_fetch::MANY_GROUPS_FROM {
            for topic in &sent.topics {
                expected.extend(topic.partitions.iter().map(|each| {
                    let epoch = some(each.committed_leader_epoch);
                    ("asked", Some((&*topic.name.0, each.partition_index, some_long(each.committed_offset).filter(|_| each.error_code == 0), epoch)), each.error_code)
                }));
            }
            expected.push(("asked", None, sent.error_code));
        }
        prop_assert_eq!(read, expected);
        prop_assert_eq!(overall.throttle_millis, sent.throttle_time_ms);
    }

    #[test]
    fn log_dirs_are_read_as_they_were_encoded(mut dice in dice(), version in 1..=4_i16) {
        let sent = log_dirs(&mut dice, version);
        let bytes = encode(&sent, version);
        let (mut replicas, mut directories) = (Vec::new(), Vec::new());
        let overall = log_dirs::read(&bytes, version, &mut |row| match row {
            log_dirs::Row::Replica(each) => replicas.push(
                (each.directory, each.topic, each.partition, each.size, each.offset_lag, each.is_future)),
            log_dirs::Row::Directory(each) => directories.push((each.path, each.code.0, each.total_bytes, each.usable_bytes)),
        }).unwrap();
        let expected = sent.results.iter().flat_map(|directory| directory.topics.iter().flat_map(move |topic| {
            topic.partitions.iter().map(move |each| (&*directory.log_dir, &*topic.name.0, each.partition_index,
                each.partition_size, each.offset_lag, each.is_future_key))
        }));
        prop_assert!(replicas.into_iter().eq(expected));
        let expected = sent.results.iter().map(|directory| (&*directory.log_dir, directory.error_code,
            some_long(directory.total_bytes), some_long(directory.usable_bytes)));
        prop_assert!(directories.into_iter().eq(expected));
        prop_assert_eq!((overall.throttle_millis, overall.code.0), (sent.throttle_time_ms, sent.error_code));
    }

    #[test]
    fn share_groups_are_read_as_they_were_encoded(mut dice in dice()) {
        use share_group_offsets::Row;
        let sent = share_group_offsets(&mut dice);
        let bytes = encode(&sent, 0);
        let (mut read, mut expected) = (Vec::new(), Vec::new());
        let overall = share_group_offsets::read(&bytes, 0, &mut |row| read.push(match row {
            Row::Partition(each) => {
                assert_eq!(each.lag, None);
                let place = (each.topic, each.topic_id, each.partition, each.start, each.leader_epoch);
                (each.group, Some(place), each.code.0)
            }
            Row::Group { group, code } => (group, None, code.0),
        })).unwrap();
        for group in &sent.groups {
            let name = &*group.group_id.0;
            for topic in &group.topics {
                expected.extend(topic.partitions.iter().map(|each| {
                    let start = some_long(each.start_offset).filter(|_| each.error_code == 0);
                    let id = *topic.topic_id.as_bytes();
                    (name, Some((&*topic.topic_name.0, id, each.partition_index, start, some(each.leader_epoch))), each.error_code)
                }));
            }
            expected.push((name, None, group.error_code));
        }
        prop_assert_eq!(read, expected);
        prop_assert_eq!(overall.throttle_millis, sent.throttle_time_ms);
    }
}
