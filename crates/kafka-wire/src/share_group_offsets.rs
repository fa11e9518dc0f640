//! `DescribeShareGroupOffsets`: where share groups begin (KIP-932), and how far they are behind (KIP-1226).
//!
//! Always for all partitions, so the request is small and the answer grows: it is read here, not by `kafka-protocol`,
//! which besides does not know version 1. A broker answers only for the groups it coordinates.
//!
//! How to get it wrong: to take the start offset for a committed offset. It is the first record that is not yet settled
//! (acknowledged, rejected, expired); those behind it may be settled already, so "end − start" is more than the lag. The
//! broker itself says the lag from version 1 on. Or to believe the rows of a group before its [`Row::Group`].

use bytes::BytesMut;
use kafka_protocol::{
    messages::{
        DescribeShareGroupOffsetsRequest, GroupId,
        describe_share_group_offsets_request::DescribeShareGroupOffsetsRequestGroup,
    },
    protocol::{Encodable, StrBytes},
};

use crate::{Api, EncodeRequest, ErrorCode, Malformed, Overall, Reader, Request};

/// One row of the answer: the partitions of a group, then the group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// Where a group is in a partition.
    Partition(Partition<'a>),
    /// The end of a group.
    Group {
        /// The group.
        group: &'a str,
        /// Why the broker does not answer for it. There are no partitions then.
        code: ErrorCode,
    },
}

/// Where a group is in a partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition<'a> {
    /// The group.
    pub group: &'a str,
    /// The topic.
    pub topic: &'a str,
    /// The topic's identifier.
    pub topic_id: [u8; 16],
    /// The partition's number.
    pub partition: i32,
    /// What is wrong with this partition.
    pub code: ErrorCode,
    /// The first record that is not settled; none on an error, or if the group has not begun to read.
    pub start: Option<i64>,
    /// The epoch of the partition's leader, as the group last saw it.
    pub leader_epoch: Option<i32>,
    /// Records not settled up to the end, by the broker's own count (version 1 and later, if it knows).
    pub lag: Option<i64>,
}

/// Requests for all partitions of `groups`, at most `max_groups` in each.
pub fn requests<'a>(
    groups: &'a [&'a str],
    version: i16,
    max_groups: usize,
) -> impl Iterator<Item = Result<Request, EncodeRequest>> + use<'a> {
    groups.chunks(max_groups.max(1)).map(move |groups| request(groups, version))
}

fn request(groups: &[&str], version: i16) -> Result<Request, EncodeRequest> {
    let api = Api::DescribeShareGroupOffsets;
    let (first, last) = api.versions();
    let unwritten = EncodeRequest { api, version };
    if !(first..=last).contains(&version) {
        return Err(unwritten);
    }
    let asked = groups.iter().map(|group| {
        DescribeShareGroupOffsetsRequestGroup::default()
            .with_group_id(GroupId(StrBytes::from_string((*group).to_owned())))
            .with_topics(None)
    });
    let message = DescribeShareGroupOffsetsRequest::default().with_groups(asked.collect());
    let mut body = BytesMut::new();
    // Both versions ask alike; `kafka-protocol` knows the first.
    message.encode(&mut body, 0).map_err(|_| unwritten)?;
    Ok(Request { api, version, body: body.freeze() })
}

/// Reads an answer, giving each row to `row`. On an error, forget the rows.
pub fn read<'a>(answer: &'a [u8], version: i16, row: &mut impl FnMut(Row<'a>)) -> Result<Overall, Malformed> {
    if !(0..=1).contains(&version) {
        return Err(Malformed::ReadVersion(version));
    }
    let mut reader = Reader::new(answer, Api::DescribeShareGroupOffsets.is_flexible(version));
    let throttle_millis = reader.int32()?;
    for _ in 0..reader.count(6)? {
        let group = reader.text()?;
        for _ in 0..reader.count(19)? {
            read_topic(&mut reader, version, group, row)?;
        }
        let code = ErrorCode(reader.int16()?);
        reader.nullable_text()?; // the same in words
        reader.skip_tags()?;
        row(Row::Group { group, code });
    }
    reader.skip_tags()?;
    reader.finish()?;
    Ok(Overall { throttle_millis, code: ErrorCode::NONE })
}

fn read_topic<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    group: &'a str,
    row: &mut impl FnMut(Row<'a>),
) -> Result<(), Malformed> {
    let (topic, topic_id) = (reader.text()?, reader.uuid()?);
    for _ in 0..reader.count(20)? {
        let (partition, start, epoch) = (reader.int32()?, reader.int64()?, reader.int32()?);
        let lag = if version >= 1 { reader.int64()? } else { -1 };
        let code = ErrorCode(reader.int16()?);
        reader.nullable_text()?; // the same in words
        reader.skip_tags()?;
        let known = |number: i64| (number >= 0 && code.is_none()).then_some(number);
        let (start, lag) = (known(start), known(lag));
        let leader_epoch = (epoch >= 0).then_some(epoch);
        row(Row::Partition(Partition { group, topic, topic_id, partition, code, start, leader_epoch, lag }));
    }
    reader.skip_tags()?;
    Ok(())
}
