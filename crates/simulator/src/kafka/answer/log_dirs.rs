//! `DescribeLogDirs`: what lies on the disks of the broker that answers; all of it, or the partitions that are named.

use std::collections::HashSet;

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;

use super::{Context, code};
use crate::kafka::wire::{Reader, Unreadable, Writer};
use crate::kafka::world::Topic;

/// The partitions that are named. None: all.
type Asked<'a> = Option<HashSet<(&'a str, i32)>>;

/// About what a replica takes.
const REPLICA_BYTES: usize = 24;

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    mut writer: Writer,
) -> Result<BytesMut, Unreadable> {
    let asked = read(reader)?;
    let error = context.cluster_error();
    writer.int32(context.throttle_millis);
    if context.version >= 3 {
        writer.int16(code(error));
    }
    if error.is_some() {
        writer.count(0);
    } else {
        let directories = context.world.log_directories;
        writer.count(directories.into());
        (0..directories).for_each(|number| directory(context, &mut writer, &asked, number));
    }
    writer.no_tags();
    Ok(writer.into_frame())
}

fn read<'a>(reader: &mut Reader<'a>) -> Result<Asked<'a>, Unreadable> {
    let Some(topics) = reader.nullable_count()? else { return Ok(None) };
    let mut asked = HashSet::new();
    for _ in 0..topics {
        let name = reader.text()?;
        asked.extend(reader.int32s()?.into_iter().map(|partition| (name, partition)));
        reader.tags()?;
    }
    Ok(Some(asked))
}

fn directory(context: &Context<'_>, writer: &mut Writer, asked: &Asked<'_>, number: u16) {
    let world = context.world;
    let is_offline = world.troubles.offline_directories.contains(&(context.broker, number));
    writer.int16(code(is_offline.then_some(ResponseError::KafkaStorageError)));
    writer.text(&format!("/var/lib/kafka/data-{number}"));
    let mut used = 0;
    if is_offline {
        writer.count(0);
    } else {
        let holds = |topic: &&Topic| slots(context, asked, topic, number).next().is_some();
        let topics = world.topics().filter(holds);
        writer.count(topics.clone().count());
        for topic in topics {
            used += replicas(context, writer, asked, topic, number);
        }
    }
    if context.version >= 4 {
        let total = if is_offline { -1 } else { world.volume_bytes };
        writer.int64(total);
        writer.int64(if is_offline { -1 } else { total.saturating_sub(used).max(0) });
    }
    writer.no_tags();
}

/// Writes a topic's replicas in this directory, and gives their bytes.
fn replicas(
    context: &Context<'_>,
    writer: &mut Writer,
    asked: &Asked<'_>,
    topic: &Topic,
    number: u16,
) -> i64 {
    let count = slots(context, asked, topic, number).count();
    writer.reserve(count * REPLICA_BYTES);
    writer.text(&topic.description.name);
    let is_moving = |slot: &usize| context.world.troubles.moving.contains(slot);
    writer.count(count + slots(context, asked, topic, number).filter(is_moving).count());
    let mut used = 0;
    for slot in slots(context, asked, topic, number) {
        let (start, end) = context.world.range(topic, slot, context.now);
        used += replica(writer, topic, slot, end - start, None);
        if is_moving(&slot) {
            // The half of it is there already.
            let moved = (end - start) / 2;
            used += replica(writer, topic, slot, moved, Some(end - start - moved));
        }
    }
    writer.no_tags();
    used
}

/// Writes a replica of so many records, which is a future one if it is behind the other; gives its bytes.
fn replica(writer: &mut Writer, topic: &Topic, slot: usize, records: i64, behind: Option<i64>) -> i64 {
    let bytes = topic.bytes(records);
    writer.int32(topic.partition(slot));
    writer.int64(bytes);
    writer.int64(behind.unwrap_or_default());
    writer.boolean(behind.is_some());
    writer.no_tags();
    bytes
}

/// A topic's slots that are asked for and have a replica in this directory of the broker.
fn slots<'a>(
    context: &'a Context<'_>,
    asked: &'a Asked<'_>,
    topic: &'a Topic,
    number: u16,
) -> impl Iterator<Item = usize> + 'a {
    let directories = usize::from(context.world.log_directories);
    let name = topic.description.name.as_str();
    let here = move |slot: &usize| {
        slot % directories == usize::from(number)
            && asked.as_ref().is_none_or(|asked| asked.contains(&(name, topic.partition(*slot))))
            && context.world.replicas(topic, *slot).any(|id| id == context.broker)
    };
    topic.slots().filter(here)
}
