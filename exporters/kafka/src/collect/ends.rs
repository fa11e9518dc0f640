//! Where all partitions end and begin: each leader is asked for its own, and new leaders for what has moved meanwhile.
//!
//! The reasons of what is missing, per partition:
//! - its leader's own word for it, if it has one;
//! - why the leader could not be asked, or did not answer;
//! - `server` if nobody leads it: what Kafka itself answers then, `LEADER_NOT_AVAILABLE`, has that reason;
//! - `malformed` if the metadata leaves it out.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_wire::metadata::{Row, Topics};
use lookout_kafka_wire::{Cluster, ErrorCode, ResponseError};

use super::metadata::is_absent;
use super::missed::Missed;
use super::offsets::{self, Told};
use super::round::Round;
use super::tasks;
use crate::model::{Groups, NO_NODE, OffsetColumn, Slot, Topology};

/// What is to be asked for, as bits by slot.
#[derive(Debug)]
pub struct Wanted(Option<Vec<bool>>);

/// What was read.
#[derive(Debug)]
pub struct Ends {
    /// Where partitions end.
    pub end: OffsetColumn,
    /// Partitions whose end is missing, by reason.
    pub unread: BTreeMap<Reason, u64>,
}

/// Slots by leader.
type Lists = BTreeMap<i32, Vec<Slot>>;

/// What is asked of the leaders at once.
struct Question {
    /// Whose ends.
    latest: Lists,
    /// Whose beginnings.
    earliest: Lists,
    /// Whether what has moved is asked for again, and is not missing yet.
    may_follow: bool,
}

// === impl Wanted ===

impl Wanted {
    /// The partitions of this shard, and those that its groups have committed for.
    pub fn of(topology: &Topology, groups: Option<&Groups>) -> Self {
        if topology.topics.iter().all(|topic| topic.is_ours) {
            return Self(None);
        }
        let mut wanted = vec![false; topology.partitions.len()];
        for topic in topology.topics.iter().filter(|topic| topic.is_ours) {
            let first = topic.first as usize;
            if let Some(slots) = wanted.get_mut(first..first + topic.partitions as usize) {
                slots.fill(true);
            }
        }
        for commit in groups.iter().flat_map(|groups| &groups.commits) {
            if let Some(slot) = wanted.get_mut(commit.slot as usize) {
                *slot = true;
            }
        }
        Self(Some(wanted))
    }

    fn has(&self, slot: Slot) -> bool {
        self.0.as_ref().is_none_or(|wanted| wanted.get(slot as usize).is_some_and(|wanted| *wanted))
    }

    /// The wanted partitions that somebody leads, by leader; of the others `unled` hears.
    fn by_leader(&self, topology: &Topology, mut unled: impl FnMut(Slot)) -> Lists {
        let mut lists = Lists::new();
        for (slot, partition) in (0..).zip(&topology.partitions).filter(|(slot, _)| self.has(*slot)) {
            if partition.leader == NO_NODE {
                unled(slot);
            } else {
                lists.entry(partition.leader).or_default().push(slot);
            }
        }
        lists
    }
}

/// Reads the ends of all partitions that are wanted, and the beginnings of those of them for which `needs_low` holds, into
/// `low`. The topology is changed where leaders have moved since it was read.
pub async fn read(
    round: &mut Round,
    cluster: &mut Cluster,
    topology: &mut Arc<Topology>,
    wanted: &Wanted,
    low: &mut OffsetColumn,
    needs_low: impl Fn(Slot, &OffsetColumn) -> bool,
) -> Ends {
    let mut ends = Ends { end: OffsetColumn::unknown(topology.partitions.len()), unread: BTreeMap::new() };
    let mut unled = Vec::new();
    let latest = wanted.by_leader(topology, |slot| unled.push(slot));
    for slot in unled {
        let is_absent = topology.partitions.get(slot as usize).is_some_and(is_absent);
        let (reason, detail) = if is_absent {
            (Reason::Malformed, "the metadata leaves them out")
        } else {
            (Reason::Server, "nobody leads them")
        };
        ends.miss(round, topology, slot, reason, || detail.to_owned());
    }
    let earliest = latest.iter().map(|(leader, slots)| {
        (*leader, slots.iter().copied().filter(|slot| needs_low(*slot, low)).collect::<Vec<Slot>>())
    });
    let earliest: Lists = earliest.collect();
    let moved =
        ends.ask(round, cluster, topology, Question { latest, earliest, may_follow: true }, low).await;
    if !moved.is_empty() {
        ends.follow(round, cluster, topology, moved, low).await;
    }
    ends
}

// === impl Ends ===

impl Ends {
    /// Asks each leader for its own. Gives what has moved, if that is to be followed, and counts it otherwise.
    async fn ask(
        &mut self,
        round: &mut Round,
        cluster: &Cluster,
        topology: &Arc<Topology>,
        question: Question,
        low: &mut OffsetColumn,
    ) -> Vec<Slot> {
        let Question { latest, mut earliest, may_follow } = question;
        let (until, mut tasks) = (round.offsets_until(), Vec::new());
        let mut asked = BTreeMap::new();
        for (leader, slots) in latest {
            let slots: Arc<[Slot]> = slots.into();
            let missed = match (round.gone(leader), cluster.broker(leader)) {
                (Some(missed), _) => missed.clone(),
                (None, Err(failure)) => Missed::by(&failure),
                (None, Ok(broker)) => {
                    let earliest = earliest.remove(&leader).unwrap_or_default().into();
                    let (broker, topology) = (Arc::clone(broker), Arc::clone(topology));
                    tasks
                        .push((leader, offsets::read(broker, topology, Arc::clone(&slots), earliest, until)));
                    asked.insert(leader, slots);
                    continue;
                }
            };
            for slot in slots.iter() {
                self.miss(round, topology, *slot, missed.reason, || missed.message.clone());
            }
        }
        let mut moved = Vec::new();
        for (leader, told) in tasks::each(tasks).await {
            asked.remove(&leader);
            moved.extend(self.take(round, topology, leader, &told, low, may_follow));
        }
        for slot in asked.values().flat_map(|slots| slots.iter()) {
            let missed = Missed::lost();
            self.miss(round, topology, *slot, missed.reason, || missed.message);
        }
        moved
    }

    /// Takes over what a leader said. Gives what has moved.
    fn take(
        &mut self,
        round: &mut Round,
        topology: &Topology,
        leader: i32,
        told: &Told,
        low: &mut OffsetColumn,
        may_follow: bool,
    ) -> Vec<Slot> {
        if let Some(missed) = &told.missed {
            round.miss(leader, missed);
        }
        told.latest.known().for_each(|(slot, offset)| self.end.set(slot, offset));
        told.earliest.known().for_each(|(slot, offset)| low.set(slot, offset));
        let (moved, refused): (Vec<_>, Vec<_>) =
            told.latest.refused.iter().copied().partition(|(_, code)| may_follow && has_moved(*code));
        let mut explained: Vec<Slot> = told.latest.refused.iter().map(|(slot, _)| *slot).collect();
        explained.sort_unstable();
        for (slot, code) in refused {
            let reason = code.reason().unwrap_or(Reason::Unexpected);
            self.miss(round, topology, slot, reason, || format!("broker {leader} answered with {code}"));
        }
        let reason = told.missed.as_ref().map_or(Reason::Unexpected, |missed| missed.reason);
        let detail = || {
            told.missed
                .as_ref()
                .map_or("the answer leaves them out".to_owned(), |missed| missed.message.clone())
        };
        for slot in told.latest.unknown().filter(|slot| explained.binary_search(slot).is_err()) {
            self.miss(round, topology, slot, reason, detail);
        }
        moved.into_iter().map(|(slot, _)| slot).collect()
    }

    /// Learns the new leaders of what has moved, and asks them.
    async fn follow(
        &mut self,
        round: &mut Round,
        cluster: &mut Cluster,
        topology: &mut Arc<Topology>,
        mut moved: Vec<Slot>,
        low: &mut OffsetColumn,
    ) {
        moved.sort_unstable();
        let mut names: Vec<usize> = moved.iter().map(|slot| topology.topic_of(*slot)).collect();
        names.dedup();
        let names: Vec<Arc<str>> = names
            .into_iter()
            .filter_map(|topic| topology.topics.get(topic))
            .map(|topic| Arc::clone(&topic.name))
            .collect();
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        let mut newer = Topology::clone(topology);
        let refreshed = {
            let refreshing = cluster.refresh(Topics::Named(&names), |row| update(&mut newer, row));
            tokio::time::timeout_at(round.offsets_until(), refreshing).await
        };
        if matches!(refreshed, Ok(Ok(_))) {
            *topology = Arc::new(newer);
        }
        let mut latest = Lists::new();
        for slot in moved {
            match topology.partitions.get(slot as usize).map(|partition| partition.leader) {
                Some(leader) if leader != NO_NODE => latest.entry(leader).or_default().push(slot),
                _ => self.miss(round, topology, slot, Reason::Server, || "nobody leads them".to_owned()),
            }
        }
        let topology = Arc::clone(topology);
        let question = Question { latest, earliest: Lists::new(), may_follow: false };
        self.ask(round, cluster, &topology, question, low).await;
    }

    fn miss(
        &mut self,
        round: &mut Round,
        topology: &Topology,
        slot: Slot,
        reason: Reason,
        detail: impl FnOnce() -> String,
    ) {
        *self.unread.entry(reason).or_default() += 1;
        let topic = topology.topics.get(topology.topic_of(slot)).map_or("", |topic| &*topic.name);
        round.faults.items("partitions", reason, 1, topic, detail);
    }
}

/// Whether another broker may have the answer by now.
fn has_moved(code: ErrorCode) -> bool {
    code.has_moved() || code.known() == Some(ResponseError::ReplicaNotAvailable)
}

/// Takes over what is newer about a partition that is known.
fn update(topology: &mut Topology, row: Row<'_>) {
    let Row::Partition(topic, row) = row else { return };
    let Some(place) = topology.find(topic.name) else { return };
    let is_same = topology.topics.get(place).is_some_and(|known| known.id == topic.id);
    let Some(slot) = topology.slot(place, row.index).filter(|_| is_same) else { return };
    if let Some(partition) = topology.partitions.get_mut(slot as usize) {
        partition.leader = row.leader.unwrap_or(NO_NODE);
        partition.leader_epoch = row.leader_epoch.unwrap_or(-1);
        partition.in_sync = u16::try_from(row.in_sync.len()).unwrap_or(u16::MAX);
    }
}
