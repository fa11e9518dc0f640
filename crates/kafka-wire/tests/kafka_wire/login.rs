//! The login, against a broker that keeps the other side of each mechanism.

use std::{
    io::Write,
    num::NonZeroU32,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::{Buf, Bytes};
use data_encoding::BASE64;
use kafka_protocol::{
    messages::{
        ListGroupsRequest, ListGroupsResponse, SaslAuthenticateRequest, SaslAuthenticateResponse,
        SaslHandshakeRequest, SaslHandshakeResponse,
    },
    protocol::Decodable,
};
use lookout_config::Secret;
use lookout_declarations::Reason;
use lookout_kafka_wire::{Api, Extensions, Failure, Options, Sasl, ScramHash, TokenFile};
use ring::{digest, hmac, pbkdf2};
use tempfile::NamedTempFile;

use crate::broker::{FakeBroker, Reaction, Seen, encode, modern, patient};

const PASSWORD: &str = "p,a=s→s";

pub(crate) fn secret(text: &str) -> (NamedTempFile, Secret) {
    let mut file = NamedTempFile::new().unwrap();
    writeln!(file, "{text}").unwrap();
    let reference = format!("file:{}", file.path().display()).parse().unwrap();
    (file, reference)
}

fn options(sasl: Sasl) -> Options {
    Options { sasl: Some(sasl), ..patient() }
}

/// What the broker says to one message of a mechanism.
pub(crate) enum Said {
    Word(Vec<u8>),
    /// The last word: the lifetime of the session, in milliseconds.
    Welcome(Vec<u8>, i64),
    Refused,
}

/// A broker that offers everything and answers each SASL message as `judge` says.
pub(crate) async fn broker(judge: impl Fn(&[u8]) -> Said + Send + Sync + 'static) -> FakeBroker {
    modern(move |seen| match seen.api {
        Api::SaslHandshake => {
            let answer = SaslHandshakeResponse::default();
            Reaction::Answer(encode(&answer, seen.version))
        }
        Api::SaslAuthenticate => {
            let answer = SaslAuthenticateResponse::default();
            let answer = match judge(&message(seen)) {
                Said::Word(word) => answer.with_auth_bytes(word.into()),
                Said::Welcome(word, life) => {
                    answer.with_auth_bytes(word.into()).with_session_lifetime_ms(life)
                }
                Said::Refused => {
                    answer.with_error_code(58).with_error_message(Some("Authentication\nfailed".into()))
                }
            };
            Reaction::Answer(encode(&answer, seen.version))
        }
        _ => Reaction::Answer(encode(&ListGroupsResponse::default(), seen.version)),
    })
    .await
}

fn message(seen: &Seen) -> Bytes {
    let request = SaslAuthenticateRequest::decode(&mut seen.body.clone(), seen.version).unwrap();
    request.auth_bytes
}

/// That nothing of it shows the secret.
fn is_discreet(shown: &dyn std::fmt::Debug, display: &str) {
    let shown = format!("{shown:?} {display}");
    assert!(!shown.contains(PASSWORD), "{shown}");
}

#[tokio::test]
async fn plain_says_user_and_password_and_nothing_else() {
    let broker = broker(|message| {
        if message == format!("\0alice\0{PASSWORD}").as_bytes() {
            Said::Welcome(Vec::new(), 0)
        } else {
            Said::Refused
        }
    })
    .await;
    let (_file, password) = secret(PASSWORD);
    let options = options(Sasl::Plain { user: "alice".to_owned(), password });
    let mut connection = broker.connect(&options).await.unwrap();
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    let handshake = SaslHandshakeRequest::decode(&mut broker.seen()[0].body.clone(), 1).unwrap();
    assert_eq!(&*handshake.mechanism, "PLAIN");
    is_discreet(&(&connection, &options), "");
}

#[tokio::test]
async fn refused_credentials_are_told_with_the_words_of_the_broker_and_without_the_secret() {
    let broker = broker(|_| Said::Refused).await;
    let (_file, password) = secret(PASSWORD);
    for sasl in [
        Sasl::Plain { user: "alice".to_owned(), password: password.clone() },
        Sasl::Scram { hash: ScramHash::Sha256, user: "alice".to_owned(), password },
    ] {
        let failure = broker.connect(&options(sasl)).await.unwrap_err();
        assert_eq!(failure.reason(), Reason::Unauthenticated);
        assert!(failure.to_string().ends_with("Authentication failed"), "{failure}");
        is_discreet(&failure, &failure.to_string());
    }
}

#[tokio::test]
async fn a_mechanism_that_is_not_offered_is_named_with_those_that_are() {
    let broker = modern(|seen| {
        let offered = vec!["GSSAPI".into(), "PLAIN".into()];
        let answer = SaslHandshakeResponse::default().with_error_code(33).with_mechanisms(offered);
        Reaction::Answer(encode(&answer, seen.version))
    })
    .await;
    let (_file, password) = secret(PASSWORD);
    let sasl = Sasl::Scram { hash: ScramHash::Sha512, user: "alice".to_owned(), password };
    let failure = broker.connect(&options(sasl)).await.unwrap_err();
    assert!(failure.to_string().contains("it offers: GSSAPI, PLAIN"), "{failure}");
    assert_eq!(failure.reason(), Reason::Unauthenticated);
}

#[tokio::test]
async fn a_listener_without_a_login_is_told_from_one_with_another_mechanism() {
    let broker = modern(|seen| {
        let answer = SaslHandshakeResponse::default().with_error_code(34);
        Reaction::Answer(encode(&answer, seen.version))
    })
    .await;
    let (_file, password) = secret(PASSWORD);
    let sasl = Sasl::Plain { user: "alice".to_owned(), password };
    let failure = broker.connect(&options(sasl)).await.unwrap_err();
    assert!(matches!(failure, Failure::AcceptAnswer { .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Protocol);
}

/// The broker's side of SCRAM, computed from the password.
struct ScramServer {
    hash: ScramHash,
    password: &'static str,
    first: Mutex<String>,
}

impl ScramServer {
    const SALT: &'static [u8] = b"salt and pepper";

    fn sign(&self, key: &[u8], text: &[u8]) -> Vec<u8> {
        let algorithm = match self.hash {
            ScramHash::Sha256 => hmac::HMAC_SHA256,
            ScramHash::Sha512 => hmac::HMAC_SHA512,
        };
        hmac::sign(&hmac::Key::new(algorithm, key), text).as_ref().to_vec()
    }

    fn hear(&self, message: &[u8]) -> Said {
        let message = str::from_utf8(message).unwrap();
        let mut first = self.first.lock().unwrap();
        if let Some(bare) = message.strip_prefix("n,,") {
            let nonce = bare.split_once(",r=").unwrap().1;
            let challenge = format!("r={nonce}-server,s={},i=4096", BASE64.encode(Self::SALT));
            *first = format!("{bare},{challenge}");
            return Said::Word(challenge.into_bytes());
        }
        let (without_proof, proof) = message.split_once(",p=").unwrap();
        let signed = format!("{first},{without_proof}");
        let (algorithm, hash) = match self.hash {
            ScramHash::Sha256 => (pbkdf2::PBKDF2_HMAC_SHA256, &digest::SHA256),
            ScramHash::Sha512 => (pbkdf2::PBKDF2_HMAC_SHA512, &digest::SHA512),
        };
        let mut salted = vec![0; hash.output_len()];
        let rounds = NonZeroU32::new(4_096).unwrap();
        pbkdf2::derive(algorithm, rounds, Self::SALT, self.password.as_bytes(), &mut salted);
        let client_key = self.sign(&salted, b"Client Key");
        let stored_key = digest::digest(hash, &client_key);
        let signature = self.sign(stored_key.as_ref(), signed.as_bytes());
        let expected: Vec<u8> = client_key.iter().zip(signature).map(|(key, byte)| key ^ byte).collect();
        if BASE64.decode(proof.as_bytes()).unwrap() != expected {
            return Said::Refused;
        }
        let server_key = self.sign(&salted, b"Server Key");
        let signature = BASE64.encode(&self.sign(&server_key, signed.as_bytes()));
        Said::Welcome(format!("v={signature}").into_bytes(), 0)
    }
}

#[tokio::test]
async fn scram_proves_the_password_to_both_sides() {
    for hash in [ScramHash::Sha256, ScramHash::Sha512] {
        for (password, expected) in [(PASSWORD, None), ("another one", Some(Reason::Unauthenticated))] {
            let server = ScramServer { hash, password: PASSWORD, first: Mutex::default() };
            let broker = broker(move |message| server.hear(message)).await;
            let (_file, password) = secret(password);
            let sasl = Sasl::Scram { hash, user: "alice".to_owned(), password };
            let outcome = broker.connect(&options(sasl)).await;
            assert_eq!(outcome.err().map(|failure| failure.reason()), expected);
            // The password itself has never been on the wire.
            assert!(broker.seen().iter().all(|seen| {
                !seen.body.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes())
            }));
        }
    }
}

/// It plays along, and cannot sign: it has not the password but only watched somebody use it.
#[tokio::test]
async fn a_false_broker_does_not_pass_scram() {
    let server = ScramServer { hash: ScramHash::Sha256, password: PASSWORD, first: Mutex::default() };
    let broker = broker(move |message| match server.hear(message) {
        Said::Welcome(..) => Said::Welcome(format!("v={}", BASE64.encode(&[7; 32])).into_bytes(), 0),
        said => said,
    })
    .await;
    let (_file, password) = secret(PASSWORD);
    let sasl = Sasl::Scram { hash: ScramHash::Sha256, user: "alice".to_owned(), password };
    let failure = broker.connect(&options(sasl)).await.unwrap_err();
    assert!(matches!(failure, Failure::CheckServer { .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::Protocol);
}

#[tokio::test]
async fn a_token_is_read_anew_for_each_login() {
    let broker = broker(|message| {
        if message == b"n,,\x01auth=Bearer second.token\x01\x01" {
            return Said::Welcome(Vec::new(), 0);
        }
        if message == [1] { Said::Refused } else { Said::Word(br#"{"status":"invalid_token"}"#.to_vec()) }
    })
    .await;
    let (file, reference) = secret("first.token");
    let options = options(Sasl::OauthBearer {
        token: Arc::new(TokenFile(reference)),
        extensions: Extensions::default(),
    });
    let failure = broker.connect(&options).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Unauthenticated);
    // The broker waits for this before it says what is wrong.
    assert_eq!(message(broker.seen().last().unwrap()), &[1][..]);
    std::fs::write(file.path(), "second.token\n").unwrap();
    broker.connect(&options).await.unwrap();
    std::fs::remove_file(file.path()).unwrap();
    let failure = broker.connect(&options).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::NotFound);
}

#[tokio::test]
async fn a_session_is_renewed_on_the_same_connection_before_it_ends() {
    let logins = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&logins);
    let broker = broker(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Said::Welcome(Vec::new(), 100)
    })
    .await;
    let (_file, password) = secret(PASSWORD);
    let options = options(Sasl::Plain { user: "alice".to_owned(), password });
    let mut connection = broker.connect(&options).await.unwrap();
    assert_eq!(logins.load(Ordering::Relaxed), 1);
    tokio::time::sleep(Duration::from_millis(120)).await;
    connection.call(&ListGroupsRequest::default()).await.unwrap();
    assert_eq!(logins.load(Ordering::Relaxed), 2);
    let seen = broker.seen();
    assert!(seen.iter().all(|seen| seen.connection == 0));
    let kinds: Vec<_> = seen.iter().map(|seen| seen.api).collect();
    let login = [Api::SaslHandshake, Api::SaslAuthenticate];
    assert_eq!(kinds, [&login[..], &login, &[Api::ListGroups]].concat());
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_named_and_nothing_is_sent() {
    let broker = broker(|_| Said::Refused).await;
    let password: Secret = "file:/nonexistent/password".parse().unwrap();
    let sasl = Sasl::Plain { user: "alice".to_owned(), password };
    let failure = broker.connect(&options(sasl)).await.unwrap_err();
    assert!(matches!(failure, Failure::ReadSecret { .. }), "{failure:?}");
    assert_eq!(failure.reason(), Reason::NotFound);
    assert!(broker.seen().iter().all(|seen| seen.api == Api::SaslHandshake));
}

/// In version 0 and 1 the message is framed in the old form, in 2 in the compact one.
#[tokio::test]
async fn every_version_of_the_exchange_is_spoken() {
    for last in 0..=2 {
        let broker = FakeBroker::start(move |seen| match seen.api {
            Api::ApiVersions => crate::broker::versions(
                seen,
                &[(Api::SaslHandshake, (0, 1)), (Api::SaslAuthenticate, (0, last))],
            ),
            Api::SaslHandshake => Reaction::Answer(encode(&SaslHandshakeResponse::default(), 1)),
            _ => {
                assert_eq!(message(seen).chunk(), format!("\0alice\0{PASSWORD}").as_bytes());
                Reaction::Answer(encode(&SaslAuthenticateResponse::default(), seen.version))
            }
        })
        .await;
        let (_file, password) = secret(PASSWORD);
        broker.connect(&options(Sasl::Plain { user: "alice".to_owned(), password })).await.unwrap();
        assert_eq!(broker.seen()[1].version, last);
    }
}
