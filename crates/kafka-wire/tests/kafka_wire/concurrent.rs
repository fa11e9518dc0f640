//! One exchange per broker, all at the same time, each in a task of its own: what a broker that stalls costs the others.

use std::sync::Arc;

use bytes::Bytes;
use kafka_protocol::messages::{
    ListOffsetsResponse, TopicName,
    list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
};
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    Api, Broker, Cluster, Failure,
    list_offsets::{self, Batch, Isolation, Spec},
};
use tokio::task::JoinSet;

use crate::{
    broker::{Reaction, encode, patient},
    cluster::{Members, member, refresh},
    standstill::{standing_still, until},
};

/// The ends of the partitions that a broker leads, in three requests.
async fn ends(broker: Arc<Broker>) -> (i32, Result<i64, Failure>) {
    let ask = async {
        let mut connection = broker.connection().await?;
        let version = connection.version(Api::ListOffsets)?;
        let mut batch = Batch::new(version, Isolation::ReadUncommitted, 1);
        let requests = (0..3).filter_map(|each| batch.push("orders", each, Spec::Latest).transpose());
        let mut sum = 0;
        let read = |_, answer: lookout_kafka_wire::Answer| {
            list_offsets::read(&answer.body, version, &mut |row| sum += row.offset.unwrap_or(0)).map(drop)
        };
        connection.ask_all(requests, read).await?;
        Ok(sum)
    };
    (broker.id(), ask.await)
}

fn offsets(version: i16) -> Bytes {
    let topic = ListOffsetsTopicResponse::default()
        .with_name(TopicName("orders".into()))
        .with_partitions(vec![ListOffsetsPartitionResponse::default().with_offset(7)]);
    encode(&ListOffsetsResponse::default().with_topics(vec![topic]), version)
}

#[tokio::test]
async fn a_task_per_broker_asks_its_own_and_one_that_stalls_is_late_alone() {
    let members = Members::default();
    let mut brokers = Vec::new();
    for id in 1..=4 {
        let broker = member(&members, id, move |seen| match (seen.api, id) {
            (Api::ListOffsets, 2) => Some(Reaction::Stall(vec![0, 0])),
            (Api::ListOffsets, 3) => Some(Reaction::Close(vec![0, 0])),
            (Api::ListOffsets, _) => Some(Reaction::Answer(offsets(seen.version))),
            _ => None,
        });
        brokers.push(broker.await);
    }
    let mut cluster = Cluster::new(vec![brokers[0].address.clone()], patient());
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2, 3, 4]);
    let mut exchanges: JoinSet<_> = cluster.brokers().map(|broker| ends(Arc::clone(broker))).collect();
    let mut outcomes = Vec::new();
    let mut end_one = async || {
        let (id, outcome) = exchanges.join_next().await.unwrap().unwrap();
        (id, outcome.map_err(|failure| failure.reason()))
    };
    // While time stands still nobody is late: who waited for the one that stalls would never come back.
    standing_still(async {
        for _ in 0..3 {
            outcomes.push(end_one().await);
        }
        let asked = || brokers[1].seen().iter().any(|seen| seen.api == Api::ListOffsets);
        until("the question to the one that stalls", asked).await;
    })
    .await;
    outcomes.sort_by_key(|(id, _)| *id);
    assert_eq!(outcomes, [(1, Ok(21)), (3, Err(Reason::Disconnected)), (4, Ok(21))]);
    // It alone is left, and the clock leaps to the end of its time.
    tokio::time::pause();
    assert_eq!(end_one().await, (2, Err(Reason::Timeout)));
}
