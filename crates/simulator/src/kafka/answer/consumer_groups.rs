//! `ConsumerGroupDescribe`: groups of KIP-848.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::consumer_group_describe_response::{
    Assignment, DescribedGroup, Member, TopicPartitions,
};
use kafka_protocol::messages::{ConsumerGroupDescribeResponse, GroupId, TopicName};

use super::{Context, protocol, text};
use crate::kafka::GroupKind;
use crate::kafka::wire::{Reader, Unreadable};
use crate::kafka::world::Group;

/// "This member speaks the new protocol."
const MEMBER_TYPE: i8 = 1;

pub(super) fn describe(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
) -> Result<ConsumerGroupDescribeResponse, Unreadable> {
    let described = reader.texts()?.into_iter().map(|name| group(context, name));
    Ok(ConsumerGroupDescribeResponse::default()
        .with_throttle_time_ms(context.throttle_millis)
        .with_groups(described.collect()))
}

fn group(context: &Context<'_>, name: &str) -> DescribedGroup {
    let answer = DescribedGroup::default().with_group_id(GroupId(text(name)));
    let found = context.world.group(name).map(|(_, group)| group);
    let group = match (context.group_error(name), found) {
        (Some(error), _) => return answer.with_error_code(error.code()),
        (None, Some(group)) if group.description.kind == GroupKind::Consumer => group,
        (None, _) => {
            return answer
                .with_error_code(ResponseError::GroupIdNotFound.code())
                .with_error_message(Some(text("Group not found.")));
        }
    };
    let members = (0..group.description.members).map(|number| member(context, group, number));
    answer
        .with_group_state(text(group.state()))
        .with_group_epoch(group.epoch)
        .with_assignment_epoch(group.epoch)
        .with_assignor_name(text(&group.description.assignor))
        .with_members(members.collect())
}

fn member(context: &Context<'_>, group: &Group, number: u16) -> Member {
    let assigned = protocol::assigned(context.world, group, number).map(|(topic, partitions)| {
        TopicPartitions::default()
            .with_topic_id(protocol::uuid(topic.id))
            .with_topic_name(TopicName(text(&topic.description.name)))
            .with_partitions(partitions)
    });
    let assignment = Assignment::default().with_topic_partitions(assigned.collect());
    let names = group.description.topics.iter().map(|subscription| TopicName(text(&subscription.topic)));
    let member = Member::default()
        .with_member_id(text(&protocol::member_id(group, number)))
        .with_member_epoch(group.epoch)
        .with_client_id(text(&protocol::client_id(group, number)))
        .with_client_host(text(protocol::CLIENT_HOST))
        .with_subscribed_topic_names(names.collect())
        .with_assignment(assignment.clone())
        .with_target_assignment(assignment);
    if context.version >= 1 { member.with_member_type(MEMBER_TYPE) } else { member }
}
