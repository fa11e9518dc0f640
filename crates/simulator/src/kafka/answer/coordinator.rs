//! `FindCoordinator`: who coordinates a group, one per request or many.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::find_coordinator_response::Coordinator;
use kafka_protocol::messages::{BrokerId, FindCoordinatorResponse};

use super::{Context, code, text};
use crate::kafka::wire::{Reader, Unreadable};
use crate::kafka::world::Broker;

/// The first version that asks for many groups.
const MANY_GROUPS_FROM: i16 = 4;

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
) -> Result<FindCoordinatorResponse, Unreadable> {
    if context.version < MANY_GROUPS_FROM {
        let found = find(context, reader.text()?);
        let mut answer = FindCoordinatorResponse::default()
            .with_error_code(code(found.err()))
            .with_node_id(BrokerId(-1))
            .with_port(-1);
        if context.version >= 1 {
            answer = answer.with_throttle_time_ms(context.throttle_millis);
        }
        if let Ok(broker) = found {
            answer = answer
                .with_node_id(BrokerId(broker.id))
                .with_host(text(&broker.address.ip().to_string()))
                .with_port(broker.address.port().into());
        }
        return Ok(answer);
    }
    reader.int8()?; // the kind of key
    let keys = reader.texts()?;
    let coordinators = keys.into_iter().map(|key| {
        let found = find(context, key);
        let answer = Coordinator::default().with_key(text(key)).with_error_code(code(found.err()));
        match found {
            Ok(broker) => answer
                .with_node_id(BrokerId(broker.id))
                .with_host(text(&broker.address.ip().to_string()))
                .with_port(broker.address.port().into()),
            Err(_) => answer.with_node_id(BrokerId(-1)).with_port(-1),
        }
    });
    Ok(FindCoordinatorResponse::default()
        .with_throttle_time_ms(context.throttle_millis)
        .with_coordinators(coordinators.collect()))
}

fn find<'a>(context: &Context<'a>, group: &str) -> Result<&'a Broker, ResponseError> {
    let world = context.world;
    if let Some(refusal) = context.refusal {
        return Err(refusal);
    }
    if world.troubles.denied_groups.contains(group) {
        return Err(ResponseError::GroupAuthorizationFailed);
    }
    let missing = ResponseError::CoordinatorNotAvailable;
    if world.troubles.groups.get(group) == Some(&missing) {
        return Err(missing);
    }
    world.coordinator(group).and_then(|id| world.broker(id)).ok_or(missing)
}
