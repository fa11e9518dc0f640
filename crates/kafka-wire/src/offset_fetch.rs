//! `OffsetFetch`: what groups have committed.
//!
//! Always for all partitions, so the request is small and the answer grows. From version 8 (Kafka 3.0) one request
//! asks for many groups; before that one group each, and the requests are sent one behind the other.
//!
//! How to get it wrong: to take offset −1 for an offset ("nothing committed", none here), or to believe the rows of a
//! group before its [`Row::Group`] has come, which alone says whether they are the group's.

use bytes::BytesMut;
use kafka_protocol::{
    messages::{GroupId, OffsetFetchRequest, offset_fetch_request::OffsetFetchRequestGroup},
    protocol::{Encodable, StrBytes},
};

use crate::{Api, EncodeRequest, ErrorCode, Malformed, Overall, Reader, Request};

/// From this version on, one request asks for many groups.
pub const MANY_GROUPS_FROM: i16 = 8;

/// One row of the answer: the partitions of a group, then the group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// What a group has committed for a partition.
    Partition(Partition<'a>),
    /// The end of a group.
    Group {
        /// The group.
        group: &'a str,
        /// Why the broker does not answer for it. There are no partitions then.
        code: ErrorCode,
    },
}

/// What a group has committed for a partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition<'a> {
    /// The group.
    pub group: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The partition's number.
    pub partition: i32,
    /// What is wrong with this partition.
    pub code: ErrorCode,
    /// The offset; none on an error, or if nothing is committed.
    pub offset: Option<i64>,
    /// The epoch of the leader that wrote the record before it (version 5 and later).
    pub leader_epoch: Option<i32>,
}

/// Requests for all partitions of `groups`, at most `max_groups` in each where the version allows more than one.
///
/// With an older version the requests are in the order of `groups`, one each, and [`read`] must be told whose answer it
/// reads.
pub fn requests<'a>(
    groups: &'a [&'a str],
    version: i16,
    max_groups: usize,
) -> impl Iterator<Item = Result<Request, EncodeRequest>> + use<'a> {
    let size = if version >= MANY_GROUPS_FROM { max_groups.max(1) } else { 1 };
    groups.chunks(size).map(move |groups| request(groups, version))
}

fn request(groups: &[&str], version: i16) -> Result<Request, EncodeRequest> {
    let identifier = |group: &&str| GroupId(StrBytes::from_string((*group).to_owned()));
    let message = if version >= MANY_GROUPS_FROM {
        let asked = groups.iter().map(|group| {
            OffsetFetchRequestGroup::default().with_group_id(identifier(group)).with_topics(None)
        });
        OffsetFetchRequest::default().with_groups(asked.collect())
    } else {
        let group = groups.first().map(identifier).unwrap_or_default();
        OffsetFetchRequest::default().with_group_id(group).with_topics(None)
    };
    let mut body = BytesMut::new();
    message.encode(&mut body, version).map_err(|_| EncodeRequest { api: Api::OffsetFetch, version })?;
    Ok(Request { api: Api::OffsetFetch, version, body: body.freeze() })
}

/// Reads an answer, giving each row to `row`. `asked` is the group of the request before [`MANY_GROUPS_FROM`]; later
/// answers say it themselves. On an error, forget the rows.
pub fn read<'a>(
    answer: &'a [u8],
    version: i16,
    asked: &'a str,
    row: &mut impl FnMut(Row<'a>),
) -> Result<Overall, Malformed> {
    if !(2..=9).contains(&version) {
        return Err(Malformed::ReadVersion(version));
    }
    let mut reader = Reader::new(answer, Api::OffsetFetch.is_flexible(version));
    let throttle_millis = if version >= 3 { reader.int32()? } else { 0 };
    if version >= MANY_GROUPS_FROM {
        for _ in 0..reader.count(5)? {
            let group = reader.text()?;
            read_group(&mut reader, version, group, row)?;
            reader.skip_tags()?;
        }
    } else {
        read_group(&mut reader, version, asked, row)?;
    }
    reader.skip_tags()?;
    reader.finish()?;
    Ok(Overall { throttle_millis, code: ErrorCode::NONE })
}

fn read_group<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    group: &'a str,
    row: &mut impl FnMut(Row<'a>),
) -> Result<(), Malformed> {
    for _ in 0..reader.count(3)? {
        let topic = reader.text()?;
        for _ in 0..reader.count(16)? {
            let (partition, offset) = (reader.int32()?, reader.int64()?);
            let epoch = if version >= 5 { reader.int32()? } else { -1 };
            reader.nullable_text()?; // the consumer's own note
            let code = ErrorCode(reader.int16()?);
            reader.skip_tags()?;
            // What stands beside an error is no answer, whatever it is.
            let offset = (offset >= 0 && code.is_none()).then_some(offset);
            let leader_epoch = (epoch >= 0).then_some(epoch);
            row(Row::Partition(Partition { group, topic, partition, code, offset, leader_epoch }));
        }
        reader.skip_tags()?;
    }
    row(Row::Group { group, code: ErrorCode(reader.int16()?) });
    Ok(())
}
