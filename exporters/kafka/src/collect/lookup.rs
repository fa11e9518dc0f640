//! From the names on the wire to slots, cheaply: brokers answer topic by topic, so the last one found is nearly always meant.

use crate::model::{Slot, Topology};

/// Remembers the last topic that was looked up.
#[derive(Clone, Copy, Debug, Default)]
pub struct TopicCursor {
    /// Its place; the next one is tried before the search.
    last: usize,
}

// === impl TopicCursor ===

impl TopicCursor {
    /// The slot of a partition; none if it is not in the topology.
    pub fn slot(&mut self, topology: &Topology, topic: &str, partition: i32) -> Option<Slot> {
        let is_named = |place: usize| topology.topics.get(place).is_some_and(|known| *known.name == *topic);
        if !is_named(self.last) {
            self.last = if is_named(self.last + 1) { self.last + 1 } else { topology.find(topic)? };
        }
        topology.slot(self.last, partition)
    }

    /// The place of the topic that was found last.
    pub fn topic(&self) -> usize {
        self.last
    }
}
