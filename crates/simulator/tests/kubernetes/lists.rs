//! Lists: what is in them, in which order, of which version, in which shape.

use hyper::Method;
use lookout_simulator::kubernetes::objects;
use serde_json::json;

use crate::client::{Client, map, names, server, server_with};

const MAPS: &str = "/api/v1/configmaps";

#[tokio::test]
async fn a_list_has_the_objects_of_the_cluster_or_of_one_namespace() {
    let server = server_with(3);
    let client = Client::of(&server);
    let all = client.json(MAPS).await;
    assert_eq!(names(&all), ["other", "map-000", "map-001", "map-002"]);
    assert_eq!((&all["kind"], &all["apiVersion"]), (&json!("ConfigMapList"), &json!("v1")));
    assert_eq!(all["metadata"], json!({ "resourceVersion": server.version().to_string() }));
    assert_eq!(names(&client.json("/api/v1/namespaces/kafka/configmaps").await), ["other"]);
    assert_eq!(names(&client.json("/api/v1/namespaces/nowhere/configmaps").await), Vec::<String>::new());
    assert_eq!(server.requests("list", "configmaps"), 3);
}

#[tokio::test]
async fn objects_are_ordered_as_in_etcd_by_the_whole_path() {
    let server = server();
    for namespace in ["a", "a-b", "a.b"] {
        server.apply(map(namespace, "m")).unwrap();
    }
    let listed = Client::of(&server).json(MAPS).await;
    let namespaces: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|item| &item["metadata"]["namespace"]).collect();
    assert_eq!(namespaces, [&json!("a-b"), &json!("a.b"), &json!("a")], "`-` and `.` come before `/`");
    assert_eq!(names(&Client::of(&server).json("/api/v1/namespaces/a/configmaps").await), ["m"]);
}

#[tokio::test]
async fn an_object_has_what_the_server_adds() {
    let server = server();
    server.apply(map("trino", "m")).unwrap();
    let object = Client::of(&server).json("/api/v1/namespaces/trino/configmaps/m").await;
    let metadata = json!({
        "name": "m", "namespace": "trino", "creationTimestamp": "2026-09-01T12:00:00Z",
        "uid": "5eed0000-0000-4000-8000-000000000001", "resourceVersion": "1001",
    });
    let whole = json!({
        "kind": "ConfigMap", "apiVersion": "v1", "metadata": metadata, "data": { "key": "value" },
    });
    assert_eq!(object, whole);
    assert_eq!(server.object("configmaps", "trino", "m").unwrap(), whole);
    let old = objects::created(map("trino", "old"), "2026-01-01T00:00:00Z".parse().unwrap());
    server.apply(old).unwrap();
    let object = server.object("configmaps", "trino", "old").unwrap();
    assert_eq!(
        object["metadata"]["creationTimestamp"], "2026-01-01T00:00:00Z",
        "the platform is older than its server"
    );
}

#[tokio::test]
async fn items_of_built_in_kinds_lack_their_kind_and_those_of_others_have_it() {
    let server = server_with(1);
    server.apply(json!({
        "apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": { "namespace": "trino", "name": "c" },
    })).unwrap();
    let client = Client::of(&server);
    assert!(client.json(MAPS).await["items"][0].get("kind").is_none());
    let custom = client.json("/apis/cert-manager.io/v1/certificates").await;
    assert_eq!(
        (&custom["items"][0]["kind"], &custom["items"][0]["apiVersion"]),
        (&json!("Certificate"), &json!("cert-manager.io/v1"))
    );
    assert_eq!(custom["kind"], "CertificateList");
}

#[tokio::test]
async fn an_object_is_served_in_each_version_of_its_group() {
    let server = server();
    server
        .apply(json!({
            "apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "Gateway",
            "metadata": { "namespace": "edge", "name": "g" }, "spec": { "gatewayClassName": "nginx" },
        }))
        .unwrap();
    let client = Client::of(&server);
    for version in ["v1", "v1beta1"] {
        let listed = client.json(&format!("/apis/gateway.networking.k8s.io/{version}/gateways")).await;
        assert_eq!(listed["apiVersion"], format!("gateway.networking.k8s.io/{version}"));
        assert_eq!(listed["items"][0]["apiVersion"], listed["apiVersion"]);
    }
}

#[tokio::test]
async fn metadata_alone_are_answered_where_they_are_asked_for() {
    let server = server_with(1);
    let client = Client::of(&server);
    let accept = [("accept", "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")];
    let listed = client.ask(Method::GET, MAPS, &accept, None).await.json();
    assert_eq!(
        (&listed["kind"], &listed["apiVersion"]),
        (&json!("PartialObjectMetadataList"), &json!("meta.k8s.io/v1"))
    );
    assert_eq!(listed["items"][0]["kind"], "PartialObjectMetadata");
    assert_eq!(listed["items"][0]["metadata"]["name"], "other");
    assert!(listed["items"][0].get("data").is_none());
    let table = [("accept", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")];
    let listed = client.ask(Method::GET, MAPS, &table, None).await.json();
    assert_eq!(listed["kind"], "ConfigMapList", "who asks for a Table takes plain JSON too");
}

#[tokio::test]
async fn a_list_can_be_of_a_version_that_is_remembered() {
    let server = server_with(1);
    let client = Client::of(&server);
    let before = server.version();
    server.apply(map("trino", "later")).unwrap();
    server.delete("configmaps", "trino", "map-000").unwrap();
    let exact = format!("{MAPS}?resourceVersion={before}&resourceVersionMatch=Exact");
    let listed = client.json(&exact).await;
    assert_eq!(names(&listed), ["other", "map-000"]);
    assert_eq!(listed["metadata"]["resourceVersion"], before.to_string());
    let fresh =
        client.json(&format!("{MAPS}?resourceVersion={before}&resourceVersionMatch=NotOlderThan")).await;
    assert_eq!(names(&fresh), ["other", "later"]);
    server.compact();
    let refused = client.get(&exact).await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (410, Some("Expired")));
    let future = client.get(&format!("{MAPS}?resourceVersion=999999")).await;
    assert_eq!(future.status, 504);
    assert_eq!(
        future.message(),
        format!("Timeout: Too large resource version: 999999, current: {}", server.version())
    );
}

#[tokio::test]
async fn what_the_server_does_not_have_leads_nowhere() {
    let server = server();
    let client = Client::of(&server);
    for path in ["/apis/example.org/v1/things", "/api/v1/namespaces/x/nodes", "/nothing", "/api/v2"] {
        let answer = client.get(path).await;
        assert_eq!((answer.status, answer.text.as_str()), (404, "404 page not found\n"), "{path}");
    }
    let missing = client.get("/api/v1/namespaces/x/secrets/y").await;
    assert_eq!((missing.status, missing.message()), (404, "secrets \"y\" not found".to_owned()));
    assert_eq!(missing.json()["details"], json!({ "name": "y", "kind": "secrets" }));
    server.uninstall("certificates");
    assert_eq!(client.get("/apis/cert-manager.io/v1/certificates").await.status, 404);
}

#[tokio::test]
async fn parameters_that_contradict_each_other_are_refused() {
    let server = server_with(3);
    let client = Client::of(&server);
    let page = client.json(&format!("{MAPS}?limit=1")).await;
    let token = page["metadata"]["continue"].as_str().unwrap();
    for (query, status, message) in [
        (format!("continue={token}&resourceVersion=1001"), 400, "is not allowed when using continue"),
        (
            format!("continue={token}&resourceVersionMatch=Exact"),
            422,
            "is forbidden when continue is provided",
        ),
        ("resourceVersionMatch=Exact".to_owned(), 422, "is forbidden unless resourceVersion is provided"),
        (
            "resourceVersionMatch=Exact&resourceVersion=0".to_owned(),
            422,
            "is forbidden for resourceVersion \"0\"",
        ),
        ("resourceVersionMatch=Newest&resourceVersion=1".to_owned(), 422, "Unsupported value: \"Newest\""),
        ("resourceVersion=newest".to_owned(), 400, "Invalid value: \"newest\""),
    ] {
        let refused = client.get(&format!("{MAPS}?{query}")).await;
        assert_eq!(refused.status, status, "{query}");
        assert!(refused.message().contains(message), "{}", refused.message());
    }
    assert_eq!(client.get(&format!("{MAPS}?continue={token}&resourceVersion=0")).await.status, 200);
}
