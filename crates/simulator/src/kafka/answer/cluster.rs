//! `DescribeCluster` and `DescribeClientQuotas`.

use kafka_protocol::messages::describe_client_quotas_response::{EntityData, EntryData, ValueData};
use kafka_protocol::messages::describe_cluster_response::DescribeClusterBroker;
use kafka_protocol::messages::{BrokerId, DescribeClientQuotasResponse, DescribeClusterResponse};

use super::{Context, code, text};
use crate::kafka::Quota;

pub(super) fn describe(context: &Context<'_>) -> DescribeClusterResponse {
    let world = context.world;
    let answer = DescribeClusterResponse::default()
        .with_throttle_time_ms(context.throttle_millis)
        .with_error_code(code(context.refusal));
    if context.refusal.is_some() {
        return answer;
    }
    let brokers = world.alive().map(|broker| {
        DescribeClusterBroker::default()
            .with_broker_id(BrokerId(broker.id))
            .with_host(text(&broker.address.ip().to_string()))
            .with_port(broker.address.port().into())
            .with_rack(broker.rack.as_deref().map(text))
    });
    let controller = if world.profile.has_quorum() { Some(context.broker) } else { world.controller() };
    answer
        .with_cluster_id(text(&world.cluster_id))
        .with_controller_id(BrokerId(controller.unwrap_or(-1)))
        .with_brokers(brokers.collect())
}

/// All of them, whatever is asked for.
pub(super) fn quotas(context: &Context<'_>) -> DescribeClientQuotasResponse {
    let answer = DescribeClientQuotasResponse::default().with_throttle_time_ms(context.throttle_millis);
    if let Some(error) = context.cluster_error() {
        return answer.with_error_code(error.code()).with_entries(None);
    }
    answer.with_entries(Some(context.world.quotas.iter().map(quota).collect()))
}

fn quota(quota: &Quota) -> EntryData {
    let entity = quota.entity.iter().map(|(kind, name)| {
        EntityData::default().with_entity_type(text(kind)).with_entity_name(name.as_deref().map(text))
    });
    let values =
        quota.values.iter().map(|(key, value)| ValueData::default().with_key(text(key)).with_value(*value));
    EntryData::default().with_entity(entity.collect()).with_values(values.collect())
}
