//! What the server says of itself, as kubectl asks for it.

use serde_json::json;

use crate::client::{Client, server};

#[tokio::test]
async fn groups_versions_and_resources_are_told() {
    let server = server();
    let client = Client::of(&server);
    assert_eq!(client.json("/api").await["versions"], json!(["v1"]));
    let groups = client.json("/apis").await;
    let gateway = groups["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["name"] == "gateway.networking.k8s.io");
    assert_eq!(gateway.unwrap()["preferredVersion"]["groupVersion"], "gateway.networking.k8s.io/v1");
    assert_eq!(gateway.unwrap()["versions"].as_array().unwrap().len(), 2);
    let resources = client.json("/api/v1").await;
    let secrets =
        resources["resources"].as_array().unwrap().iter().find(|each| each["name"] == "secrets").unwrap();
    assert_eq!((&secrets["kind"], &secrets["namespaced"]), (&json!("Secret"), &json!(true)));
    for group in groups["groups"].as_array().unwrap() {
        for version in group["versions"].as_array().unwrap() {
            let path = format!("/apis/{}", version["groupVersion"].as_str().unwrap());
            assert!(!client.json(&path).await["resources"].as_array().unwrap().is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn the_version_is_told() {
    let server = server();
    let version = Client::of(&server).json("/version").await;
    assert_eq!((&version["gitVersion"], &version["minor"]), (&json!("v1.36.4"), &json!("36")));
}

#[tokio::test]
async fn a_resource_that_is_installed_is_told_and_one_that_is_taken_away_is_not() {
    let server = server();
    let client = Client::of(&server);
    for plural in ["orders", "challenges"] {
        server.uninstall(plural);
    }
    assert_eq!(client.get("/apis/acme.cert-manager.io/v1").await.status, 404);
    let resource =
        lookout_simulator::kubernetes::ResourceDescription::custom("example.org", "v1", "things", "Thing");
    server.install(resource);
    assert_eq!(client.json("/apis/example.org/v1").await["resources"][0]["kind"], "Thing");
    assert_eq!(client.json("/apis/example.org/v1/things").await["kind"], "ThingList");
}

#[tokio::test]
async fn each_kind_is_told_to_be_validated_by_the_server() {
    let server = server();
    let client = Client::of(&server);
    let documents = client.json("/openapi/v3").await;
    for (path, document) in documents["paths"].as_object().unwrap() {
        let url = document["serverRelativeURL"].as_str().unwrap();
        let paths = client.json(url).await["paths"].as_object().unwrap().clone();
        assert!(!paths.is_empty(), "{path}");
        for described in paths.values() {
            assert_eq!(described["patch"]["parameters"][1]["name"], "fieldValidation");
        }
    }
    assert_eq!(client.get("/openapi/v3/apis/example.org/v1").await.status, 404);
}
