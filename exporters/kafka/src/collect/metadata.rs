//! `Metadata`: from the rows of the wire to a topology.
//!
//! What the filter leaves out is never kept. Names are those of the topology before, as far as they are the same, so a cycle
//! in which nothing changed allocates no name.
//!
//! Invariants:
//! - Partitions lie by their number, whatever order and number the broker says them in: what it leaves out is a partition that
//!   nobody leads and that has no replicas ([`is_absent`]).
//! - A topic with an error has no partitions here; it is counted, and its name kept: groups that read it have no totals.
//!
//! How to get it wrong: to run the patterns over every name in every cycle. A name that was let through before is let through
//! now: the filter is part of the source's identity.

use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::metadata::{self, Row};
use lookout_runtime::Shard;

use crate::model::{BrokerNode, NO_NODE, Partition, Topic, Topology};

/// How far beyond their announced count partitions may be numbered; over all topics,
/// by as many as are announced, and these. Kafka numbers them without gaps, and a number costs memory.
const MAX_GAP: usize = 1_024;

/// Up to which broker identifier replicas are counted in a column; beyond it, in a map, of as many brokers at most.
const MAX_COLUMN: usize = 4_096;

/// How many brokers are kept while the answer is read: one that names more is refused as a whole in the end.
const MAX_BROKERS: usize = 4_096;

/// How many partitions are watched: five times what the largest known clusters have, and with all columns 500 MB. A setting
/// (`topics`, or shards of the names) watches another part of more.
const MAX_PARTITIONS: usize = 5_000_000;

/// How many topics are watched, and how many are known by name to be unread.
const MAX_TOPICS: usize = 1_000_000;

/// What the broker did not say.
const ABSENT: Partition =
    Partition { leader: NO_NODE, leader_epoch: -1, preferred: NO_NODE, replicas: 0, in_sync: 0 };

/// Whether the broker left this partition out of its answer.
pub fn is_absent(partition: &Partition) -> bool {
    *partition == ABSENT
}

/// A topology that is being read.
#[derive(Debug)]
pub struct Draft<'a> {
    previous: &'a Topology,
    selection: &'a Selection,
    shard: Shard,
    topology: Topology,
    /// Whether the broker has named a topic, watched or not.
    has_topics: bool,
    /// Whether the topic whose partitions are coming is kept.
    is_kept: bool,
    /// How many partitions the broker announced for it.
    announced: usize,
    /// How much room was made for numbers beyond what was announced.
    gaps: usize,
    /// Replicas by broker identifier, for the small ones.
    replicas: Vec<u64>,
    /// Rows that could not be placed: twice the same, or a number out of range.
    misplaced: u64,
}

// === impl Draft ===

impl<'a> Draft<'a> {
    /// An empty one.
    pub fn new(previous: &'a Topology, selection: &'a Selection, shard: Shard) -> Self {
        let mut topology = Topology::default();
        topology.topics.reserve(previous.topics.len());
        topology.partitions.reserve(previous.partitions.len());
        Self {
            previous,
            selection,
            shard,
            topology,
            has_topics: false,
            is_kept: false,
            announced: 0,
            gaps: 0,
            replicas: Vec::new(),
            misplaced: 0,
        }
    }

    /// Takes one row.
    pub fn row(&mut self, row: Row<'_>) {
        match row {
            Row::Broker(broker) if self.topology.brokers.len() < MAX_BROKERS => {
                self.topology.brokers.push(BrokerNode {
                    id: broker.id,
                    host: broker.host.into(),
                    port: u16::try_from(broker.port).unwrap_or_default(),
                    rack: broker.rack.map(Into::into),
                });
            }
            Row::Broker(_) => {}
            Row::Cluster(cluster) => {
                self.topology.cluster_id = cluster.id.map(Into::into);
                self.topology.named_controller = cluster.controller;
            }
            Row::Topic(topic) => self.topic(topic),
            Row::Partition(_, partition) => self.partition(&partition),
        }
    }

    fn topic(&mut self, topic: metadata::Topic<'_>) {
        let before = self.previous.find(topic.name).and_then(|place| self.previous.topics.get(place));
        let is_selected = before.is_some() || self.selection.contains(topic.name);
        self.has_topics = true;
        let is_within = self.topology.topics.len() < MAX_TOPICS
            && self.topology.partitions.len().saturating_add(topic.partitions) <= MAX_PARTITIONS;
        self.is_kept = is_selected && topic.code.is_none() && is_within;
        let too_many = (!is_within).then_some(Reason::TooMany);
        if is_selected && let Some(reason) = topic.code.reason().or(too_many) {
            // As many as it has, or had when it could be read, and at least one.
            let missing = before.map_or(1, |before| u64::from(before.partitions.max(1)));
            let missing = missing.max(topic.partitions as u64);
            *self.topology.unread_topics.entry(reason).or_default() += missing;
            if self.topology.unread_names.len() < MAX_TOPICS {
                self.topology.unread_names.push(topic.name.into());
            }
        }
        if !self.is_kept {
            return;
        }
        self.announced = topic.partitions;
        let (Ok(first), Ok(partitions)) =
            (u32::try_from(self.topology.partitions.len()), u32::try_from(topic.partitions))
        else {
            self.is_kept = false;
            return;
        };
        let (name, is_ours) = match before {
            Some(before) => (Arc::clone(&before.name), before.is_ours),
            None => (topic.name.into(), self.shard.owns(topic.name)),
        };
        let (id, is_internal) = (topic.id, topic.is_internal);
        self.topology.topics.push(Topic { name, id, first, partitions, is_internal, is_ours });
        self.topology.partitions.resize(self.topology.partitions.len() + topic.partitions, ABSENT);
    }

    fn partition(&mut self, row: &metadata::Partition<'_>) {
        if !self.is_kept {
            return;
        }
        let Some(slot) = self.place(row.index) else {
            self.misplaced += 1;
            return;
        };
        let Some(place) = self.topology.partitions.get_mut(slot).filter(|place| is_absent(place)) else {
            self.misplaced += 1;
            return;
        };
        *place = Partition {
            leader: row.leader.unwrap_or(NO_NODE),
            leader_epoch: row.leader_epoch.unwrap_or(-1),
            preferred: row.replicas.iter().next().unwrap_or(NO_NODE),
            replicas: u16::try_from(row.replicas.len()).unwrap_or(u16::MAX),
            in_sync: u16::try_from(row.in_sync.len()).unwrap_or(u16::MAX),
        };
        self.count_replicas(row);
    }

    /// The slot of a partition of the topic that is being read. A number beyond the announced count makes room, within bounds.
    fn place(&mut self, index: i32) -> Option<usize> {
        let topic = self.topology.topics.last_mut()?;
        let (first, known) = (topic.first as usize, topic.partitions as usize);
        let index = usize::try_from(index).ok().filter(|index| *index < self.announced + MAX_GAP)?;
        if index >= known {
            let more = index + 1 - known;
            let announced = self.topology.partitions.len() - self.gaps;
            if self.gaps + more > announced + MAX_GAP {
                return None;
            }
            self.gaps += more;
            self.topology.partitions.resize(first + index + 1, ABSENT);
            topic.partitions = u32::try_from(index + 1).ok()?;
        }
        Some(first + index)
    }

    fn count_replicas(&mut self, row: &metadata::Partition<'_>) {
        for id in row.replicas.iter() {
            match usize::try_from(id) {
                Ok(place) if place < MAX_COLUMN => {
                    if self.replicas.len() <= place {
                        self.replicas.resize(place + 1, 0);
                    }
                    self.replicas[place] += 1;
                }
                _ => {
                    let is_known = self.topology.replicas.contains_key(&id);
                    if is_known || self.topology.replicas.len() < MAX_COLUMN {
                        *self.topology.replicas.entry(id).or_default() += 1;
                    } else {
                        self.misplaced += 1;
                    }
                }
            }
        }
    }

    /// Whether the broker has named no topic at all, not even one that is not watched.
    pub fn is_without_topics(&self) -> bool {
        !self.has_topics
    }

    /// The topology, and how many rows could not be placed.
    pub fn finish(mut self) -> (Topology, u64) {
        for (id, count) in (0_i32..).zip(&self.replicas).filter(|(_, count)| **count > 0) {
            self.topology.replicas.insert(id, *count);
        }
        self.topology.unread_names.sort_unstable();
        self.topology.brokers.sort_by_key(|broker| broker.id);
        self.topology.brokers.dedup_by_key(|broker| broker.id);
        let is_sorted = self.topology.topics.is_sorted_by(|one, next| one.name < next.name);
        if !is_sorted {
            sort(&mut self.topology);
        }
        (self.topology, self.misplaced)
    }
}

/// Sorts the topics by name, their partitions with them. Of two topics of one name the first stays.
fn sort(topology: &mut Topology) {
    topology.topics.sort_by(|one, other| one.name.cmp(&other.name));
    topology.topics.dedup_by(|next, one| next.name == one.name);
    let mut partitions = Vec::with_capacity(topology.partitions.len());
    for topic in &mut topology.topics {
        let first = topic.first as usize;
        let moved = topology.partitions.get(first..first + topic.partitions as usize).unwrap_or_default();
        topic.first = u32::try_from(partitions.len()).unwrap_or(u32::MAX);
        partitions.extend_from_slice(moved);
    }
    topology.partitions = partitions;
}

#[cfg(test)]
mod tests {
    use lookout_kafka_spec::config::Filter;
    use lookout_kafka_wire::ErrorCode;

    use super::*;

    #[test]
    fn partitions_beyond_their_announced_count_cost_no_more_than_the_gap() {
        let (previous, selection) = (Topology::default(), Selection::new(&Filter::default()).unwrap());
        let mut draft = Draft::new(&previous, &selection, Shard::WHOLE);
        let (id, code) = ([1; 16], ErrorCode::NONE);
        draft.topic(metadata::Topic { name: "t", id, code, is_internal: false, partitions: 2 });
        assert_eq!((draft.place(1), draft.place(-1)), (Some(1), None));
        assert_eq!((draft.place(1_025), draft.place(1_026)), (Some(1_025), None));
        // Other topics have no gap any more, beyond what they announce themselves.
        draft.topic(metadata::Topic { name: "u", id, code, is_internal: false, partitions: 1 });
        assert_eq!((draft.place(0), draft.place(1_000)), (Some(1_026), None));
        let (topology, _) = draft.finish();
        assert_eq!(topology.partitions.len(), 1_027);
    }

    #[test]
    fn topics_beyond_the_limit_of_partitions_are_counted_and_not_kept() {
        let (previous, selection) = (Topology::default(), Selection::new(&Filter::default()).unwrap());
        let mut draft = Draft::new(&previous, &selection, Shard::WHOLE);
        let (id, code) = ([1; 16], ErrorCode::NONE);
        assert!(draft.is_without_topics());
        for (name, partitions) in [("a", MAX_PARTITIONS - 2), ("b", 3), ("c", 2)] {
            draft.topic(metadata::Topic { name, id, code, is_internal: false, partitions });
        }
        assert!(!draft.is_without_topics());
        let (topology, _) = draft.finish();
        assert_eq!(topology.partitions.len(), MAX_PARTITIONS);
        assert_eq!(topology.topics.iter().map(|topic| &*topic.name).collect::<Vec<_>>(), ["a", "c"]);
        assert_eq!(topology.unread_topics, [(Reason::TooMany, 3)].into());
        assert!(topology.is_unread("b"));
    }
}
