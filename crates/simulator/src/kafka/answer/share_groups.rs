//! `ShareGroupDescribe`: groups of KIP-932.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::share_group_describe_response::{
    Assignment, DescribedGroup, Member, TopicPartitions,
};
use kafka_protocol::messages::{GroupId, ShareGroupDescribeResponse, TopicName};

use super::{Context, protocol, text};
use crate::kafka::GroupKind;
use crate::kafka::wire::{Reader, Unreadable};
use crate::kafka::world::Group;

pub(super) fn describe(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
) -> Result<ShareGroupDescribeResponse, Unreadable> {
    let described = reader.texts()?.into_iter().map(|name| group(context, name));
    Ok(ShareGroupDescribeResponse::default()
        .with_throttle_time_ms(context.throttle_millis)
        .with_groups(described.collect()))
}

pub(super) fn find<'a>(context: &Context<'a>, name: &str) -> Result<(usize, &'a Group), ResponseError> {
    if let Some(error) = context.group_error(name) {
        return Err(error);
    }
    let found = context.world.group(name).filter(|(_, group)| group.description.kind == GroupKind::Share);
    found.ok_or(ResponseError::GroupIdNotFound)
}

fn group(context: &Context<'_>, name: &str) -> DescribedGroup {
    let answer = DescribedGroup::default().with_group_id(GroupId(text(name)));
    let group = match find(context, name) {
        Ok((_, group)) => group,
        Err(error) => return answer.with_error_code(error.code()),
    };
    let members = (0..group.description.members).map(|number| member(context, group, number));
    answer
        .with_group_state(text(group.state()))
        .with_group_epoch(group.epoch)
        .with_assignment_epoch(group.epoch)
        .with_assignor_name(text("simple"))
        .with_members(members.collect())
}

fn member(context: &Context<'_>, group: &Group, number: u16) -> Member {
    let assigned = protocol::assigned(context.world, group, number).map(|(topic, partitions)| {
        TopicPartitions::default()
            .with_topic_id(protocol::uuid(topic.id))
            .with_topic_name(TopicName(text(&topic.description.name)))
            .with_partitions(partitions)
    });
    let names = group.description.topics.iter().map(|subscription| TopicName(text(&subscription.topic)));
    Member::default()
        .with_member_id(text(&protocol::member_id(group, number)))
        .with_member_epoch(group.epoch)
        .with_client_id(text(&protocol::client_id(group, number)))
        .with_client_host(text(protocol::CLIENT_HOST))
        .with_subscribed_topic_names(names.collect())
        .with_assignment(Assignment::default().with_topic_partitions(assigned.collect()))
}
