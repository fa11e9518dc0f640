//! What only new brokers have: offsets of share groups, with the broker's own lag from Kafka 4.2 on; client quotas; a
//! login with a token that was fetched, and with extensions; and the rule that our batches follow.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use bytes::BytesMut;
use kafka_protocol::{
    messages::{
        BrokerId, DescribeClientQuotasRequest, ListGroupsRequest, ListOffsetsRequest, TopicName,
        list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic},
    },
    protocol::Encodable,
};
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    Api, AuthenticateClient, ClientCredentials, ErrorCode, Extensions, Options, Request, Sasl, TokenEndpoint,
    list_offsets::{self, Batch, Isolation, Spec},
    share_group_offsets,
};

use super::{
    in_every_version,
    setup::{connect, secret, unsigned_token, versions},
};
use crate::issuer::server::{Issuer, Reply};

#[tokio::test]
async fn share_groups_are_read_with_their_lag() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    for version in versions(&connection, Api::DescribeShareGroupOffsets) {
        let requests = share_group_offsets::requests(&["share-group", "no-such-group"], version, 10);
        let (mut begun, mut lag, mut codes) = (0, 0, BTreeMap::new());
        let read = |_, answer: lookout_kafka_wire::Answer| {
            share_group_offsets::read(&answer.body, version, &mut |row| match row {
                share_group_offsets::Row::Partition(row) => {
                    println!("v{version}: {row:?}");
                    assert!(row.topic == "orders" && row.code.is_none() && row.topic_id != [0; 16]);
                    assert_eq!(row.lag.is_some(), version >= 1 && row.start.is_some());
                    begun += usize::from(row.start.is_some());
                    lag += row.lag.unwrap_or(0);
                }
                share_group_offsets::Row::Group { group, code } => {
                    codes.insert(group.to_owned(), code);
                }
            })
            .map(drop)
        };
        connection.ask_all(requests, read).await.unwrap();
        println!("DescribeShareGroupOffsets v{version}: begun {begun}, lag {lag}, {codes:?}");
        assert!(codes["share-group"].is_none() && codes.len() == 2);
        // All is settled, though the start may still be the first record.
        assert!((1..=3).contains(&begun) && lag == 0, "{begun} partitions begun, {lag} records behind");
    }
}

#[tokio::test]
async fn quotas_of_users_and_clients_are_read_in_every_version() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    let everything =
        |_| DescribeClientQuotasRequest::default().with_components(Vec::new()).with_strict(false);
    in_every_version(&mut connection, everything, |answer| {
        let mut found = BTreeMap::new();
        for entry in answer.entries.iter().flatten() {
            let entity: Vec<_> = entry
                .entity
                .iter()
                .map(|part| format!("{}={}", &*part.entity_type, part.entity_name.as_deref().unwrap_or("*")))
                .collect();
            for value in &entry.values {
                found.insert((entity.join(","), value.key.to_string()), value.value);
            }
        }
        println!("{found:?}");
        let mut values: Vec<_> = found.values().map(|value| format!("{value}")).collect();
        values.sort();
        found.contains_key(&("user=*".to_owned(), "request_percentage".to_owned()))
            && values == ["1048576", "200", "2097152"]
    })
    .await;
}

#[tokio::test]
async fn a_token_that_was_fetched_logs_in_with_extensions_and_renews_the_session() {
    let issuer = Issuer::start(None, |_, _| {
        let token = unsigned_token(3_600);
        Reply::Says(200, format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":3600}}"#))
    })
    .await;
    let (_file, client_secret) = secret("client-secret");
    let credentials = ClientCredentials {
        endpoint: format!("http://127.0.0.1:{}/token", issuer.port),
        client_id: "lookout".to_owned(),
        client_secret,
        authentication: AuthenticateClient::Basic,
        scope: None,
        audience: None,
        tls: None,
        timeout: Duration::from_secs(5),
    };
    let extensions = Extensions::new([("logicalCluster".to_owned(), "lkc-1".to_owned())]).unwrap();
    let token = Arc::new(TokenEndpoint::new(credentials).unwrap());
    let options = Options { sasl: Some(Sasl::OauthBearer { token, extensions }), ..Options::default() };
    let mut connection = connect("SASL", &options).await.unwrap();
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    // The listener ends sessions after 3 s.
    tokio::time::sleep(Duration::from_secs(4)).await;
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    assert_eq!(issuer.asked().len(), 1);
}

/// Why a batch begins another request for a partition that comes again.
#[tokio::test]
async fn a_partition_that_one_request_names_twice_is_refused_and_two_requests_are_not() {
    let mut connection = connect("PLAIN", &Options::default()).await.unwrap();
    for version in versions(&connection, Api::ListOffsets) {
        let twice = [-1, -2].map(|timestamp| {
            ListOffsetsPartition::default().with_partition_index(0).with_timestamp(timestamp)
        });
        let topic =
            ListOffsetsTopic::default().with_name(TopicName("orders".into())).with_partitions(twice.to_vec());
        let message = ListOffsetsRequest::default().with_replica_id(BrokerId(-1)).with_topics(vec![topic]);
        let mut body = BytesMut::new();
        message.encode(&mut body, version).unwrap();
        let by_hand = Request { api: Api::ListOffsets, version, body: body.freeze() };
        let mut batch = Batch::new(version, Isolation::ReadUncommitted, 1_000_000);
        let first = batch.push("orders", 0, Spec::Latest).unwrap();
        let second = batch.push("orders", 0, Spec::Earliest).unwrap();
        let ours = [first, second, batch.finish().unwrap()].into_iter().flatten();
        let mut codes = Vec::new();
        let read = |number, answer: lookout_kafka_wire::Answer| {
            list_offsets::read(&answer.body, version, &mut |row| codes.push((number, row.code))).map(drop)
        };
        connection.ask_all([by_hand].into_iter().chain(ours).map(Ok), read).await.unwrap();
        println!("ListOffsets v{version}: {codes:?}");
        let (by_hand, ours): (Vec<_>, Vec<_>) = codes.into_iter().partition(|(number, _)| *number == 0);
        assert!(by_hand.iter().all(|(_, code)| code.reason() == Some(Reason::Protocol)), "{by_hand:?}");
        assert_eq!(ours, [(1, ErrorCode::NONE), (2, ErrorCode::NONE)]);
    }
}
