//! The groups of one broker: which it coordinates, what they are, what they have committed.
//!
//! Each broker is asked by a task of its own, so a group that moves meanwhile may be told by two of them, or by none;
//! `merge` sees to that each is there once.
//!
//! Invariant: what has been learnt of a broker stays when the rest is not to be had, or takes too long. One kind of question that is
//! slow makes nobody silent who has listed their groups: the next kind is asked all the same, and so are the ends of partitions.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use core::time::Duration;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::{GroupState, GroupType};
use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::messages::{ListGroupsRequest, list_groups_response::ListedGroup};
use lookout_kafka_wire::{Api, Broker, ErrorCode, Failure};
use lookout_runtime::Shard;
use tokio::time::{Instant, timeout_at};

use super::missed::Missed;
use super::{commits, describe};
use crate::model::{Commit, Commits, Group, Topology};

/// How many groups are watched: ten times what the largest known clusters have, and each is described in every cycle. The filter
/// `groups`, or shards of the names, watch another part of more.
pub const MAX_GROUPS: usize = 200_000;

/// What is asked of the groups, the same for every broker.
#[derive(Debug)]
pub struct GroupPlan {
    /// Where committed partitions are.
    pub topology: Arc<Topology>,
    /// Which groups are watched.
    pub selection: Arc<Selection>,
    /// Which of them by this process.
    pub shard: Shard,
    /// The names of the cycle before, sorted: they are used again.
    pub names: Arc<Vec<Arc<str>>>,
    /// The groups for which there was no time in the cycle before, sorted: they come first.
    pub late: Arc<Vec<Arc<str>>>,
    /// For how many groups there is room yet, of all brokers together.
    pub room: AtomicUsize,
    /// When it has to be over.
    pub until: Instant,
}

/// What one broker says of the groups that it coordinates.
#[derive(Debug, Default)]
pub struct Coordinated {
    /// The groups, by name; their ranges are of [`Self::commits`].
    pub groups: Vec<Told>,
    /// What they have committed.
    pub commits: Vec<Commit>,
    /// Whether it has listed its groups.
    pub has_listed: bool,
    /// How many of them are beyond [`MAX_GROUPS`].
    pub left_out: u64,
    /// What it did not give, and why.
    pub missed: Vec<Missed>,
    /// How long it took to list and describe them.
    pub groups_took: Duration,
    /// How long it took to read their commits.
    pub commits_took: Duration,
}

/// A group as one broker tells it.
#[derive(Debug)]
pub struct Told {
    /// The group.
    pub group: Group,
    /// Why something of it is missing.
    pub unread: Option<Reason>,
    /// Whether its description is still to come.
    pub is_due: bool,
    /// Whether the broker says that it no longer coordinates it.
    pub has_moved: bool,
    /// Whether it was deleted after it had been listed.
    pub is_deleted: bool,
}

/// Reads the groups of one broker.
pub async fn read(broker: Arc<Broker>, plan: Arc<GroupPlan>) -> Coordinated {
    let mut told = Coordinated::default();
    let begun = Instant::now();
    if timeout_at(plan.until, told.read(&broker, &plan)).await.is_err() {
        told.missed.push(Missed::late(
            "reading the groups of the broker",
            plan.until - begun,
            told.has_listed,
        ));
    }
    told.close();
    told
}

// === impl GroupPlan ===

impl GroupPlan {
    /// How many of `wanted` more groups there is room for.
    fn grant(&self, wanted: usize) -> usize {
        let taken = self.room.fetch_update(Relaxed, Relaxed, |room| Some(room.saturating_sub(wanted)));
        taken.unwrap_or_default().min(wanted)
    }

    /// Whether there was no time for a group in the cycle before.
    pub fn is_late(&self, name: &str) -> bool {
        self.late.binary_search_by(|late| (**late).cmp(name)).is_ok()
    }
}

// === impl Coordinated ===

impl Coordinated {
    async fn read(&mut self, broker: &Broker, plan: &GroupPlan) {
        let begun = Instant::now();
        if self.list(broker, plan).await.is_err_and(|failure| self.miss(&failure)) || !self.has_listed {
            return;
        }
        let is_gone = match describe::all(broker, &mut self.groups).await {
            Ok(()) => false,
            Err(failure) => self.miss(&failure),
        };
        self.groups_took = begun.elapsed();
        if is_gone {
            return;
        }
        let begun = Instant::now();
        if let Err(failure) = commits::all(broker, plan, self).await {
            self.miss(&failure);
        }
        self.commits_took = begun.elapsed();
    }

    async fn list(&mut self, broker: &Broker, plan: &GroupPlan) -> Result<(), Failure> {
        let mut lease = broker.connection().await?;
        let answer = lease.call(&ListGroupsRequest::default()).await?;
        let code = ErrorCode(answer.error_code);
        if !code.is_none() {
            let (broker, api) = (broker.address().clone(), Api::ListGroups);
            return Err(Failure::AcceptAnswer { broker, api, code });
        }
        let is_wanted = |group: &&ListedGroup| {
            plan.shard.owns(&group.group_id) && plan.selection.contains(&group.group_id)
        };
        let told = |group: &ListedGroup| Told::listed(group, broker.id(), &plan.names);
        self.groups = answer.groups.iter().filter(is_wanted).map(told).collect();
        self.groups.sort_by(|one, other| one.group.name.cmp(&other.group.name));
        self.groups.dedup_by(|next, one| next.group.name == one.group.name);
        let granted = plan.grant(self.groups.len());
        self.left_out = (self.groups.len() - granted) as u64;
        self.groups.truncate(granted);
        self.has_listed = true;
        Ok(())
    }

    /// Remembers a failure; whether to ask on makes no sense.
    fn miss(&mut self, failure: &Failure) -> bool {
        let missed = Missed::beside(failure, self.has_listed);
        let is_gone = missed.is_gone();
        self.missed.push(missed);
        is_gone
    }

    /// What is still due has been missed, for the last reason that there was.
    fn close(&mut self) {
        let reason = self.missed.last().map_or(Reason::Unexpected, |missed| missed.reason);
        for told in &mut self.groups {
            if told.is_due || matches!(told.group.commits, Commits::Unread(_)) {
                told.unread.get_or_insert(reason);
            }
            if let (Commits::Unread(why), Some(unread)) = (&mut told.group.commits, told.unread) {
                *why = unread;
            }
        }
    }

    /// The place of a group.
    pub fn find(&self, name: &str) -> Option<usize> {
        find(&self.groups, name)
    }
}

/// The place of a group among groups sorted by name.
pub fn find(groups: &[Told], name: &str) -> Option<usize> {
    groups.binary_search_by(|told| (*told.group.name).cmp(name)).ok()
}

// === impl Told ===

impl Told {
    fn listed(listed: &ListedGroup, coordinator: i32, names: &[Arc<str>]) -> Self {
        let known = names.binary_search_by(|name| (**name).cmp(&listed.group_id));
        let name = match known.ok().and_then(|place| names.get(place)) {
            Some(name) => Arc::clone(name),
            None => (**listed.group_id).into(),
        };
        let group_type = type_of(&listed.group_type);
        let state = state_of(&listed.group_state);
        // Nobody is in it: there is nothing more to be told.
        let is_empty = state == Some(GroupState::Empty);
        let is_due = !is_empty && group_type != GroupType::Streams;
        let group = Group {
            name,
            group_type,
            state,
            protocol_type: (*listed.protocol_type).into(),
            assignor: Box::default(),
            coordinator,
            members: is_empty.then_some(0),
            generation: None,
            commits: Commits::Unread(Reason::Unexpected),
            told_lags: None,
            is_partial: false,
            is_idle: false,
            has_moved: false,
        };
        Self { group, unread: None, is_due, has_moved: false, is_deleted: false }
    }

    /// An error instead of an answer about this group.
    pub fn refuse(&mut self, code: ErrorCode) {
        self.has_moved |= code.has_moved();
        if let Some(reason) = code.reason() {
            self.unread.get_or_insert(reason);
        }
    }
}

/// The type that `ListGroups` names (Kafka 3.7 and later).
fn type_of(text: &str) -> GroupType {
    let types = [
        ("classic", GroupType::Classic),
        ("consumer", GroupType::Consumer),
        ("share", GroupType::Share),
        ("streams", GroupType::Streams),
    ];
    let named = types.into_iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
    named.map_or(GroupType::Unknown, |(_, group_type)| group_type)
}

/// The state that a broker names; none if it names none.
pub fn state_of(text: &str) -> Option<GroupState> {
    let state = match text {
        "" => return None,
        "Stable" => GroupState::Stable,
        "PreparingRebalance" => GroupState::PreparingRebalance,
        "CompletingRebalance" => GroupState::CompletingRebalance,
        "Assigning" => GroupState::Assigning,
        "Reconciling" => GroupState::Reconciling,
        "Empty" => GroupState::Empty,
        "Dead" => GroupState::Dead,
        "NotReady" => GroupState::NotReady,
        _ => GroupState::Unknown,
    };
    Some(state)
}

#[cfg(test)]
mod tests {
    use lookout_kafka_spec::config::Filter;

    use super::*;

    #[test]
    fn the_groups_of_all_brokers_share_the_room() {
        let plan = GroupPlan {
            topology: Arc::default(),
            selection: Arc::new(Selection::new(&Filter::default()).unwrap()),
            shard: Shard::WHOLE,
            names: Arc::default(),
            late: Arc::new(vec!["b".into(), "d".into()]),
            room: AtomicUsize::new(10),
            until: Instant::now(),
        };
        assert_eq!([7, 5, 0, 1].map(|wanted| plan.grant(wanted)), [7, 3, 0, 0]);
        assert_eq!(["a", "b", "c", "d"].map(|name| plan.is_late(name)), [false, true, false, true]);
    }
}
