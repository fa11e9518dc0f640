//! The platform describes itself truly: what it says is what a client and a reader of files meet.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/client.rs"]
mod client;

use std::fs;
use std::io::ErrorKind;

use lookout_simulator::{EndpointState, Platform, PlatformOptions, SimulatorError};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use client::{Client, Verdict, now};

fn flawless() -> Platform {
    Platform::start(now(), &PlatformOptions { with_defects: false, ..PlatformOptions::default() }).unwrap()
}

#[tokio::test]
async fn a_platform_without_defects_is_good_and_serves_what_it_stores() {
    let platform = flawless();
    let client = Client::of(&platform);
    assert!(platform.defects().is_empty());
    assert_eq!(platform.endpoints().len(), 9);
    for endpoint in platform.endpoints() {
        let look = client.look(endpoint.address, &endpoint.server_name).await;
        assert_eq!(endpoint.state, EndpointState::Good, "{}", endpoint.name);
        assert_eq!(look.verdict(), Some(&Verdict::Good), "{}", endpoint.name);
        assert_eq!(look.answer.as_ref().unwrap(), "HTTP/1.1 200 OK", "{}", endpoint.name);
        let stored = CertificateDer::from_pem_file(&endpoint.stored_file).unwrap();
        assert_eq!(look.leaf(), Some(&stored), "{}", endpoint.name);
    }
    for file in platform.certificate_files() {
        assert!(CertificateDer::from_pem_file(&file.path).is_ok(), "{}", file.path.display());
    }
}

#[tokio::test]
async fn the_defects_of_the_start_are_real() {
    let platform = Platform::start(now(), &PlatformOptions::default()).unwrap();
    let client = Client::of(&platform);
    let mut wrong = Vec::new();
    for endpoint in platform.endpoints() {
        let look = client.look(endpoint.address, &endpoint.server_name).await;
        let expected = match endpoint.name {
            "superset" => Some(Verdict::Expired),
            "grafana" => Some(Verdict::UnknownIssuer),
            "harbor" => Some(Verdict::WrongName),
            "vault" => {
                assert_eq!(look.answer.as_ref().unwrap_err().kind(), ErrorKind::ConnectionRefused);
                None
            }
            _ => Some(Verdict::Good),
        };
        assert_eq!(look.verdict(), expected.as_ref(), "{}", endpoint.name);
        if expected != Some(Verdict::Good) {
            wrong.push(endpoint.url());
        }
        let stored = CertificateDer::from_pem_file(&endpoint.stored_file).unwrap();
        let is_served = look.leaf() == Some(&stored);
        assert_eq!(is_served, !["grafana", "harbor", "vault"].contains(&endpoint.name), "{}", endpoint.name);
    }

    let directory = platform.directory().display();
    wrong.push(format!("{directory}/certificates/kafka-broker.pem"));
    wrong.push(format!("{directory}/certificates/iceberg-rest.pem"));
    // Whether these are so is seen in `kafka/incidents.rs`.
    let kafka =
        ["consumer group risk-recalculation", "consumer group settlement-report", "topic weather.forecasts"];
    wrong.extend(kafka.map(str::to_owned));
    // And these in `kubernetes/incidents.rs`.
    let kubernetes = [
        "ingress superset/superset",
        "ingress harbor/harbor",
        "ingress minio/minio",
        "ingress datahub/datahub",
        "secret etl/legacy-feed-tls",
        "certificatesigningrequest csr-k7x2v",
    ];
    wrong.extend(kubernetes.map(str::to_owned));
    let said: Vec<_> = platform.defects().iter().map(|defect| defect.place.clone()).collect();
    assert_eq!(said, wrong, "all that is wrong is said to be, and nothing else");
    let cut_off = platform.directory().join("certificates/iceberg-rest.pem");
    assert!(CertificateDer::from_pem_file(cut_off).is_err());
}

#[tokio::test]
async fn its_directories_hold_its_certificate_files() {
    let platform = Platform::start(now(), &PlatformOptions::default()).unwrap();
    let bundle = platform.trust_bundle();
    for file in platform.certificate_files() {
        let watched = platform.directories().iter().any(|directory| file.path.parent() == Some(directory));
        assert!(watched || file.path == bundle, "{}", file.path.display());
        assert!(file.path.exists(), "{}", file.path.display());
    }
    assert_eq!(platform.directories().len(), 3);
    assert!(platform.directories().iter().all(|directory| fs::read_dir(directory).unwrap().count() > 0));
}

#[tokio::test]
async fn a_renewal_is_served_after_the_reload_and_not_before() {
    let platform = flawless();
    let client = Client::of(&platform);
    for name in ["portal", "trino"] {
        let endpoint = platform.endpoints().into_iter().find(|endpoint| endpoint.name == name).unwrap();
        let stored = || CertificateDer::from_pem_file(&endpoint.stored_file).unwrap();
        let before = stored();
        platform.renew(name, now()).unwrap();
        assert_ne!(stored(), before, "{name}");
        assert_eq!(
            client.look(endpoint.address, &endpoint.server_name).await.leaf(),
            Some(&before),
            "{name}"
        );
        platform.reload(name, now()).await.unwrap();
        assert_eq!(
            client.look(endpoint.address, &endpoint.server_name).await.leaf(),
            Some(&stored()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_platform_can_keep_its_files() {
    let given = tempfile::tempdir().unwrap();
    let directory = given.path().join("platform");
    let options = PlatformOptions { directory: Some(directory.clone()), ..PlatformOptions::default() };
    Platform::start(now(), &options).unwrap().stop().await;
    assert!(directory.join("certificates/portal.pem").exists());
    // The directory of a former platform is no obstacle.
    Platform::start(now(), &options).unwrap().stop().await;
}

#[tokio::test]
async fn an_unknown_service_is_an_error_that_names_the_known_ones() {
    let error = flawless().renew("kong", now()).unwrap_err();
    assert!(matches!(error, SimulatorError::FindService { .. }));
    assert_eq!(
        error.to_string(),
        "cannot find the service `kong` on the platform; there are portal, superset, trino, grafana, harbor, \
         vault, dolphinscheduler, minio, datahub"
    );
}
