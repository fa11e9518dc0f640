//! Brokers, topics and partitions, as one answer to Metadata has them.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookout_declarations::Reason;

/// The index of a partition in every column of one topology.
pub type Slot = u32;

/// Stands for a node that there is not: a partition without a leader.
pub const NO_NODE: i32 = -1;

/// The brokers, topics and partitions of one cluster.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// The cluster's own identifier.
    pub cluster_id: Option<Box<str>>,
    /// The controller as Metadata names it: true of `ZooKeeper` only, any broker on `KRaft`.
    pub named_controller: Option<i32>,
    /// Every broker that is alive, by identifier.
    pub brokers: Vec<BrokerNode>,
    /// The topics that the filter lets through, by name.
    pub topics: Vec<Topic>,
    /// Their partitions, topic by topic.
    pub partitions: Vec<Partition>,
    /// How many replicas each broker has, of all these topics; brokers that are not alive included.
    pub replicas: BTreeMap<i32, u64>,
    /// Partitions of topics that the cluster names with an error, by reason.
    pub unread_topics: BTreeMap<Reason, u64>,
    /// The names of these topics, and of those that have vanished within the last minutes, sorted.
    pub unread_names: Vec<Box<str>>,
}

/// A broker that is alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerNode {
    /// Its node identifier.
    pub id: i32,
    /// The host that it advertises.
    pub host: Box<str>,
    /// The port that it advertises.
    pub port: u16,
    /// Its rack, if it has one.
    pub rack: Option<Box<str>>,
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Its identifier, another one after it was created again; zero before Kafka 2.8.
    pub id: [u8; 16],
    /// The slot of its partition 0.
    pub first: Slot,
    /// How many partitions it has; they are numbered from 0.
    pub partitions: u32,
    /// Whether it belongs to Kafka itself.
    pub is_internal: bool,
    /// Whether this shard has series about it; a topic of another shard is known for its groups only.
    pub is_ours: bool,
}

/// A partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// The leader, or [`NO_NODE`].
    pub leader: i32,
    /// The leader's epoch, or −1 before Kafka 2.1.
    pub leader_epoch: i32,
    /// The first replica, or [`NO_NODE`].
    pub preferred: i32,
    /// How many replicas it has.
    pub replicas: u16,
    /// How many of them are in sync.
    pub in_sync: u16,
}

/// Where the partitions of an older topology are in a newer one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotMap {
    /// For each topic of the newer topology: where it was, if it was the same topic. `None` for a new or re-created one.
    before: Vec<Option<Before>>,
    /// Whether every slot is where it was, and nothing was added or removed.
    is_identity: bool,
}

/// Where a topic was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Before {
    first: Slot,
    partitions: u32,
}

// === impl Topology ===

impl Topology {
    /// The index of a topic.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.topics.binary_search_by(|topic| (*topic.name).cmp(name)).ok()
    }

    /// Whether the cluster names a topic with an error.
    pub fn is_unread(&self, name: &str) -> bool {
        self.unread_names.binary_search_by(|unread| (**unread).cmp(name)).is_ok()
    }

    /// The slot of a partition.
    pub fn slot(&self, topic: usize, partition: i32) -> Option<Slot> {
        let topic = self.topics.get(topic)?;
        let partition = u32::try_from(partition).ok()?;
        (partition < topic.partitions).then(|| topic.first + partition)
    }

    /// The index of the topic that a slot belongs to.
    pub fn topic_of(&self, slot: Slot) -> usize {
        self.topics.partition_point(|topic| topic.first <= slot).saturating_sub(1)
    }

    /// The partitions of a topic.
    pub fn partitions_of(&self, topic: &Topic) -> &[Partition] {
        let first = topic.first as usize;
        self.partitions.get(first..first + topic.partitions as usize).unwrap_or_default()
    }
}

impl Partition {
    /// Whether nobody leads it.
    pub fn is_offline(&self) -> bool {
        self.leader == NO_NODE
    }

    /// Whether it has fewer replicas in sync than replicas.
    pub fn is_under_replicated(&self) -> bool {
        self.in_sync < self.replicas
    }

    /// Whether it is led, but not by its first replica.
    pub fn is_led_by_another(&self) -> bool {
        self.leader != NO_NODE && self.leader != self.preferred
    }
}

// === impl SlotMap ===

impl SlotMap {
    /// Compares two topologies. A topic is the same if name and identifier are; an identifier of zero (old brokers) is
    /// equal to any.
    pub fn between(older: &Topology, newer: &Topology) -> Self {
        let is_same = |was: &Topic, is: &Topic| was.id == is.id || was.id == [0; 16] || is.id == [0; 16];
        let before: Vec<_> = newer
            .topics
            .iter()
            .map(|is| {
                let was = older.topics.get(older.find(&is.name)?)?;
                is_same(was, is).then_some(Before { first: was.first, partitions: was.partitions })
            })
            .collect();
        let is_identity = older.topics.len() == newer.topics.len()
            && before
                .iter()
                .zip(&newer.topics)
                .all(|(before, is)| *before == Some(Before { first: is.first, partitions: is.partitions }));
        Self { before, is_identity }
    }

    /// Whether every column may stay as it is.
    pub fn is_identity(&self) -> bool {
        self.is_identity
    }

    /// A column of the newer topology: what was known where the partition was there before, `missing` elsewhere.
    pub fn carry<T: Copy>(&self, newer: &Topology, column: &[T], missing: T) -> Vec<T> {
        let mut carried = vec![missing; newer.partitions.len()];
        for (topic, before) in newer.topics.iter().zip(&self.before) {
            let Some(before) = before else { continue };
            let common = topic.partitions.min(before.partitions) as usize;
            let (to, from) = (topic.first as usize, before.first as usize);
            if let (Some(to), Some(from)) =
                (carried.get_mut(to..to + common), column.get(from..from + common))
            {
                to.copy_from_slice(from);
            }
        }
        carried
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn topology(topics: &[(&str, u8, u32)]) -> Topology {
        let partition = Partition { leader: 1, leader_epoch: 0, preferred: 1, replicas: 1, in_sync: 1 };
        let mut built = Topology::default();
        for (name, id, partitions) in topics {
            let first = u32::try_from(built.partitions.len()).unwrap();
            built.partitions.extend((0..*partitions).map(|_| partition));
            let (name, id) = ((*name).into(), [*id; 16]);
            let (is_internal, is_ours) = (false, true);
            built.topics.push(Topic { name, id, first, partitions: *partitions, is_internal, is_ours });
        }
        built
    }

    #[test]
    fn slots_belong_to_topics() {
        let built = topology(&[("a", 1, 2), ("b", 2, 3)]);
        assert_eq!(
            (built.slot(1, 2), built.slot(1, 3), built.slot(1, -1), built.slot(2, 0)),
            (Some(4), None, None, None)
        );
        assert_eq!([0, 1, 2, 4].map(|slot| built.topic_of(slot)), [0, 0, 1, 1]);
        assert_eq!((built.find("b"), built.find("c")), (Some(1), None));
    }

    #[test]
    fn columns_follow_their_topics() {
        let older = topology(&[("a", 1, 2), ("b", 2, 2), ("d", 4, 1)]);
        let newer = topology(&[("a", 9, 2), ("b", 2, 3), ("c", 3, 1), ("d", 4, 1)]);
        let map = SlotMap::between(&older, &newer);
        assert!(!map.is_identity() && SlotMap::between(&older, &older.clone()).is_identity());
        // `a` was created again, `b` has grown, `c` is new.
        assert_eq!(map.carry(&newer, &[10, 11, 20, 21, 40], -1), [-1, -1, 20, 21, -1, -1, 40]);
    }
}
