//! `Metadata`: brokers, topics, partitions.

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;

use super::{Context, code};
use crate::kafka::wire::{Reader, Unreadable, Writer};
use crate::kafka::world::Topic;

/// What is asked for: names, or identifiers where there is no name.
enum Asked<'a> {
    All,
    These(Vec<(Option<&'a str>, [u8; 16])>),
}

/// "Nobody asked for the operations that are allowed."
const NO_OPERATIONS: i32 = i32::MIN;
/// About what a partition with three replicas takes.
const PARTITION_BYTES: usize = 64;

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    mut writer: Writer,
) -> Result<BytesMut, Unreadable> {
    let asked = read(context.version, reader)?;
    let version = context.version;
    if version >= 3 {
        writer.int32(context.throttle_millis);
    }
    brokers(context, &mut writer);
    match asked {
        Asked::All => {
            let allowed =
                |topic: &&Topic| !context.world.troubles.denied_topics.contains(&topic.description.name);
            let topics = context.world.topics().filter(allowed);
            writer.count(topics.clone().count());
            topics.for_each(|each| topic(context, &mut writer, each));
        }
        Asked::These(names) => {
            writer.count(names.len());
            for (name, id) in names {
                named(context, &mut writer, name, id);
            }
        }
    }
    if (8..=10).contains(&version) {
        writer.int32(NO_OPERATIONS);
    }
    if version >= 13 {
        writer.int16(0);
    }
    writer.no_tags();
    Ok(writer.into_frame())
}

fn read<'a>(version: i16, reader: &mut Reader<'a>) -> Result<Asked<'a>, Unreadable> {
    let Some(count) = reader.nullable_count()? else { return Ok(Asked::All) };
    if count == 0 && version == 0 {
        return Ok(Asked::All);
    }
    let mut names = Vec::new();
    for _ in 0..count {
        let id = if version >= 10 { reader.uuid()? } else { [0; 16] };
        names.push((reader.nullable_text()?, id));
        reader.tags()?;
    }
    Ok(Asked::These(names))
}

fn brokers(context: &Context<'_>, writer: &mut Writer) {
    let (world, version) = (context.world, context.version);
    writer.count(world.alive().count());
    for broker in world.alive() {
        writer.int32(broker.id);
        writer.text(&broker.address.ip().to_string());
        writer.int32(broker.address.port().into());
        if version >= 1 {
            writer.nullable_text(broker.rack.as_deref());
        }
        writer.no_tags();
    }
    if version >= 2 {
        writer.nullable_text(Some(&world.cluster_id));
    }
    if version >= 1 {
        // Where a quorum controls, any broker is named, so that clients spread what they ask of it.
        let controller = if world.profile.has_quorum() { Some(context.broker) } else { world.controller() };
        writer.int32(controller.unwrap_or(-1));
    }
}

fn named(context: &Context<'_>, writer: &mut Writer, name: Option<&str>, id: [u8; 16]) {
    let found = match name {
        Some(name) => context.world.topic(name).map(|(_, topic)| topic),
        None => context.world.topics().find(|topic| topic.id == id),
    };
    let name = name.or(found.map(|topic| topic.description.name.as_str()));
    let error = match name {
        Some(name) => context.topic_error(name),
        None => Some(ResponseError::UnknownTopicId),
    };
    match (found, error) {
        (Some(found), None) => topic(context, writer, found),
        (_, error) => head(context, writer, code(error), name, &id, false, 0),
    }
}

fn head(
    context: &Context<'_>,
    writer: &mut Writer,
    code: i16,
    name: Option<&str>,
    id: &[u8; 16],
    is_internal: bool,
    partitions: usize,
) {
    let version = context.version;
    writer.int16(code);
    if version >= 12 {
        writer.nullable_text(name);
    } else {
        writer.text(name.unwrap_or_default());
    }
    if version >= 10 {
        writer.uuid(id);
    }
    if version >= 1 {
        writer.boolean(is_internal);
    }
    writer.count(partitions);
    if partitions == 0 {
        end(version, writer);
    }
}

fn end(version: i16, writer: &mut Writer) {
    if version >= 8 {
        writer.int32(NO_OPERATIONS);
    }
    writer.no_tags();
}

fn topic(context: &Context<'_>, writer: &mut Writer, topic: &Topic) {
    let description = &topic.description;
    let name = Some(description.name.as_str());
    let error = context.refusal.or_else(|| context.topic_error(&description.name));
    if error.is_some() {
        head(context, writer, code(error), name, &topic.id, description.is_internal, 0);
        return;
    }
    let partitions = topic.partitions();
    writer.reserve(partitions * PARTITION_BYTES);
    head(context, writer, 0, name, &topic.id, description.is_internal, partitions);
    for slot in topic.slots() {
        partition(context, writer, topic, slot);
    }
    if partitions > 0 {
        end(context.version, writer);
    }
}

fn partition(context: &Context<'_>, writer: &mut Writer, topic: &Topic, slot: usize) {
    let (world, version) = (context.world, context.version);
    let (leaders, epochs) = match &world.stale {
        Some((leaders, epochs)) => (leaders, epochs),
        None => (&world.leaders, &world.epochs),
    };
    let leader = leaders.get(slot).copied().unwrap_or(-1);
    let trouble = world.troubles.partitions.get(&slot).copied();
    let error = trouble.or_else(|| (leader < 0).then_some(ResponseError::LeaderNotAvailable));
    writer.int16(code(error));
    writer.int32(topic.partition(slot));
    writer.int32(leader);
    if version >= 7 {
        writer.int32(epochs.get(slot).copied().unwrap_or(-1));
    }
    writer.int32s(world.replicas(topic, slot));
    writer.int32s(world.in_sync(topic, slot));
    if version >= 5 {
        writer.int32s(world.replicas(topic, slot).filter(|id| !world.is_alive(*id)));
    }
    writer.no_tags();
}
