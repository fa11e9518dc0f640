//! Watches: where they begin, what they tell, how they end.

use core::time::Duration;

use lookout_simulator::kubernetes::{Behaviour, Gone, StreamingLists, objects};
use serde_json::json;

use crate::client::{Client, Watch, map, server, server_with};

const MAPS: &str = "/api/v1/configmaps";

async fn watch_from(client: &Client, version: u64, more: &str) -> Watch {
    client.watch(&format!("{MAPS}?watch=true&resourceVersion={version}{more}")).await
}

#[tokio::test]
async fn a_watch_tells_what_happens_after_its_version_and_nothing_else() {
    let server = server_with(1);
    let client = Client::of(&server);
    let start = server.version();
    server.apply(map("trino", "before-the-watch")).unwrap();
    let mut watch = watch_from(&client, start, "").await;
    assert_eq!(watch.next_told().await, "ADDED before-the-watch");
    server.patch("configmaps", "trino", "map-000", &json!({ "data": { "key": "other" } })).unwrap();
    let event = watch.next().await.unwrap();
    assert_eq!((&event["type"], &event["object"]["data"]["key"]), (&json!("MODIFIED"), &json!("other")));
    assert_eq!(event["object"]["kind"], "ConfigMap", "unlike the items of a list");
    assert!(watch.lines[0].starts_with("{\"type\":\"ADDED\",\"object\":{\"kind\":"));
    server.patch("configmaps", "trino", "map-000", &json!({ "data": { "key": "other" } })).unwrap();
    server.delete("configmaps", "trino", "map-000").unwrap();
    let event = watch.next().await.unwrap();
    assert_eq!((&event["type"], &event["object"]["data"]["key"]), (&json!("DELETED"), &json!("other")));
    assert_eq!(event["object"]["metadata"]["resourceVersion"], server.version().to_string());
    assert!(watch.is_silent().await);
}

#[tokio::test]
async fn a_watch_without_a_version_begins_with_what_there_is() {
    let server = server_with(1);
    let client = Client::of(&server);
    for version in ["", "&resourceVersion=0"] {
        let mut watch = client.watch(&format!("{MAPS}?watch=1{version}")).await;
        assert_eq!(watch.next_told().await, "ADDED other");
        assert_eq!(watch.next_told().await, "ADDED map-000");
        assert!(watch.is_silent().await);
    }
}

#[tokio::test]
async fn a_watch_of_a_namespace_tells_of_that_alone() {
    let server = server_with(0);
    let path = format!("/api/v1/namespaces/trino/configmaps?watch=true&resourceVersion={}", server.version());
    let mut watch = Client::of(&server).watch(&path).await;
    server.apply(map("kafka", "elsewhere")).unwrap();
    server.apply(map("trino", "here")).unwrap();
    assert_eq!(watch.next_told().await, "ADDED here");
}

#[tokio::test]
async fn what_begins_or_ceases_to_match_a_selector_is_added_or_deleted() {
    let server = server_with(0);
    let client = Client::of(&server);
    let mut watch = watch_from(&client, server.version(), "&labelSelector=watched").await;
    server.apply(map("trino", "m")).unwrap();
    let label = |value: Option<&str>| {
        let patch = json!({ "metadata": { "labels": { "watched": value } } });
        server.patch("configmaps", "trino", "m", &patch).unwrap();
    };
    label(Some("yes"));
    assert_eq!(watch.next_told().await, "ADDED m");
    label(Some("still"));
    assert_eq!(watch.next_told().await, "MODIFIED m");
    label(None);
    let event = watch.next().await.unwrap();
    assert_eq!(
        (&event["type"], &event["object"]["metadata"]["labels"]["watched"]),
        (&json!("DELETED"), &json!("still"))
    );
    assert_eq!(event["object"]["metadata"]["resourceVersion"], server.version().to_string());
    server.delete("configmaps", "trino", "m").unwrap();
    assert!(watch.is_silent().await);
    let mut watch = client.watch("/api/v1/secrets?watch=true&fieldSelector=type!%3DOpaque").await;
    server.apply(objects::secret("trino", "s", "kubernetes.io/tls", &[])).unwrap();
    assert_eq!(watch.next_told().await, "ADDED s");
    server.patch("secrets", "trino", "s", &json!({ "type": "Opaque" })).unwrap();
    assert_eq!(watch.next_told().await, "DELETED s");
}

#[tokio::test]
async fn bookmarks_come_to_those_who_ask_and_say_how_far_the_cluster_is() {
    let server = server_with(0);
    server.set_behaviour(Behaviour { bookmark_period: Duration::from_millis(20), ..Behaviour::default() });
    let client = Client::of(&server);
    let mut without = watch_from(&client, server.version(), "").await;
    let mut with = watch_from(&client, server.version(), "&allowWatchBookmarks=true").await;
    server.apply(objects::secret("trino", "of-another-kind", "Opaque", &[])).unwrap();
    let version = server.version().to_string();
    loop {
        let event = with.next().await.unwrap();
        assert_eq!(event["type"], "BOOKMARK");
        assert_eq!(event["object"]["kind"], "ConfigMap");
        if event["object"]["metadata"]["resourceVersion"] == version {
            break;
        }
    }
    assert!(without.is_silent().await);
}

#[tokio::test]
async fn a_watch_ends_when_its_time_is_up_after_a_last_bookmark() {
    let server = server_with(0);
    let client = Client::of(&server);
    let path = "&timeoutSeconds=1&allowWatchBookmarks=true";
    let mut watch = watch_from(&client, server.version(), path).await;
    assert_eq!(watch.next_told().await, "BOOKMARK ");
    assert_eq!(watch.next().await, None);
    while server.watches() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_version_that_is_forgotten_is_410_in_the_stream_or_as_the_status() {
    let server = server_with(0);
    let client = Client::of(&server);
    let old = server.version();
    server.apply(map("trino", "m")).unwrap();
    server.compact();
    let mut watch = watch_from(&client, old, "").await;
    let event = watch.next().await.unwrap();
    assert_eq!((watch.status, &event["type"]), (200, &json!("ERROR")));
    assert_eq!((&event["object"]["code"], &event["object"]["reason"]), (&json!(410), &json!("Expired")));
    assert_eq!(watch.next().await, None);
    server.set_behaviour(Behaviour { gone: Gone::Status, ..Behaviour::default() });
    let refused = client.get(&format!("{MAPS}?watch=true&resourceVersion={old}")).await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (410, Some("Expired")));
    let mut watch = watch_from(&client, server.version(), "").await;
    server.apply(map("trino", "n")).unwrap();
    assert_eq!(watch.next_told().await, "ADDED n", "a version after the compaction is good");
}

#[tokio::test]
async fn a_watch_that_falls_behind_the_history_is_told_so_in_its_stream() {
    let server = server_with(0);
    server.set_behaviour(Behaviour { history: 2, ..Behaviour::default() });
    let old = server.version();
    for number in 0..3 {
        server.apply(map("trino", &format!("m-{number}"))).unwrap();
    }
    let client = Client::of(&server);
    assert_eq!(watch_from(&client, old, "").await.next().await.unwrap()["type"], "ERROR");
    let mut watch = watch_from(&client, old + 1, "").await;
    assert_eq!(watch.next_told().await, "ADDED m-1");
    assert_eq!(watch.next_told().await, "ADDED m-2");
}

#[tokio::test]
async fn a_streaming_list_ends_by_a_bookmark_and_goes_on_as_a_watch() {
    let server = server_with(1);
    let client = Client::of(&server);
    let path = format!(
        "{MAPS}?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
    );
    let mut watch = client.watch(&path).await;
    assert_eq!(watch.next_told().await, "ADDED other");
    assert_eq!(watch.next_told().await, "ADDED map-000");
    let bookmark = watch.next().await.unwrap();
    assert_eq!(bookmark["type"], "BOOKMARK");
    let metadata = &bookmark["object"]["metadata"];
    assert_eq!(metadata["annotations"], json!({ "k8s.io/initial-events-end": "true" }));
    assert_eq!(metadata["resourceVersion"], server.version().to_string());
    server.delete("configmaps", "trino", "map-000").unwrap();
    assert_eq!(watch.next_told().await, "DELETED map-000");
    let incomplete = client.get(&format!("{MAPS}?watch=true&sendInitialEvents=true")).await;
    assert_eq!(incomplete.status, 422);
    let path = format!("{path}&resourceVersion={}", server.version());
    server.set_behaviour(Behaviour { streaming_lists: StreamingLists::Forbidden, ..Behaviour::default() });
    let refused = client.get(&path).await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (422, Some("Invalid")));
    assert!(
        refused
            .message()
            .contains("sendInitialEvents is forbidden for watch unless the WatchList feature gate")
    );
}

#[tokio::test]
async fn an_old_server_does_not_know_of_streaming_lists() {
    let server = server_with(1);
    server.set_behaviour(Behaviour { streaming_lists: StreamingLists::Ignored, ..Behaviour::default() });
    let path = format!("{MAPS}?watch=true&sendInitialEvents=true&allowWatchBookmarks=true");
    let mut watch = Client::of(&server).watch(&path).await;
    assert_eq!(watch.next_told().await, "ADDED other");
    assert_eq!(watch.next_told().await, "ADDED map-000");
    assert!(watch.is_silent().await, "no bookmark ends the list");
}

#[tokio::test]
async fn a_watch_of_metadata_has_metadata_alone() {
    let server = server();
    server.apply(objects::secret("trino", "s", "Opaque", &[("key", b"private")])).unwrap();
    let accept = [("accept", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")];
    let path = "/api/v1/secrets?watch=true&timeoutSeconds=1";
    let answer = Client::of(&server).ask(hyper::Method::GET, path, &accept, None).await;
    assert!(answer.text.contains("\"kind\":\"PartialObjectMetadata\""), "{}", answer.text);
    assert!(!answer.text.contains("\"data\""), "{}", answer.text);
}

#[tokio::test]
async fn watches_of_a_resource_that_is_taken_away_end() {
    let server = server_with(0);
    let mut watch = watch_from(&Client::of(&server), server.version(), "").await;
    server.uninstall("configmaps");
    assert_eq!(watch.next().await, None);
}
