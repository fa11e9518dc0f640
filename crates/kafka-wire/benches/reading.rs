//! What it costs to ask for a million partitions and to read the answers.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kafka_protocol::{
    messages::{
        BrokerId, GroupId, ListOffsetsResponse, MetadataResponse, OffsetFetchResponse, TopicName,
        list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
        metadata_response::{MetadataResponsePartition, MetadataResponseTopic},
        offset_fetch_response::{
            OffsetFetchResponseGroup, OffsetFetchResponsePartitions, OffsetFetchResponseTopics,
        },
    },
    protocol::{Decodable, Encodable, StrBytes},
};
use lookout_kafka_wire::{
    list_offsets::{self, Batch, Isolation, Spec},
    metadata, offset_fetch,
};

const TOPICS: u64 = 1_000;
const PARTITIONS: i32 = 1_000;
const ROWS: u64 = 1_000_000;

fn name(topic: u64) -> TopicName {
    TopicName(StrBytes::from_string(format!("topic-with-a-usual-name-{topic}")))
}

fn encode(message: &impl Encodable, version: i16) -> Bytes {
    let mut bytes = BytesMut::new();
    message.encode(&mut bytes, version).unwrap();
    bytes.freeze()
}

fn offsets() -> Bytes {
    let partition = |index| {
        ListOffsetsPartitionResponse::default()
            .with_partition_index(index)
            .with_offset(1_000_000 + i64::from(index))
    };
    let topic = |topic| {
        let partitions = (0..PARTITIONS).map(partition).collect();
        ListOffsetsTopicResponse::default().with_name(name(topic)).with_partitions(partitions)
    };
    encode(&ListOffsetsResponse::default().with_topics((0..TOPICS).map(topic).collect()), 10)
}

fn commits() -> Bytes {
    let partition = |index| {
        OffsetFetchResponsePartitions::default()
            .with_partition_index(index)
            .with_committed_offset(1_000_000 + i64::from(index))
            .with_metadata(Some(StrBytes::from_static_str("")))
    };
    let topic = |topic| {
        let partitions = (0..PARTITIONS).map(partition).collect();
        OffsetFetchResponseTopics::default().with_name(name(topic)).with_partitions(partitions)
    };
    let group = |group: u64| {
        let topics = (group * 100..(group + 1) * 100).map(topic).collect();
        let id = GroupId(StrBytes::from_string(format!("consumer-group-{group}")));
        OffsetFetchResponseGroup::default().with_group_id(id).with_topics(topics)
    };
    encode(&OffsetFetchResponse::default().with_groups((0..TOPICS / 100).map(group).collect()), 9)
}

fn topology() -> Bytes {
    let nodes = vec![BrokerId(1), BrokerId(2), BrokerId(3)];
    let partition = |index| {
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_replica_nodes(nodes.clone())
            .with_isr_nodes(nodes.clone())
    };
    let topic = |topic| {
        let partitions = (0..PARTITIONS).map(partition).collect();
        MetadataResponseTopic::default().with_name(Some(name(topic))).with_partitions(partitions)
    };
    encode(&MetadataResponse::default().with_topics((0..TOPICS).map(topic).collect()), 13)
}

fn ask(ascending: bool) -> usize {
    let mut batch = Batch::new(10, Isolation::ReadUncommitted, 1024 * 1024);
    let mut bytes = 0;
    for topic in 0..TOPICS {
        let topic = name(topic);
        for each in 0..PARTITIONS {
            let partition = if ascending { each } else { PARTITIONS - 1 - each };
            let request =
                batch.push(&topic, partition, Spec::At(1_700_000_000_000 + i64::from(each))).unwrap();
            bytes += request.map_or(0, |request| request.body.len());
        }
    }
    bytes + batch.finish().unwrap().map_or(0, |request| request.body.len())
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a million rows");
    group.sample_size(10).throughput(Throughput::Elements(ROWS));
    let answer = offsets();
    group.bench_function("ListOffsets", |bencher| {
        bencher.iter(|| {
            let mut sum = 0;
            let read = list_offsets::read(black_box(&answer), 10, &mut |row| sum += row.offset.unwrap_or(0));
            (read, sum)
        });
    });
    group.bench_function("ListOffsets by kafka-protocol", |bencher| {
        bencher
            .iter(|| ListOffsetsResponse::decode(&mut black_box(&answer).clone(), 10).unwrap().topics.len());
    });
    let answer = commits();
    group.bench_function("OffsetFetch", |bencher| {
        bencher.iter(|| {
            let mut sum = 0;
            let read = offset_fetch::read(black_box(&answer), 9, "", &mut |row| {
                if let offset_fetch::Row::Partition(row) = row {
                    sum += row.offset.unwrap_or(0);
                }
            });
            (read, sum)
        });
    });
    let answer = topology();
    group.bench_function("Metadata", |bencher| {
        bencher.iter(|| {
            let mut count = 0;
            let read = metadata::read(black_box(&answer), 13, &mut |row| {
                if let metadata::Row::Partition(_, row) = row {
                    count += row.in_sync.len();
                }
            });
            (read, count)
        });
    });
    group.bench_function("requests of ListOffsets", |bencher| bencher.iter(|| ask(black_box(true))));
    group.bench_function("requests of ListOffsets, descending", |bencher| {
        bencher.iter(|| ask(black_box(false)));
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
