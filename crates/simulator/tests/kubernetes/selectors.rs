//! Label and field selectors.

use lookout_simulator::kubernetes::{ApiServer, objects};

use crate::client::{Client, names, server};

fn secrets() -> ApiServer {
    let server = server();
    let secret = |name: &str, kind: &str, labels: &[(&str, &str)]| {
        server
            .apply(objects::labelled(objects::secret("trino", name, kind, &[("a", b"b")]), labels))
            .unwrap();
    };
    secret("helm", "helm.sh/release.v1", &[("owner", "helm")]);
    secret("opaque", "Opaque", &[("app", "trino"), ("tier", "back")]);
    secret("tls", "kubernetes.io/tls", &[("app", "trino"), ("tier", "edge")]);
    server
}

async fn selected(server: &ApiServer, parameter: &str, selector: &str) -> Vec<String> {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair(parameter, selector).finish();
    names(&Client::of(server).json(&format!("/api/v1/secrets?{query}")).await)
}

#[tokio::test]
async fn label_selectors_select_as_documented() {
    let server = secrets();
    for (selector, expected) in [
        ("", &["helm", "opaque", "tls"][..]),
        ("app=trino", &["opaque", "tls"]),
        ("app==trino,tier!=edge", &["opaque"]),
        ("tier!=edge", &["helm", "opaque"]),
        ("app", &["opaque", "tls"]),
        ("!app", &["helm"]),
        ("tier in (edge, back)", &["opaque", "tls"]),
        ("tier notin (edge,middle)", &["helm", "opaque"]),
        ("tier in (edge),app", &["tls"]),
        ("app=kafka", &[]),
    ] {
        assert_eq!(selected(&server, "labelSelector", selector).await, expected, "{selector}");
    }
}

#[tokio::test]
async fn field_selectors_select_by_name_namespace_and_type() {
    let server = secrets();
    for (selector, expected) in [
        ("type=kubernetes.io/tls", &["tls"][..]),
        ("type!=helm.sh/release.v1", &["opaque", "tls"]),
        ("type!=helm.sh/release.v1,type!=Opaque", &["tls"]),
        ("metadata.name==opaque", &["opaque"]),
        ("metadata.namespace!=trino", &[]),
        ("metadata.namespace=trino,metadata.name=tls", &["tls"]),
    ] {
        assert_eq!(selected(&server, "fieldSelector", selector).await, expected, "{selector}");
    }
}

#[tokio::test]
async fn a_selector_that_is_not_understood_is_refused() {
    let server = secrets();
    let client = Client::of(&server);
    let refused = client.get("/api/v1/configmaps?fieldSelector=type%3DOpaque").await;
    assert_eq!((refused.status, refused.json()["reason"].as_str()), (400, Some("BadRequest")));
    assert!(refused.message().ends_with("field label not supported: type"), "{}", refused.message());
    for selector in ["labelSelector=tier%20in%20edge", "labelSelector=a%20b", "fieldSelector=type"] {
        assert_eq!(client.get(&format!("/api/v1/secrets?{selector}")).await.status, 400, "{selector}");
    }
}
