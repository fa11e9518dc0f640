//! Pages: their sizes, their tokens, one version for all of them, tokens that expire.

use serde_json::Value;

use crate::client::{Client, map, names, server_with};

const MAPS: &str = "/api/v1/namespaces/trino/configmaps";

fn token(page: &Value) -> &str {
    page["metadata"]["continue"].as_str().unwrap_or_default()
}

fn continued(page: &Value) -> String {
    format!("{MAPS}?limit=2&continue={}", token(page))
}

#[tokio::test]
async fn the_pages_together_are_the_list() {
    let server = server_with(5);
    let client = Client::of(&server);
    let first = client.json(&format!("{MAPS}?limit=2")).await;
    assert_eq!((names(&first).len(), &first["metadata"]["remainingItemCount"]), (2, &Value::from(3)));
    let second = client.json(&continued(&first)).await;
    assert_eq!((names(&second).len(), &second["metadata"]["remainingItemCount"]), (2, &Value::from(1)));
    let third = client.json(&continued(&second)).await;
    assert_eq!(third["metadata"].as_object().unwrap().keys().collect::<Vec<_>>(), ["resourceVersion"]);
    let all = [names(&first), names(&second), names(&third)].concat();
    assert_eq!(all, ["map-000", "map-001", "map-002", "map-003", "map-004"]);
    let exact = client.json(&format!("{MAPS}?limit=5")).await;
    assert_eq!(token(&exact), "", "nothing is left");
}

#[tokio::test]
async fn all_pages_are_of_one_version_and_can_be_asked_for_again() {
    let server = server_with(5);
    let client = Client::of(&server);
    let first = client.json(&format!("{MAPS}?limit=2")).await;
    server.delete("configmaps", "trino", "map-003").unwrap();
    server.apply(map("trino", "map-0025")).unwrap();
    let second = client.json(&continued(&first)).await;
    assert_eq!(names(&second), ["map-002", "map-003"]);
    assert_eq!(second["metadata"]["resourceVersion"], first["metadata"]["resourceVersion"]);
    assert_eq!(client.json(&continued(&first)).await["items"], second["items"]);
}

#[tokio::test]
async fn what_remains_is_not_told_where_a_selector_restricts() {
    let server = server_with(5);
    let page = Client::of(&server).json(&format!("{MAPS}?limit=2&labelSelector=%21app")).await;
    assert!(!token(&page).is_empty());
    assert!(page["metadata"].get("remainingItemCount").is_none());
}

#[tokio::test]
async fn an_expired_token_is_410_and_the_one_in_the_answer_goes_on() {
    let server = server_with(5);
    let client = Client::of(&server);
    let first = client.json(&format!("{MAPS}?limit=2")).await;
    server.expire_pages();
    server.delete("configmaps", "trino", "map-003").unwrap();
    let refused = client.get(&continued(&first)).await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (410, Some("Expired")));
    assert!(refused.message().starts_with("The provided continue parameter is too old"));
    let rest = client.json(&format!("{MAPS}?continue={}", token(&refused.json()))).await;
    assert_eq!(names(&rest), ["map-002", "map-004"]);
    assert_eq!(client.get(&format!("{MAPS}?continue=nonsense")).await.status, 400);
}

#[tokio::test]
async fn a_list_from_the_cache_comes_whole() {
    let server = server_with(5);
    let client = Client::of(&server);
    let path = format!("{MAPS}?limit=2&resourceVersion=0");
    assert_eq!(names(&client.json(&path).await).len(), 5);
    let mut behaviour = server.behaviour();
    behaviour.lists_from_cache_ignore_limit = false;
    server.set_behaviour(behaviour);
    assert_eq!(names(&client.json(&path).await).len(), 2);
}
