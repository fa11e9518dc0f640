//! The login of the probe's clients by bearer token: from an issuer's endpoint, or a file.

use core::time::Duration;
use std::io::Write as _;

use lookout_config::{HumanDuration, Secret};
use lookout_declarations::Reason;
use lookout_kafka::probe::ProbeSource;
use lookout_kafka_spec::config::{ClusterSettings, OauthBearer, OidcEndpoint, SaslSettings};
use lookout_runtime::{CollectError, Source};
use tempfile::NamedTempFile;

use super::issuer::{Answer, Door, Issuer};
use super::stage::{PATIENCE, hurried};

fn file(content: &str) -> (NamedTempFile, Secret) {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    let reference = format!("file:{}", file.path().display()).parse().unwrap();
    (file, reference)
}

/// The login with a token of the issuer; and the file of its secret.
fn asking(issuer: &Issuer) -> (OauthBearer, NamedTempFile) {
    let (secret, client_secret) = file("secret");
    let endpoint = OidcEndpoint {
        url: issuer.url(),
        client_id: "lookout".to_owned(),
        client_secret,
        scope: String::new(),
        ca_file: String::new(),
    };
    (OauthBearer { endpoint: Some(endpoint), ..OauthBearer::default() }, secret)
}

/// A probe at the door that asks the issuer; and the file of its secret.
fn probe(door: &Door, issuer: &Issuer) -> (ProbeSource, NamedTempFile) {
    let (login, secret) = asking(issuer);
    (with(door, login), secret)
}

/// A probe at the door that waits for a token longer than any machine is busy.
fn with(door: &Door, login: OauthBearer) -> ProbeSource {
    within(HumanDuration::from_secs(60), door, login)
}

fn within(connect_timeout: HumanDuration, door: &Door, login: OauthBearer) -> ProbeSource {
    let sasl = Some(SaslSettings::OauthBearer(login));
    ProbeSource::new(ClusterSettings { sasl, connect_timeout, ..hurried(&door.address()) })
}

/// Collects until it fails as wanted. Nothing can be measured at a door, so it always fails.
async fn until(source: &mut ProbeSource, wanted: impl Fn(&CollectError) -> bool) -> CollectError {
    let mut last = String::new();
    let collecting = async {
        loop {
            let error = source.collect().await.unwrap_err();
            if wanted(&error) {
                return error;
            }
            last = format!("{error:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let error = tokio::time::timeout(PATIENCE, collecting).await;
    error.unwrap_or_else(|_| panic!("it never came to that; last: {last}"))
}

fn message(token: &str) -> String {
    format!("n,,\u{1}auth=Bearer {token}\u{1}\u{1}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_issuers_token_is_shown_and_a_newer_one_takes_its_place() {
    // The first is renewed after half of this: it has to be shown before that.
    let (door, issuer) = (Door::start().await, Issuer::start(Answer::Grants(12)).await);
    let (mut source, _secret) = probe(&door, &issuer);
    // Each connection is closed after its login, so it is shown again and again.
    until(&mut source, |_| door.shown().iter().any(|shown| *shown != message("token-1"))).await;
    let mut shown = door.shown();
    assert_eq!(shown[0], message("token-1"));
    shown.dedup();
    let numbers = shown.iter().map(|shown| {
        let number = shown.strip_prefix("n,,\u{1}auth=Bearer token-").unwrap();
        number.trim_end_matches('\u{1}').parse::<u32>().unwrap()
    });
    assert!(numbers.max() >= Some(2), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_refuses_is_why_the_source_fails_until_it_does_not() {
    let (door, issuer) = (Door::start().await, Issuer::start(Answer::Says(401)).await);
    let (mut source, _secret) = probe(&door, &issuer);
    let error = source.collect().await.unwrap_err();
    assert_eq!(error.reason, Reason::Unauthenticated);
    assert!(error.message.contains(&issuer.url()) && error.message.contains("401"), "{error:?}");
    assert!(door.shown().is_empty());
    issuer.tell(Answer::Grants(300));
    until(&mut source, |_| !door.shown().is_empty()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_stalls_is_waited_for_as_long_as_a_connection_and_no_longer() {
    let (door, issuer) = (Door::start().await, Issuer::start(Answer::Stalls).await);
    let (login, _secret) = asking(&issuer);
    let mut source = within(HumanDuration::from_secs(1), &door, login);
    let error = source.collect().await.unwrap_err();
    assert_eq!(error.reason, Reason::Timeout);
    assert!(error.message.contains("did not answer"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_issuer_that_fails_later_is_the_reason_when_its_last_token_has_ended() {
    let (door, issuer) = (Door::start().await, Issuer::start(Answer::Grants(2)).await);
    let (mut source, _secret) = probe(&door, &issuer);
    until(&mut source, |_| !door.shown().is_empty()).await;
    issuer.tell(Answer::Says(503));
    let error = until(&mut source, |error| error.reason == Reason::Server).await;
    assert!(error.message.contains("503"), "{error:?}");
    issuer.tell(Answer::Grants(300));
    until(&mut source, |error| error.reason != Reason::Server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_a_file_is_shown_and_one_that_is_none_is_neither_shown_nor_told() {
    let door = Door::start().await;
    let (_file, token) = file("of-a-file\n");
    let mut source = with(&door, OauthBearer { token: Some(token), ..OauthBearer::default() });
    until(&mut source, |_| door.shown().contains(&message("of-a-file"))).await;

    let door = Door::start().await;
    let (_file, token) = file("hunter2 and more");
    let mut source = with(&door, OauthBearer { token: Some(token), ..OauthBearer::default() });
    let error = source.collect().await.unwrap_err();
    assert_eq!(error.reason, Reason::Malformed);
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    assert!(door.shown().is_empty());
}
