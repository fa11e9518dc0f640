//! Versions, suites, curves and protocols, as a client meets them.

use rustls::{CipherSuite, NamedGroup, ProtocolVersion, crypto::ring::kx_group};

use crate::{
    authority::{Identity, be_authority},
    connection::{Client, ONLY_12, ONLY_13},
    site::{Site, with_tls},
};

const AES_128: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
const AES_256: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
const CHACHA: CipherSuite = CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;

fn only_12() -> Client<'static> {
    Client { versions: ONLY_12, ..Client::default() }
}

fn only_13() -> Client<'static> {
    Client { versions: ONLY_13, ..Client::default() }
}

/// A server with an RSA key instead.
fn rsa_site() -> Site {
    let site = Site::new();
    let server = Identity::rsa_server();
    site.write("server.crt", server.pem);
    site.write("server.key", server.key_pem);
    site
}

#[tokio::test]
async fn without_further_keys_the_newest_version_and_http2_are_spoken() {
    let site = Site::new();
    let policy = site.tls("");
    let client = Client { protocols: &["h2", "http/1.1"], ..Client::default() };
    let agreed = client.connect(&site, &policy).await.unwrap();
    assert_eq!((agreed.version, agreed.protocol.as_deref()), (ProtocolVersion::TLSv1_3, Some("h2")));
    let agreed = only_12().connect(&site, &policy).await.unwrap();
    assert_eq!((agreed.version, agreed.protocol), (ProtocolVersion::TLSv1_2, None));
}

#[tokio::test]
async fn versions_below_the_minimum_are_refused() {
    let site = Site::new();
    let policy = site.tls("min_version: TLS13");
    assert!(only_12().connect(&site, &policy).await.unwrap_err().contains("ProtocolVersion"));
    assert!(only_13().connect(&site, &policy).await.is_ok());
}

#[tokio::test]
async fn versions_above_the_maximum_are_refused() {
    let site = Site::new();
    let policy = site.tls("max_version: TLS12");
    assert!(only_13().connect(&site, &policy).await.unwrap_err().contains("ProtocolVersion"));
    let agreed = Client::default().connect(&site, &policy).await.unwrap();
    assert_eq!(agreed.version, ProtocolVersion::TLSv1_2);
}

#[tokio::test]
async fn an_old_minimum_means_the_oldest_that_there_is() {
    let site = Site::new();
    for version in ["TLS10", "TLS11"] {
        let policy = site.tls(&format!("min_version: {version}"));
        assert!(only_12().connect(&site, &policy).await.is_ok());
        assert_eq!(
            policy.warnings(),
            [format!("`min_version: {version}` means TLS12: this server has nothing older")]
        );
    }
}

#[tokio::test]
async fn http2_can_be_switched_off() {
    let site = Site::new();
    let policy = site.policy(&format!("{}http_server_config: {{http2: false}}", with_tls("")));
    let client = Client { protocols: &["h2", "http/1.1"], ..Client::default() };
    assert_eq!(client.connect(&site, &policy).await.unwrap().protocol.as_deref(), Some("http/1.1"));
    let client = Client { protocols: &["h2"], ..Client::default() };
    assert!(client.connect(&site, &policy).await.unwrap_err().contains("NoApplicationProtocol"));
}

#[tokio::test]
async fn only_the_suites_of_the_list_are_spoken_with_tls_12() {
    let site = Site::new();
    let policy = site.tls("cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]");
    assert_eq!(only_12().connect(&site, &policy).await.unwrap().suite, AES_128);
    let other = Client { suites: &[CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384], ..only_12() };
    assert!(other.connect(&site, &policy).await.unwrap_err().contains("HandshakeFailure"));
}

#[tokio::test]
async fn the_suites_of_tls_13_are_spoken_whatever_the_list_says() {
    let site = Site::new();
    for list in [
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256",
    ] {
        let policy = site.tls(&format!("cipher_suites: [{list}]"));
        for suite in
            [&[CipherSuite::TLS13_AES_256_GCM_SHA384], &[CipherSuite::TLS13_CHACHA20_POLY1305_SHA256]]
        {
            let client = Client { suites: suite, ..only_13() };
            assert_eq!(client.connect(&site, &policy).await.unwrap().suite, suite[0], "{list}");
        }
    }
}

#[tokio::test]
async fn the_servers_order_of_suites_decides_unless_it_shall_not() {
    let site = Site::new();
    let list = "cipher_suites:\n- TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256\n- TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";
    let client = Client { suites: &[AES_128, CHACHA], ..only_12() };
    let policy = site.tls(list);
    assert_eq!(client.connect(&site, &policy).await.unwrap().suite, CHACHA);
    let policy = site.tls(&format!("{list}\nprefer_server_cipher_suites: false"));
    assert_eq!(client.connect(&site, &policy).await.unwrap().suite, AES_128);
}

#[tokio::test]
async fn suites_with_cbc_are_left_out_and_named() {
    let site = Site::new();
    let policy = site.tls(
        "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, \
         TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA]",
    );
    assert_eq!(only_12().connect(&site, &policy).await.unwrap().suite, AES_256);
    assert_eq!(
        policy.warnings(),
        ["`cipher_suites`: left out, as this server has no CBC: TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, \
          TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"]
    );
}

#[tokio::test]
async fn a_list_of_tls_13_alone_leaves_nothing_else() {
    let site = Site::new();
    let policy = site.policy(&format!(
        "{}http_server_config: {{http2: false}}",
        with_tls("cipher_suites: [TLS_AES_128_GCM_SHA256]")
    ));
    assert!(only_13().connect(&site, &policy).await.is_ok());
    assert!(only_12().connect(&site, &policy).await.is_err(), "as in Go");
}

/// As in Go, where the list counts although it has no effect on TLS 1.3.
#[test]
fn http2_needs_its_suite_unless_tls_13_is_the_minimum() {
    let site = Site::new();
    let list = "cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]";
    assert!(site.load(&with_tls(list)).is_err());
    assert!(site.load(&with_tls(&format!("{list}\nmin_version: TLS12\nmax_version: TLS13"))).is_err());
    assert!(site.load(&with_tls(&format!("{list}\nmin_version: TLS13"))).is_ok());
    assert!(site.load(&format!("{}http_server_config: {{http2: false}}", with_tls(list))).is_ok());
}

#[tokio::test]
async fn an_rsa_key_serves_the_suites_for_rsa() {
    let site = rsa_site();
    let policy = site
        .tls("cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]");
    let agreed = only_12().connect(&site, &policy).await.unwrap();
    assert_eq!(agreed.suite, CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
    let policy = site.tls("cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]\nmax_version: TLS12");
    assert!(only_12().connect(&site, &policy).await.is_err(), "no suite for this key");
}

#[tokio::test]
async fn only_the_curves_of_the_list_are_used() {
    let site = Site::new();
    let policy = site.tls("curve_preferences: [CurveP384, CurveP521]");
    for client in [only_12(), only_13()] {
        assert_eq!(client.connect(&site, &policy).await.unwrap().group, NamedGroup::secp384r1);
    }
    let client = Client { groups: vec![kx_group::X25519], ..Client::default() };
    assert!(client.connect(&site, &policy).await.unwrap_err().contains("HandshakeFailure"));
    assert_eq!(
        policy.warnings(),
        ["`curve_preferences`: left out, as this server does not have it: CurveP521"]
    );
}

#[tokio::test]
async fn among_the_curves_of_the_list_the_client_chooses() {
    let site = Site::new();
    let policy = site.tls("curve_preferences: [CurveP256, X25519]");
    for (groups, chosen) in [
        (vec![kx_group::X25519, kx_group::SECP256R1], NamedGroup::X25519),
        (vec![kx_group::SECP256R1, kx_group::X25519], NamedGroup::secp256r1),
    ] {
        let client = Client { groups, versions: ONLY_12, ..Client::default() };
        assert_eq!(client.connect(&site, &policy).await.unwrap().group, chosen);
    }
}

/// More than rustls' clients read, and than anybody needs; but the server is not brought down by it.
#[tokio::test]
async fn a_chain_that_is_too_long_costs_the_connection_and_not_the_server() {
    let site = Site::new();
    let mut chain = site.server.pem.clone();
    for number in 0..300 {
        let authority = Identity::self_signed(&format!("{number}{}", "x".repeat(120)), be_authority);
        chain.push_str(&authority.pem);
    }
    site.write("server.crt", chain);
    let policy = site.tls("");
    for client in [only_12(), only_13()] {
        assert!(client.connect(&site, &policy).await.is_err());
    }
}
