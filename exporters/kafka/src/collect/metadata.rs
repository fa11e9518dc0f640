//! `Metadata`: from the rows of the wire to a topology.
//!
//! What the filter leaves out is never kept. Names are those of the topology before, as far as they are the same, so a cycle
//! in which nothing changed allocates no name.
//!
//! Invariants:
//! - Partitions lie by their number, whatever order and number the broker says them in: what it leaves out is a partition that
//!   nobody leads and that has no replicas ([`is_absent`]).
//! - A topic with an error has no partitions here; it is counted.
//!
//! How to get it wrong: to run the patterns over every name in every cycle. A name that was let through before is let through
//! now: the filter is part of the source's identity.

use std::sync::Arc;

use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::metadata::{self, Row};
use lookout_runtime::Shard;

use crate::model::{BrokerNode, NO_NODE, Partition, Topic, Topology};

/// How far beyond their count partitions may be numbered. Kafka numbers them without gaps, and a number costs memory.
const MAX_GAP: usize = 1_024;

/// Up to which broker identifier replicas are counted in a column; beyond it, in a map.
const MAX_COLUMN: usize = 4_096;

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
    /// Whether the topic whose partitions are coming is kept.
    is_kept: bool,
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
        Self { previous, selection, shard, topology, is_kept: false, replicas: Vec::new(), misplaced: 0 }
    }

    /// Takes one row.
    pub fn row(&mut self, row: Row<'_>) {
        match row {
            Row::Broker(broker) => self.topology.brokers.push(BrokerNode {
                id: broker.id,
                host: broker.host.into(),
                port: u16::try_from(broker.port).unwrap_or_default(),
                rack: broker.rack.map(Into::into),
            }),
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
        self.is_kept = is_selected && topic.code.is_none();
        if is_selected && let Some(reason) = topic.code.reason() {
            // As many as it had when it could be read, and at least one.
            let missing = before.map_or(1, |before| u64::from(before.partitions.max(1)));
            *self.topology.unread_topics.entry(reason).or_default() += missing;
        }
        if !self.is_kept {
            return;
        }
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
        let Some(topic) = self.topology.topics.last_mut() else { return };
        let first = topic.first as usize;
        let known = topic.partitions as usize;
        let Some(index) = usize::try_from(row.index).ok().filter(|index| *index < known + MAX_GAP) else {
            self.misplaced += 1;
            return;
        };
        if index >= known {
            self.topology.partitions.resize(first + index + 1, ABSENT);
            topic.partitions = u32::try_from(index + 1).unwrap_or(topic.partitions);
        }
        let is_ours = topic.is_ours;
        let Some(place) = self.topology.partitions.get_mut(first + index) else { return };
        if !is_absent(place) {
            self.misplaced += 1;
            return;
        }
        *place = Partition {
            leader: row.leader.unwrap_or(NO_NODE),
            leader_epoch: row.leader_epoch.unwrap_or(-1),
            preferred: row.replicas.iter().next().unwrap_or(NO_NODE),
            replicas: u16::try_from(row.replicas.len()).unwrap_or(u16::MAX),
            in_sync: u16::try_from(row.in_sync.len()).unwrap_or(u16::MAX),
        };
        if is_ours {
            self.count_replicas(row);
        }
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
                _ => *self.topology.replicas.entry(id).or_default() += 1,
            }
        }
    }

    /// The topology, and how many rows could not be placed.
    pub fn finish(mut self) -> (Topology, u64) {
        for (id, count) in (0_i32..).zip(&self.replicas).filter(|(_, count)| **count > 0) {
            self.topology.replicas.insert(id, *count);
        }
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
