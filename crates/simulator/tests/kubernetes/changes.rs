//! Changes over HTTP: created, replaced, merged into, deleted.

use hyper::Method;
use serde_json::json;

use crate::client::{Client, map, server};

const MAPS: &str = "/api/v1/namespaces/trino/configmaps";
const MAP: &str = "/api/v1/namespaces/trino/configmaps/m";
const MERGE: [(&str, &str); 1] = [("content-type", "application/merge-patch+json")];

#[tokio::test]
async fn an_object_lives_from_its_creation_to_its_deletion() {
    let server = server();
    let client = Client::of(&server);
    let made = client.ask(Method::POST, MAPS, &[], Some(&map("trino", "m"))).await;
    assert_eq!((made.status, made.json()["metadata"]["name"].as_str()), (201, Some("m")));
    let again = client.ask(Method::POST, MAPS, &[], Some(&map("trino", "m"))).await;
    assert_eq!((again.status, again.message().as_str()), (409, "configmaps \"m\" already exists"));
    let patched =
        client.ask(Method::PATCH, MAP, &MERGE, Some(&json!({ "data": { "key": null, "new": "n" } }))).await;
    assert_eq!((patched.status, &patched.json()["data"]), (200, &json!({ "new": "n" })));
    assert_eq!(patched.json()["metadata"]["uid"], made.json()["metadata"]["uid"]);
    let stale = client.ask(Method::PUT, MAP, &[], Some(&made.json())).await;
    assert_eq!((stale.status, stale.json()["reason"].as_str()), (409, Some("Conflict")));
    let put = client.ask(Method::PUT, MAP, &[], Some(&map("trino", "m"))).await;
    assert_eq!((put.status, &put.json()["data"]["key"]), (200, &json!("value")));
    assert_eq!(client.ask(Method::DELETE, MAP, &[], None).await.status, 200);
    assert_eq!(client.ask(Method::DELETE, MAP, &[], None).await.status, 404);
    assert_eq!(server.count("configmaps"), 0);
}

#[tokio::test]
async fn the_generation_counts_the_changes_of_the_specification_alone() {
    let server = server();
    let ingress =
        lookout_simulator::kubernetes::objects::ingress("trino", "i", &["a.localhost"], "tls", "trino");
    server.apply(ingress).unwrap();
    let generation = || server.object("ingresses", "trino", "i").unwrap()["metadata"]["generation"].as_u64();
    assert_eq!(generation(), Some(1));
    server.patch("ingresses", "trino", "i", &json!({ "status": { "loadBalancer": {} } })).unwrap();
    assert_eq!(generation(), Some(1));
    server.patch("ingresses", "trino", "i", &json!({ "spec": { "ingressClassName": "other" } })).unwrap();
    assert_eq!(generation(), Some(2));
}

#[tokio::test]
async fn a_change_that_changes_nothing_makes_no_version() {
    let server = server();
    server.apply(map("trino", "m")).unwrap();
    let version = server.version();
    server.apply(map("trino", "m")).unwrap();
    assert_eq!(server.version(), version);
}

#[tokio::test]
async fn what_is_not_simulated_is_refused_and_not_taken_for_something_else() {
    let server = server();
    let client = Client::of(&server);
    server.apply(map("trino", "m")).unwrap();
    let patch = [("content-type", "application/json-patch+json")];
    assert_eq!(client.ask(Method::PATCH, MAP, &patch, Some(&json!([]))).await.status, 415);
    assert_eq!(client.ask(Method::DELETE, MAPS, &[], None).await.status, 405);
    let unnamed = json!({ "metadata": { "generateName": "m-" } });
    assert_eq!(client.ask(Method::POST, MAPS, &[], Some(&unnamed)).await.status, 400);
    let unknown = server.apply(json!({ "apiVersion": "v1", "kind": "Unicorn" })).unwrap_err();
    assert!(unknown.to_string().contains("Unicorn"), "{unknown}");
    let missing = server.delete("configmaps", "trino", "nobody").unwrap_err();
    assert!(missing.to_string().contains("configmaps trino/nobody"), "{missing}");
}

#[tokio::test]
async fn a_secret_in_clear_is_kept_encoded() {
    let server = server();
    server.apply(json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": { "name": "s" }, "stringData": { "user": "trino" },
    })).unwrap();
    let secret = server.object("secrets", "default", "s").unwrap();
    assert_eq!((&secret["data"]["user"], secret.get("stringData")), (&json!("dHJpbm8="), None));
}
