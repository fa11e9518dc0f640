//! What the groups of one broker have committed.
//!
//! Many groups in one request from Kafka 3.0 on, before that one each, sent one behind the other. The rows go straight into a
//! column: a name is looked up once where the topic changes, not once per row.
//!
//! Invariants:
//! - A group of which one partition could not be read has not been read: its sums would be too small.
//! - Commits for topics that are not watched are dropped; for a watched topic that Metadata names with an error, the group is
//!   [partial](crate::model::Group::is_partial).
//! - A share group has the lag that its coordinator tells, and no other.
//! - The rows of an answer that breaks off are forgotten, those of the answers before it stay.

use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::GroupType;
use lookout_kafka_wire::{
    Answer, Api, Broker, ErrorCode, Failure, Malformed, offset_fetch, share_group_offsets,
};

use super::groups::{Coordinated, GroupPlan};
use super::lookup::TopicCursor;
use crate::model::{Commit, Commits, Slot, Topology};

/// How many groups one request names: of a hundred commits each, the answer has a megabyte.
const GROUPS_PER_REQUEST: usize = 500;

/// Reads the commits of all groups that the broker told, first of those for which there was no time before.
pub async fn all(broker: &Broker, plan: &GroupPlan, told: &mut Coordinated) -> Result<(), Failure> {
    let topology = &*plan.topology;
    let is_share = |group_type| group_type == GroupType::Share;
    let of = |is_wanted: &dyn Fn(GroupType) -> bool, told: &Coordinated| -> Vec<Arc<str>> {
        let wanted = told.groups.iter().filter(|told| is_wanted(told.group.group_type) && !told.is_deleted);
        let mut names: Vec<_> = wanted.map(|told| Arc::clone(&told.group.name)).collect();
        if !plan.late.is_empty() {
            names.sort_by_key(|name| !plan.is_late(name));
        }
        names
    };
    let (groups, shares) = (of(&|of| !is_share(of), told), of(&|of| is_share(of), told));
    let mut ended = Ok(());
    if !groups.is_empty() {
        ended = committed(broker, topology, &groups, told).await;
    }
    if !shares.is_empty() {
        ended = ended.and(shared(broker, topology, &shares, told).await);
    }
    ended
}

async fn committed(
    broker: &Broker,
    topology: &Topology,
    names: &[Arc<str>],
    told: &mut Coordinated,
) -> Result<(), Failure> {
    let mut lease = broker.connection().await?;
    let version = lease.version(Api::OffsetFetch)?;
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let mut sink = Sink::new(topology, told);
    let take = |number: usize, answer: Answer| {
        let asked = names.get(number).copied().unwrap_or_default();
        sink.answer(|sink| {
            offset_fetch::read(&answer.body, answer.version, asked, &mut |row| match row {
                offset_fetch::Row::Partition(row) => {
                    sink.partition(row.topic, row.partition, row.code, row.offset);
                }
                offset_fetch::Row::Group { group, code } => sink.group(group, code),
            })
        })
    };
    lease.ask_all(offset_fetch::requests(&names, version, GROUPS_PER_REQUEST), take).await
}

async fn shared(
    broker: &Broker,
    topology: &Topology,
    names: &[Arc<str>],
    told: &mut Coordinated,
) -> Result<(), Failure> {
    let mut lease = broker.connection().await?;
    let version = lease.version(Api::DescribeShareGroupOffsets)?;
    let names: Vec<&str> = names.iter().map(|name| &**name).collect();
    let mut sink = Sink::new(topology, told);
    let take = |_, answer: Answer| {
        sink.answer(|sink| {
            share_group_offsets::read(&answer.body, answer.version, &mut |row| match row {
                share_group_offsets::Row::Partition(row) => {
                    if sink.partition(row.topic, row.partition, row.code, row.start) {
                        sink.lags.push(row.lag.and_then(|lag| u64::try_from(lag).ok()));
                    }
                }
                share_group_offsets::Row::Group { group, code } => sink.share_group(group, code),
            })
        })
    };
    lease.ask_all(share_group_offsets::requests(&names, version, GROUPS_PER_REQUEST), take).await
}

/// Takes rows.
struct Sink<'a> {
    topology: &'a Topology,
    told: &'a mut Coordinated,
    topic: TopicCursor,
    /// Where the commits of the group begin that is being read.
    begin: usize,
    /// What is wrong with one of its partitions.
    trouble: Option<ErrorCode>,
    /// The lags that are told with them, of a share group.
    lags: Vec<Option<u64>>,
    /// Whether it has a commit for a topic that Metadata names with an error.
    is_partial: bool,
    /// The groups that ended in this answer.
    ended: Vec<usize>,
    /// Which group comes next if the broker keeps our order.
    next: usize,
}

// === impl Sink ===

impl<'a> Sink<'a> {
    fn new(topology: &'a Topology, told: &'a mut Coordinated) -> Self {
        let begin = told.commits.len();
        Self {
            topology,
            told,
            topic: TopicCursor::default(),
            begin,
            trouble: None,
            lags: Vec::new(),
            is_partial: false,
            ended: Vec::new(),
            next: 0,
        }
    }

    /// Reads one answer, whole or not at all.
    fn answer<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Malformed>) -> Result<(), Malformed> {
        let before = self.told.commits.len();
        self.ended.clear();
        let read = read(self);
        if let Err(error) = read {
            for place in &self.ended {
                if let Some(told) = self.told.groups.get_mut(*place) {
                    told.group.commits = Commits::Unread(Reason::Protocol);
                }
            }
            self.told.commits.truncate(before);
            return Err(error);
        }
        Ok(())
    }

    /// Takes a commit; whether it is kept.
    fn partition(&mut self, topic: &str, partition: i32, code: ErrorCode, offset: Option<i64>) -> bool {
        let Some(slot) = self.topic.slot(self.topology, topic, partition) else {
            self.is_partial |= (offset.is_some() || !code.is_none()) && self.is_missing(topic);
            return false;
        };
        if !code.is_none() {
            self.trouble.get_or_insert(code);
        }
        if let Some(offset) = offset {
            self.told.commits.push(Commit { offset, slot });
        }
        offset.is_some()
    }

    /// Whether a topic is watched and its partition is not known: the topic has an error, or has grown since it was read.
    fn is_missing(&self, topic: &str) -> bool {
        self.topology.is_unread(topic) || self.topology.find(topic).is_some()
    }

    /// Ends a share group: its lags go with it, in the order of its commits.
    fn share_group(&mut self, name: &str, code: ErrorCode) {
        let mut lags = core::mem::take(&mut self.lags);
        let commits = self.told.commits.get_mut(self.begin..).unwrap_or_default();
        if !commits.is_sorted_by(|one, next| one.slot < next.slot) {
            let mut both: Vec<_> = commits.iter().copied().zip(lags).collect();
            both.sort_by_key(|(commit, _)| commit.slot);
            both.dedup_by_key(|(commit, _)| commit.slot);
            self.told.commits.truncate(self.begin);
            self.told.commits.extend(both.iter().map(|(commit, _)| *commit));
            lags = both.into_iter().map(|(_, lag)| lag).collect();
        }
        self.group(name, code);
        if let Some(told) = self.told.find(name).and_then(|place| self.told.groups.get_mut(place)) {
            told.group.told_lags.get_or_insert_with(|| lags.into());
        }
    }

    fn group(&mut self, name: &str, code: ErrorCode) {
        let begin = core::mem::replace(&mut self.begin, 0);
        let is_partial = core::mem::take(&mut self.is_partial);
        let code = if code.is_none() { self.trouble.take().unwrap_or(code) } else { code };
        self.trouble = None;
        let place = self.place(name);
        let told = place.and_then(|place| self.told.groups.get_mut(place));
        match (place, told) {
            (Some(place), Some(told))
                if code.is_none() && matches!(told.group.commits, Commits::Unread(_)) =>
            {
                let commits = self.told.commits.get_mut(begin..).unwrap_or_default();
                if !commits.is_sorted_by(|one, next| one.slot < next.slot) {
                    commits.sort_by_key(|commit| commit.slot);
                }
                let end = begin + dedup(commits);
                self.told.commits.truncate(end);
                let bounds = (u32::try_from(begin), u32::try_from(end));
                if let (Ok(begin), Ok(end)) = bounds {
                    told.group.commits = Commits::Read(begin..end);
                    told.group.is_partial = is_partial;
                    self.ended.push(place);
                }
            }
            (_, told) => {
                self.told.commits.truncate(begin);
                if let Some(told) = told {
                    told.refuse(code);
                }
            }
        }
        self.begin = self.told.commits.len();
    }

    fn place(&mut self, name: &str) -> Option<usize> {
        let is_next = self.told.groups.get(self.next).is_some_and(|told| *told.group.name == *name);
        let place = if is_next { self.next } else { self.told.find(name)? };
        self.next = place + 1;
        Some(place)
    }
}

/// Leaves one commit for each slot of sorted commits, at the front; how many.
fn dedup(commits: &mut [Commit]) -> usize {
    let mut kept: usize = 0;
    let mut last: Option<Slot> = None;
    for place in 0..commits.len() {
        let commit = commits[place];
        if last != Some(commit.slot) {
            commits[kept] = commit;
            kept += 1;
            last = Some(commit.slot);
        }
    }
    kept
}
