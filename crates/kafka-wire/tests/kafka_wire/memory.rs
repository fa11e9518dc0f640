//! Where the memory goes with a million partitions. The figures are exact; they are asserted with room, so that a change
//! of order of magnitude is noticed.

use kafka_protocol::messages::{
    BrokerId, MetadataResponse, TopicName,
    metadata_response::{MetadataResponsePartition, MetadataResponseTopic},
};
use lookout_kafka_wire::{
    list_offsets::{Batch, Isolation, Spec},
    metadata::{self, Row},
};

use crate::broker::encode;

const TOPICS: usize = 1_000;
const PARTITIONS: usize = 1_000;
const MIB: u64 = 1024 * 1024;

#[test]
fn a_million_partitions_are_asked_for_with_a_few_mebibytes() {
    let mut sent = 0;
    let mut requests = 0;
    let used = allocation_counter::measure(|| {
        let mut batch = Batch::new(10, Isolation::ReadUncommitted, 1024 * 1024);
        let mut count = |request: Option<lookout_kafka_wire::Request>| {
            if let Some(request) = request {
                sent += request.body.len();
                requests += 1;
            }
        };
        let mut name = String::new();
        for topic in 0..TOPICS {
            name.clear();
            std::fmt::Write::write_fmt(&mut name, format_args!("topic-with-a-usual-name-{topic}")).unwrap();
            for partition in 0..PARTITIONS {
                let partition = i32::try_from(partition).unwrap();
                count(batch.push(&name, partition, Spec::Latest).unwrap());
            }
        }
        count(batch.finish().unwrap());
    });
    println!("{requests} requests, {sent} bytes, {used:?}");
    assert!((17_000_000..17_200_000).contains(&sent) && requests == 17, "{sent} bytes, {requests} requests");
    assert!(used.bytes_max < 4 * MIB, "{used:?}");
    assert!(used.count_total < 200, "{used:?}");
}

#[test]
fn a_million_partitions_are_read_without_any_memory_beside_the_frame() {
    let partition = |index| {
        let replicas = vec![BrokerId(1), BrokerId(2), BrokerId(3)];
        MetadataResponsePartition::default()
            .with_partition_index(index)
            .with_replica_nodes(replicas.clone())
            .with_isr_nodes(replicas)
    };
    let topics = (0..TOPICS).map(|topic| {
        MetadataResponseTopic::default()
            .with_name(Some(TopicName(format!("topic-with-a-usual-name-{topic}").into())))
            .with_partitions((0..i32::try_from(PARTITIONS).unwrap()).map(partition).collect())
    });
    let frame = encode(&MetadataResponse::default().with_topics(topics.collect()), 13);
    let mut partitions = 0;
    let used = allocation_counter::measure(|| {
        metadata::read(&frame, 13, &mut |row| partitions += usize::from(matches!(row, Row::Partition(..))))
            .unwrap();
    });
    println!("{} bytes, {used:?}", frame.len());
    assert_eq!(partitions, TOPICS * PARTITIONS);
    assert!(frame.len() < 64 * 1024 * 1024, "{}", frame.len());
    assert_eq!(used.count_total, 0, "{used:?}");
}
