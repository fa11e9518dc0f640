//! Tokens from an issuer's endpoint, over real HTTPS: what is asked, what is kept, who shares it, and every way in which
//! an issuer can fail.

pub(crate) mod server;

use std::{sync::Arc, time::Duration};

use data_encoding::BASE64;
use kafka_protocol::messages::ListGroupsRequest;
use lookout_config::Secret;
use lookout_declarations::Reason;
use lookout_kafka_wire::{
    AskIssuer, AuthenticateClient, BuildTokenEndpoint, ClientCredentials, Extensions, Failure, FetchToken,
    Options, Sasl, Tls, TlsMaterial, TokenEndpoint, TokenSource,
};
use server::{Issuer, Reply};
use tempfile::NamedTempFile;
use tokio::task::JoinSet;

use crate::{
    broker::{nobody, patient},
    login::{Said, broker, secret},
    standstill::{standing_still, until},
    tls::{Authority, acceptor},
};

/// With every character that a form or HTTP Basic could mistake.
const SECRET: &str = "s:e&c=r%e+t ß";

/// What stands for the secret and the tokens in every answer of these tests.
const TOKEN: &str = "t0ken";

/// The issuer's authority, and the configuration for an issuer behind it.
struct Setup {
    authority: Authority,
    _secret: NamedTempFile,
    reference: Secret,
}

impl Setup {
    fn new() -> Self {
        let (file, reference) = secret(SECRET);
        Self { authority: Authority::new(), _secret: file, reference }
    }

    /// An issuer at `127.0.0.1`, of the authority.
    async fn issuer(&self, reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Issuer {
        let tls = acceptor(&self.authority, "127.0.0.1", false);
        Issuer::start(Some(tls), move |number, _| reply(number)).await
    }

    fn tls(&self) -> Tls {
        let roots = self.authority.roots();
        Tls::build(&TlsMaterial { roots: Some(roots.as_bytes()), ..TlsMaterial::default() }).unwrap()
    }

    fn credentials(&self, port: u16) -> ClientCredentials {
        ClientCredentials {
            endpoint: format!("https://127.0.0.1:{port}/realms/data/token?tenant=1"),
            client_id: "look out".to_owned(),
            client_secret: self.reference.clone(),
            authentication: AuthenticateClient::Basic,
            scope: Some("kafka read".to_owned()),
            audience: None,
            tls: Some(self.tls()),
            timeout: Duration::from_mins(1),
        }
    }

    fn endpoint(&self, port: u16) -> TokenEndpoint {
        TokenEndpoint::new(self.credentials(port)).unwrap()
    }
}

fn granted(token: &str, expires_in: &str) -> Reply {
    Reply::Says(
        200,
        format!(
            r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{expires_in},"scope":"x"}}"#
        ),
    )
}

/// The failure, its cause's reason, and that nothing of it shows a secret.
async fn refusal(endpoint: &TokenEndpoint) -> FetchToken {
    let failure = endpoint.token().await.unwrap_err();
    let mut shown = format!("{failure:?} {failure}");
    let mut cause = std::error::Error::source(&failure);
    while let Some(error) = cause {
        shown = format!("{shown} {error}");
        cause = error.source();
    }
    for hidden in [SECRET, TOKEN, "tenant=1", &BASE64.encode(SECRET.as_bytes())] {
        assert!(!shown.contains(hidden), "{shown}");
    }
    assert!(shown.contains("/realms/data/token"), "{shown}");
    failure
}

#[tokio::test]
async fn identifier_and_secret_are_shown_by_basic_or_in_the_body() {
    let setup = Setup::new();
    let issuer = setup.issuer(|_| granted(TOKEN, "300")).await;
    setup.endpoint(issuer.port).token().await.unwrap();
    let post = ClientCredentials {
        authentication: AuthenticateClient::Post,
        scope: None,
        audience: Some("https://kafka".to_owned()),
        ..setup.credentials(issuer.port)
    };
    TokenEndpoint::new(post).unwrap().token().await.unwrap();
    let asked = issuer.asked();
    let pair = BASE64.encode(b"look+out:s%3Ae%26c%3Dr%25e%2Bt+%C3%9F");
    let head = asked[0].head.to_ascii_lowercase();
    assert!(head.starts_with("post /realms/data/token?tenant=1 http/1.1\r\n"), "{head}");
    assert!(head.contains(&format!("authorization: basic {}\r\n", pair.to_ascii_lowercase())), "{head}");
    assert!(head.contains("content-type: application/x-www-form-urlencoded\r\n"), "{head}");
    assert!(head.contains(&format!("host: 127.0.0.1:{}\r\n", issuer.port)), "{head}");
    assert_eq!(asked[0].body, "grant_type=client_credentials&scope=kafka+read");
    assert!(!asked[1].head.to_ascii_lowercase().contains("authorization"), "{}", asked[1].head);
    let expected = "grant_type=client_credentials&audience=https%3A%2F%2Fkafka&client_id=look+out\
                    &client_secret=s%3Ae%26c%3Dr%25e%2Bt+%C3%9F";
    assert_eq!(asked[1].body, expected);
}

#[tokio::test]
async fn a_broker_gets_the_token_and_the_extensions() {
    let setup = Setup::new();
    let issuer = setup.issuer(|_| granted(TOKEN, "300")).await;
    let broker = broker(|message| {
        let expected = format!("n,,\x01auth=Bearer {TOKEN}\x01logicalCluster=lkc-1\x01\x01");
        if message == expected.as_bytes() { Said::Welcome(Vec::new(), 0) } else { Said::Refused }
    })
    .await;
    let token = Arc::new(setup.endpoint(issuer.port));
    let extensions = Extensions::new([("logicalCluster".to_owned(), "lkc-1".to_owned())]).unwrap();
    let sasl = Some(Sasl::OauthBearer { token, extensions });
    let options = Options { sasl, ..patient() };
    for _ in 0..3 {
        broker.connect(&options).await.unwrap().call(&ListGroupsRequest::default()).await.unwrap();
    }
    assert_eq!(issuer.asked().len(), 1, "the token is kept");
    assert!(!format!("{options:?}").contains(TOKEN), "{options:?}");
}

#[tokio::test]
async fn a_token_is_asked_for_again_shortly_before_its_end() {
    let setup = Setup::new();
    let issuer = setup.issuer(|_| granted(TOKEN, "\"300\"")).await;
    let endpoint = setup.endpoint(issuer.port);
    standing_still(async {
        for (passed, requests) in [(0, 1), (239, 1), (2, 2), (239, 2), (300, 3)] {
            tokio::time::advance(Duration::from_secs(passed)).await;
            endpoint.token().await.unwrap();
            assert_eq!(issuer.asked().len(), requests, "after {passed} s more");
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_says_until_when_it_is_good_if_the_issuer_does() {
    let setup = Setup::new();
    let issuer = setup.issuer(|number| granted(TOKEN, if number == 0 { "300" } else { "null" })).await;
    let before = tokio::time::Instant::now();
    let token = setup.endpoint(issuer.port).token().await.unwrap();
    let (lifetime, end) = (Duration::from_mins(5), token.expires_at().unwrap());
    assert!((before + lifetime..=tokio::time::Instant::now() + lifetime).contains(&end));
    assert_eq!(token.expose(), TOKEN);
    assert_eq!(setup.endpoint(issuer.port).token().await.unwrap().expires_at(), None);
}

#[tokio::test]
async fn a_token_without_a_lifetime_is_not_kept() {
    let setup = Setup::new();
    let answer = |_| Reply::Says(200, format!(r#"{{"access_token":"{TOKEN}","token_type":"bearer"}}"#));
    let issuer = setup.issuer(answer).await;
    let endpoint = setup.endpoint(issuer.port);
    for requests in 1..=3 {
        endpoint.token().await.unwrap();
        assert_eq!(issuer.asked().len(), requests);
    }
}

#[tokio::test]
async fn many_who_ask_at_once_share_one_request_and_its_failure() {
    let setup = Setup::new();
    for (status, requests) in [(200, 1), (503, 1)] {
        let issuer = setup.issuer(move |_| match status {
            200 => Reply::Says(200, format!(r#"{{"access_token":"{TOKEN}","token_type":"Bearer"}}"#)),
            _ => Reply::Says(status, String::new()),
        });
        let issuer = issuer.await;
        let endpoint = Arc::new(setup.endpoint(issuer.port));
        let mut logins: JoinSet<_> = (0..20)
            .map(|_| {
                let endpoint = Arc::clone(&endpoint);
                async move { endpoint.token().await.map_err(|failure| failure.reason).map(drop) }
            })
            .collect();
        while let Some(outcome) = logins.join_next().await {
            assert_eq!(outcome.unwrap(), if status == 200 { Ok(()) } else { Err(Reason::Server) });
        }
        assert_eq!(issuer.asked().len(), requests, "status {status}");
        // Whoever asks later asks anew.
        let _ = endpoint.token().await;
        assert_eq!(issuer.asked().len(), requests + 1, "status {status}");
    }
}

#[tokio::test]
async fn one_who_gives_up_leaves_the_request_to_the_next() {
    let setup = Setup::new();
    let stalled = Reply::Stalls;
    let issuer = setup
        .issuer(move |number| if number == 0 { stalled(Vec::new()) } else { granted(TOKEN, "300") })
        .await;
    let endpoint = Arc::new(setup.endpoint(issuer.port));
    let first = tokio::spawn({
        let endpoint = Arc::clone(&endpoint);
        async move { endpoint.token().await.map(drop) }
    });
    until("the first request", || !issuer.asked().is_empty()).await;
    let second = tokio::spawn(async move { endpoint.token().await.map(drop) });
    tokio::task::yield_now().await;
    first.abort();
    second.await.unwrap().unwrap();
    assert_eq!(issuer.asked().len(), 2);
}

#[tokio::test]
async fn what_an_issuer_refuses_has_the_reason_of_its_status_and_code() {
    let setup = Setup::new();
    for (status, body, expected) in [
        (401, "", Reason::Unauthenticated),
        (400, r#"{"error":"invalid_client","error_description":"t0ken"}"#, Reason::Unauthenticated),
        (400, r#"{"error":"invalid_scope"}"#, Reason::Denied),
        (400, r#"{"error":"t0ken"}"#, Reason::Unexpected),
        (403, "no", Reason::Denied),
        (404, "<html>", Reason::NotFound),
        (429, "", Reason::RateLimited),
        (500, "t0ken", Reason::Server),
        (302, "", Reason::Unexpected),
    ] {
        let issuer = setup.issuer(move |_| Reply::Says(status, body.to_owned())).await;
        let failure = refusal(&setup.endpoint(issuer.port)).await;
        assert_eq!(failure.reason, expected, "{status} {body}: {failure:?}");
    }
}

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_malformed_and_not_repeated() {
    let setup = Setup::new();
    for (body, expected) in [
        ("", Reason::Malformed),
        ("t0ken", Reason::Malformed),
        (r#"["t0ken"]"#, Reason::Malformed),
        (r#"{"token_type":"Bearer"}"#, Reason::Malformed),
        (r#"{"access_token":"t0ken"}"#, Reason::Malformed),
        (r#"{"access_token":"","token_type":"Bearer"}"#, Reason::Malformed),
        (r#"{"access_token":"t0ken\u0001auth=x","token_type":"Bearer"}"#, Reason::Malformed),
        (r#"{"access_token":"t0ken","token_type":"mac"}"#, Reason::Unexpected),
        (r#"{"access_token":"t0ken","token_type":"t0ken"}"#, Reason::Unexpected),
    ] {
        let issuer = setup.issuer(move |_| Reply::Says(200, body.to_owned())).await;
        let failure = refusal(&setup.endpoint(issuer.port)).await;
        assert_eq!(failure.reason, expected, "{body}: {failure:?}");
    }
}

#[tokio::test]
async fn an_issuer_that_is_slow_huge_or_no_http_is_told() {
    let setup = Setup::new();
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
    let chunk = format!("{:x}\r\n{}\r\n", 4096, " ".repeat(4096));
    for (bytes, stalls, expected) in [
        (String::new(), true, Reason::Timeout),
        ("HTTP/1.1 200".to_owned(), true, Reason::Timeout),
        (head.clone() + &chunk, true, Reason::Timeout),
        (head.clone() + &chunk.repeat(20), true, Reason::TooLarge),
        ("HTTP/1.1 200 OK\r\n".to_owned() + &"X-A: b\r\n".repeat(4_000), true, Reason::TooLarge),
        (head.clone() + &chunk, false, Reason::Disconnected),
        (head + "zz\r\n", true, Reason::Protocol),
        ("SSH-2.0-t0ken\r\n".to_owned(), true, Reason::Protocol),
        (String::new(), false, Reason::Disconnected),
    ] {
        let what = bytes.get(..bytes.len().min(60)).unwrap_or_default().to_owned();
        let reply = move |_| {
            let bytes = bytes.clone().into_bytes();
            if stalls { Reply::Stalls(bytes) } else { Reply::Raw(bytes) }
        };
        let issuer = setup.issuer(reply).await;
        let quick = Duration::from_millis(if expected == Reason::Timeout { 400 } else { 60_000 });
        let credentials = ClientCredentials { timeout: quick, ..setup.credentials(issuer.port) };
        let failure = refusal(&TokenEndpoint::new(credentials).unwrap()).await;
        assert_eq!(failure.reason, expected, "{what:?}: {failure:?}");
    }
}

#[tokio::test]
async fn an_issuer_that_is_not_there_or_not_trusted_is_told() {
    let setup = Setup::new();
    let with = |endpoint: &str| {
        let credentials =
            ClientCredentials { endpoint: format!("{endpoint}/realms/data/token"), ..setup.credentials(1) };
        TokenEndpoint::new(credentials).unwrap()
    };
    let (_held, nobody_there) = nobody();
    let nobody_there = with(&format!("https://127.0.0.1:{}", nobody_there.port));
    assert_eq!(refusal(&nobody_there).await.reason, Reason::Unreachable);
    assert_eq!(refusal(&with("https://issuer.invalid")).await.reason, Reason::Unresolved);
    // Of the right authority, under another name; and of another authority.
    let other = Setup::new();
    for tls in
        [acceptor(&setup.authority, "other.example", false), acceptor(&other.authority, "127.0.0.1", false)]
    {
        let issuer = Issuer::start(Some(tls), |_, _| granted(TOKEN, "1")).await;
        assert_eq!(refusal(&setup.endpoint(issuer.port)).await.reason, Reason::Untrusted);
        assert!(issuer.asked().is_empty(), "the secret is not shown to a stranger");
    }
    // TLS to a port in the clear.
    let issuer = Issuer::start(None, |_, _| granted(TOKEN, "1")).await;
    let credentials =
        ClientCredentials { timeout: Duration::from_millis(400), ..setup.credentials(issuer.port) };
    let reason = refusal(&TokenEndpoint::new(credentials).unwrap()).await.reason;
    assert_eq!(reason, Reason::Timeout, "this server waits for the end of a line that never comes");
}

#[tokio::test]
async fn a_plain_issuer_is_asked_on_this_machine_only() {
    let setup = Setup::new();
    let issuer = Issuer::start(None, |_, _| granted(TOKEN, "300")).await;
    let plain = |host: &str| ClientCredentials {
        endpoint: format!("http://{host}:{}/realms/data/token", issuer.port),
        tls: None,
        ..setup.credentials(issuer.port)
    };
    TokenEndpoint::new(plain("127.0.0.1")).unwrap().token().await.unwrap();
    TokenEndpoint::new(plain("localhost")).unwrap().token().await.unwrap();
    let refused = |credentials| TokenEndpoint::new(credentials).err();
    assert_eq!(refused(plain("192.0.2.1")), Some(BuildTokenEndpoint::CrossNetwork));
    let without_tls = ClientCredentials { tls: None, ..setup.credentials(issuer.port) };
    assert_eq!(refused(without_tls), Some(BuildTokenEndpoint::FindTls));
    let nobody = ClientCredentials { client_id: String::new(), ..setup.credentials(issuer.port) };
    assert_eq!(refused(nobody), Some(BuildTokenEndpoint::NameClient));
}

#[tokio::test]
async fn a_secret_that_changes_is_read_anew_and_one_that_is_gone_is_told() {
    let setup = Setup::new();
    let issuer = setup.issuer(|_| granted(TOKEN, "0")).await;
    let (file, reference) = secret("first");
    let credentials = ClientCredentials {
        client_secret: reference,
        authentication: AuthenticateClient::Post,
        ..setup.credentials(issuer.port)
    };
    let endpoint = TokenEndpoint::new(credentials).unwrap();
    endpoint.token().await.unwrap();
    std::fs::write(file.path(), "second").unwrap();
    endpoint.token().await.unwrap();
    let shown: Vec<_> =
        issuer.asked().iter().map(|asked| asked.body.rsplit_once('=').unwrap().1.to_owned()).collect();
    assert_eq!(shown, ["first", "second"]);
    drop(file);
    assert_eq!(refusal(&endpoint).await.reason, Reason::NotFound);
    assert_eq!(issuer.asked().len(), 2);
}

#[tokio::test]
async fn a_login_fails_with_the_reason_of_the_issuer() {
    let setup = Setup::new();
    let issuer = setup.issuer(|_| Reply::Says(401, String::new())).await;
    let broker = broker(|_| Said::Refused).await;
    let sasl =
        Sasl::OauthBearer { token: Arc::new(setup.endpoint(issuer.port)), extensions: Extensions::default() };
    let failure = broker.connect(&Options { sasl: Some(sasl), ..patient() }).await.unwrap_err();
    assert_eq!(failure.reason(), Reason::Unauthenticated);
    let Failure::FetchToken { source, .. } = &failure else { panic!("{failure:?}") };
    let cause = std::error::Error::source(source).unwrap();
    let cause = cause.downcast_ref::<Arc<AskIssuer>>().unwrap();
    assert!(matches!(**cause, AskIssuer::AcceptStatus { status: 401, code: None }), "{cause:?}");
}
