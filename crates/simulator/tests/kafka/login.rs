//! Logins and TLS at the door.

use std::io::Write as _;
use std::sync::Arc;

use lookout_kafka_wire::{Address, Failure, Options, Sasl, ScramHash, Tls, TlsMaterial};
use lookout_simulator::kafka::{Cluster, ClusterDescription, Login, Mechanism};
use lookout_simulator::{Authorities, ServerIdentity};
use tempfile::NamedTempFile;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Client, frozen, now, patient};

fn with_login(mechanisms: &[Mechanism]) -> Cluster {
    let login = Login {
        mechanisms: mechanisms.to_vec(),
        user: "alice".to_owned(),
        password: "wonderland".to_owned(),
    };
    frozen(&ClusterDescription { login: Some(login), ..ClusterDescription::of_brokers(2) })
}

fn options(mechanism: Mechanism, user: &str, password: &str) -> (NamedTempFile, Options) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(password.as_bytes()).unwrap();
    let password = format!("file:{}", file.path().display()).parse().unwrap();
    let user = user.to_owned();
    let sasl = match mechanism {
        Mechanism::Plain => Sasl::Plain { user, password },
        Mechanism::ScramSha256 => Sasl::Scram { hash: ScramHash::Sha256, user, password },
        Mechanism::ScramSha512 => Sasl::Scram { hash: ScramHash::Sha512, user, password },
    };
    (file, Options { sasl: Some(sasl), ..patient() })
}

/// Why the one broker that was tried last could not be used.
fn cause(failure: &Failure) -> &Failure {
    match failure {
        Failure::ReachCluster { source, .. } => source,
        other => other,
    }
}

const ALL: [Mechanism; 3] = [Mechanism::Plain, Mechanism::ScramSha256, Mechanism::ScramSha512];

#[tokio::test]
async fn the_right_password_opens_and_another_does_not() {
    let cluster = with_login(&ALL);
    for mechanism in ALL {
        let (_file, good) = options(mechanism, "alice", "wonderland");
        let mut client = Client::with(&cluster, good).await.unwrap();
        assert_eq!(client.metadata().await.brokers, [1, 2]);
        for (user, password) in [("alice", "wrong"), ("bob", "wonderland")] {
            let (_file, bad) = options(mechanism, user, password);
            let failure = Client::with(&cluster, bad).await.err().unwrap();
            assert!(matches!(cause(&failure), Failure::Authenticate { .. }), "{failure:?}");
        }
    }
}

#[tokio::test]
async fn without_a_login_nothing_is_answered_and_other_mechanisms_are_named() {
    let cluster = with_login(&[Mechanism::ScramSha512]);
    assert!(Client::with(&cluster, patient()).await.is_err());
    let (_file, plain) = options(Mechanism::Plain, "alice", "wonderland");
    let failure = Client::with(&cluster, plain).await.err().unwrap();
    assert!(cause(&failure).to_string().contains("SCRAM-SHA-512"), "{failure:?}");
}

#[tokio::test]
async fn tls_shows_a_certificate_for_the_brokers_address() {
    let authorities = Arc::new(Authorities::create(now()).unwrap());
    let bundle = authorities.trusted_bundle_pem();
    let identity = ServerIdentity { server_name: "kafka.localhost".to_owned(), authorities };
    let description = ClusterDescription { tls: Some(identity), ..ClusterDescription::of_brokers(2) };
    // Its certificate is of now, whatever that is for the client.
    #[expect(clippy::disallowed_methods, reason = "a client that verifies asks the machine's clock")]
    let cluster = Cluster::start(&description, jiff::Timestamp::now()).unwrap();
    let material = TlsMaterial { roots: Some(bundle.as_bytes()), client: None, server_name: None };
    let options = Options { tls: Some(Tls::build(&material).unwrap()), ..patient() };
    let mut client = Client::with(&cluster, options).await.unwrap();
    assert_eq!(client.metadata().await.brokers, [1, 2]);
    let plain = Client::with(&cluster, patient()).await;
    assert!(plain.is_err());
    let _: Vec<Address> = client.wire.brokers().map(|broker| broker.address().clone()).collect();
}

#[tokio::test]
async fn the_oldest_exchange_has_messages_without_a_header() {
    let cluster = with_login(&[Mechanism::Plain]);
    for (password, is_right) in [("wonderland", true), ("wrong", false)] {
        let mut stream = TcpStream::connect(cluster.bootstrap()[0]).await.unwrap();
        let handshake = b"\0\x11\0\0\0\0\0\x07\xff\xff\0\x05PLAIN";
        assert_eq!(exchange(&mut stream, handshake).await.unwrap()[..6], [0, 0, 0, 7, 0, 0]);
        let message = format!("\0alice\0{password}");
        let answer = exchange(&mut stream, message.as_bytes()).await;
        assert_eq!(answer, is_right.then(Vec::new));
        if is_right {
            let list_groups = b"\0\x10\0\0\0\0\0\x08\xff\xff";
            assert_eq!(exchange(&mut stream, list_groups).await.unwrap(), [0, 0, 0, 8, 0, 0, 0, 0, 0, 0]);
        }
    }
}

async fn exchange(stream: &mut TcpStream, frame: &[u8]) -> Option<Vec<u8>> {
    stream.write_u32(u32::try_from(frame.len()).unwrap()).await.unwrap();
    stream.write_all(frame).await.unwrap();
    let length = stream.read_u32().await.ok()?;
    let mut answer = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut answer).await.unwrap();
    Some(answer)
}
