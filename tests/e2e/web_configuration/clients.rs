//! The clients that both servers meet: every version, suite and curve, certificates right and wrong, users, protocols.

use crate::certificates::{Authority, Identity};
use crate::toolkit::Scenario;

/// Versions of TLS, as on the wire.
const TLS_1_0: u16 = 0x0301;
const TLS_1_1: u16 = 0x0302;
const TLS_1_2: u16 = 0x0303;
const TLS_1_3: u16 = 0x0304;

/// Cipher suites of TLS 1.2 and below, by their registered names.
const CIPHERS: [(&str, u16); 13] = [
    ("ECDHE_ECDSA_AES_128_GCM", 0xc02b),
    ("ECDHE_ECDSA_AES_256_GCM", 0xc02c),
    ("ECDHE_ECDSA_CHACHA20", 0xcca9),
    ("ECDHE_RSA_AES_128_GCM", 0xc02f),
    ("ECDHE_RSA_AES_256_GCM", 0xc030),
    ("ECDHE_RSA_CHACHA20", 0xcca8),
    ("ECDHE_ECDSA_AES_128_CBC", 0xc009),
    ("ECDHE_ECDSA_AES_256_CBC", 0xc00a),
    ("ECDHE_RSA_AES_128_CBC", 0xc013),
    ("ECDHE_RSA_AES_256_CBC", 0xc014),
    ("RSA_AES_128_GCM", 0x009c),
    ("RSA_AES_128_CBC", 0x002f),
    ("ECDHE_RSA_3DES", 0xc012),
];

/// Groups for the key exchange, by their registered names.
const CURVES: [(&str, u16); 5] =
    [("P-256", 23), ("P-384", 24), ("P-521", 25), ("X25519", 29), ("X25519MLKEM768", 4588)];

/// What Prometheus offers.
const BOTH: [&str; 2] = ["h2", "http/1.1"];

/// A client and what it is called in the table of deviations.
pub(super) type Client = (String, Scenario);

/// The certificates that clients come with, by name.
pub(super) type Identities = Vec<(&'static str, Identity)>;

/// The clients that a configuration is tried with, told from what it speaks of.
pub(super) fn clients(configuration: &str, identities: &Identities) -> Vec<Client> {
    let speaks_of = |keys: &[&str]| keys.iter().any(|key| configuration.contains(key));
    let tls = speaks_of(&["cert_file:", "cert:"]);
    if configuration.contains("rate_limit") {
        // Each request takes from the same bucket, so there is one client.
        return vec![client("six requests", Scenario { requests: 6, ..request(tls) })];
    }
    let mut clients = vec![
        client("plain", request(false)),
        client("page", Scenario { path: "/", ..request(tls) }),
        client("unknown path", Scenario { path: "/nothing/here", ..request(tls) }),
        client("tls", request(true)),
    ];
    if speaks_of(&["basic_auth_users"]) {
        clients.extend(users(tls));
    }
    if tls {
        clients.extend(protocols());
        clients.extend(versions());
        // What a configuration does not touch is the same as with the default one, which has no other keys.
        if !speaks_of(&["client_", "http_server_config", "basic_auth_users"])
            || speaks_of(&["cipher", "curve"])
        {
            clients.extend(suites_and_curves());
        }
        if speaks_of(&["client_"]) {
            clients.extend(identities.iter().flat_map(|(name, identity)| with_certificate(name, identity)));
        }
    }
    clients
}

/// Certificates of clients: right, and wrong in every way.
pub(super) fn identities(right: &Authority, other: &Authority) -> Identities {
    use crate::certificates::{address, dns, email, uri};
    use rcgen::ExtendedKeyUsagePurpose::{Any, ClientAuth, ServerAuth};
    vec![
        ("right", right.client("right")),
        ("under an intermediate", right.client_under_an_intermediate("intermediate")),
        ("of another authority", other.client("other")),
        ("self-signed", right.self_signed_client("self-signed")),
        ("expired", right.expired_client("expired")),
        ("for servers only", right.client_for("for-servers", &[ServerAuth])),
        ("for any purpose", right.client_for("for-any", &[Any])),
        ("for both purposes", right.client_for("for-both", &[ClientAuth, ServerAuth])),
        ("without purpose", right.client_for("for-nothing", &[])),
        ("another host", right.client_named("host", dns("elsewhere.example.org"))),
        ("host in capitals", right.client_named("capitals", dns("SCRAPER.EXAMPLE.ORG"))),
        ("mail only", right.client_named("mail", email("scraper@example.org"))),
        ("address only", right.client_named("address", address("192.0.2.7"))),
        ("address of IPv6", right.client_named("address6", address("2001:db8::7"))),
        ("URI only", right.client_named("uri", uri("spiffe://example.org/scraper"))),
        ("mail as host", right.client_named("mail-as-host", dns("scraper@example.org"))),
    ]
}

fn client(name: impl Into<String>, scenario: Scenario) -> Client {
    (name.into(), scenario)
}

fn request(tls: bool) -> Scenario {
    Scenario { tls, protocols: BOTH.to_vec(), path: "/metrics", requests: 1, ..Scenario::default() }
}

fn users(tls: bool) -> Vec<Client> {
    let of = |user, password| Scenario { user: Some(user), password, requests: 2, ..request(tls) };
    let raw = |authorization| Scenario { authorization, ..request(tls) };
    vec![
        client("user right", of("carol", "carol123")),
        client("user right, small cost", of("mini", "mini-password")),
        client("user right, password of another", of("mini", "carol123")),
        client("user wrong", of("mini", "wrong")),
        client("user with another's case", of("Mini", "mini-password")),
        client("user without password", of("mini", "")),
        client("user without name", of("", "mini-password")),
        client("user unknown", of("nobody", "fakepassword")),
        client("user with a long password", of("long", LONG_PASSWORD)),
        client("user with a password cut at 72 bytes", of("long", LONG_PASSWORD.split_at(72).0)),
        client("user with a NUL in the password", of("mini", "mini-password\0x")),
        client("user on the page", Scenario { path: "/", ..of("mini", "mini-password") }),
        // `mini:mini-password` in base64, and what is nearly that.
        client("scheme in small letters", raw("basic bWluaTptaW5pLXBhc3N3b3Jk")),
        client("scheme with two blanks", raw("Basic  bWluaTptaW5pLXBhc3N3b3Jk")),
        client("another scheme", raw("Bearer bWluaTptaW5pLXBhc3N3b3Jk")),
        client("base64 without padding", raw("Basic bWluaTp4")),
        client("not base64", raw("Basic %%%")),
        client("no colon", raw("Basic bWluaQ==")),
        client("scheme alone", raw("Basic")),
    ]
}

/// Longer than bcrypt looks.
pub(super) const LONG_PASSWORD: &str =
    "0123456789012345678901234567890123456789012345678901234567890123456789ab-and-what-bcrypt-does-not-see";

fn protocols() -> Vec<Client> {
    let offering = |protocols: &[&'static str]| Scenario { protocols: protocols.to_vec(), ..request(true) };
    vec![
        client("h2 only", offering(&["h2"])),
        client("http/1.1 only", offering(&["http/1.1"])),
        client("no ALPN", offering(&[])),
        client("unknown ALPN", offering(&["spdy/1"])),
        client("http/1.1 preferred", offering(&["http/1.1", "h2"])),
        client("three requests", Scenario { requests: 3, ..request(true) }),
    ]
}

fn versions() -> Vec<Client> {
    let only = |name: &str, version| client(name, Scenario { min: version, max: version, ..request(true) });
    vec![
        only("TLS 1.0", TLS_1_0),
        only("TLS 1.1", TLS_1_1),
        only("TLS 1.2", TLS_1_2),
        only("TLS 1.3", TLS_1_3),
        client("TLS 1.0 to 1.2", Scenario { min: TLS_1_0, max: TLS_1_2, ..request(true) }),
    ]
}

fn suites_and_curves() -> Vec<Client> {
    let suites = CIPHERS.iter().map(|(name, cipher)| {
        client(*name, Scenario { max: TLS_1_2, min: TLS_1_2, ciphers: vec![*cipher], ..request(true) })
    });
    let all: Vec<u16> = CIPHERS.iter().map(|(_, cipher)| *cipher).collect();
    let reversed = all.iter().rev().copied().collect();
    let curves = CURVES.iter().flat_map(|(name, curve)| {
        [("TLS 1.2", TLS_1_2), ("TLS 1.3", TLS_1_3)].map(|(words, version)| {
            let scenario = Scenario { min: version, max: version, curves: vec![*curve], ..request(true) };
            client(format!("{name}, {words}"), scenario)
        })
    });
    suites
        .chain([
            client("all suites", Scenario { max: TLS_1_2, ciphers: all, ..request(true) }),
            client("all suites, weak first", Scenario { max: TLS_1_2, ciphers: reversed, ..request(true) }),
        ])
        .chain(curves)
        .collect()
}

/// TLS 1.2 refuses a certificate in the handshake, TLS 1.3 after it: two ways to get it wrong.
fn with_certificate(name: &str, identity: &Identity) -> [Client; 2] {
    [("TLS 1.2", TLS_1_2), ("TLS 1.3", TLS_1_3)].map(|(words, version)| {
        let scenario = Scenario {
            min: version,
            max: version,
            certificate: identity.certificate.clone(),
            key: identity.key.clone(),
            ..request(true)
        };
        client(format!("certificate {name}, {words}"), scenario)
    })
}
