//! Every incident of certificates, played and repaired on a running platform, and seen by a client and a reader of files.
//! Those of Kafka are in `kafka/incidents.rs`, those of Kubernetes in `kubernetes/incidents.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/client.rs"]
mod client;

use std::collections::BTreeSet;

use lookout_simulator::{EndpointDescription, Incident, Platform, PlatformOptions};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;
use x509_parser::prelude::{FromDer as _, X509Certificate};

use client::{Client, Look, Verdict, now};

/// What is seen of one service.
struct Sight {
    look: Look,
    stored: Option<CertificateDer<'static>>,
}

impl Sight {
    async fn of(client: &Client, endpoint: &EndpointDescription) -> Self {
        let look = client.look(endpoint.address, &endpoint.server_name).await;
        Self { look, stored: CertificateDer::from_pem_file(&endpoint.stored_file).ok() }
    }

    fn is_good(&self) -> bool {
        let answered = self.look.answer.as_ref().is_ok_and(|line| line == "HTTP/1.1 200 OK");
        answered && self.look.verdict() == Some(&Verdict::Good) && self.serves_what_is_stored()
    }

    fn serves_what_is_stored(&self) -> bool {
        self.stored.is_some() && self.look.leaf() == self.stored.as_ref()
    }
}

/// Those that happen to a service with an endpoint.
fn incidents() -> impl Iterator<Item = &'static Incident> {
    Incident::ALL.iter().filter(|incident| !["kafka", "kubernetes"].contains(&incident.service))
}

fn service(platform: &Platform, incident: &Incident) -> EndpointDescription {
    let found = platform.endpoints().into_iter().find(|endpoint| endpoint.name == incident.service);
    found.unwrap_or_else(|| panic!("`{}` is played on no service", incident.name))
}

fn days_left(certificate: &CertificateDer<'_>) -> i64 {
    let (_, parsed) = X509Certificate::from_der(certificate).unwrap();
    (parsed.validity().not_after.timestamp() - now().as_second()) / 86_400
}

/// Proves that the incident is to be seen as it says.
fn check(incident: &Incident, sight: &Sight) {
    let name = incident.name;
    let Sight { look, stored } = sight;
    let stored_days = stored.as_ref().map(days_left);
    let served_days = look.leaf().map(days_left);
    match name {
        "certificate-expires" => {
            assert_eq!(look.verdict(), Some(&Verdict::Expired));
            assert!(sight.serves_what_is_stored());
        }
        "renewal-overdue" => {
            assert_eq!((look.verdict(), served_days), (Some(&Verdict::Good), Some(4)));
            assert!(sight.serves_what_is_stored());
        }
        "renewal-not-served" => {
            assert_eq!((look.verdict(), served_days, stored_days), (Some(&Verdict::Good), Some(4), Some(45)));
        }
        "wrong-certificate" => assert_eq!(look.verdict(), Some(&Verdict::WrongName)),
        "untrusted-issuer" => assert_eq!(look.verdict(), Some(&Verdict::UnknownIssuer)),
        "chain-incomplete" => {
            assert_eq!(look.verdict(), Some(&Verdict::UnknownIssuer));
            assert_eq!(look.presented.as_ref().unwrap().0.len(), 1);
        }
        "certificate-not-yet-valid" => assert_eq!(look.verdict(), Some(&Verdict::NotYetValid)),
        "endpoint-dead" => fails_with(look, "refused"),
        "endpoint-resets" => fails_with(look, "reset"),
        "plain-http-on-tls-port" => fails_with(look, "corrupt message"),
        "handshake-refused" => fails_with(look, "HandshakeFailure"),
        "outdated-protocol" => fails_with(look, "incompatible"),
        "client-certificate-required" => {
            assert_eq!(look.verdict(), Some(&Verdict::Good));
            assert!(look.failure().contains("CertificateRequired"), "{}", look.failure());
        }
        "broken-file" | "file-vanishes" => {
            assert!(stored.is_none());
            assert_eq!((look.verdict(), served_days), (Some(&Verdict::Good), Some(45)));
        }
        other => panic!("no proof for the incident `{other}`"),
    }
    if !["certificate-expires", "renewal-overdue", "broken-file", "file-vanishes"].contains(&name) {
        assert_eq!(stored_days, Some(45), "{name}: the stored certificate is good");
    }
}

fn fails_with(look: &Look, cause: &str) {
    assert!(look.failure().contains(cause), "{}", look.failure());
    assert!(look.presented.is_none());
}

/// The client would wait out its patience, so the silence is proven by the bytes and by the connection staying open.
async fn check_stall(platform: &Platform, endpoint: &EndpointDescription) {
    let config = rustls::ClientConfig::builder_with_provider(std::sync::Arc::new(
        rustls::crypto::ring::default_provider(),
    ))
    .with_safe_default_protocol_versions()
    .unwrap()
    .with_root_certificates(rustls::RootCertStore::empty())
    .with_no_client_auth();
    let name = endpoint.server_name.clone().try_into().unwrap();
    let mut connection = rustls::ClientConnection::new(std::sync::Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();

    let server = platform.endpoint(endpoint.name).unwrap();
    let handshakes = server.counts().handshakes;
    let mut stream = TcpStream::connect(endpoint.address).await.unwrap();
    tokio::io::AsyncWriteExt::write_all(&mut stream, &hello).await.unwrap();
    stream.read_exact(&mut [0; 300]).await.unwrap();
    assert_eq!((server.counts().open, server.counts().handshakes), (1, handshakes));
}

#[tokio::test]
async fn every_incident_is_seen_as_told_and_gone_after_its_repair() {
    for with_defects in [false, true] {
        let options = PlatformOptions { with_defects, ..PlatformOptions::default() };
        let platform = Platform::start(now(), &options).unwrap();
        let client = Client::of(&platform);
        for incident in incidents() {
            let endpoint = service(&platform, incident);
            assert!(Sight::of(&client, &endpoint).await.is_good(), "before `{}`", incident.name);

            incident.play(&platform, now()).await.unwrap();
            if incident.name == "endpoint-stalls" {
                check_stall(&platform, &endpoint).await;
            } else {
                check(incident, &Sight::of(&client, &endpoint).await);
            }

            incident.repair(&platform, now()).await.unwrap();
            assert!(Sight::of(&client, &endpoint).await.is_good(), "after `{}`", incident.name);
        }
    }
}

#[tokio::test]
async fn an_incident_can_be_played_and_repaired_twice() {
    let platform = Platform::start(now(), &PlatformOptions::default()).unwrap();
    let client = Client::of(&platform);
    for incident in incidents() {
        incident.repair(&platform, now()).await.unwrap();
        incident.play(&platform, now()).await.unwrap();
        incident.play(&platform, now()).await.unwrap();
        incident.repair(&platform, now()).await.unwrap();
        incident.repair(&platform, now()).await.unwrap();
        assert!(Sight::of(&client, &service(&platform, incident)).await.is_good(), "{}", incident.name);
    }
}

#[test]
fn every_incident_is_found_by_its_name_and_told_in_sentences() {
    let mut names = BTreeSet::new();
    for incident in Incident::ALL {
        assert!(names.insert(incident.name), "`{}` is there twice", incident.name);
        assert!(incident.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'));
        assert_eq!(Incident::named(incident.name).unwrap().story, incident.story);
        for sentence in [incident.story, incident.seen] {
            assert!(sentence.ends_with('.') && !sentence.contains('_'), "{sentence}");
        }
    }
    assert!(Incident::named("no-such-incident").is_none());
}
