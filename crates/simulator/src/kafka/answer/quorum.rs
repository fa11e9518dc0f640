//! `DescribeQuorum`: the controllers. The first three brokers are voters, the others observe.

use kafka_protocol::messages::describe_quorum_response::{
    Listener, Node, PartitionData, ReplicaState, TopicData,
};
use kafka_protocol::messages::{BrokerId, DescribeQuorumResponse, TopicName};

use super::{Context, text};
use crate::kafka::world::Broker;

const VOTERS: usize = 3;
/// The controllers write a record twice a second, if nothing happens.
const MILLIS_PER_RECORD: i64 = 500;
/// How long before the answer a broker that lives has last fetched.
const LAST_FETCH_MILLIS: i64 = 200;

pub(super) fn answer(context: &Context<'_>) -> DescribeQuorumResponse {
    let world = context.world;
    if let Some(error) = context.cluster_error() {
        return DescribeQuorumResponse::default().with_error_code(error.code());
    }
    let leader = world.controller().unwrap_or(-1);
    let replicas =
        |brokers: &[Broker]| brokers.iter().map(|broker| replica(context, broker, leader)).collect();
    let (voters, observers) = world.brokers.split_at(world.brokers.len().min(VOTERS));
    let partition = PartitionData::default()
        .with_leader_id(BrokerId(leader))
        .with_leader_epoch(1)
        .with_high_watermark(records(context.now))
        .with_current_voters(replicas(voters))
        .with_observers(replicas(observers));
    let topic = TopicData::default()
        .with_topic_name(TopicName(text("__cluster_metadata")))
        .with_partitions(vec![partition]);
    let answer = DescribeQuorumResponse::default().with_topics(vec![topic]);
    if context.version < 2 {
        return answer;
    }
    let nodes = voters.iter().map(|broker| {
        let listener = Listener::default()
            .with_name(text("CONTROLLER"))
            .with_host(text(&broker.address.ip().to_string()))
            .with_port(broker.address.port());
        Node::default().with_node_id(BrokerId(broker.id)).with_listeners(vec![listener])
    });
    answer.with_nodes(nodes.collect())
}

fn replica(context: &Context<'_>, broker: &Broker, leader: i32) -> ReplicaState {
    let behind = context.world.troubles.quorum_lags.get(&broker.id).copied().unwrap_or_default();
    let last = match broker.is_alive {
        true if broker.id == leader => context.now,
        true => context.now - LAST_FETCH_MILLIS,
        false => broker.since,
    };
    let state = ReplicaState::default()
        .with_replica_id(BrokerId(broker.id))
        .with_log_end_offset(records(last).saturating_sub(behind).max(0));
    if context.version >= 1 {
        let caught_up = last.saturating_sub(behind.saturating_mul(MILLIS_PER_RECORD));
        state.with_last_fetch_timestamp(last).with_last_caught_up_timestamp(caught_up)
    } else {
        state
    }
}

fn records(at: i64) -> i64 {
    at / MILLIS_PER_RECORD
}
