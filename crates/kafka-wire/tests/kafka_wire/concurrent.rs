//! One exchange per broker, all at the same time, each in a task of its own: what a broker that stalls costs the others.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use kafka_protocol::messages::{
    ListOffsetsResponse, TopicName,
    list_offsets_response::{ListOffsetsPartitionResponse, ListOffsetsTopicResponse},
};
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    Api, Broker, Cluster, Failure, Options,
    list_offsets::{self, Batch, Isolation, Spec},
};
use tokio::task::JoinSet;

use crate::{
    broker::{Reaction, encode},
    cluster::{Members, member, refresh},
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
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
    let options = Options { request_timeout: Duration::from_secs(2), ..Options::default() };
    let mut cluster = Cluster::new(vec![brokers[0].address.clone()], options);
    assert_eq!(refresh(&mut cluster).await.unwrap(), [1, 2, 3, 4]);
    let mut exchanges: JoinSet<_> = cluster.brokers().map(|broker| ends(Arc::clone(broker))).collect();
    let mut outcomes = Vec::new();
    while let Some(outcome) = exchanges.join_next().await {
        let (id, outcome) = outcome.unwrap();
        outcomes.push((id, outcome.map_err(|failure| failure.reason())));
    }
    assert_eq!(outcomes.last(), Some(&(2, Err(Reason::Timeout))), "nobody waits for the one that stalls");
    outcomes.sort_by_key(|(id, _)| *id);
    assert_eq!(outcomes[0], (1, Ok(21)));
    assert_eq!(outcomes[2], (3, Err(Reason::Disconnected)));
    assert_eq!(outcomes[3], (4, Ok(21)));
}
