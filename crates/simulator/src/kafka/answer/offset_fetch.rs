//! `OffsetFetch`: what groups have committed, one group per request or many.

use bytes::BytesMut;
use kafka_protocol::error::ResponseError;

use super::{Context, code};
use crate::kafka::wire::{Reader, Unreadable, Writer};
use crate::kafka::world::{Group, Topic, World};

/// The first version that asks for many groups.
const MANY_GROUPS_FROM: i16 = 8;
/// The first version in which topics have no names.
const TOPIC_IDS_FROM: i16 = 10;
/// About what a commit takes.
const COMMIT_BYTES: usize = 20;

/// A topic as it is called in the request, and the partitions that are asked for.
type AskedTopic<'a> = (&'a str, [u8; 16], Vec<i32>);

pub(super) fn answer(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
    mut writer: Writer,
) -> Result<BytesMut, Unreadable> {
    let version = context.version;
    if version >= 3 {
        writer.int32(context.throttle_millis);
    }
    if version < MANY_GROUPS_FROM {
        let group = reader.text()?;
        let asked = topics(version, reader)?;
        let error = context.group_error(group);
        commits(context, &mut writer, group, asked, error);
        if version >= 2 {
            writer.int16(code(error));
        }
        writer.no_tags();
        return Ok(writer.into_frame());
    }
    let groups = reader.count()?;
    writer.count(groups);
    for _ in 0..groups {
        let group = reader.text()?;
        if version >= 9 {
            reader.nullable_text()?; // the member that asks
            reader.int32()?; // its epoch
        }
        let asked = topics(version, reader)?;
        reader.tags()?;
        let error = context.group_error(group);
        writer.text(group);
        commits(context, &mut writer, group, asked, error);
        writer.int16(code(error));
        writer.no_tags();
    }
    writer.no_tags();
    Ok(writer.into_frame())
}

/// None: all.
fn topics<'a>(version: i16, reader: &mut Reader<'a>) -> Result<Option<Vec<AskedTopic<'a>>>, Unreadable> {
    let Some(count) = reader.nullable_count()? else { return Ok(None) };
    let mut topics = Vec::new();
    for _ in 0..count {
        let (name, id) =
            if version >= TOPIC_IDS_FROM { ("", reader.uuid()?) } else { (reader.text()?, [0; 16]) };
        topics.push((name, id, reader.int32s()?));
        reader.tags()?;
    }
    Ok(Some(topics))
}

fn commits(
    context: &Context<'_>,
    writer: &mut Writer,
    name: &str,
    asked: Option<Vec<AskedTopic<'_>>>,
    error: Option<ResponseError>,
) {
    let group = context.world.group(name);
    match asked {
        Some(asked) => {
            // With an error for the whole group there are no topics, but where there is no place for such an error.
            let asked = if error.is_some() && context.version >= 2 { Vec::new() } else { asked };
            writer.count(asked.len());
            for (topic, id, partitions) in asked {
                named(context, writer, group, (topic, id, &partitions), error);
            }
        }
        None => match group.filter(|_| error.is_none()) {
            Some((number, group)) => all(context, writer, number, group),
            None => writer.count(0),
        },
    }
}

fn named(
    context: &Context<'_>,
    writer: &mut Writer,
    group: Option<(usize, &Group)>,
    (name, id, partitions): (&str, [u8; 16], &[i32]),
    error: Option<ResponseError>,
) {
    let world = context.world;
    let by_id = context.version >= TOPIC_IDS_FROM;
    let topic = if by_id {
        world.topics().find(|topic| topic.id == id)
    } else {
        world.topic(name).map(|(_, topic)| topic)
    };
    let denied = topic.filter(|topic| world.troubles.denied_topics.contains(&topic.description.name));
    let error = error
        .or_else(|| denied.map(|_| ResponseError::TopicAuthorizationFailed))
        .or_else(|| (by_id && topic.is_none()).then_some(ResponseError::UnknownTopicId));
    topic_head(context, writer, name, &id, partitions.len());
    for partition in partitions {
        let commit = group.zip(topic).filter(|_| error.is_none()).and_then(|((number, group), topic)| {
            let slot = topic.slot(*partition).filter(|slot| reads(world, group, topic, *slot))?;
            Some((world.commit(number, topic, slot, context.now)?, slot))
        });
        row(context, writer, *partition, commit, error);
    }
    writer.no_tags();
}

fn all(context: &Context<'_>, writer: &mut Writer, number: usize, group: &Group) {
    let world = context.world;
    let topics = group.subscriptions.iter().filter_map(|(topic, count)| {
        let topic = world.topics.get(*topic)?;
        let is_shown = !topic.is_deleted && !world.troubles.denied_topics.contains(&topic.description.name);
        // All partitions of a topic have a commit or none has, but for what is pinned.
        let slots = World::slots_read(topic, *count);
        let has_commits = slots.clone().any(|slot| world.commit(number, topic, slot, context.now).is_some());
        (is_shown && has_commits).then_some((topic, slots))
    });
    let topics: Vec<_> = topics.collect();
    writer.count(topics.len());
    for (topic, slots) in topics {
        let commits = slots.filter_map(|slot| Some((world.commit(number, topic, slot, context.now)?, slot)));
        let commits: Vec<_> = commits.collect();
        writer.reserve(commits.len() * COMMIT_BYTES);
        topic_head(context, writer, &topic.description.name, &topic.id, commits.len());
        for (commit, slot) in commits {
            let error = world.troubles.commits.get(&(number, slot)).copied();
            let commit = Some((commit, slot)).filter(|_| error.is_none());
            row(context, writer, topic.partition(slot), commit, error);
        }
        writer.no_tags();
    }
}

fn topic_head(context: &Context<'_>, writer: &mut Writer, name: &str, id: &[u8; 16], partitions: usize) {
    if context.version >= TOPIC_IDS_FROM {
        writer.uuid(id);
    } else {
        writer.text(name);
    }
    writer.count(partitions);
}

fn row(
    context: &Context<'_>,
    writer: &mut Writer,
    partition: i32,
    commit: Option<(i64, usize)>,
    error: Option<ResponseError>,
) {
    writer.int32(partition);
    writer.int64(commit.map_or(-1, |(offset, _)| offset));
    if context.version >= 5 {
        let epoch = commit.and_then(|(_, slot)| context.world.epochs.get(slot)).copied();
        writer.int32(epoch.unwrap_or(-1));
    }
    writer.text("");
    writer.int16(code(error));
    writer.no_tags();
}

fn reads(world: &World, group: &Group, topic: &Topic, slot: usize) -> bool {
    let mut subscriptions = group.subscriptions.iter();
    subscriptions.any(|(number, count)| {
        world.topics.get(*number).is_some_and(|read| core::ptr::eq(read, topic))
            && World::slots_read(topic, *count).contains(&slot)
    })
}
