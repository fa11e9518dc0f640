//! What groups are: states, members, assignors, by the request of their type.
//!
//! Groups that `ListGroups` calls empty are not asked for: they have no members, and nothing else is missing. Streams groups
//! cannot be (`kafka-protocol` does not know the request); of them there is what `ListGroups` says.
//!
//! How to get it wrong: to believe a classic description that says `Dead`. That is what brokers answer for groups that are not
//! classic, and what `kafka_exporter` shows for KIP-848 groups.

use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;
use std::sync::Arc;

use lookout_kafka_spec::labels::{GroupState, GroupType};
use lookout_kafka_wire::messages::{
    ConsumerGroupDescribeRequest, DescribeGroupsRequest, GroupId, ShareGroupDescribeRequest,
    consumer_group_describe_response as consumer, describe_groups_response as classic,
    share_group_describe_response as share,
};
use lookout_kafka_wire::{Broker, ErrorCode, Failure, ResponseError};

use super::groups::{Told, find, state_of};

/// How many groups one request names. An answer holds what members subscribe to and are assigned: a thousand members of a
/// thousand partitions are 50 MB.
const GROUPS_PER_REQUEST: usize = 100;

/// Describes those of `groups` that are due. On an error the others are still due.
pub async fn all(broker: &Broker, groups: &mut [Told]) -> Result<(), Failure> {
    let classic = due(groups, |group_type| matches!(group_type, GroupType::Classic | GroupType::Unknown));
    let consumer = due(groups, |group_type| group_type == GroupType::Consumer);
    let share = due(groups, |group_type| group_type == GroupType::Share);
    let mut ended = Ok(());
    if !classic.is_empty() {
        let asked = chunks(&classic).map(|names| DescribeGroupsRequest::default().with_groups(names));
        let mut lease = broker.connection().await?;
        let take = |_, answer: lookout_kafka_wire::messages::DescribeGroupsResponse| {
            answer.groups.iter().for_each(|group| describe_classic(groups, group));
        };
        ended = ended.and(lease.call_all(asked, take).await);
    }
    if !consumer.is_empty() {
        let asked =
            chunks(&consumer).map(|names| ConsumerGroupDescribeRequest::default().with_group_ids(names));
        let mut lease = broker.connection().await?;
        let take = |_, answer: lookout_kafka_wire::messages::ConsumerGroupDescribeResponse| {
            answer.groups.iter().for_each(|group| describe_consumer(groups, group));
        };
        ended = ended.and(lease.call_all(asked, take).await);
    }
    if !share.is_empty() {
        let asked = chunks(&share).map(|names| ShareGroupDescribeRequest::default().with_group_ids(names));
        let mut lease = broker.connection().await?;
        let take = |_, answer: lookout_kafka_wire::messages::ShareGroupDescribeResponse| {
            answer.groups.iter().for_each(|group| describe_share(groups, group));
        };
        ended = ended.and(lease.call_all(asked, take).await);
    }
    ended
}

/// The names of the groups of a type that are due.
fn due(groups: &[Told], is_type: impl Fn(GroupType) -> bool) -> Vec<Arc<str>> {
    let due = groups.iter().filter(|told| told.is_due && is_type(told.group.group_type));
    due.map(|told| Arc::clone(&told.group.name)).collect()
}

fn chunks(names: &[Arc<str>]) -> impl Iterator<Item = Vec<GroupId>> {
    let identifier = |name: &Arc<str>| GroupId((**name).to_owned().into());
    names.chunks(GROUPS_PER_REQUEST).map(move |names| names.iter().map(identifier).collect())
}

/// The group that is described, if it was asked for; it is no longer due.
fn answered<'a>(groups: &'a mut [Told], name: &str) -> Option<&'a mut Told> {
    let told = groups.get_mut(find(groups, name)?)?;
    core::mem::take(&mut told.is_due).then_some(told)
}

fn describe_classic(groups: &mut [Told], described: &classic::DescribedGroup) {
    let Some(told) = answered(groups, &described.group_id) else { return };
    let code = ErrorCode(described.error_code);
    let is_missing = code.known() == Some(ResponseError::GroupIdNotFound);
    if !code.is_none() && !is_missing {
        told.refuse(code);
        return;
    }
    let state = state_of(&described.group_state);
    let group = &mut told.group;
    if is_missing || state == Some(GroupState::Dead) {
        // The list knows better: either it is no classic group, or it has gone since.
        if group.state.is_none() {
            (group.state, group.members) = (Some(GroupState::Dead), Some(0));
        }
        return;
    }
    group.state = state.or(group.state);
    group.members = u32::try_from(described.members.len()).ok();
    if !described.protocol_type.is_empty() {
        group.protocol_type = (*described.protocol_type).into();
    }
    group.assignor = (*described.protocol_data).into();
    let mut members: Vec<&str> = described.members.iter().map(|member| &*member.member_id).collect();
    members.sort_unstable();
    let mut hasher = DefaultHasher::new(); // with fixed keys: the same members give the same number
    members.hash(&mut hasher);
    group.generation = Some(hasher.finish());
}

fn describe_consumer(groups: &mut [Told], described: &consumer::DescribedGroup) {
    let Some(told) = answered(groups, &described.group_id) else { return };
    let code = ErrorCode(described.error_code);
    told.describe(
        code,
        &described.group_state,
        &described.assignor_name,
        described.group_epoch,
        described.members.len(),
    );
}

fn describe_share(groups: &mut [Told], described: &share::DescribedGroup) {
    let Some(told) = answered(groups, &described.group_id) else { return };
    let code = ErrorCode(described.error_code);
    told.describe(
        code,
        &described.group_state,
        &described.assignor_name,
        described.group_epoch,
        described.members.len(),
    );
}

// === impl Told ===

impl Told {
    /// What a broker says of a group that it manages itself.
    fn describe(&mut self, code: ErrorCode, state: &str, assignor: &str, epoch: i32, members: usize) {
        if code.known() == Some(ResponseError::GroupIdNotFound) {
            self.is_deleted = true;
        } else if code.is_none() {
            let group = &mut self.group;
            group.state = state_of(state).or(group.state);
            group.assignor = assignor.into();
            group.members = u32::try_from(members).ok();
            group.generation = u64::try_from(epoch).ok();
        } else {
            self.refuse(code);
        }
    }
}
