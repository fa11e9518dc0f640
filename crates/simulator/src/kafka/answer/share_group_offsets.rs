//! `DescribeShareGroupOffsets`: from where on share groups still have to read (KIP-932), and how far they are behind
//! (KIP-1226). Written by hand: `kafka-protocol` does not know version 1.

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;

use super::share_groups::find;
use super::{Context, code};
use crate::kafka::wire::{Reader, Unreadable, Writer};
use crate::kafka::world::{Group, Topic, World};

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    mut writer: Writer,
) -> Result<BytesMut, Unreadable> {
    writer.int32(context.throttle_millis);
    let groups = reader.count()?;
    writer.count(groups);
    for _ in 0..groups {
        let name = reader.text()?;
        // Which topics are asked for does not matter: all of the group are told.
        for _ in 0..reader.count()? {
            reader.text()?;
            reader.int32s()?;
            reader.tags()?;
        }
        reader.tags()?;
        writer.text(name);
        match find(context, name) {
            Ok((number, group)) => {
                topics(context, &mut writer, number, group);
                end(&mut writer, None);
            }
            Err(error) => {
                writer.count(0);
                end(&mut writer, Some(error));
            }
        }
    }
    writer.no_tags();
    Ok(writer.into_frame())
}

/// The error of a group or of a partition, without words, and the end.
fn end(writer: &mut Writer, error: Option<ResponseError>) {
    writer.int16(code(error));
    writer.nullable_text(None);
    writer.no_tags();
}

fn topics(context: &Context<'_>, writer: &mut Writer, number: usize, group: &Group) {
    let world = context.world;
    let read = group.subscriptions.iter().filter_map(|(topic, count)| {
        let topic = world.topics.get(*topic).filter(|topic| !topic.is_deleted)?;
        Some((topic, World::slots_read(topic, *count)))
    });
    let read: Vec<_> = read.collect();
    writer.count(read.len());
    for (topic, slots) in read {
        writer.text(&topic.description.name);
        writer.uuid(&topic.id);
        writer.count(slots.len());
        slots.for_each(|slot| partition(context, writer, number, topic, slot));
        writer.no_tags();
    }
}

fn partition(context: &Context<'_>, writer: &mut Writer, number: usize, topic: &Topic, slot: usize) {
    let world = context.world;
    let start = world.commit(number, topic, slot, context.now);
    let (_, end_offset) = world.range(topic, slot, context.now);
    writer.int32(topic.partition(slot));
    writer.int64(start.unwrap_or(-1));
    writer.int32(world.epochs.get(slot).copied().unwrap_or(-1));
    if context.version >= 1 {
        writer.int64(start.map_or(-1, |start| (end_offset - start).max(0)));
    }
    end(writer, None);
}
