//! A cluster of 200,000 partitions: everything is answered, in a few requests.

use std::collections::BTreeMap;

use lookout_kafka_wire::list_offsets::{Batch, Isolation, Spec};
use lookout_kafka_wire::metadata::{Row, Topics};
use lookout_kafka_wire::{Api, list_offsets, log_dirs, offset_fetch};
use lookout_simulator::kafka::{ApiKey, ClusterDescription};

use crate::client::{Client, frozen};

const PARTITIONS: u32 = 200_000;
const GROUPS: u32 = 2_000;
const COMMITS: u32 = 100_000;

#[tokio::test]
async fn everything_is_answered_by_a_large_cluster_in_a_few_requests() {
    let cluster = frozen(&ClusterDescription::of_size(3, PARTITIONS, GROUPS, COMMITS));
    let mut client = Client::of(&cluster).await;
    let mut led: BTreeMap<i32, Vec<(String, i32)>> = BTreeMap::new();
    let take = |row: Row<'_>| {
        if let Row::Partition(topic, partition) = row {
            led.entry(partition.leader.unwrap()).or_default().push((topic.name.to_owned(), partition.index));
        }
    };
    client.wire.refresh(Topics::All, take).await.unwrap();
    assert_eq!(led.values().map(Vec::len).sum::<usize>(), usize::try_from(PARTITIONS).unwrap());

    let (mut ends, mut replicas, mut commits) = (0, 0, 0);
    let mut by_coordinator: BTreeMap<i32, Vec<String>> = BTreeMap::new();
    for number in 0..GROUPS {
        let name = format!("bench-group-{number:05}");
        by_coordinator.entry(cluster.coordinator(&name).unwrap()).or_default().push(name);
    }
    for (broker, partitions) in &led {
        let mut connection = client.wire.broker(*broker).unwrap().connection().await.unwrap();
        let version = connection.version(Api::ListOffsets).unwrap();
        let mut batch = Batch::new(version, Isolation::ReadUncommitted, 1 << 20);
        let mut requests = Vec::new();
        for (topic, partition) in partitions {
            requests.extend(batch.push(topic, *partition, Spec::Latest).unwrap());
        }
        requests.extend(batch.finish().unwrap());
        let mut count = |row: list_offsets::Row<'_>| ends += i64::from(row.offset.is_some());
        let asked = requests.into_iter().map(Ok);
        connection
            .ask_all(asked, |_, answer| list_offsets::read(&answer.body, version, &mut count).map(drop))
            .await
            .unwrap();

        let version = connection.version(Api::OffsetFetch).unwrap();
        let groups: Vec<&str> = by_coordinator[broker].iter().map(String::as_str).collect();
        let asked = offset_fetch::requests(&groups, version, 500);
        connection
            .ask_all(asked, |_, answer| {
                let mut count = |row: offset_fetch::Row<'_>| {
                    commits +=
                        i64::from(matches!(row, offset_fetch::Row::Partition(row) if row.offset.is_some()));
                };
                offset_fetch::read(&answer.body, version, "", &mut count).map(drop)
            })
            .await
            .unwrap();

        let version = connection.version(Api::DescribeLogDirs).unwrap();
        let answer = connection.ask(log_dirs::request(version).unwrap()).await.unwrap();
        let mut count =
            |row: log_dirs::Row<'_>| replicas += i64::from(matches!(row, log_dirs::Row::Replica(_)));
        log_dirs::read(&answer.body, version, &mut count).unwrap();
    }
    assert_eq!((ends, commits), (i64::from(PARTITIONS), i64::from(COMMITS)));
    assert_eq!(replicas, 3 * i64::from(PARTITIONS));
    assert!(cluster.requests(ApiKey::ListOffsets) <= 9 && cluster.requests(ApiKey::OffsetFetch) <= 6);
}
