//! What can happen to a running cluster.
//!
//! Most say whether what they are about was there: `false`, and nothing has happened, for a name or a number that is not.

mod brokers;
mod groups;
mod partitions;
mod permissions;
mod topics;

use super::Cluster;
use super::world::World;

impl Cluster {
    fn with_partition(
        &self,
        topic: &str,
        partition: i32,
        act: impl FnOnce(&mut World, usize, usize),
    ) -> bool {
        let mut world = self.shared.write();
        let found = world.topic(topic).and_then(|(number, topic)| Some((number, topic.slot(partition)?)));
        found.map(|(topic, slot)| act(&mut world, topic, slot)).is_some()
    }
}
