//! The platform's Kubernetes: its defects are real, and its incidents are seen as told and gone after their repair.

use data_encoding::BASE64;
use lookout_simulator::kubernetes::{Principal, Rule};
use lookout_simulator::{Incident, Platform, PlatformOptions};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use serde_json::Value;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::client::{Client, names, now};
use crate::tls;

fn platform(with_defects: bool) -> Platform {
    Platform::start(now(), &PlatformOptions { with_defects, ..PlatformOptions::default() }).unwrap()
}

fn reader(platform: &Platform) -> Client {
    let token = std::fs::read_to_string(platform.kubernetes_access().token_file).unwrap();
    Client::with_token(platform.kubernetes(), &token)
}

/// The leaf that a TLS Secret holds.
fn stored(platform: &Platform, namespace: &str, name: &str) -> Option<CertificateDer<'static>> {
    let secret = platform.kubernetes().object("secrets", namespace, name)?;
    let pem = BASE64.decode(secret["data"]["tls.crt"].as_str()?.as_bytes()).ok()?;
    CertificateDer::from_pem_slice(&pem).ok()
}

/// The leaf that the controller serves for a host.
async fn served(platform: &Platform, host: &str) -> CertificateDer<'static> {
    let client = tls::Client::of(platform);
    client.look(platform.ingress().address(), host).await.leaf().unwrap().clone()
}

fn days_left(certificate: &CertificateDer<'_>) -> i64 {
    let (_, parsed) = X509Certificate::from_der(certificate).unwrap();
    (parsed.validity().not_after.timestamp() - now().as_second()) / 86_400
}

fn covers(certificate: &CertificateDer<'_>, host: &str) -> bool {
    let (_, parsed) = X509Certificate::from_der(certificate).unwrap();
    let names = parsed.subject_alternative_name().unwrap().unwrap();
    let text = format!("{:?}", names.value.general_names);
    let wildcard = host.split_once('.').map(|(_, rest)| format!("\"*.{rest}\"")).unwrap();
    text.contains(&format!("\"{host}\"")) || text.contains(&wildcard)
}

/// The condition of a Certificate.
fn condition(certificate: &Value, kind: &str) -> Option<(String, String)> {
    let conditions = certificate["status"]["conditions"].as_array()?;
    let found = conditions.iter().find(|condition| condition["type"] == kind)?;
    let text = |name: &str| found[name].as_str().map(str::to_owned);
    Some((text("status")?, text("message")?))
}

/// Every Ingress with what is wrong about its hosts: nothing, if it is good.
async fn wrong_ingresses(platform: &Platform) -> Vec<String> {
    let mut wrong = Vec::new();
    let ingresses = reader(platform).json("/apis/networking.k8s.io/v1/ingresses").await;
    assert_eq!(ingresses["items"].as_array().unwrap().len(), 10);
    for ingress in ingresses["items"].as_array().unwrap() {
        let text = |path: &str| ingress.pointer(path).unwrap().as_str().unwrap().to_owned();
        let (namespace, name) = (text("/metadata/namespace"), text("/metadata/name"));
        let stored = stored(platform, &namespace, &text("/spec/tls/0/secretName"));
        for host in ingress["spec"]["tls"][0]["hosts"].as_array().unwrap() {
            let host = host.as_str().unwrap();
            match &stored {
                None => wrong.push(format!("{name}: no secret")),
                Some(stored) if !covers(stored, host) => wrong.push(format!("{name}: not covered {host}")),
                Some(stored) if served(platform, host).await != *stored => {
                    wrong.push(format!("{name}: served differs {host}"));
                }
                Some(stored) if days_left(stored) < 30 => wrong.push(format!("{name}: lapses")),
                Some(_) => {}
            }
        }
    }
    wrong
}

#[tokio::test]
async fn a_cluster_without_defects_is_good_and_serves_what_it_stores() {
    let platform = platform(false);
    assert_eq!(wrong_ingresses(&platform).await, Vec::<String>::new());
    let client = reader(&platform);
    let certificates = client.json("/apis/cert-manager.io/v1/certificates").await;
    assert_eq!(certificates["items"].as_array().unwrap().len(), 13);
    for certificate in certificates["items"].as_array().unwrap() {
        assert_eq!(condition(certificate, "Ready").unwrap().0, "True");
        assert!(certificate["status"]["renewalTime"].as_str().unwrap() > now().to_string().as_str());
    }
    assert!(names(&client.json("/apis/acme.cert-manager.io/v1/challenges").await).is_empty());
    assert!(stored(&platform, "etl", "legacy-feed-tls").is_some());
    assert!(
        stored(&platform, "edge", "feeds-tls")
            .is_some_and(|stored| covers(&stored, "feeds.platform.localhost"))
    );
    let fake = served(&platform, "unknown.platform.localhost").await;
    assert!(covers(&fake, "ingress.local"), "who asks for another name gets the fake certificate");
}

#[tokio::test]
async fn the_defects_of_the_cluster_are_real() {
    let platform = platform(true);
    assert_eq!(
        wrong_ingresses(&platform).await,
        [
            "datahub: no secret",
            "harbor: lapses",
            "minio: served differs minio.platform.localhost",
            "minio: served differs minio-console.platform.localhost",
            "superset: not covered bi.platform.localhost",
        ]
    );
    assert!(stored(&platform, "etl", "legacy-feed-tls").is_none());
    let api = platform.kubernetes();
    let never = api.object("certificates", "datahub", "datahub-tls").unwrap();
    assert_eq!(
        condition(&never, "Ready").unwrap(),
        ("False".into(), "Issuing certificate as Secret does not exist".into())
    );
    assert!(never["status"].get("notAfter").is_none() && never["status"].get("revision").is_none());
    let client = reader(&platform);
    let challenges = client.json("/apis/acme.cert-manager.io/v1/challenges").await;
    let reasons: Vec<_> = challenges["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| each["status"]["reason"].as_str().unwrap())
        .collect();
    assert!(
        reasons[0].contains("no such host") && reasons[1].contains("cloudflareaccess.com"),
        "{reasons:?}"
    );
    let pending = api.object("certificatesigningrequests", "", "csr-k7x2v").unwrap();
    assert_eq!(pending["status"], serde_json::json!({}));
}

#[tokio::test]
async fn the_trail_of_a_failed_renewal_can_be_followed_from_owner_to_owner() {
    let platform = platform(true);
    let api = platform.kubernetes();
    let client = reader(&platform);
    let owner = |object: &Value| object["metadata"]["ownerReferences"][0]["uid"].as_str().unwrap().to_owned();
    let listed = client.json("/apis/acme.cert-manager.io/v1/namespaces/harbor/challenges").await;
    let challenge = &listed["items"][0];
    let orders = client.json("/apis/acme.cert-manager.io/v1/namespaces/harbor/orders").await;
    let order = orders["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|order| order["metadata"]["uid"] == owner(challenge))
        .unwrap();
    assert_eq!(order["status"]["state"], "invalid");
    let request = api.object("certificaterequests", "harbor", "harbor-tls-2").unwrap();
    assert_eq!(request["metadata"]["uid"], owner(order));
    let certificate = api.object("certificates", "harbor", "harbor-tls").unwrap();
    assert_eq!(certificate["metadata"]["uid"], owner(&request));
    let (status, message) = condition(&certificate, "Issuing").unwrap();
    let order = order["metadata"]["name"].as_str().unwrap();
    assert_eq!(
        (status.as_str(), message),
        (
            "False",
            format!(
                "The certificate request has failed to complete and will be retried: Failed to wait for order resource \
         \"{order}\" to become ready: order is in \"invalid\" state: "
            )
        )
    );
}

#[tokio::test]
async fn the_reader_may_read_what_it_watches_and_nothing_else() {
    let platform = platform(false);
    let client = reader(&platform);
    for path in ["/api/v1/secrets", "/apis/apps/v1/statefulsets", "/apis/batch/v1/cronjobs"] {
        assert!(!client.json(path).await["items"].as_array().unwrap().is_empty(), "{path}");
    }
    assert_eq!(client.get("/api/v1/pods").await.status, 403);
    let access = platform.kubernetes_access();
    assert_eq!(
        std::fs::read_to_string(access.authority_file).unwrap(),
        platform.kubernetes().authority_pem().unwrap()
    );
    assert!(std::fs::read_to_string(access.kubeconfig).unwrap().contains(&access.url));
    let rule = Rule::reads("", &["pods"]);
    let mut more = platform.kubernetes().principal("system:serviceaccount:monitoring:lookout").unwrap();
    more = Principal { rules: vec![rule], ..more };
    platform.kubernetes().set_principal(more);
    assert_eq!(client.get("/api/v1/pods").await.status, 200);
    assert_eq!(client.get("/api/v1/secrets").await.status, 403);
}

#[tokio::test]
async fn every_incident_of_kubernetes_is_seen_as_told_and_gone_after_its_repair() {
    for with_defects in [false, true] {
        let platform = platform(with_defects);
        let before = wrong_ingresses(&platform).await;
        let mut played = 0;
        for incident in Incident::ALL.iter().filter(|incident| incident.service == "kubernetes") {
            for _ in 0..2 {
                incident.play(&platform, now()).await.unwrap();
            }
            check(&platform, incident.name, &before).await;
            for _ in 0..2 {
                incident.repair(&platform, now()).await.unwrap();
            }
            assert_eq!(wrong_ingresses(&platform).await, before, "after `{}`", incident.name);
            let trino = platform.kubernetes().object("certificates", "trino", "trino-tls").unwrap();
            assert_eq!(condition(&trino, "Issuing"), None);
            assert!(trino["status"].get("lastFailureTime").is_none());
            played += 1;
        }
        assert_eq!(played, 4);
    }
}

/// Proves that the incident is to be seen as it says.
async fn check(platform: &Platform, name: &str, before: &[String]) {
    let others = async || {
        let mut wrong = wrong_ingresses(platform).await;
        wrong.retain(|each| !before.contains(each));
        wrong
    };
    match name {
        "renewal-blocked" => {
            assert_eq!(others().await, ["trino: lapses"]);
            let trino = platform.kubernetes().object("certificates", "trino", "trino-tls").unwrap();
            assert_eq!(
                (condition(&trino, "Ready").unwrap().0, condition(&trino, "Issuing").unwrap().0),
                ("True".into(), "False".into())
            );
            assert_eq!(trino["status"]["renewalTime"], "2026-08-22T12:00:00Z", "ten days ago");
            assert_eq!(trino["status"]["failedIssuanceAttempts"], 6);
            let path = "/apis/acme.cert-manager.io/v1/namespaces/trino/challenges";
            let challenges = reader(platform).json(path).await;
            assert!(challenges["items"][0]["status"]["reason"].as_str().unwrap().contains("<!DOCTYPE html>"));
        }
        "stale-served" => {
            assert_eq!(others().await, ["portal: served differs portal.platform.localhost"]);
            assert_eq!(days_left(&served(platform, "portal.platform.localhost").await), 8);
            assert_eq!(days_left(&stored(platform, "portal", "portal-tls").unwrap()), 89);
        }
        "edge-certificate-lapses" => {
            assert_eq!(others().await, Vec::<String>::new());
            let access = platform.kubernetes_access();
            let look = tls::Client::of(platform).look(access.edge_address, &access.edge_host).await;
            assert_eq!(days_left(look.leaf().unwrap()), 4);
        }
        "api-server-away" => {
            let client = reader(platform);
            assert!(client.try_ask(hyper::Method::GET, "/version", &[], None).await.is_err());
        }
        other => panic!("no proof for the incident `{other}`"),
    }
}
