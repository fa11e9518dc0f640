//! `ListOffsets`: where a partition begins and ends, and which record came first after a time.
//!
//! The request is read and the answer written in one pass, after one that looks for partitions that are named twice:
//! a real broker refuses those.

use std::collections::HashSet;

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;

use super::{Context, code};
use crate::kafka::wire::{Reader, Unreadable, Writer};
use crate::kafka::world::Topic;

/// What is asked instead of a time.
const LATEST: i64 = -1;
const EARLIEST: i64 = -2;
const MAX_TIMESTAMP: i64 = -3;
const EARLIEST_LOCAL: i64 = -4;

/// Offset and time of a record; −1 where there is none.
type Found = Result<(i64, i64), ResponseError>;

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    mut writer: Writer,
) -> Result<BytesMut, Unreadable> {
    let version = context.version;
    reader.int32()?; // the replica that asks
    let read_committed = version >= 2 && reader.int8()? == 1;
    if version >= 2 {
        writer.int32(context.throttle_millis);
    }
    let repeated = repeated(version, reader.clone())?;
    let topics = reader.count()?;
    writer.count(topics);
    for _ in 0..topics {
        let name = reader.text()?;
        let partitions = reader.count()?;
        let topic_error = context.refusal.or_else(|| context.topic_error(name));
        let topic = context.world.topic(name).map(|(_, topic)| topic);
        writer.text(name);
        writer.count(partitions);
        for _ in 0..partitions {
            let Asked { partition, epoch, at } = Asked::read(version, reader)?;
            let slot = topic.and_then(|topic| Some((topic, topic.slot(partition)?)));
            let found = match (topic_error, slot) {
                (Some(error), _) => Err(error),
                _ if repeated.contains(&(name, partition)) => Err(ResponseError::InvalidRequest),
                (None, None) => Err(ResponseError::UnknownTopicOrPartition),
                (None, Some((topic, slot))) => find(context, topic, slot, epoch, at, read_committed),
            };
            row(context, &mut writer, partition, slot.map(|(_, slot)| slot), found);
        }
        reader.tags()?;
        writer.no_tags();
    }
    writer.no_tags();
    Ok(writer.into_frame())
}

/// What is asked of one partition.
struct Asked {
    partition: i32,
    epoch: i32,
    at: i64,
}

impl Asked {
    fn read(version: i16, reader: &mut Reader<'_>) -> Result<Self, Unreadable> {
        let partition = reader.int32()?;
        let epoch = if version >= 4 { reader.int32()? } else { -1 };
        let at = reader.int64()?;
        reader.tags()?;
        Ok(Self { partition, epoch, at })
    }
}

/// The partitions that are named twice. Where all come in order, as they usually do, nothing is remembered.
fn repeated(version: i16, mut reader: Reader<'_>) -> Result<HashSet<(&str, i32)>, Unreadable> {
    let from_start = reader.clone();
    let mut names = HashSet::new();
    let mut in_order = true;
    for _ in 0..reader.count()? {
        in_order &= names.insert(reader.text()?);
        let mut last = -1;
        for _ in 0..reader.count()? {
            let Asked { partition, .. } = Asked::read(version, &mut reader)?;
            in_order &= partition > last;
            last = partition;
        }
        reader.tags()?;
    }
    let (mut once, mut repeated) = (HashSet::new(), HashSet::new());
    if in_order {
        return Ok(repeated);
    }
    let mut reader = from_start;
    for _ in 0..reader.count()? {
        let name = reader.text()?;
        for _ in 0..reader.count()? {
            let Asked { partition, .. } = Asked::read(version, &mut reader)?;
            if !once.insert((name, partition)) {
                repeated.insert((name, partition));
            }
        }
        reader.tags()?;
    }
    Ok(repeated)
}

fn row(context: &Context<'_>, writer: &mut Writer, partition: i32, slot: Option<usize>, found: Found) {
    writer.int32(partition);
    let (offset, time) = found.unwrap_or((-1, -1));
    writer.int16(code(found.err()));
    writer.int64(time);
    writer.int64(offset);
    if context.version >= 4 {
        let epoch = slot.and_then(|slot| context.world.epochs.get(slot)).copied();
        writer.int32(epoch.filter(|_| offset >= 0).unwrap_or(-1));
    }
    writer.no_tags();
}

fn find(
    context: &Context<'_>,
    topic: &Topic,
    slot: usize,
    epoch: i32,
    at: i64,
    read_committed: bool,
) -> Found {
    let (world, now) = (context.world, context.now);
    if let Some(trouble) = world.troubles.partitions.get(&slot) {
        return Err(*trouble);
    }
    if world.leaders.get(slot) != Some(&context.broker) {
        return Err(ResponseError::NotLeaderOrFollower);
    }
    let known = world.epochs.get(slot).copied().unwrap_or(-1);
    if epoch >= 0 && epoch < known {
        return Err(ResponseError::FencedLeaderEpoch);
    }
    if epoch > known {
        return Err(ResponseError::UnknownLeaderEpoch);
    }
    let log = world.log(topic, slot);
    let (start, end) = world.range(topic, slot, now);
    let stable = log.open_transaction.filter(|_| read_committed).map_or(end, |first| end.min(first));
    Ok(match at {
        LATEST => (stable, -1),
        EARLIEST | EARLIEST_LOCAL => (start, -1),
        MAX_TIMESTAMP if end > start => (end - 1, log.arrived(end - 1).unwrap_or(-1)),
        at if at >= 0 => log
            .find(at, now, start, topic.description.cleanup)
            .filter(|(offset, _)| *offset < stable)
            .unwrap_or((-1, -1)),
        _ => (-1, -1),
    })
}
