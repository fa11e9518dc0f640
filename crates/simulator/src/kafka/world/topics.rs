//! Topics: where their partitions lie, and what has arrived in them.

use std::borrow::Cow;

use super::{World, spread};
use crate::kafka::TopicDescription;
use crate::kafka::log::{self, Log};

/// A topic.
pub(crate) struct Topic {
    pub(crate) description: TopicDescription,
    pub(crate) id: [u8; 16],
    /// When it was created, in milliseconds since 1970.
    pub(crate) created: i64,
    pub(crate) is_deleted: bool,
    first_slot: usize,
    /// The place of the broker of the first replica of partition 0.
    first_broker: usize,
    replicas: usize,
    /// In thousandths of a record per second.
    rate: i64,
    hot_rate: i64,
}

/// The replicas that fit the column of those in sync.
const MAX_REPLICAS: usize = 8;

impl Topic {
    pub(crate) fn partitions(&self) -> usize {
        usize::try_from(self.description.partitions).unwrap_or(usize::MAX)
    }

    pub(crate) fn slots(&self) -> core::ops::Range<usize> {
        self.first_slot..self.first_slot + self.partitions()
    }

    pub(crate) fn slot(&self, partition: i32) -> Option<usize> {
        let partition = usize::try_from(partition).ok()?;
        (partition < self.partitions()).then(|| self.first_slot + partition)
    }

    pub(crate) fn partition(&self, slot: usize) -> i32 {
        i32::try_from(slot - self.first_slot).unwrap_or(i32::MAX)
    }

    /// The rate that a partition is described with, in thousandths of a record per second.
    pub(crate) fn rate(&self, slot: usize) -> i64 {
        if slot == self.first_slot { self.hot_rate } else { self.rate }
    }

    /// The size of a partition of so many records.
    pub(crate) fn bytes(&self, records: i64) -> i64 {
        records.saturating_mul(i64::from(self.description.record_bytes))
    }

    /// The offset that a consumer commits who has read all before `end`: not after a marker of a transaction, which it
    /// never gets to see.
    pub(crate) fn commit_of(&self, end: i64) -> i64 {
        let Some(records) = self.description.records_per_transaction else { return end };
        let every = i64::from(records) + 1;
        if end > 0 && end % every == 0 { end - 1 } else { end }
    }
}

impl World {
    pub(crate) fn topic(&self, name: &str) -> Option<(usize, &Topic)> {
        let number = *self.topics_by_name.get(name)?;
        Some((number, self.topics.get(number)?))
    }

    /// Those that are not deleted.
    pub(crate) fn topics(&self) -> impl Iterator<Item = &Topic> + Clone {
        self.topics.iter().filter(|topic| !topic.is_deleted)
    }

    pub(crate) fn slot_of(&self, topic: &str, partition: i32) -> Option<usize> {
        self.topic(topic)?.1.slot(partition)
    }

    /// All replicas, the preferred leader first.
    pub(crate) fn replicas(&self, topic: &Topic, slot: usize) -> impl Iterator<Item = i32> + Clone + use<> {
        let count = self.brokers.len().max(1);
        let first = topic.first_broker + (slot - topic.first_slot);
        (0..topic.replicas).map(move |number| i32::try_from((first + number) % count + 1).unwrap_or(i32::MAX))
    }

    pub(crate) fn in_sync(&self, topic: &Topic, slot: usize) -> impl Iterator<Item = i32> + Clone + use<> {
        let bits = self.in_sync.get(slot).copied().unwrap_or_default();
        let replicas = self.replicas(topic, slot).enumerate();
        replicas.filter(move |(place, _)| bits & (1 << place) != 0).map(|(_, broker)| broker)
    }

    pub(crate) fn set_in_sync(&mut self, topic: usize, slot: usize, is_in: impl Fn(i32) -> bool) {
        let Some(topic) = self.topics.get(topic) else { return };
        let replicas = self.replicas(topic, slot).enumerate();
        let bits = replicas.filter(|(_, id)| is_in(*id)).fold(0, |bits, (place, _)| bits | (1_u8 << place));
        if let Some(column) = self.in_sync.get_mut(slot) {
            *column = bits;
        }
    }

    pub(crate) fn log(&self, topic: &Topic, slot: usize) -> Cow<'_, Log> {
        match self.changed_logs.get(&slot) {
            Some(log) => Cow::Borrowed(log),
            None => Cow::Owned(Log::new(topic.created, topic.rate(slot))),
        }
    }

    /// The first offset that can be read, and the next one to be written.
    pub(crate) fn range(&self, topic: &Topic, slot: usize, now: i64) -> (i64, i64) {
        let log = self.log(topic, slot);
        let TopicDescription { cleanup, retention, .. } = topic.description;
        (log.start(now, cleanup, retention), log.end(now))
    }

    pub(crate) fn create_topic(&mut self, description: TopicDescription, created: i64) {
        let number = self.topics.len();
        let (before, seed) = (self.leaders.len(), spread(&description.name));
        let mut id = [0; 16];
        let (name_part, number_part) = id.split_at_mut(8);
        name_part.copy_from_slice(&seed.to_be_bytes());
        number_part.copy_from_slice(&(u64::try_from(number).unwrap_or_default() + 1).to_be_bytes());
        let replicas = usize::from(description.replication_factor);
        let brokers = self.brokers.len().max(1);
        let topic = Topic {
            id,
            created,
            is_deleted: false,
            first_slot: before,
            first_broker: usize::try_from(seed % 1_000).unwrap_or_default() % brokers,
            replicas: replicas.clamp(1, MAX_REPLICAS).min(brokers),
            rate: log::rate(description.records_per_second),
            hot_rate: log::rate(description.records_per_second * description.hot_partition_factor),
            description,
        };
        self.topics_by_name.insert(topic.description.name.clone(), number);
        let after = before + topic.partitions();
        self.leaders.resize(after, -1);
        self.epochs.resize(after, -1);
        self.in_sync.resize(after, u8::MAX);
        let (name, slots) = (topic.description.name.clone(), topic.slots());
        self.topics.push(topic);
        for slot in slots {
            self.set_in_sync(number, slot, |_| true);
            self.elect(number, slot, None);
        }
        self.move_subscriptions(&name, number);
    }

    /// The topic and its commits are gone. Says whether it was there.
    pub(crate) fn delete_topic(&mut self, name: &str) -> Option<TopicDescription> {
        let number = self.topics_by_name.remove(name)?;
        let topic = self.topics.get_mut(number)?;
        topic.is_deleted = true;
        let (slots, description) = (topic.slots(), topic.description.clone());
        self.changed_logs.retain(|slot, _| !slots.contains(slot));
        self.pinned.retain(|(_, slot), _| !slots.contains(slot));
        self.troubles.partitions.retain(|slot, _| !slots.contains(slot));
        Some(description)
    }
}
