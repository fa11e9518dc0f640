//! Answers and connections with something wrong, each as it looks in the wild.

use core::time::Duration;

use hyper::Method;
use lookout_simulator::kubernetes::{Disturbance, Port, Scope};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::{A_WHILE, Client, PATIENCE, map, names, server_with};

const MAPS: &str = "/api/v1/configmaps";

#[tokio::test]
async fn only_what_is_in_scope_is_disturbed_until_it_is_ended() {
    let server = server_with(1);
    let client = Client::of(&server);
    server.disturb(Scope::of("list", "configmaps"), Disturbance::Refused(503));
    assert_eq!(client.get(MAPS).await.status, 503);
    assert_eq!(client.get("/api/v1/secrets").await.status, 200);
    assert_eq!(client.get("/api/v1/namespaces/kafka/configmaps/other").await.status, 200);
    server.undisturb();
    assert_eq!(client.get(MAPS).await.status, 200);
    server.disturb(
        Scope { namespace: Some("kafka".to_owned()), ..Scope::verb("list") },
        Disturbance::Refused(500),
    );
    assert_eq!(client.get("/api/v1/namespaces/kafka/configmaps").await.status, 500);
    assert_eq!(client.get("/api/v1/namespaces/trino/configmaps").await.status, 200);
}

#[tokio::test]
async fn refusals_read_as_those_of_the_server() {
    let server = server_with(1);
    let client = Client::of(&server);
    for (disturbance, status, reason) in [
        (Disturbance::Refused(500), 500, "InternalError"),
        (Disturbance::Refused(503), 503, "ServiceUnavailable"),
        (Disturbance::Unauthorized, 401, "Unauthorized"),
        (Disturbance::Gone, 410, "Expired"),
    ] {
        server.disturb(Scope::default(), disturbance);
        let answer = client.get(MAPS).await;
        assert_eq!((answer.status, answer.json()["reason"].as_str()), (status, Some(reason)));
        server.undisturb();
    }
    server.disturb(Scope::default(), Disturbance::Throttled { retry_after_seconds: 2 });
    let answer = client.get(MAPS).await;
    assert_eq!((answer.status, answer.text.as_str()), (429, "Too many requests, please try again later.\n"));
    assert_eq!(answer.headers["retry-after"], "2");
}

#[tokio::test]
async fn a_login_page_and_garbage_are_answered_as_if_all_were_well() {
    let server = server_with(1);
    let client = Client::of(&server);
    server.disturb(Scope::default(), Disturbance::LoginPage);
    let answer = client.get(MAPS).await;
    assert_eq!(
        (answer.status, &answer.headers["content-type"]),
        (200, &"text/html; charset=UTF-8".parse().unwrap())
    );
    assert!(answer.text.starts_with("<!DOCTYPE html>"));
    server.undisturb();
    server.disturb(Scope::default(), Disturbance::Garbage);
    let answer = client.get(MAPS).await;
    assert_eq!((answer.status, &answer.headers["content-type"]), (200, &"application/json".parse().unwrap()));
    assert!(serde_json::from_str::<serde_json::Value>(&answer.text).is_err());
}

#[tokio::test]
async fn answers_that_are_cut_off_or_stall_come_as_far_as_told() {
    let server = server_with(3);
    let client = Client::of(&server);
    let whole = client.get(MAPS).await.text;
    for after_bytes in [1, 40, whole.len() - 1] {
        server.disturb(Scope::default(), Disturbance::CutOff { after_bytes });
        let answer = client.get(MAPS).await;
        assert!(!answer.is_whole);
        assert_eq!(answer.text, whole[..after_bytes]);
        server.undisturb();
    }
    server.disturb(Scope::default(), Disturbance::CutOff { after_bytes: 0 });
    assert!(client.try_ask(Method::GET, MAPS, &[], None).await.is_ok_and(|answer| !answer.is_whole));
    server.undisturb();
    server.disturb(Scope::default(), Disturbance::Stalled { after_bytes: 40 });
    assert!(timeout(A_WHILE, client.get(MAPS)).await.is_err());
    server.undisturb();
    for disturbance in
        [Disturbance::Slow(Duration::from_millis(1)), Disturbance::Delayed(Duration::from_millis(5))]
    {
        server.disturb(Scope::default(), disturbance);
        assert_eq!(client.get(MAPS).await.text, whole, "late, but whole");
        server.undisturb();
    }
}

#[tokio::test]
async fn a_server_that_falls_silent_answers_nobody_and_its_watches_neither() {
    let server = server_with(0);
    let client = Client::of(&server);
    let path = format!("{MAPS}?watch=true&timeoutSeconds=3600&resourceVersion={}", server.version());
    let mut watch = client.watch(&path).await;
    server.apply(map("trino", "before")).unwrap();
    assert_eq!(watch.next_told().await, "ADDED before");
    server.disturb(Scope::default(), Disturbance::Silent);
    server.apply(map("trino", "during")).unwrap();
    assert!(watch.is_silent().await);
    assert!(timeout(A_WHILE, client.get(MAPS)).await.is_err());
    server.undisturb();
    assert_eq!(names(&client.json(MAPS).await), ["other", "before", "during"]);
    // The clock leaps beyond the watch's time.
    tokio::time::pause();
    tokio::time::advance(Duration::from_hours(2)).await;
    tokio::time::resume();
    assert!(
        watch.is_silent().await,
        "a connection that nobody is behind does not end, not at its time either"
    );
    drop(watch);
    while server.watches() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn events_can_have_their_keys_swapped_come_twice_or_hold_nonsense() {
    let server = server_with(0);
    let client = Client::of(&server);
    let from = format!("{MAPS}?watch=true&resourceVersion={}", server.version());
    server.apply(map("trino", "m")).unwrap();
    server.disturb(Scope::verb("watch"), Disturbance::ObjectBeforeType);
    let mut watch = client.watch(&from).await;
    assert_eq!(watch.next_told().await, "ADDED m");
    assert!(
        watch.lines[0].starts_with("{\"object\":{") && watch.lines[0].ends_with(",\"type\":\"ADDED\"}\n")
    );
    server.undisturb();
    server.disturb(Scope::verb("watch"), Disturbance::Duplicated);
    let mut watch = client.watch(&from).await;
    assert_eq!([watch.next_told().await, watch.next_told().await], ["ADDED m", "ADDED m"]);
    server.undisturb();
    server.disturb(Scope::verb("watch"), Disturbance::BadObject);
    let event = client.watch(&from).await.next().await.unwrap();
    assert_eq!(
        (&event["object"]["data"], &event["object"]["metadata"]["annotations"]),
        (&json!(["tls.crt"]), &json!(7))
    );
}

#[tokio::test]
async fn a_list_can_hold_one_bad_object_or_a_huge_one_among_good_ones() {
    let server = server_with(2);
    let client = Client::of(&server);
    server.disturb(Scope::verb("list"), Disturbance::BadObject);
    let listed = client.json(MAPS).await;
    assert_eq!(names(&listed), ["other", "map-000", "map-001"]);
    assert_eq!(
        (&listed["items"][0]["data"], &listed["items"][1]["data"]),
        (&json!(["tls.crt"]), &json!({ "key": "value" }))
    );
    server.undisturb();
    server.disturb(Scope::verb("list"), Disturbance::HugeObject { bytes: 2_000_000 });
    let listed = client.json(MAPS).await;
    assert_eq!(names(&listed), ["other", "map-000", "map-001"]);
    assert_eq!(listed["items"][0]["metadata"]["annotations"]["padding"].as_str().unwrap().len(), 2_000_000);
    assert_eq!(listed["items"][0]["data"], json!({ "key": "value" }));
}

#[tokio::test]
async fn a_closed_port_refuses_and_a_restart_ends_every_connection() {
    let server = server_with(1);
    let client = Client::of(&server);
    let from = format!("{MAPS}?watch=true&resourceVersion={}", server.version());
    let mut watch = client.watch(&from).await;
    server.switch(Port::Closed).await.unwrap();
    assert_eq!(watch.next().await, None);
    let refused = TcpStream::connect(server.address()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    server.apply(map("trino", "meanwhile")).unwrap();
    server.switch(Port::Open).await.unwrap();
    let mut watch = client.watch(&from).await;
    assert_eq!(watch.next_told().await, "ADDED meanwhile", "its history outlives the connections");
    server.restart().await.unwrap();
    assert_eq!(watch.next().await, None);
    assert_eq!(names(&client.json(MAPS).await).len(), 3);
}

#[tokio::test]
async fn a_half_open_server_takes_connections_and_never_says_a_word() {
    let server = server_with(1);
    server.switch(Port::Silent).await.unwrap();
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    stream.write_all(b"GET /version HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(timeout(A_WHILE, stream.read_u8()).await.is_err());
    server.switch(Port::Open).await.unwrap();
    assert!(matches!(timeout(PATIENCE, stream.read_u8()).await, Ok(Err(_))), "closed by the switch");
    assert_eq!(Client::of(&server).get("/version").await.status, 200);
}

#[tokio::test]
async fn what_was_asked_is_remembered() {
    let server = server_with(1);
    let client = Client::of(&server);
    client.get("/api/v1/namespaces/trino/configmaps?limit=7&labelSelector=a%3Db").await;
    client.get("/version").await;
    let seen = server.seen();
    assert_eq!(
        (seen[0].verb, seen[0].plural.as_str(), seen[0].namespace.as_str()),
        ("list", "configmaps", "trino")
    );
    assert_eq!((seen[0].query["limit"].as_str(), seen[0].query["labelSelector"].as_str()), ("7", "a=b"));
    assert_eq!((seen[0].user.as_str(), seen[0].status), ("administrator", 200));
    assert_eq!((seen[1].verb, seen[1].plural.as_str()), ("get", "/version"));
    assert_eq!((server.requests("*", "*"), server.requests("list", "*"), server.connections()), (2, 1, 2));
    server.forget_requests();
    assert_eq!((server.requests("*", "*"), server.seen().len()), (0, 0));
}
