//! Every state of a simulated TLS endpoint, as a client over a real socket meets it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "support/client.rs"]
mod client;

use std::io::ErrorKind;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use lookout_simulator::{
    Authorities, CertificatePurpose, CertificateRequest, EndpointCounts, EndpointState, ServerIdentity,
    SimulatorError, TlsEndpoint, UnusualCertificate, Validity,
};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::Instant;

use client::{Client, Verdict, is_for, now};

const NAME: &str = "server.example";

fn identity() -> ServerIdentity {
    ServerIdentity {
        server_name: NAME.to_owned(),
        authorities: Arc::new(Authorities::create(now()).unwrap()),
    }
}

fn start(state: EndpointState) -> (TlsEndpoint, Client) {
    let identity = identity();
    let client = Client::trusting(&identity.authorities);
    (TlsEndpoint::start(identity, state, now()).unwrap(), client)
}

/// Far longer than anything takes that is waited for.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until the server has noticed what its client has done.
async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A client hello, as a client sends it that wants to go on.
fn client_hello() -> Vec<u8> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let name = NAME.try_into().unwrap();
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut hello = Vec::new();
    connection.write_tls(&mut hello).unwrap();
    hello
}

/// What the server sends after a client hello until it closes.
async fn answer_to_hello(endpoint: &TlsEndpoint) -> Vec<u8> {
    let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
    stream.write_all(&client_hello()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn a_good_endpoint_is_good_and_answers() {
    let (endpoint, client) = start(EndpointState::Good);
    let look = client.look(endpoint.address(), NAME).await;
    assert_eq!(look.verdict(), Some(&Verdict::Good));
    assert_eq!(look.answer.unwrap(), "HTTP/1.1 200 OK");
    let (chain, _) = look.presented.unwrap();
    assert_eq!(chain, endpoint.own_certificate().chain(), "leaf and intermediate, without the root");
    assert_eq!(chain.len(), 2);
}

#[tokio::test]
async fn every_unusual_certificate_gets_the_verdict_it_deserves() {
    let (endpoint, client) = start(EndpointState::Good);
    for &kind in UnusualCertificate::ALL {
        let expected = match kind {
            UnusualCertificate::Expired | UnusualCertificate::IntermediateExpired => Verdict::Expired,
            UnusualCertificate::NotYetValid => Verdict::NotYetValid,
            UnusualCertificate::WrongName | UnusualCertificate::WithoutNames => Verdict::WrongName,
            UnusualCertificate::Untrusted
            | UnusualCertificate::SelfSigned
            | UnusualCertificate::IntermediateMissing => Verdict::UnknownIssuer,
            UnusualCertificate::ExpiresSoon
            | UnusualCertificate::IssuerWithoutCommonName
            | UnusualCertificate::SubjectWithQuotes
            | UnusualCertificate::SubjectWithNewlines
            | UnusualCertificate::SubjectBeyondAscii
            | UnusualCertificate::VeryLongSubject
            | UnusualCertificate::ManyNames
            | UnusualCertificate::LongSerial => Verdict::Good,
        };
        endpoint.switch(EndpointState::Unusual(kind), now()).await.unwrap();
        let look = client.look(endpoint.address(), NAME).await;
        assert_eq!(look.verdict(), Some(&expected), "{kind}");
        assert_eq!(look.answer.as_ref().unwrap(), "HTTP/1.1 200 OK", "{kind}");
        assert_eq!(look.leaf(), endpoint.served_certificate().unwrap().leaf(), "{kind}");
    }
}

#[tokio::test]
async fn a_dead_endpoint_refuses_and_comes_back_on_its_port() {
    let (endpoint, client) = start(EndpointState::Good);
    let address = endpoint.address();
    for _ in 0..3 {
        endpoint.switch(EndpointState::Dead, now()).await.unwrap();
        let look = client.look(address, NAME).await;
        assert_eq!(look.answer.unwrap_err().kind(), ErrorKind::ConnectionRefused);
        let taken = TcpListener::bind(address).expect_err("the port stays reserved");
        assert_eq!(taken.kind(), ErrorKind::AddrInUse);

        endpoint.switch(EndpointState::Good, now()).await.unwrap();
        assert_eq!(endpoint.address(), address);
        assert_eq!(client.look(address, NAME).await.verdict(), Some(&Verdict::Good));
    }
}

#[tokio::test]
async fn an_endpoint_can_start_dead() {
    let (endpoint, client) = start(EndpointState::Dead);
    let look = client.look(endpoint.address(), NAME).await;
    assert_eq!(look.answer.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    assert_eq!(endpoint.counts(), EndpointCounts::default());
    assert_eq!(endpoint.served_certificate(), None);
}

#[tokio::test]
async fn a_stall_lets_exactly_so_many_bytes_through() {
    let (endpoint, _) = start(EndpointState::Good);
    for after_bytes in (0..8).chain((8..900).step_by(61)) {
        endpoint.switch(EndpointState::Stall { after_bytes }, now()).await.unwrap();
        let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
        stream.write_all(&client_hello()).await.unwrap();
        let mut heard = vec![0; usize::try_from(after_bytes).unwrap()];
        stream.read_exact(&mut heard).await.unwrap();
        eventually("the connection is held open", || endpoint.counts().open == 1).await;

        // Cut off by the switch, so that reading ends: nothing more was on its way.
        endpoint.switch(EndpointState::Good, now()).await.unwrap();
        let mut rest = Vec::new();
        let end = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
        let _closed_or_reset = end.expect("the switch cuts the connection");
        assert!(rest.is_empty(), "{} bytes after {after_bytes}", rest.len());
        assert_eq!(endpoint.counts().open, 0);
    }
}

#[tokio::test]
async fn a_stalled_connection_ends_with_its_client() {
    let (endpoint, _) = start(EndpointState::Stall { after_bytes: 100 });
    let mut stream = TcpStream::connect(endpoint.address()).await.unwrap();
    stream.write_all(&client_hello()).await.unwrap();
    stream.read_exact(&mut [0; 100]).await.unwrap();
    assert_eq!(endpoint.counts().open, 1);
    drop(stream);
    eventually("the connection is closed", || endpoint.counts().open == 0).await;
}

#[tokio::test]
async fn a_stall_beyond_the_last_byte_is_no_stall() {
    let (endpoint, client) = start(EndpointState::Stall { after_bytes: 1 << 20 });
    let look = client.look(endpoint.address(), NAME).await;
    assert_eq!(look.answer.unwrap(), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_reset_arrives_as_one() {
    let (endpoint, client) = start(EndpointState::Reset);
    let look = client.look(endpoint.address(), NAME).await;
    assert_eq!(look.answer.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn plain_http_answers_in_clear() {
    let (endpoint, client) = start(EndpointState::PlainHttp);
    let answer = String::from_utf8(answer_to_hello(&endpoint).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
    let failure = client.look(endpoint.address(), NAME).await.failure();
    assert!(failure.contains("corrupt message"), "{failure}");
}

#[tokio::test]
async fn garbage_is_no_protocol_and_always_the_same() {
    let (endpoint, client) = start(EndpointState::Garbage);
    let garbage = answer_to_hello(&endpoint).await;
    assert_eq!(garbage.len(), 256);
    assert_eq!(garbage, answer_to_hello(&endpoint).await);
    let failure = client.look(endpoint.address(), NAME).await.failure();
    assert!(failure.contains("corrupt message"), "{failure}");
}

#[tokio::test]
async fn a_refused_handshake_is_a_fatal_alert() {
    let (endpoint, client) = start(EndpointState::HandshakeFailure);
    let failure = client.look(endpoint.address(), NAME).await.failure();
    assert!(failure.contains("HandshakeFailure"), "{failure}");
}

#[tokio::test]
async fn old_tls_fails_by_its_version() {
    let (endpoint, client) = start(EndpointState::OldTls);
    let look = client.look(endpoint.address(), NAME).await;
    let failure = look.answer.unwrap_err();
    let cause = failure.get_ref().unwrap().downcast_ref::<rustls::Error>().unwrap();
    assert!(matches!(cause, rustls::Error::PeerIncompatible(_)), "{cause:?}");
    assert!(look.presented.is_none());
}

#[tokio::test]
async fn a_client_certificate_is_required_and_honoured() {
    let identity = identity();
    let authorities = Arc::clone(&identity.authorities);
    let endpoint = TlsEndpoint::start(identity, EndpointState::ClientCertificateRequired, now()).unwrap();
    let without = Client::trusting(&authorities).look(endpoint.address(), NAME).await;
    assert_eq!(without.verdict(), Some(&Verdict::Good), "the server's certificate is seen all the same");
    assert!(without.failure().contains("CertificateRequired"), "{}", without.failure());

    // The server verifies by its own clock, so the client's certificate has to be valid for very long.
    let request = CertificateRequest {
        purpose: CertificatePurpose::Client,
        ..CertificateRequest::for_server("client.example", Validity::days(now(), -3650, 36500))
    };
    let own = authorities.root.issue(&request).unwrap();
    let with = Client::trusting(&authorities).presenting(own).look(endpoint.address(), NAME).await;
    assert_eq!(with.answer.unwrap(), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn certificates_are_chosen_by_server_name() {
    let (endpoint, client) = start(EndpointState::Good);
    let identity = identity();
    let issue = |name| Arc::new(identity.authorities.issue(name, Validity::current(now())).unwrap());
    let (first, second, fallback) =
        (issue("first.example"), issue("second.example"), issue("default.example"));
    let named = vec![
        ("first.example".to_owned(), Arc::clone(&first)),
        ("Second.example".to_owned(), Arc::clone(&second)),
    ];
    let state = EndpointState::ByServerName { named: named.clone(), default: Some(Arc::clone(&fallback)) };
    endpoint.switch(state, now()).await.unwrap();
    for (asked, expected) in
        [("first.example", &first), ("second.example", &second), ("third.example", &fallback)]
    {
        let look = client.look(endpoint.address(), asked).await;
        assert_eq!(look.leaf(), expected.leaf(), "{asked}");
    }

    endpoint.switch(EndpointState::ByServerName { named, default: None }, now()).await.unwrap();
    let look = client.look(endpoint.address(), "third.example").await;
    assert!(look.presented.is_none());
    assert!(look.failure().contains("alert"), "{}", look.failure());
}

#[tokio::test]
async fn a_renewed_certificate_is_served_after_it_is_installed() {
    let (endpoint, client) = start(EndpointState::Good);
    let before = client.look(endpoint.address(), NAME).await;
    let renewed = Arc::new(identity().authorities.issue(NAME, Validity::current(now())).unwrap());
    endpoint.install(Arc::clone(&renewed), now()).await.unwrap();
    let after = client.look(endpoint.address(), NAME).await;
    assert_ne!(before.leaf(), after.leaf());
    assert_eq!(after.leaf(), renewed.leaf());
    assert_eq!(endpoint.own_certificate(), renewed);
    assert!(is_for(after.leaf().unwrap(), NAME));
}

#[tokio::test]
async fn a_chosen_certificate_is_served_as_it_is() {
    let (endpoint, client) = start(EndpointState::Good);
    let own = endpoint.own_certificate();
    let chosen = Arc::new(identity().authorities.issue("chosen.example", Validity::current(now())).unwrap());
    endpoint.switch(EndpointState::Serves(Arc::clone(&chosen)), now()).await.unwrap();
    assert_eq!(client.look(endpoint.address(), NAME).await.leaf(), chosen.leaf());
    endpoint.switch(EndpointState::Good, now()).await.unwrap();
    assert_eq!(client.look(endpoint.address(), NAME).await.leaf(), own.leaf());
}

#[tokio::test]
async fn what_is_served_is_counted() {
    let (endpoint, client) = start(EndpointState::Good);
    for _ in 0..3 {
        client.look(endpoint.address(), NAME).await.answer.unwrap();
    }
    drop(TcpStream::connect(endpoint.address()).await.unwrap());
    eventually("all connections are over", || {
        endpoint.counts().connections == 4 && endpoint.counts().open == 0
    })
    .await;
    let expected = EndpointCounts { connections: 4, handshakes: 3, requests: 3, open: 0 };
    assert_eq!(endpoint.counts(), expected);
}

#[tokio::test]
async fn a_crowd_of_silent_clients_is_bounded_and_leaves_again() {
    let (endpoint, client) = start(EndpointState::Good);
    let mut crowd = Vec::new();
    for _ in 0..300 {
        crowd.push(TcpStream::connect(endpoint.address()).await.unwrap());
    }
    eventually("as many are accepted as are allowed", || endpoint.counts().open == 256).await;
    assert_eq!(endpoint.counts().connections, 256);
    drop(crowd);
    assert_eq!(client.look(endpoint.address(), NAME).await.answer.unwrap(), "HTTP/1.1 200 OK");
}

#[tokio::test]
async fn a_port_in_use_is_an_error_and_is_not_shared() {
    let (endpoint, _) = start(EndpointState::Good);
    let second = TlsEndpoint::start_on(endpoint.address(), identity(), EndpointState::Good, now());
    let Err(SimulatorError::BindAddress { address, source }) = second else { panic!("two share a port") };
    assert_eq!(address, endpoint.address());
    assert_eq!(source.kind(), ErrorKind::AddrInUse);
}

#[test]
fn without_a_runtime_it_is_an_error() {
    let started = TlsEndpoint::start(identity(), EndpointState::Good, now());
    assert!(matches!(started, Err(SimulatorError::EnterRuntime { .. })));
}

#[tokio::test]
async fn switches_at_once_leave_state_and_behaviour_in_agreement() {
    let (endpoint, client) = start(EndpointState::Good);
    for _ in 0..20 {
        let (first, second) = tokio::join!(
            endpoint.switch(EndpointState::Dead, now()),
            endpoint.switch(EndpointState::Unusual(UnusualCertificate::Expired), now()),
        );
        first.unwrap();
        second.unwrap();
        let look = client.look(endpoint.address(), NAME).await;
        match endpoint.state() {
            EndpointState::Dead => assert!(look.answer.is_err()),
            _ => assert_eq!(look.verdict(), Some(&Verdict::Expired)),
        }
    }
}
