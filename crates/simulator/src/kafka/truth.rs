//! The truth about a cluster, for tests to hold a client's view against. All of it is of the moment of the call:
//! [`Cluster::freeze`] first.

use super::Cluster;
use super::world::{Topic, World};

impl Cluster {
    /// The first offset of a partition that can be read.
    pub fn start_offset(&self, topic: &str, partition: i32) -> Option<i64> {
        self.look(topic, partition, |world, topic, slot, now| Some(world.range(topic, slot, now).0))
    }

    /// The offset that the next record of a partition will get.
    pub fn end_offset(&self, topic: &str, partition: i32) -> Option<i64> {
        self.look(topic, partition, |world, topic, slot, now| Some(world.range(topic, slot, now).1))
    }

    /// When a record arrived, in milliseconds since 1970; also if it has been removed since.
    pub fn arrived(&self, topic: &str, partition: i32, offset: i64) -> Option<i64> {
        self.look(topic, partition, |world, topic, slot, _| world.log(topic, slot).arrived(offset))
    }

    /// Which broker leads a partition; none if it is offline.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<i32> {
        self.look(topic, partition, |world, _, slot, _| {
            world.leaders.get(slot).copied().filter(|leader| *leader >= 0)
        })
    }

    /// The epoch of a partition's leader.
    pub fn leader_epoch(&self, topic: &str, partition: i32) -> Option<i32> {
        self.look(topic, partition, |world, _, slot, _| world.epochs.get(slot).copied())
    }

    /// The replicas of a partition that are in sync.
    pub fn in_sync(&self, topic: &str, partition: i32) -> Vec<i32> {
        let found =
            self.look(topic, partition, |world, topic, slot, _| Some(world.in_sync(topic, slot).collect()));
        found.unwrap_or_default()
    }

    /// The bytes of one replica of a partition.
    pub fn partition_bytes(&self, topic: &str, partition: i32) -> Option<i64> {
        self.look(topic, partition, |world, topic, slot, now| {
            let (start, end) = world.range(topic, slot, now);
            Some(topic.bytes(end - start))
        })
    }

    /// A topic's identifier.
    pub fn topic_id(&self, topic: &str) -> Option<[u8; 16]> {
        self.shared.read().topic(topic).map(|(_, topic)| topic.id)
    }

    /// What a group has committed in a partition, whether it still reads it or not.
    pub fn committed(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        self.look(topic, partition, |world, topic, slot, now| {
            world.commit(world.group(group)?.0, topic, slot, now)
        })
    }

    /// How many records a group is behind in a partition; below 0 if it has committed what is not there.
    pub fn lag(&self, group: &str, topic: &str, partition: i32) -> Option<i64> {
        Some(self.end_offset(topic, partition)? - self.committed(group, topic, partition)?)
    }

    /// How long ago, in seconds, the oldest record arrived that a group has not consumed and that still can be read; 0 if
    /// there is none.
    pub fn lag_seconds(&self, group: &str, topic: &str, partition: i32) -> Option<f64> {
        self.look(topic, partition, |world, topic, slot, now| {
            let (start, end) = world.range(topic, slot, now);
            let next = world.commit(world.group(group)?.0, topic, slot, now)?.max(start);
            if next >= end {
                return Some(0.0);
            }
            let arrived = world.log(topic, slot).arrived(next)?;
            Some((now - arrived) as f64 / 1_000.0)
        })
    }

    /// Which broker coordinates a group, there or not.
    pub fn coordinator(&self, group: &str) -> Option<i32> {
        self.shared.read().coordinator(group)
    }

    /// Which broker controls the cluster.
    pub fn controller(&self) -> Option<i32> {
        self.shared.read().controller()
    }

    fn look<T>(
        &self,
        topic: &str,
        partition: i32,
        see: impl FnOnce(&World, &Topic, usize, i64) -> Option<T>,
    ) -> Option<T> {
        let (world, now) = (self.shared.read(), self.now_millis());
        let (_, topic) = world.topic(topic)?;
        see(&world, topic, topic.slot(partition)?, now)
    }
}
