//! The whole exposition of known certificates at a known time, as it was reviewed.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_certs::assess;
use lookout_certs::endpoints::{
    Attempt, Chain, Failure, Observation, SeenChain, Session, Target, TrustStore,
};
use lookout_certs::files::{Inventory, PathFault, PlaceScan, Plan, Scan, Tally};
use lookout_certs::parse::{Certificate, parse, parse_each};
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::EndpointSettings;
use lookout_certs_spec::labels::StoredReason;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_testkit::golden;
use rustls_pki_types::CertificateDer;

use crate::support::{fixed_now, fixture, text_of};

fn golden_file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

#[test]
fn stored_certificates() {
    let settings = Settings {
        files: vec!["/etc/shop/*.pem".to_owned(), "/etc/missing.pem".to_owned()],
        ..Settings::default()
    };
    let plan = Plan::new(&settings).unwrap();
    let file =
        |name: &str, bytes: Vec<u8>| (PathBuf::from("/etc/shop").join(name), Arc::new(parse(&bytes, 10)));
    let shop = PlaceScan {
        is_reachable: true,
        files: vec![
            file("broken.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".to_vec()),
            file(
                "names.pem",
                [fixture("bmp-string.pem"), fixture("multi-valued-negative-serial.pem")].concat(),
            ),
            file("tls.pem", [fixture("chain.pem"), fixture("root.pem")].concat()),
            file("twice.pem", fixture("root.pem").repeat(2)),
        ],
        ..PlaceScan::default()
    };
    let missing = PathFault {
        path: "/etc/missing.pem".into(),
        reason: Reason::NotFound,
        stored_reason: StoredReason::NotFound,
        message: "not there".to_owned(),
    };
    let missing = PlaceScan { faults: vec![missing], ..PlaceScan::default() };
    let scan = Scan { places: vec![shop, missing], ..Scan::default() };
    let (inventory, _) = Inventory::new(scan, &plan, &mut Tally::default());
    let mut batch = Batch::new();
    assess::stored::assess(&inventory, true, fixed_now(), &mut batch);
    golden::check(golden_file("stored.txt"), &text_of(batch));
}

fn encodings(name: &str) -> Vec<CertificateDer<'static>> {
    let mut encodings = Vec::new();
    parse_each(&fixture(name), 10, &mut |der| encodings.push(CertificateDer::from(der.to_vec())));
    encodings
}

fn observation(attempt: Attempt, seen: Option<Chain>) -> Observation {
    let endpoint = EndpointSettings {
        address: "https://shop.example".to_owned(),
        server_name: String::new(),
        expected_name: String::new(),
        trusted_roots: Vec::new(),
        timeout: None,
    };
    Observation {
        target: Arc::new(Target::new(&endpoint, &Settings::default()).unwrap()),
        is_up: attempt.chain.is_some(),
        failure: attempt.failure,
        session: attempt.session,
        seen: seen.map(|chain| Arc::new(SeenChain { chain, at: fixed_now() })),
        trust: Arc::new(TrustStore::new(encodings("root.pem"))),
    }
}

fn chain() -> Chain {
    let encodings = encodings("chain.pem");
    let certificates = encodings.iter().map(|encoding| Certificate::from_der(encoding)).collect();
    Chain { encodings, certificates, has_ocsp_response: true, has_other_key: false }
}

fn served(observation: &Observation, name: &str) {
    let mut batch = Batch::new();
    assess::served::assess(observation, fixed_now(), &mut batch);
    golden::check(golden_file(name), &text_of(batch));
}

#[test]
fn a_served_chain() {
    let handshake = Duration::from_micros(2_500);
    let session = Session { handshake, version: "TLS 1.3", cipher: "TLS_AES_256_GCM_SHA384".to_owned() };
    let attempt = Attempt { chain: Some(chain()), session: Some(session), failure: None };
    served(&observation(attempt, Some(chain())), "served.txt");
}

#[test]
fn an_endpoint_that_is_down_after_it_was_seen() {
    let failure =
        Failure { reason: Reason::Timeout, message: "connecting did not end within 10s".to_owned() };
    let attempt = Attempt { chain: None, session: None, failure: Some(failure) };
    served(&observation(attempt, Some(chain())), "served-down.txt");
}

#[test]
fn an_endpoint_that_was_never_seen() {
    let failure = Failure { reason: Reason::Unreachable, message: "connecting failed".to_owned() };
    let attempt = Attempt { chain: None, session: None, failure: Some(failure) };
    served(&observation(attempt, None), "served-never.txt");
}

#[test]
fn the_first_certificate_of_a_chain_is_a_leaf_whatever_is_written_in_it() {
    let encodings = encodings("root.pem");
    let certificates = encodings.iter().map(|encoding| Certificate::from_der(encoding)).collect();
    let chain = Chain { encodings, certificates, has_ocsp_response: false, has_other_key: false };
    let attempt = Attempt { chain: Some(chain.clone()), session: None, failure: None };
    let mut batch = Batch::new();
    assess::served::assess(&observation(attempt, Some(chain)), fixed_now(), &mut batch);
    let scrape = crate::support::scrape_of(batch);
    let row = [("position", "0"), ("role", "leaf")];
    assert!(scrape.value("certs_served_not_after_timestamp_seconds", &row).is_some());
    assert_eq!(scrape.value("certs_served_info", &row), Some(1.0));
}
