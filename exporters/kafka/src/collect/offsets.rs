//! Where the partitions of one leader end, and where they begin.
//!
//! Both are asked for over one exchange, the ends first. A request names about 60,000 partitions; the next is on its way while
//! an answer is read.
//!
//! How to get it wrong: to take the lack of a row for 0. What has no answer is unknown, with the reason of the partition, or of
//! the broker.

use std::sync::Arc;

use lookout_kafka_wire::list_offsets::{self, Batch, Isolation, Spec};
use lookout_kafka_wire::{Answer, Api, Broker, EncodeRequest, ErrorCode, Failure, Malformed, Request};
use tokio::time::{Instant, timeout_at};

use super::lookup::TopicCursor;
use super::missed::Missed;
use crate::model::{Slot, Topology};

/// The size of a request. One megabyte is 60,000 partitions, and an answer of 1.6 MB: a broker works on it for some 50 ms.
const REQUEST_BYTES: usize = 1 << 20;

/// Stands for an offset that was not told.
const UNKNOWN: i64 = -1;

/// What one leader says.
#[derive(Debug)]
pub struct Told {
    /// The ends.
    pub latest: Column,
    /// The beginnings, as far as they were asked for.
    pub earliest: Column,
    /// Why it did not answer, or not all.
    pub missed: Option<Missed>,
}

/// The offsets of some partitions.
#[derive(Debug)]
pub struct Column {
    slots: Arc<[Slot]>,
    offsets: Vec<i64>,
    /// What the leader says instead of an offset.
    pub refused: Vec<(Slot, ErrorCode)>,
}

/// Asks one leader for the ends of `latest` and the beginnings of `earliest`, each sorted.
pub async fn read(
    broker: Arc<Broker>,
    topology: Arc<Topology>,
    latest: Arc<[Slot]>,
    earliest: Arc<[Slot]>,
    until: Instant,
) -> Told {
    let mut told = Told { latest: Column::new(latest), earliest: Column::new(earliest), missed: None };
    let begun = Instant::now();
    let read = timeout_at(until, told.read(&broker, &topology)).await;
    let has_answered = told.latest.known().next().is_some() || !told.latest.refused.is_empty();
    told.missed = match read {
        Ok(Ok(())) => None,
        Ok(Err(failure)) => Some(Missed::beside(&failure, has_answered)),
        Err(_) => {
            Some(Missed::late("reading the offsets of the broker's partitions", until - begun, has_answered))
        }
    };
    told
}

// === impl Told ===

impl Told {
    async fn read(&mut self, broker: &Broker, topology: &Topology) -> Result<(), Failure> {
        let mut lease = broker.connection().await?;
        let version = lease.version(Api::ListOffsets)?;
        let (latest, earliest) = (Arc::clone(&self.latest.slots), Arc::clone(&self.earliest.slots));
        for (spec, slots, column) in
            [(Spec::Latest, latest, &mut self.latest), (Spec::Earliest, earliest, &mut self.earliest)]
        {
            if slots.is_empty() {
                continue;
            }
            let mut cursor = Cursor::default();
            let take = |_, answer: Answer| column.answer(&answer, topology, &mut cursor);
            lease.ask_all(Requests::new(version, topology, &slots, spec), take).await?;
        }
        Ok(())
    }
}

// === impl Column ===

/// Where the reading of answers stands.
#[derive(Debug, Default)]
struct Cursor {
    topic: TopicCursor,
    next: usize,
    /// The places that the answer has filled that is being read.
    filled: Vec<usize>,
}

impl Column {
    fn new(slots: Arc<[Slot]>) -> Self {
        let offsets = vec![UNKNOWN; slots.len()];
        Self { slots, offsets, refused: Vec::new() }
    }

    /// The partitions whose offset is known.
    pub fn known(&self) -> impl Iterator<Item = (Slot, i64)> {
        self.slots.iter().copied().zip(self.offsets.iter().copied()).filter(|(_, offset)| *offset >= 0)
    }

    /// The partitions whose offset is not known.
    pub fn unknown(&self) -> impl Iterator<Item = Slot> {
        self.slots.iter().copied().zip(&self.offsets).filter(|(_, offset)| **offset < 0).map(|(slot, _)| slot)
    }

    /// Reads one answer, whole or not at all.
    fn answer(&mut self, answer: &Answer, topology: &Topology, cursor: &mut Cursor) -> Result<(), Malformed> {
        let refused = self.refused.len();
        cursor.filled.clear();
        let read = list_offsets::read(&answer.body, answer.version, &mut |row| {
            let Some(slot) = cursor.topic.slot(topology, row.topic, row.partition) else { return };
            let place = match self.slots.get(cursor.next) {
                Some(next) if *next == slot => Ok(cursor.next),
                _ => self.slots.binary_search(&slot),
            };
            let Ok(place) = place else { return };
            cursor.next = place + 1;
            match row.offset {
                Some(offset) => {
                    self.offsets[place] = offset;
                    cursor.filled.push(place);
                }
                None if !row.code.is_none() => self.refused.push((slot, row.code)),
                None => {}
            }
        });
        read.map(|_| ()).inspect_err(|_| {
            self.refused.truncate(refused);
            cursor.filled.iter().for_each(|place| self.offsets[*place] = UNKNOWN);
        })
    }
}

/// The requests for partitions, each made when there is room for it on the connection.
struct Requests<'a> {
    topology: &'a Topology,
    slots: core::slice::Iter<'a, Slot>,
    spec: Spec,
    batch: Batch,
    /// The topic of the last partition.
    topic: usize,
}

// === impl Requests ===

impl<'a> Requests<'a> {
    fn new(version: i16, topology: &'a Topology, slots: &'a [Slot], spec: Spec) -> Self {
        let batch = Batch::new(version, Isolation::ReadUncommitted, REQUEST_BYTES);
        Self { topology, slots: slots.iter(), spec, batch, topic: 0 }
    }

    /// The name of the topic, and the number of the partition in it.
    fn name(&mut self, slot: Slot) -> Option<(&'a str, i32)> {
        let is_in =
            |topic: &crate::model::Topic| slot >= topic.first && slot - topic.first < topic.partitions;
        if !self.topology.topics.get(self.topic).is_some_and(is_in) {
            self.topic = self.topology.topic_of(slot);
        }
        let topic = self.topology.topics.get(self.topic)?;
        Some((&topic.name, i32::try_from(slot - topic.first).ok()?))
    }
}

impl Iterator for Requests<'_> {
    type Item = Result<Request, EncodeRequest>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(slot) = self.slots.next() {
            let Some((topic, partition)) = self.name(*slot) else { continue };
            let pushed = self.batch.push(topic, partition, self.spec).transpose();
            if pushed.is_some() {
                return pushed;
            }
        }
        self.batch.finish().transpose()
    }
}
