//! Who may do what, and how a refusal reads.

use std::sync::Arc;

use hyper::Method;
use lookout_simulator::kubernetes::{ApiServer, ApiServerOptions, Principal, Rule};
use lookout_simulator::{Authorities, CertificatePurpose, CertificateRequest, ServerIdentity, Validity};
use serde_json::json;

use crate::client::{Client, names, now, server_with};

fn reader() -> Principal {
    Principal::with_token("system:serviceaccount:monitoring:lookout", "reader")
        .allowed(Rule::reads("", &["configmaps"]).within(&["trino"]))
        .allowed(Rule::reads("networking.k8s.io", &["ingresses"]))
}

fn with_reader() -> ApiServer {
    let server = server_with(1);
    server.set_principal(reader());
    server
}

#[tokio::test]
async fn what_is_allowed_is_answered_and_all_else_is_forbidden_in_the_words_of_the_server() {
    let server = with_reader();
    let client = Client::with_token(&server, "reader");
    assert_eq!(names(&client.json("/api/v1/namespaces/trino/configmaps").await), ["map-000"]);
    assert!(names(&client.json("/apis/networking.k8s.io/v1/ingresses").await).is_empty());
    let user = "User \"system:serviceaccount:monitoring:lookout\"";
    for (path, message) in [
        (
            "/api/v1/configmaps",
            format!(
                "configmaps is forbidden: {user} cannot list resource \"configmaps\" in API group \"\" at the cluster scope"
            ),
        ),
        (
            "/api/v1/namespaces/kafka/configmaps?watch=true",
            format!(
                "configmaps is forbidden: {user} cannot watch resource \"configmaps\" in API group \"\" in the namespace \"kafka\""
            ),
        ),
        (
            "/api/v1/namespaces/kafka/secrets/s",
            format!(
                "secrets \"s\" is forbidden: {user} cannot get resource \"secrets\" in API group \"\" in the namespace \"kafka\""
            ),
        ),
        (
            "/apis/cert-manager.io/v1/certificates",
            format!(
                "certificates.cert-manager.io is forbidden: {user} cannot list resource \"certificates\" in API group \"cert-manager.io\" at the cluster scope"
            ),
        ),
        (
            "/apis/example.org/v1/unknown",
            format!(
                "unknown.example.org is forbidden: {user} cannot list resource \"unknown\" in API group \"example.org\" at the cluster scope"
            ),
        ),
    ] {
        let refused = client.get(path).await;
        assert_eq!((refused.status, refused.message()), (403, message));
        assert_eq!(refused.json()["reason"], "Forbidden");
    }
    let refused = client.get("/apis/cert-manager.io/v1/certificates").await;
    assert_eq!(refused.json()["details"], json!({ "group": "cert-manager.io", "kind": "certificates" }));
}

#[tokio::test]
async fn a_token_that_nobody_has_is_401_and_none_is_anonymous() {
    let server = with_reader();
    let refused = Client::with_token(&server, "expired").get("/api/v1/configmaps").await;
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.json(),
        json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": "Unauthorized",
            "reason": "Unauthorized", "code": 401,
        })
    );
    let anonymous = Client::anonymous(&server);
    assert!(
        anonymous.get("/api/v1/configmaps").await.message().contains("User \"system:anonymous\" cannot list")
    );
    assert_eq!(
        anonymous.get("/apis").await.message(),
        "forbidden: User \"system:anonymous\" cannot get path \"/apis\""
    );
    assert_eq!(anonymous.get("/version").await.status, 200);
}

#[tokio::test]
async fn rules_and_tokens_change_at_run_time() {
    let server = with_reader();
    let (old, new) = (Client::with_token(&server, "reader"), Client::with_token(&server, "renewed"));
    let path = "/api/v1/namespaces/trino/configmaps";
    let mut principal = server.principal("system:serviceaccount:monitoring:lookout").unwrap();
    principal.tokens = vec![lookout_simulator::kubernetes::Token::new("renewed")];
    server.set_principal(principal.clone());
    assert_eq!((old.get(path).await.status, new.get(path).await.status), (401, 200));
    principal.rules.clear();
    server.set_principal(principal.clone());
    assert_eq!(new.get(path).await.status, 403);
    assert!(!format!("{principal:?}").contains("renewed"), "a token is not shown");
}

#[tokio::test]
async fn somebody_can_ask_what_they_may_and_who_they_are() {
    let server = with_reader();
    let client = Client::with_token(&server, "reader");
    let may = async |verb: &str, resource: &str, namespace: &str| {
        let asked = json!({ "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": {
            "resourceAttributes": { "verb": verb, "resource": resource, "namespace": namespace, "group": "" },
        }});
        let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
        let answer = client.ask(Method::POST, path, &[], Some(&asked)).await;
        assert_eq!(answer.status, 201);
        assert_eq!(answer.json()["spec"], asked["spec"]);
        answer.json()["status"]["allowed"].as_bool().unwrap()
    };
    assert!(may("list", "configmaps", "trino").await);
    assert!(!may("list", "configmaps", "").await, "not in the whole cluster");
    assert!(!may("delete", "configmaps", "trino").await);
    assert!(!may("list", "secrets", "trino").await);
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    let answer = client.ask(Method::POST, path, &[], Some(&json!({}))).await.json();
    assert_eq!(answer["status"]["userInfo"]["username"], "system:serviceaccount:monitoring:lookout");
}

/// As `kubectl auth can-i list configmaps -n trino` sends it.
#[tokio::test]
async fn kubectl_asks_in_protobuf_and_is_answered_in_json() {
    let server = with_reader();
    let field = |number: u8, content: &[u8]| {
        [&[number << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    };
    let attributes = [field(1, b"trino"), field(2, b"list"), field(3, b""), field(5, b"configmaps")].concat();
    let review = [field(1, b""), field(2, &field(1, &attributes)), field(3, &[8, 0])].concat();
    let kind = [field(1, b"authorization.k8s.io/v1"), field(2, b"SelfSubjectAccessReview")].concat();
    let envelope = [&b"k8s\0"[..], &field(1, &kind), &field(2, &review)].concat();
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let client = Client::with_token(&server, "reader");
    let answer = client.send(Method::POST, path, envelope.clone()).await;
    assert_eq!((answer.status, &answer.json()["status"]["allowed"]), (201, &json!(true)));
    let answer = client.send(Method::POST, path, envelope[..30].to_vec()).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn over_tls_a_client_certificate_is_somebody_too() {
    let authorities = Arc::new(Authorities::create(now()).unwrap());
    let request = CertificateRequest {
        purpose: CertificatePurpose::Client,
        ..CertificateRequest::for_server("prometheus", Validity::current(now()))
    };
    let own = Arc::new(authorities.intermediate.issue(&request).unwrap());
    let mut principal = Principal::administrator("prometheus", "unused");
    principal.certificate = own.leaf().cloned();
    let tls = Some(ServerIdentity { server_name: "kubernetes".to_owned(), authorities });
    let options = ApiServerOptions { tls, principals: vec![principal], ..ApiServerOptions::default() };
    let server = ApiServer::start(options, now()).unwrap();
    assert!(server.url().starts_with("https://127.0.0.1:"));
    assert_eq!(Client::with_certificate(&server, own).get("/api/v1/secrets").await.status, 200);
    assert_eq!(Client::with_token(&server, "unused").get("/api/v1/secrets").await.status, 200);
    assert_eq!(Client::anonymous(&server).get("/api/v1/secrets").await.status, 403);
    let kubeconfig: serde_json::Value = serde_json::from_str(&server.kubeconfig("prometheus")).unwrap();
    assert_eq!(kubeconfig["users"][0]["user"]["token"], "unused");
    assert_eq!(kubeconfig["clusters"][0]["cluster"]["server"], server.url());
}
