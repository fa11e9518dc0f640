//! Topics and what arrives in them: created, deleted, truncated, faster and slower.

use crate::kafka::log::{self, Log};
use crate::kafka::{Cluster, ResponseError, TopicDescription};

impl Cluster {
    /// A topic is created, empty.
    pub fn create_topic(&self, topic: TopicDescription) {
        self.shared.write().create_topic(topic, self.now_millis());
    }

    /// A topic is deleted, and all commits with it.
    pub fn delete_topic(&self, topic: &str) -> bool {
        self.shared.write().delete_topic(topic).is_some()
    }

    /// A topic is named with this error instead of its partitions (`LeaderNotAvailable`, say); none ends that. Its commits are
    /// told as before.
    pub fn set_topic_error(&self, topic: &str, error: Option<ResponseError>) {
        let mut world = self.shared.write();
        match error {
            Some(error) => world.troubles.topics.insert(topic.to_owned(), error),
            None => world.troubles.topics.remove(topic),
        };
    }

    /// A topic is deleted and created again, as it was: another identifier, offsets from 0, no commits from before.
    pub fn recreate_topic(&self, topic: &str) -> bool {
        let now = self.now_millis();
        let mut world = self.shared.write();
        let Some(description) = world.delete_topic(topic) else { return false };
        world.create_topic(description, now);
        true
    }

    /// A partition loses all from `offset` on (an unclean election, say), and goes on from there. Commits stay as they are,
    /// beyond the end perhaps, until [`Cluster::set_behaviour`].
    pub fn truncate(&self, topic: &str, partition: i32, offset: i64) -> bool {
        let now = self.now_millis();
        self.with_partition(topic, partition, |world, topic, slot| world.pin_commits(topic, slot, now))
            && self.change_log(topic, partition, |log, now| log.truncate(now, offset))
    }

    /// Records before `offset` are deleted. Commits stay where they are, before the first record perhaps.
    pub fn delete_records(&self, topic: &str, partition: i32, before: i64) -> bool {
        self.change_log(topic, partition, |log, _| log.deleted_before = before)
    }

    /// A partition is produced to at this rate from now on; 0 pauses it.
    pub fn set_rate(&self, topic: &str, partition: i32, records_per_second: f64) -> bool {
        self.change_log(topic, partition, |log, now| log.change_rate(now, log::rate(records_per_second)))
    }

    /// Nothing is produced to a topic until [`Cluster::resume_topic`].
    pub fn pause_topic(&self, topic: &str) -> bool {
        self.set_rates(topic, |_| 0)
    }

    /// A topic is produced to at the rates that it is described with.
    pub fn resume_topic(&self, topic: &str) -> bool {
        self.set_rates(topic, |described| described)
    }

    fn set_rates(&self, topic: &str, rate: impl Fn(i64) -> i64) -> bool {
        let now = self.now_millis();
        let mut world = self.shared.write();
        let Some((_, found)) = world.topic(topic) else { return false };
        let logs = found.slots().map(|slot| {
            let mut log = world.log(found, slot).into_owned();
            log.change_rate(now, rate(found.rate(slot)));
            (slot, log)
        });
        let logs: Vec<_> = logs.collect();
        world.changed_logs.extend(logs);
        true
    }

    /// A transaction is open in a partition from `offset` on (none ends it): "read committed" sees no further.
    pub fn set_open_transaction(&self, topic: &str, partition: i32, offset: Option<i64>) -> bool {
        self.change_log(topic, partition, |log, _| log.open_transaction = offset)
    }

    fn change_log(&self, topic: &str, partition: i32, change: impl FnOnce(&mut Log, i64)) -> bool {
        let now = self.now_millis();
        self.with_partition(topic, partition, |world, topic, slot| {
            let Some(entry) = world.topics.get(topic) else { return };
            let mut log = world.log(entry, slot).into_owned();
            change(&mut log, now);
            world.changed_logs.insert(slot, log);
        })
    }
}
