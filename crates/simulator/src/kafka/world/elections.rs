//! Who leads: elections after a broker has gone, come back, or been told to step down.
//!
//! As in Kafka without unclean elections: only a replica that is in sync and alive can lead, the preferred one if it can;
//! the last one that was in sync stays so while it is dead; every change of the leader is a new epoch.

use super::World;

impl World {
    /// Elects: `wanted` if it can lead, else the one there is if it still can, else the first that can.
    pub(crate) fn elect(&mut self, topic: usize, slot: usize, wanted: Option<i32>) {
        let Some(entry) = self.topics.get(topic) else { return };
        let current = self.leaders.get(slot).copied().unwrap_or(-1);
        let can_lead = |id: i32| self.is_alive(id) && self.in_sync(entry, slot).any(|in_sync| in_sync == id);
        let elected = wanted
            .filter(|id| can_lead(*id))
            .or_else(|| Some(current).filter(|id| can_lead(*id)))
            .or_else(|| self.replicas(entry, slot).find(|id| can_lead(*id)))
            .unwrap_or(-1);
        self.lead(slot, elected);
    }

    /// Makes it the leader, −1 nobody. A change begins a new epoch.
    pub(crate) fn lead(&mut self, slot: usize, leader: i32) {
        let Some((current, epoch)) = self.leaders.get_mut(slot).zip(self.epochs.get_mut(slot)) else {
            return;
        };
        if *current != leader {
            (*current, *epoch) = (leader, *epoch + 1);
        }
    }

    /// A broker is dead: it leads nothing and is in sync with nothing, unless it was the last.
    pub(crate) fn bury(&mut self, id: i32, now: i64) {
        self.set_alive(id, false, now);
        self.for_each_replica_of(id, |world, topic, slot| {
            let Some(entry) = world.topics.get(topic) else { return };
            let others: Vec<i32> = world.in_sync(entry, slot).filter(|in_sync| *in_sync != id).collect();
            if !others.is_empty() {
                world.set_in_sync(topic, slot, |id| others.contains(&id));
            }
            world.elect(topic, slot, None);
        });
    }

    /// A broker is back, and has caught up with all leaders at once.
    pub(crate) fn revive(&mut self, id: i32, now: i64) {
        self.set_alive(id, true, now);
        self.for_each_replica_of(id, |world, topic, slot| {
            let Some(entry) = world.topics.get(topic) else { return };
            let others: Vec<i32> = world.in_sync(entry, slot).collect();
            // Where nobody leads, only those that were in sync to the end may.
            world.elect(topic, slot, None);
            if world.leaders.get(slot).is_some_and(|leader| *leader >= 0) {
                world.set_in_sync(topic, slot, |replica| replica == id || others.contains(&replica));
            }
        });
    }

    /// Every partition is led by its preferred leader, where that one can.
    pub(crate) fn elect_preferred(&mut self) {
        for topic in 0..self.topics.len() {
            let Some(entry) = self.topics.get(topic) else { return };
            for slot in entry.slots() {
                let Some(entry) = self.topics.get(topic) else { return };
                let preferred = self.replicas(entry, slot).next();
                self.elect(topic, slot, preferred);
            }
        }
    }

    fn set_alive(&mut self, id: i32, is_alive: bool, now: i64) {
        for broker in self.brokers.iter_mut().filter(|broker| broker.id == id) {
            (broker.is_alive, broker.since) = (is_alive, now);
        }
    }

    fn for_each_replica_of(&mut self, id: i32, mut act: impl FnMut(&mut Self, usize, usize)) {
        for topic in 0..self.topics.len() {
            let Some(entry) = self.topics.get(topic).filter(|entry| !entry.is_deleted) else { continue };
            for slot in entry.slots() {
                let Some(entry) = self.topics.get(topic) else { return };
                if self.replicas(entry, slot).any(|replica| replica == id) {
                    act(self, topic, slot);
                }
            }
        }
    }
}
