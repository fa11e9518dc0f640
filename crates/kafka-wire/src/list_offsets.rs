//! `ListOffsets`: where partitions begin and end, and where they were at a time.
//!
//! The request names each partition, so both ways grow with the cluster: it is written here, not by `kafka-protocol`
//! (whose request is a tree of structures of six times the size), and split by bytes into several requests that are
//! sent one behind the other. A broker answers only for the partitions it leads.
//!
//! How to get it wrong: to take offset −1 for an offset. It means "no record", and is none here.

use bytes::{BufMut, Bytes, BytesMut};

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
/// Partitions of one topic are pushed one after the other: each change of the topic costs its name.
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
}

/// No timeout for reading remote storage (version 10): the broker's own default.
const BROKER_TIMEOUT_MILLIS: i32 = 30_000;

// === impl Batch ===

impl Batch {
    /// An empty batch of requests of about `max_bytes` (one partition more, at most). One MiB is 60,000 partitions.
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
        }
    }

    /// Adds a partition. Gives a request when one is full.
    pub fn push(
        &mut self,
        topic: &str,
        partition: i32,
        spec: Spec,
    ) -> Result<Option<Request>, EncodeRequest> {
        if spec == Spec::MaxTimestamp && self.version < 7 {
            return Err(EncodeRequest { api: Api::ListOffsets, version: self.version });
        }
        if self.topic != topic {
            self.end_topic()?;
            topic.clone_into(&mut self.topic);
        }
        let flexible = self.is_flexible();
        self.partitions.put_i32(partition);
        if self.version >= 4 {
            self.partitions.put_i32(-1); // the current leader epoch: no fencing of a reader that only asks
        }
        self.partitions.put_i64(spec.timestamp());
        writer::no_tags(&mut self.partitions, flexible);
        self.partition_count += 1;
        let size = self.topics.len() + self.topic.len() + self.partitions.len();
        if size < self.max_bytes { Ok(None) } else { self.finish() }
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

/// Offsets and times: −1 is "none".
fn known(number: i64) -> Option<i64> {
    (number >= 0).then_some(number)
}
