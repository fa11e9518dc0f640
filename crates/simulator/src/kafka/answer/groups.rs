//! `ListGroups` and `DescribeGroups`: the groups of this broker, and the classic ones among them.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::list_groups_response::ListedGroup;
use kafka_protocol::messages::{DescribeGroupsResponse, GroupId, ListGroupsResponse};

use super::{Context, code, protocol, text};
use crate::kafka::GroupKind;
use crate::kafka::wire::{Reader, Unreadable};
use crate::kafka::world::Group;

/// From this version on a group that is not there is an error, and not a dead group.
const UNKNOWN_IS_ERROR_FROM: i16 = 6;

pub(super) fn list(context: &Context<'_>, reader: &mut Reader<'_>) -> Result<ListGroupsResponse, Unreadable> {
    let version = context.version;
    let states = if version >= 4 { reader.texts()? } else { Vec::new() };
    let types = if version >= 5 { reader.texts()? } else { Vec::new() };
    let within = |filter: &[&str], value: &str| {
        filter.is_empty() || filter.iter().any(|each| each.eq_ignore_ascii_case(value))
    };
    let world = context.world;
    let is_listed = |group: &&Group| {
        let description = &group.description;
        let name = &description.name;
        (world.coordinator(name) == Some(context.broker) || world.troubles.listed_by_all.contains(name))
            && !world.troubles.denied_groups.contains(&description.name)
            && within(&states, group.state())
            && within(&types, description.kind.group_type())
    };
    let listed = world.groups().filter(is_listed).filter(|_| context.refusal.is_none()).map(|group| {
        let description = &group.description;
        let mut listed = ListedGroup::default()
            .with_group_id(GroupId(text(&description.name)))
            .with_protocol_type(text(description.kind.protocol_type()));
        if version >= 4 {
            listed = listed.with_group_state(text(group.state()));
        }
        if version >= 5 {
            listed = listed.with_group_type(text(description.kind.group_type()));
        }
        listed
    });
    let mut answer =
        ListGroupsResponse::default().with_error_code(code(context.refusal)).with_groups(listed.collect());
    if version >= 1 {
        answer = answer.with_throttle_time_ms(context.throttle_millis);
    }
    Ok(answer)
}

pub(super) fn describe(
    context: &Context<'_>,
    reader: &mut Reader<'_>,
) -> Result<DescribeGroupsResponse, Unreadable> {
    let described = reader.texts()?.into_iter().map(|name| group(context, name));
    let mut answer = DescribeGroupsResponse::default().with_groups(described.collect());
    if context.version >= 1 {
        answer = answer.with_throttle_time_ms(context.throttle_millis);
    }
    Ok(answer)
}

fn group(context: &Context<'_>, name: &str) -> DescribedGroup {
    let answer = DescribedGroup::default().with_group_id(GroupId(text(name)));
    if let Some(error) = context.group_error(name) {
        return answer.with_error_code(error.code());
    }
    let is_classic =
        |group: &&Group| matches!(group.description.kind, GroupKind::Classic | GroupKind::Connect);
    let Some(group) = context.world.group(name).map(|(_, group)| group).filter(is_classic) else {
        let answer = answer.with_group_state(text("Dead"));
        return if context.version >= UNKNOWN_IS_ERROR_FROM {
            answer
                .with_error_code(ResponseError::GroupIdNotFound.code())
                .with_error_message(Some(text("Group not found.")))
        } else {
            answer
        };
    };
    let description = &group.description;
    let is_empty = description.members == 0;
    let assignor = if is_empty { "" } else { description.assignor.as_str() };
    let members = (0..description.members).map(|number| member(context, group, number));
    answer
        .with_group_state(text(group.state()))
        .with_protocol_type(text(description.kind.protocol_type()))
        .with_protocol_data(text(assignor))
        .with_members(members.collect())
}

fn member(context: &Context<'_>, group: &Group, number: u16) -> DescribedGroupMember {
    let (metadata, assignment) = match group.description.kind {
        GroupKind::Connect => protocol::connect(),
        _ => protocol::consumer(context.world, group, number),
    };
    DescribedGroupMember::default()
        .with_member_id(text(&protocol::member_id(group, number)))
        .with_client_id(text(&protocol::client_id(group, number)))
        .with_client_host(text(protocol::CLIENT_HOST))
        .with_member_metadata(metadata)
        .with_member_assignment(assignment)
}
