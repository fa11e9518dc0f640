//! TLS towards a broker: who is trusted, and who we are.

use std::sync::Arc;

use kafka_protocol::messages::{ListGroupsRequest, ListGroupsResponse};
use lookout_declarations::Reason;
use lookout_kafka_wire::{Api, BuildTls, ClientIdentity, Failure, Options, Tls, TlsMaterial};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{RootCertStore, ServerConfig, crypto::ring, server::WebPkiClientVerifier};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::broker::{FakeBroker, Reaction, all_versions, encode, patient};

pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

struct Identity {
    chain: String,
    key: KeyPair,
    der: rustls_pki_types::CertificateDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, name: &str) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate =
            CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap();
        Identity { chain: certificate.pem(), der: certificate.der().clone(), key }
    }

    pub(crate) fn roots(&self) -> String {
        self.0.pem()
    }
}

pub(crate) fn acceptor(authority: &Authority, name: &str, wants_client: bool) -> TlsAcceptor {
    let identity = authority.issue(name);
    let provider = Arc::new(ring::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = if wants_client {
        let mut roots = RootCertStore::empty();
        roots.add(authority.0.der().clone()).unwrap();
        let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider).build().unwrap();
        builder.with_client_cert_verifier(verifier)
    } else {
        builder.with_no_client_auth()
    };
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.serialize_der()));
    TlsAcceptor::from(Arc::new(builder.with_single_cert(vec![identity.der], key).unwrap()))
}

async fn broker(tls: TlsAcceptor) -> FakeBroker {
    FakeBroker::start_with(Some(tls), |seen| match seen.api {
        Api::ApiVersions => all_versions(seen),
        _ => Reaction::Answer(encode(&ListGroupsResponse::default(), seen.version)),
    })
    .await
}

async fn ask(broker: &FakeBroker, material: &TlsMaterial<'_>) -> Result<(), Failure> {
    let options = Options { tls: Some(Tls::build(material).unwrap()), ..patient() };
    broker.connect(&options).await?.call(&ListGroupsRequest::default()).await.map(drop)
}

#[tokio::test]
async fn a_broker_of_the_named_authority_is_trusted_and_another_is_not() {
    let (ours, theirs) = (Authority::new(), Authority::new());
    let broker = broker(acceptor(&ours, "127.0.0.1", false)).await;
    let roots = ours.roots();
    ask(&broker, &TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() }).await.unwrap();
    let roots = theirs.roots();
    let material = TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() };
    let failure = ask(&broker, &material).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Untrusted, "{failure:?}");
}

#[tokio::test]
async fn the_name_of_the_certificate_counts_and_can_be_given() {
    let authority = Authority::new();
    let broker = broker(acceptor(&authority, "kafka.example", false)).await;
    let roots = authority.roots();
    let material = TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() };
    let failure = ask(&broker, &material).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Untrusted, "{failure:?}");
    ask(&broker, &TlsMaterial { server_name: Some("kafka.example"), ..material }).await.unwrap();
}

#[tokio::test]
async fn a_broker_that_wants_a_client_certificate_gets_the_one_that_is_configured() {
    let (authority, other) = (Authority::new(), Authority::new());
    let broker = broker(acceptor(&authority, "127.0.0.1", true)).await;
    let roots = authority.roots();
    let material = TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() };
    for (identity, expected) in [
        (None, Some(Reason::Unauthenticated)),
        (Some(other.issue("client")), Some(Reason::Unauthenticated)),
        (Some(authority.issue("client")), None),
    ] {
        let key = identity.as_ref().map(|identity| identity.key.serialize_pem());
        let client = identity
            .as_ref()
            .zip(key.as_ref())
            .map(|(identity, key)| ClientIdentity { chain: identity.chain.as_bytes(), key: key.as_bytes() });
        let outcome = ask(&broker, &TlsMaterial { client, ..material }).await;
        let reason = outcome.as_ref().err().map(Failure::reason);
        assert_eq!(reason, expected, "{outcome:?}");
    }
}

#[tokio::test]
async fn tls_to_a_port_without_it_fails_in_the_handshake() {
    let roots = Authority::new().roots();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answering = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream
    });
    let material = TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() };
    let options = Options { tls: Some(Tls::build(&material).unwrap()), ..patient() };
    let address = lookout_kafka_wire::Address::new("127.0.0.1", port);
    let failure =
        lookout_kafka_wire::Connection::open(address, options.into(), <_>::default()).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Handshake, "{failure:?}");
    answering.await.unwrap();
}

#[test]
fn material_that_cannot_be_used_is_refused_with_the_part_that_is_wrong() {
    let authority = Authority::new();
    let (roots, identity) = (authority.roots(), authority.issue("client"));
    let build = |roots: &str, client: Option<(&str, &str)>, server_name: Option<&str>| {
        let client =
            client.map(|(chain, key)| ClientIdentity { chain: chain.as_bytes(), key: key.as_bytes() });
        Tls::build(&TlsMaterial { roots: Some(roots.as_bytes()), client, server_name }).unwrap_err()
    };
    assert!(matches!(build("", None, None), BuildTls::ReadRoots(_)));
    assert!(matches!(build(&roots, Some((&identity.chain, "no key")), None), BuildTls::ReadKey(_)));
    assert!(matches!(build(&roots, None, Some("no name")), BuildTls::ReadServerName(_)));
    let other = authority.issue("other").key.serialize_pem();
    assert!(matches!(build(&roots, Some((&identity.chain, &other)), None), BuildTls::UseIdentity(_)));
}
