//! `Metadata`: brokers, topics and partitions.
//!
//! The answer grows with the cluster (42 MB and the names at a million partitions), so it is read as a stream of rows
//! that lie in the frame: nothing is allocated per partition.
//!
//! How to get it wrong: to take the controller from here on `KRaft`, where a broker names any broker (`Cluster::controller`
//! asks whom to ask); or to keep rows that came before an error: a frame that breaks off is no answer at all.

use bytes::BytesMut;
use kafka_protocol::{
    messages::{MetadataRequest, TopicName, metadata_request::MetadataRequestTopic},
    protocol::{Encodable, StrBytes},
};

use crate::{Api, EncodeRequest, ErrorCode, Int32s, Malformed, Overall, Reader, Request};

/// Which topics are asked for.
#[derive(Clone, Copy, Debug)]
pub enum Topics<'a> {
    /// None: brokers and cluster only.
    None,
    /// Every topic that the principal may describe.
    All,
    /// These. Never creates one.
    Named(&'a [&'a str]),
}

/// One row of the answer, in the order of the wire: brokers, the cluster, then each topic before its partitions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Row<'a> {
    /// A broker that is alive.
    Broker(Broker<'a>),
    /// The cluster.
    Cluster(ClusterFacts<'a>),
    /// A topic; its partitions follow.
    Topic(Topic<'a>),
    /// A partition of the topic beside it.
    Partition(Topic<'a>, Partition<'a>),
}

/// A broker that is alive, where this listener's clients reach it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Broker<'a> {
    /// Its node identifier.
    pub id: i32,
    /// The host it advertises.
    pub host: &'a str,
    /// The port it advertises.
    pub port: i32,
    /// Its rack, if it has one.
    pub rack: Option<&'a str>,
}

/// What is said of the cluster as a whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterFacts<'a> {
    /// Its identifier.
    pub id: Option<&'a str>,
    /// The controller; on `KRaft` any broker.
    pub controller: Option<i32>,
}

/// A topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Topic<'a> {
    /// Why it cannot be described.
    pub code: ErrorCode,
    /// Its name.
    pub name: &'a str,
    /// Its identifier: another one after it was deleted and created again. All zero before version 10.
    pub id: [u8; 16],
    /// Whether it belongs to Kafka itself.
    pub is_internal: bool,
    /// How many partitions follow: checked, so that memory may be reserved for it.
    pub partitions: usize,
}

/// A partition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Partition<'a> {
    /// What is wrong with it, `LEADER_NOT_AVAILABLE` for instance.
    pub code: ErrorCode,
    /// Its number.
    pub index: i32,
    /// Its leader; none if it is offline.
    pub leader: Option<i32>,
    /// The leader's epoch (version 7 and later).
    pub leader_epoch: Option<i32>,
    /// All replicas, the preferred leader first.
    pub replicas: Int32s<'a>,
    /// Those in sync.
    pub in_sync: Int32s<'a>,
    /// Those on a broker or disk that is down (version 5 and later).
    pub offline: Option<Int32s<'a>>,
}

/// The request.
pub fn request(topics: Topics<'_>, version: i16) -> Result<Request, EncodeRequest> {
    let topic = |name: &&str| {
        let name = TopicName(StrBytes::from_string((*name).to_owned()));
        MetadataRequestTopic::default().with_name(Some(name))
    };
    let topics = match topics {
        Topics::None => Some(Vec::new()),
        Topics::All => None,
        Topics::Named(names) => Some(names.iter().map(topic).collect()),
    };
    let message = MetadataRequest::default().with_topics(topics).with_allow_auto_topic_creation(false);
    let mut body = BytesMut::new();
    message.encode(&mut body, version).map_err(|_| EncodeRequest { api: Api::Metadata, version })?;
    Ok(Request { api: Api::Metadata, version, body: body.freeze() })
}

/// Reads an answer, giving each row to `row`. On an error, forget the rows.
pub fn read<'a>(answer: &'a [u8], version: i16, row: &mut impl FnMut(Row<'a>)) -> Result<Overall, Malformed> {
    if !(4..=13).contains(&version) {
        return Err(Malformed::ReadVersion(version));
    }
    let mut reader = Reader::new(answer, Api::Metadata.is_flexible(version));
    let throttle_millis = reader.int32()?;
    for _ in 0..reader.count(10)? {
        let (id, host, port) = (reader.int32()?, reader.text()?, reader.int32()?);
        let rack = reader.nullable_text()?;
        reader.skip_tags()?;
        row(Row::Broker(Broker { id, host, port, rack }));
    }
    let id = reader.nullable_text()?;
    row(Row::Cluster(ClusterFacts { id, controller: known(reader.int32()?) }));
    for _ in 0..reader.count(9)? {
        read_topic(&mut reader, version, row)?;
    }
    if (8..=10).contains(&version) {
        reader.int32()?; // operations that the principal may do: not asked for
    }
    let code = if version >= 13 { ErrorCode(reader.int16()?) } else { ErrorCode::NONE };
    reader.skip_tags()?;
    reader.finish()?;
    Ok(Overall { throttle_millis, code })
}

fn read_topic<'a>(
    reader: &mut Reader<'a>,
    version: i16,
    row: &mut impl FnMut(Row<'a>),
) -> Result<(), Malformed> {
    let code = ErrorCode(reader.int16()?);
    // Null only for a topic that was asked for by an identifier, which is never done.
    let name = reader.nullable_text()?.unwrap_or_default();
    let id = if version >= 10 { reader.uuid()? } else { [0; 16] };
    let is_internal = reader.boolean()?;
    let partitions = reader.count(18)?;
    let topic = Topic { code, name, id, is_internal, partitions };
    row(Row::Topic(topic));
    for _ in 0..partitions {
        let (code, index) = (ErrorCode(reader.int16()?), reader.int32()?);
        let leader = known(reader.int32()?);
        let leader_epoch = if version >= 7 { known(reader.int32()?) } else { None };
        let (replicas, in_sync) = (reader.int32s()?, reader.int32s()?);
        let offline = if version >= 5 { Some(reader.int32s()?) } else { None };
        reader.skip_tags()?;
        let partition = Partition { code, index, leader, leader_epoch, replicas, in_sync, offline };
        row(Row::Partition(topic, partition));
    }
    if version >= 8 {
        reader.int32()?; // operations that the principal may do: not asked for
    }
    reader.skip_tags()?;
    Ok(())
}

/// Nodes and epochs: −1 is "none".
fn known(number: i32) -> Option<i32> {
    (number >= 0).then_some(number)
}
