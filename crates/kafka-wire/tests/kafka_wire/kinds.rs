//! Every kind of answer: one that is full (each array has an element, each text a letter), how it is asked for over a
//! connection, and how it is read.

use std::pin::Pin;

use bytes::Bytes;
use kafka_protocol::{
    messages::{
        ConsumerGroupDescribeRequest, DescribeClientQuotasRequest, DescribeClusterRequest,
        DescribeConfigsRequest, DescribeGroupsRequest, DescribeQuorumRequest, FindCoordinatorRequest,
        ListGroupsRequest, SaslAuthenticateRequest, SaslHandshakeRequest, ShareGroupDescribeRequest,
    },
    protocol::{Encodable, HeaderVersion},
};
use lookout_kafka_wire::{
    Answer, Api, Call, Connection, Failure, Malformed, Request,
    list_offsets::{self, Batch, Isolation, Spec},
    log_dirs, metadata, offset_fetch, share_group_offsets,
};

use crate::{
    broker::Reaction,
    broker::{FakeBroker, Seen, all_versions, encode, frame},
    dice::Dice,
    differential, guard,
};

/// What asking comes to.
pub(crate) type Asked<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// A kind of answer.
pub(crate) struct Kind {
    pub(crate) api: Api,
    /// A full answer in a version.
    pub(crate) full: fn(i16) -> Bytes,
    /// Asks for it in its last version, and reads it.
    pub(crate) ask: for<'a> fn(&'a mut Connection) -> Asked<'a>,
    /// Reads it.
    pub(crate) read: fn(&Bytes, i16) -> Result<(), Malformed>,
}

/// Every kind of answer but `ApiVersions`, which only ever comes first.
pub(crate) fn kinds() -> Vec<Kind> {
    let kinds = vec![
        growing(
            Api::Metadata,
            |version| full(differential::metadata, version),
            read_metadata,
            |connection| {
                let request = metadata::request(metadata::Topics::All, 13).unwrap();
                Box::pin(exchange(connection, request, read_metadata))
            },
        ),
        growing(
            Api::ListOffsets,
            |version| full(differential::list_offsets, version),
            read_offsets,
            |connection| {
                let mut batch = Batch::new(10, Isolation::ReadUncommitted, 1_000);
                batch.push("orders", 0, Spec::Latest).unwrap();
                let request = batch.finish().unwrap().unwrap();
                Box::pin(exchange(connection, request, read_offsets))
            },
        ),
        growing(
            Api::OffsetFetch,
            |version| full(differential::offset_fetch, version),
            read_commits,
            |connection| {
                let request = offset_fetch::requests(&["group"], 9, 1).next().unwrap().unwrap();
                Box::pin(exchange(connection, request, read_commits))
            },
        ),
        growing(
            Api::DescribeLogDirs,
            |version| full(differential::log_dirs, version),
            read_log_dirs,
            |connection| Box::pin(exchange(connection, log_dirs::request(4).unwrap(), read_log_dirs)),
        ),
        growing(Api::DescribeShareGroupOffsets, full_share_offsets, read_share_offsets, |connection| {
            let request = share_group_offsets::requests(&["group"], 1, 1).next().unwrap().unwrap();
            Box::pin(exchange(connection, request, read_share_offsets))
        }),
        small::<FindCoordinatorRequest>(|version| full(guard::coordinators, version)),
        small::<ListGroupsRequest>(|version| full(guard::listed, version)),
        small::<DescribeGroupsRequest>(|version| full(guard::classic, version)),
        small::<ConsumerGroupDescribeRequest>(|version| full(guard::consumers, version)),
        small::<ShareGroupDescribeRequest>(|version| full(guard::shares, version)),
        small::<DescribeConfigsRequest>(|version| full(guard::configured, version)),
        small::<DescribeClusterRequest>(|version| full(guard::clustered, version)),
        small::<DescribeClientQuotasRequest>(|version| full(guard::limited, version)),
        small::<DescribeQuorumRequest>(|version| full(guard::quorum, version)),
        small::<SaslHandshakeRequest>(|version| full(guard::mechanisms, version)),
        small::<SaslAuthenticateRequest>(|version| full(guard::authenticated, version)),
    ];
    assert_eq!(kinds.len(), Api::ALL.len() - 1, "a kind is missing");
    kinds
}

/// A broker that answers properly for a kind, but for what `spoil` makes of the frame.
pub(crate) async fn broker(
    full: fn(i16) -> Bytes,
    spoil: impl Fn(Vec<u8>) -> Reaction + Send + Sync + 'static,
) -> FakeBroker {
    FakeBroker::start(move |seen: &Seen| match seen.api {
        Api::ApiVersions => all_versions(seen),
        _ => spoil(frame(seen, &full(seen.version))),
    })
    .await
}

fn growing(
    api: Api,
    full: fn(i16) -> Bytes,
    read: fn(&Bytes, i16) -> Result<(), Malformed>,
    ask: for<'a> fn(&'a mut Connection) -> Asked<'a>,
) -> Kind {
    Kind { api, full, ask, read }
}

fn small<C: Call + Default>(full: fn(i16) -> Bytes) -> Kind {
    Kind {
        api: C::API,
        full,
        ask: |connection| Box::pin(async move { connection.call(&C::default()).await.map(drop) }),
        read: |body, version| C::read(body.clone(), version, 1024 * 1024).map(drop),
    }
}

fn full<M: Encodable + HeaderVersion>(make: fn(&mut Dice, i16) -> M, version: i16) -> Bytes {
    encode(&make(&mut Dice::of_ones(), version), version)
}

/// In version 1 each partition has the lag before its error; `kafka-protocol` does not know it.
fn full_share_offsets(version: i16) -> Bytes {
    if version == 0 {
        return full(|dice, _| differential::share_group_offsets(dice), 0);
    }
    let mut body = vec![0, 0, 0, 0, 2, 2, b'g', 2, 2, b't'];
    body.extend([7; 16]);
    body.extend([2, 0, 0, 0, 3]);
    body.extend(40_i64.to_be_bytes());
    body.extend(5_i32.to_be_bytes());
    body.extend(60_i64.to_be_bytes());
    body.extend([0, 0, 2, b'm', 0, 0, 0, 0, 2, b'm', 0, 0]);
    body.into()
}

async fn exchange(
    connection: &mut Connection,
    request: Request,
    read: fn(&Bytes, i16) -> Result<(), Malformed>,
) -> Result<(), Failure> {
    connection.ask_all([Ok(request)], |_, answer: Answer| read(&answer.body, answer.version)).await
}

fn read_metadata(body: &Bytes, version: i16) -> Result<(), Malformed> {
    metadata::read(body, version, &mut |_| {}).map(drop)
}

fn read_offsets(body: &Bytes, version: i16) -> Result<(), Malformed> {
    list_offsets::read(body, version, &mut |_| {}).map(drop)
}

fn read_commits(body: &Bytes, version: i16) -> Result<(), Malformed> {
    offset_fetch::read(body, version, "group", &mut |_| {}).map(drop)
}

fn read_log_dirs(body: &Bytes, version: i16) -> Result<(), Malformed> {
    log_dirs::read(body, version, &mut |_| {}).map(drop)
}

fn read_share_offsets(body: &Bytes, version: i16) -> Result<(), Malformed> {
    share_group_offsets::read(body, version, &mut |_| {}).map(drop)
}

#[test]
fn the_lag_of_a_share_group_is_read_where_the_broker_says_it() {
    let body = full_share_offsets(1);
    let mut rows = Vec::new();
    share_group_offsets::read(&body, 1, &mut |row| rows.push(row)).unwrap();
    let share_group_offsets::Row::Partition(partition) = rows[0] else { panic!("{rows:?}") };
    assert_eq!((partition.group, partition.topic, partition.partition), ("g", "t", 3));
    assert_eq!((partition.start, partition.leader_epoch, partition.lag), (Some(40), Some(5), Some(60)));
    assert_eq!(rows.len(), 2);
}
