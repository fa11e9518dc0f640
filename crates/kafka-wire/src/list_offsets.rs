//! `ListOffsets`: where partitions begin and end, and where they were at a time.
//!
//! The request names each partition, so both ways grow with the cluster: it is written here, not by `kafka-protocol`
//! (whose request is a tree of structures of six times the size), and split by bytes into several requests that are
//! sent one behind the other. A broker answers only for the partitions it leads.
//!
//! A broker refuses every partition that one request names twice (`INVALID_REQUEST`), also with two timestamps. So a
//! batch begins another request for the second one; which answer is which is said by the number of the request.
//!
//! How to get it wrong: to take offset −1 for an offset. It means "no record", and is none here.

use std::{
    collections::{BTreeSet, HashSet},
    hash::{BuildHasher, RandomState},
};

use bytes::{Buf, BufMut, Bytes, BytesMut};

use crate::{Api, EncodeRequest, ErrorCode, Malformed, Overall, Reader, Request, writer};

/// Which offset of a partition is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spec {
    /// The next offset to be written; with [`Isolation::ReadCommitted`] the last stable offset.
    Latest,
    /// The first offset that still can be read.
    Earliest,
    /// The record with the largest timestamp (version 7 and later).
    MaxTimestamp,
    /// The first record at or after this time, in milliseconds since 1970.
    At(i64),
}

/// Whether records of open transactions count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Isolation {
    /// The end is the high watermark.
    #[default]
    ReadUncommitted,
    /// The end is the last stable offset (version 2 and later).
    ReadCommitted,
}

/// One row of the answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// The topic.
    pub topic: &'a str,
    /// The partition's number.
    pub partition: i32,
    /// Why there is no answer for this partition.
    pub code: ErrorCode,
    /// The timestamp of the record, in milliseconds since 1970: for [`Spec::At`] and [`Spec::MaxTimestamp`].
    pub timestamp: Option<i64>,
    /// The offset; none on an error, or if no record is that late.
    pub offset: Option<i64>,
    /// The epoch of the leader that wrote the record (version 4 and later).
    pub leader_epoch: Option<i32>,
}

/// Collects partitions for one broker into requests of bounded size.
///
/// Each partition has its own [`Spec`]. Partitions of one topic are pushed one after the other, best in ascending order:
/// each change of the topic costs its name, a topic that comes back after another one costs a request of its own, and
/// partitions out of order are remembered one by one.
#[derive(Debug)]
pub struct Batch {
    version: i16,
    isolation: Isolation,
    max_bytes: usize,
    /// The topics that are complete.
    topics: BytesMut,
    topic_count: usize,
    /// The topic that is being collected, and its partitions.
    topic: String,
    partitions: BytesMut,
    partition_count: usize,
    /// What the request names already.
    named: Named,
}

/// What a request names already, at next to no cost for the usual order.
#[derive(Debug, Default)]
struct Named {
    /// The topics, by a hash of their names: for two that share one, a request more is all the harm.
    topics: HashSet<u64>,
    hasher: RandomState,
    /// The last partition of the topic.
    last: Option<i32>,
    /// The partitions of the topic, once they have come out of order.
    partitions: BTreeSet<i32>,
}

/// No timeout for reading remote storage (version 10): the broker's own default.
const BROKER_TIMEOUT_MILLIS: i32 = 30_000;

// === impl Batch ===

impl Batch {
    /// An empty batch of requests of about `max_bytes` (two partitions more, at most). One MiB is 60,000 partitions.
    pub fn new(version: i16, isolation: Isolation, max_bytes: usize) -> Self {
        Self {
            version,
            isolation,
            max_bytes,
            topics: BytesMut::new(),
            topic_count: 0,
            topic: String::new(),
            partitions: BytesMut::new(),
            partition_count: 0,
            named: Named::default(),
        }
    }

    /// Adds a partition. Gives a request when one is full, or may not name this partition again.
    pub fn push(
        &mut self,
        topic: &str,
        partition: i32,
        spec: Spec,
    ) -> Result<Option<Request>, EncodeRequest> {
        if spec == Spec::MaxTimestamp && self.version < 7 {
            return Err(EncodeRequest { api: Api::ListOffsets, version: self.version });
        }
        let is_new_topic = self.topic != topic || self.partition_count == 0;
        let is_named = if is_new_topic { self.named.has_topic(topic) } else { self.has_partition(partition) };
        let before = if is_named { self.finish()? } else { None };
        if is_new_topic || is_named {
            self.end_topic()?;
            topic.clone_into(&mut self.topic);
            self.named.begin(topic);
        }
        self.named.add(partition);
        let flexible = self.is_flexible();
        self.partitions.put_i32(partition);
        if self.version >= 4 {
            self.partitions.put_i32(-1); // the current leader epoch: no fencing of a reader that only asks
        }
        self.partitions.put_i64(spec.timestamp());
        writer::no_tags(&mut self.partitions, flexible);
        self.partition_count += 1;
        let size = self.topics.len() + self.topic.len() + self.partitions.len();
        // With two at once to give, the second is given next time.
        if before.is_some() || size < self.max_bytes { Ok(before) } else { self.finish() }
    }

    /// Whether the topic that is being collected has this partition.
    fn has_partition(&mut self, partition: i32) -> bool {
        if self.named.last.is_none_or(|last| partition > last) && self.named.partitions.is_empty() {
            return false;
        }
        if self.named.partitions.is_empty() {
            let width = self.partitions.len() / self.partition_count.max(1);
            let each = self.partitions.chunks(width.max(1)).filter_map(|mut each| each.try_get_i32().ok());
            self.named.partitions.extend(each);
        }
        self.named.partitions.contains(&partition)
    }

    /// The last request; none if nothing is left. The batch is then empty and can be used again.
    pub fn finish(&mut self) -> Result<Option<Request>, EncodeRequest> {
        self.end_topic()?;
        self.topic.clear();
        if self.topic_count == 0 {
            return Ok(None);
        }
        let flexible = self.is_flexible();
        let mut body = BytesMut::with_capacity(self.topics.len() + 16);
        body.put_i32(-1); // a client, no replica
        if self.version >= 2 {
            body.put_i8(i8::from(self.isolation == Isolation::ReadCommitted));
        }
        writer::count(&mut body, self.topic_count, flexible).ok_or(self.too_large())?;
        body.extend_from_slice(&self.topics);
        if self.version >= 10 {
            body.put_i32(BROKER_TIMEOUT_MILLIS);
        }
        writer::no_tags(&mut body, flexible);
        self.topics.clear();
        self.topic_count = 0;
        self.named.topics.clear();
        Ok(Some(Request { api: Api::ListOffsets, version: self.version, body: Bytes::from(body) }))
    }

    fn end_topic(&mut self) -> Result<(), EncodeRequest> {
        if self.partition_count == 0 {
            return Ok(());
        }
        let flexible = self.is_flexible();
        writer::text(&mut self.topics, &self.topic, flexible).ok_or(self.too_large())?;
        writer::count(&mut self.topics, self.partition_count, flexible).ok_or(self.too_large())?;
        self.topics.extend_from_slice(&self.partitions);
        writer::no_tags(&mut self.topics, flexible);
        self.topic_count += 1;
        self.partitions.clear();
        self.partition_count = 0;
        Ok(())
    }

    fn is_flexible(&self) -> bool {
        Api::ListOffsets.is_flexible(self.version)
    }

    fn too_large(&self) -> EncodeRequest {
        EncodeRequest { api: Api::ListOffsets, version: self.version }
    }
}

// === impl Named ===

impl Named {
    fn has_topic(&self, topic: &str) -> bool {
        self.topics.contains(&self.hasher.hash_one(topic))
    }

    fn begin(&mut self, topic: &str) {
        self.topics.insert(self.hasher.hash_one(topic));
        self.partitions.clear();
        self.last = None;
    }

    fn add(&mut self, partition: i32) {
        if !self.partitions.is_empty() {
            self.partitions.insert(partition);
        }
        self.last = Some(partition);
    }
}

// === impl Spec ===

impl Spec {
    /// The number that stands for it in the request.
    pub const fn timestamp(self) -> i64 {
        match self {
            Self::Latest => -1,
            Self::Earliest => -2,
            Self::MaxTimestamp => -3,
            // The numbers below 0 have other meanings.
            Self::At(millis @ 0..) => millis,
            Self::At(_) => 0,
        }
    }
}

/// Reads an answer, giving each row to `row`. On an error, forget the rows.
pub fn read<'a>(answer: &'a [u8], version: i16, row: &mut impl FnMut(Row<'a>)) -> Result<Overall, Malformed> {
    if !(1..=10).contains(&version) {
        return Err(Malformed::ReadVersion(version));
    }
    let mut reader = Reader::new(answer, Api::ListOffsets.is_flexible(version));
    let throttle_millis = if version >= 2 { reader.int32()? } else { 0 };
    for _ in 0..reader.count(3)? {
        let topic = reader.text()?;
        for _ in 0..reader.count(22)? {
            let (partition, code) = (reader.int32()?, ErrorCode(reader.int16()?));
            // What stands beside an error is no answer, whatever it is.
            let known = |number: i64| (number >= 0 && code.is_none()).then_some(number);
            let (timestamp, offset) = (known(reader.int64()?), known(reader.int64()?));
            let epoch = if version >= 4 { reader.int32()? } else { -1 };
            reader.skip_tags()?;
            let leader_epoch = (epoch >= 0).then_some(epoch);
            row(Row { topic, partition, code, timestamp, offset, leader_epoch });
        }
        reader.skip_tags()?;
    }
    reader.skip_tags()?;
    reader.finish()?;
    Ok(Overall { throttle_millis, code: ErrorCode::NONE })
}
