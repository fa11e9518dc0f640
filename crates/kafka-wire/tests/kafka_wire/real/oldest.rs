//! Kafka 2.1 with `ZooKeeper`: `LOOKOUT_KAFKA_OLD` and `LOOKOUT_KAFKA_OLDSASL`; the topic `orders` and the group
//! `classic-group` as in the tests beside this one.

use kafka_protocol::messages::ListGroupsRequest;
use lookout_kafka_wire::{
    Api, Cluster, Options,
    list_offsets::{self, Batch, Isolation, Spec},
    log_dirs, metadata, offset_fetch,
};

use super::setup::{address, connect, sasl};

#[tokio::test]
async fn the_oldest_supported_broker_is_asked_in_its_own_versions() {
    let mut cluster = Cluster::new(vec![address("OLD")], Options::default());
    let mut partitions = 0;
    let count = |row: metadata::Row<'_>| {
        let is_orders = |topic: metadata::Topic<'_>| topic.name == "orders";
        partitions += usize::from(matches!(row, metadata::Row::Partition(topic, _) if is_orders(topic)));
    };
    cluster.refresh(metadata::Topics::All, count).await.unwrap();
    let broker = cluster.brokers().next().unwrap().id();
    assert_eq!((partitions, cluster.controller().await.unwrap()), (3, Some(broker)));
    let groups = ["classic-group", "no-such-group"];
    let mut found = Vec::new();
    cluster.coordinators(&groups, |_, each| found.push(each.node)).await.unwrap();
    assert_eq!(found, [Some(broker); 2]);

    let mut c = cluster.broker(broker).unwrap().connection().await.unwrap();
    for api in Api::ALL {
        let offered = c.versions().offered(api);
        println!("{api}: old broker {offered:?}, chosen {:?}", c.version(api).ok());
    }
    let version = c.version(Api::ListOffsets).unwrap();
    let mut batch = Batch::new(version, Isolation::ReadCommitted, 1_000_000);
    for partition in 0..3 {
        batch.push("orders", partition, Spec::Latest).unwrap();
    }
    let (mut end, mut committed) = (0, 0);
    c.ask_all(batch.finish().unwrap().map(Ok), |_, answer| {
        list_offsets::read(&answer.body, version, &mut |row| end += row.offset.unwrap()).map(drop)
    })
    .await
    .unwrap();
    let version = c.version(Api::OffsetFetch).unwrap();
    c.ask_all(offset_fetch::requests(&groups, version, 10), |number, answer| {
        offset_fetch::read(&answer.body, version, groups[number], &mut |row| {
            if let offset_fetch::Row::Partition(row) = row {
                assert_eq!(row.group, "classic-group");
                committed += row.offset.unwrap_or(0);
            }
        })
        .map(drop)
    })
    .await
    .unwrap();
    assert_eq!((end, committed), (12, 12));
    let version = c.version(Api::DescribeLogDirs).unwrap();
    let answer = c.ask(log_dirs::request(version).unwrap()).await.unwrap();
    let mut replicas = 0;
    log_dirs::read(&answer.body, version, &mut |row| {
        replicas += i32::from(matches!(row, log_dirs::Row::Replica(replica) if replica.topic == "orders"));
    })
    .unwrap();
    assert_eq!(replicas, 3);
    assert_eq!(c.call(&ListGroupsRequest::default()).await.unwrap().groups.len(), 1);
    let (_file, sasl) = sasl("PLAIN", true);
    let mut connection =
        connect("OLDSASL", &Options { sasl: Some(sasl), ..Options::default() }).await.unwrap();
    connection.call(&ListGroupsRequest::default()).await.unwrap();
}
