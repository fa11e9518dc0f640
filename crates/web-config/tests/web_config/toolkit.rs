//! The test table of exporter-toolkit 0.16.0 (`web/tls_config_test.go`): each of its configurations, in our words and with
//! our certificates, and the verdict that its own test expects. Where ours differs, the row says why.
//!
//! The certificates there have RSA keys, so they have here. What the table asks of a running server (status codes, the
//! reload) is asked of the runtime.

use lookout_web_config::Policy;
use rustls::{CipherSuite, crypto::ring::kx_group};
use tokio::time::Instant;

use crate::{
    authority::{Authority, Identity, Names, be_authority},
    connection::{Client, ONLY_12, ONLY_13},
    site::{Site, indented},
    toolkit_table::{
        ROWS, Row,
        Verdict::{Bad, Good, Stricter},
    },
};

/// A site as exporter-toolkit's `testdata` is one.
fn site() -> Site {
    let site = Site::new();
    let server = Identity::rsa_server();
    site.write("server.crt", &server.pem);
    site.write("server.key", &server.key_pem);
    site
}

/// The text of a row, with certificate and key where it wants them.
fn text(row: &Row) -> String {
    let server = Identity::rsa_server();
    let inline = format!("  cert: |\n{}  key: |\n{}", indented(&server.pem), indented(&server.key_pem));
    row.text
        .replace("FILES\n", "  cert_file: server.crt\n  key_file: server.key\n")
        .replace("INLINE\n", &inline)
        .replace("KEY\n", &format!("  cert_file: server.crt\n  key: |\n{}", indented(&server.key_pem)))
}

#[test]
fn each_file_has_the_verdict_that_it_has_there() {
    let site = site();
    for row in ROWS {
        let name = row.file;
        match (site.load(&text(row)), &row.verdict) {
            (Ok(_), Good) => {}
            (Err(error), Bad(message) | Stricter(message, _)) => {
                assert!(error.to_string().contains(message), "{name}: {error}");
            }
            (Ok(_), Bad(message)) => panic!("{name}: accepted instead of: {message}"),
            (Ok(_), Stricter(_, reason)) => panic!("{name}: accepted although {reason}"),
            (Err(error), Good) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn a_file_that_is_missing_is_an_error_there_and_here() {
    let error = lookout_web_config::load(&site().path("somefile")).unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("No such file"));
}

fn policy(site: &Site, file: &str) -> Policy {
    let row = ROWS.iter().find(|row| row.file == file);
    site.policy(&text(row.unwrap()))
}

/// The rows of `TestServerBehaviour` that are about TLS, without client certificates.
#[tokio::test]
async fn servers_agree_with_clients_on_what_they_agree_on_there() {
    const BOTH: &[CipherSuite] = &[
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    ];
    let site = site();
    let client = |suites| Client { suites, versions: ONLY_12, ..Client::default() };
    for name in [
        "web_config_noAuth.good.yml",
        "web_config_noAuth_tlsInline.good.yml",
        "web_config_noAuth_allCiphers.good.yml",
        "web_config_noAuth_someCiphers.good.yml",
        "web_config_noAuth_allCurves.good.yml",
        "web_config_noAuth_noHTTP2.good.yml",
    ] {
        let agreed = Client::default().connect(&site, &policy(&site, name)).await;
        assert!(agreed.is_ok(), "{name}: {agreed:?}");
    }
    for name in ["web_config_noAuth_someCiphers.good.yml", "web_config_noAuth_someCiphers_noOrder.good.yml"] {
        let agreed = client(BOTH).connect(&site, &policy(&site, name)).await.unwrap();
        assert_eq!(agreed.suite, BOTH[0], "{name}");
    }
    let some = policy(&site, "web_config_noAuth_someCiphers.good.yml");
    let none_in_common = client(&[CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256]);
    assert!(none_in_common.connect(&site, &some).await.unwrap_err().contains("HandshakeFailure"));
    // Its row has P-521 at the server and P-384 at the client.
    let curves = site.tls("min_version: TLS13\ncurve_preferences: [CurveP256]");
    let other = Client { groups: vec![kx_group::SECP384R1], versions: ONLY_13, ..Client::default() };
    assert!(other.connect(&site, &curves).await.unwrap_err().contains("HandshakeFailure"));
}

/// The rows of `TestServerBehaviour` with client certificates, which sign themselves there; one of them is an authority.
#[tokio::test]
async fn clients_are_let_in_that_are_let_in_there() {
    let site = site();
    let one = Identity::self_signed("client", be_authority);
    let named =
        Authority::new("Second").client_named(&Names { dns: &["test3"], email: &[], ip: &[], uri: &[] });
    site.write("ca.crt", [&*one.pem, &*named.pem].concat());
    for (name, identity, expected) in [
        ("tls_config_noAuth.requireanyclientcert.good.yml", Some(&one), true),
        ("tls_config_noAuth.requireanyclientcertkeyinline.good.yml", Some(&one), true),
        ("tls_config_noAuth.requireandverifyclientcert.good.yml", Some(&one), true),
        ("tls_config_noAuth.requireandverifyclientcert.good.yml", None, false),
        ("web_config_auth_client_san.good.yaml", Some(&named), true),
        ("web_config_auth_client_san.bad.yaml", Some(&named), false),
        ("web_config_noAuth.good.blocking.yml", None, false),
    ] {
        let client = Client { identity, ..Client::default() };
        let agreed = client.connect(&site, &policy(&site, name)).await;
        assert_eq!(agreed.is_ok(), expected, "{name}: {agreed:?}");
    }
}

#[test]
fn requests_are_limited_that_are_limited_there() {
    let (site, now) = (site(), Instant::now());
    assert!(policy(&site, "web_config_rate_limiter_nonblocking.yaml").rate_limit().is_none());
    assert!(!policy(&site, "web_config_rate_limiter_one_second.yaml").rate_limit().unwrap().take(now));
}

/// The rows of `TestUsers` that a test has the time for; those with the cost of 18 are `bob`'s.
#[tokio::test]
async fn users_are_let_in_that_are_let_in_there() {
    use data_encoding::BASE64;
    let policy = policy(&site(), "web_config_users_noTLS.good.yml");
    for (user, password, expected) in
        [("dave", "dave123", true), ("carol", "carol123", true), ("dave", "bad", false)]
    {
        let header = format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes()));
        let header = http::HeaderValue::from_str(&header).unwrap();
        let verdict = policy.authenticator().verdict(Some(&header)).await;
        assert_eq!(matches!(verdict, lookout_web_config::Verdict::Granted { .. }), expected, "{user}");
    }
    assert_eq!(policy.authenticator().verdict(None).await, lookout_web_config::Verdict::Refused);
}
