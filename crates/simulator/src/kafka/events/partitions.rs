//! Partitions: who leads them, which replicas are in sync, what is wrong with them.

use crate::kafka::{Cluster, ResponseError};

impl Cluster {
    /// A partition is led by another of its replicas that is in sync; the epoch rises.
    pub fn move_leader(&self, topic: &str, partition: i32, to: i32) -> bool {
        self.with_partition(topic, partition, |world, topic, slot| world.elect(topic, slot, Some(to)))
    }

    /// A partition is led by nobody until [`Cluster::bring_online`].
    pub fn take_offline(&self, topic: &str, partition: i32) -> bool {
        self.with_partition(topic, partition, |world, _, slot| world.lead(slot, -1))
    }

    /// A partition is led by one of its replicas again.
    pub fn bring_online(&self, topic: &str, partition: i32) -> bool {
        self.with_partition(topic, partition, |world, topic, slot| world.elect(topic, slot, None))
    }

    /// Only these of a partition's replicas are in sync. Who leads stays.
    pub fn set_in_sync(&self, topic: &str, partition: i32, in_sync: &[i32]) -> bool {
        self.with_partition(topic, partition, |world, topic, slot| {
            world.set_in_sync(topic, slot, |id| in_sync.contains(&id));
        })
    }

    /// Metadata and offsets of a partition are answered with this error; none ends that.
    pub fn set_partition_error(&self, topic: &str, partition: i32, error: Option<ResponseError>) -> bool {
        self.with_partition(topic, partition, |world, _, slot| {
            match error {
                Some(error) => world.troubles.partitions.insert(slot, error),
                None => world.troubles.partitions.remove(&slot),
            };
        })
    }

    /// `Metadata` goes on naming the leaders of now, whoever leads later, until [`Cluster::refresh_metadata`]: as brokers do
    /// that have not heard of an election yet.
    pub fn hold_metadata(&self) {
        let mut world = self.shared.write();
        world.stale = Some((world.leaders.clone(), world.epochs.clone()));
    }

    /// `Metadata` names the leaders as they are.
    pub fn refresh_metadata(&self) {
        self.shared.write().stale = None;
    }

    /// The replicas of a partition are being moved between the directories of their brokers, or are there. While they are,
    /// each is listed twice.
    pub fn set_moving(&self, topic: &str, partition: i32, is_moving: bool) -> bool {
        self.with_partition(topic, partition, |world, _, slot| {
            let moving = &mut world.troubles.moving;
            if is_moving {
                moving.insert(slot)
            } else {
                moving.remove(&slot)
            };
        })
    }
}
