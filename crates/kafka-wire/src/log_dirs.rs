//! `DescribeLogDirs`: what lies on the disks of a broker.
//!
//! A broker answers for its own replicas, so the answer grows with the cluster. A principal that lacks DESCRIBE on the
//! cluster gets an empty answer before version 3, and a code from then on.
//!
//! How to get it wrong: to add up replicas that are "future": they are being moved between the disks of one broker, and
//! their bytes exist twice for that time.

use bytes::BytesMut;
use kafka_protocol::{messages::DescribeLogDirsRequest, protocol::Encodable};

use crate::{Api, EncodeRequest, ErrorCode, Malformed, Overall, Reader, Request};

/// One row of the answer: the replicas of a directory, then the directory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// A replica.
    Replica(Replica<'a>),
    /// The end of a directory.
    Directory(Directory<'a>),
}

/// A replica on the broker that answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replica<'a> {
    /// The directory.
    pub directory: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The partition's number.
    pub partition: i32,
    /// Bytes on disk.
    pub size: i64,
    /// How many records it is behind the current replica (if future) or the high watermark.
    pub offset_lag: i64,
    /// Whether it is being moved here from another directory of the same broker.
    pub is_future: bool,
}

/// A directory.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Directory<'a> {
    /// Its absolute path.
    pub path: &'a str,
    /// Why it is offline: `KAFKA_STORAGE_ERROR`.
    pub code: ErrorCode,
    /// The bytes of its volume (version 4 and later, if the broker knows).
    pub total_bytes: Option<i64>,
    /// The bytes that are free on its volume (version 4 and later, if the broker knows).
    pub usable_bytes: Option<i64>,
}

/// The request for everything on the broker.
pub fn request(version: i16) -> Result<Request, EncodeRequest> {
    let mut body = BytesMut::new();
    let message = DescribeLogDirsRequest::default().with_topics(None);
    message.encode(&mut body, version).map_err(|_| EncodeRequest { api: Api::DescribeLogDirs, version })?;
    Ok(Request { api: Api::DescribeLogDirs, version, body: body.freeze() })
}

/// Reads an answer, giving each row to `row`. On an error, forget the rows.
pub fn read<'a>(answer: &'a [u8], version: i16, row: &mut impl FnMut(Row<'a>)) -> Result<Overall, Malformed> {
    if !(1..=4).contains(&version) {
        return Err(Malformed::ReadVersion(version));
    }
    let mut reader = Reader::new(answer, Api::DescribeLogDirs.is_flexible(version));
    let throttle_millis = reader.int32()?;
    let code = if version >= 3 { ErrorCode(reader.int16()?) } else { ErrorCode::NONE };
    for _ in 0..reader.count(5)? {
        read_directory(&mut reader, version, row)?;
    }
    reader.skip_tags()?;
    reader.finish()?;
    Ok(Overall { throttle_millis, code })
}

fn read_directory<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    row: &mut impl FnMut(Row<'a>),
) -> Result<(), Malformed> {
    let (code, path) = (ErrorCode(reader.int16()?), reader.text()?);
    for _ in 0..reader.count(3)? {
        let topic = reader.text()?;
        for _ in 0..reader.count(21)? {
            let (partition, size) = (reader.int32()?, reader.int64()?);
            let (offset_lag, is_future) = (reader.int64()?, reader.boolean()?);
            reader.skip_tags()?;
            row(Row::Replica(Replica { directory: path, topic, partition, size, offset_lag, is_future }));
        }
        reader.skip_tags()?;
    }
    let (total, usable) = if version >= 4 { (reader.int64()?, reader.int64()?) } else { (-1, -1) };
    reader.skip_tags()?;
    let known = |bytes: i64| (bytes >= 0).then_some(bytes);
    let (total_bytes, usable_bytes) = (known(total), known(usable));
    row(Row::Directory(Directory { path, code, total_bytes, usable_bytes }));
    Ok(())
}
