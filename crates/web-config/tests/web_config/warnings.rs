//! What is accepted but said.

use crate::{
    authority::{Identity, be_authority, be_expired, be_of_the_future},
    site::{Site, with_tls},
};

const USER: &str = "basic_auth_users: {alice: $2y$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi}";

#[test]
fn what_should_be_known_is_said() {
    let site = Site::new();
    for (text, expected) in [
        (USER.to_owned(), "`basic_auth_users` without TLS: passwords cross the network readable by others"),
        (
            with_tls(&USER.replace("alice", "'a:b'")).replace("  basic", "basic"),
            "the user `a:b` can never log in: basic authentication has no `:` in names",
        ),
        (
            "tls_server_config: {min_version: TLS13}".to_owned(),
            "`tls_server_config` names no certificate, so plain HTTP is served",
        ),
        (
            "tls_server_config: {cipher_suites: [TLS_AES_128_GCM_SHA256]}".to_owned(),
            "`tls_server_config` names no certificate, so plain HTTP is served",
        ),
        (
            with_tls("client_auth_type: RequireClientCert"),
            "`client_auth_type: RequireAnyClientCert` verifies nothing: anybody can make such a certificate, with any name \
             in it",
        ),
        (
            with_tls(
                "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt\nclient_allowed_sans: []",
            ),
            "`client_allowed_sans` is empty: no client is let in",
        ),
        (
            with_tls("client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt\nclient_ca: x"),
            "`client_ca` is not used, as `client_ca_file` is given as well",
        ),
    ] {
        assert_eq!(site.policy(&text).warnings(), [expected], "{text}");
    }
}

#[test]
fn what_is_as_it_should_be_is_not_commented() {
    let site = Site::new();
    for text in [
        with_tls(USER).replace("  basic", "basic"),
        with_tls("min_version: TLS13"),
        with_tls(
            "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt\nclient_allowed_sans: [a]",
        ),
        with_tls("client_auth_type: VerifyClientCertIfGiven\nclient_ca_file: ca.crt"),
        with_tls("cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]"),
        with_tls("curve_preferences: [X25519]"),
        "rate_limit: {interval: 0, burst: 0}".to_owned(),
    ] {
        let policy = site.policy(&text);
        assert!(policy.warnings().is_empty(), "{text}: {:?}", policy.warnings());
    }
}

#[test]
fn a_certificate_outside_its_dates_is_said() {
    let site = Site::new();
    for (be_outside, what) in [
        (be_expired as fn(&mut rcgen::CertificateParams), "has expired"),
        (be_of_the_future, "is not valid yet"),
    ] {
        let server = Identity::self_signed("localhost", be_outside);
        site.write("server.crt", server.pem);
        site.write("server.key", server.key_pem);
        let expected = format!(
            "`tls_server_config.cert_file`: the certificate {what}: clients that verify it do not connect; give one that \
             is valid now"
        );
        assert_eq!(site.tls("").warnings(), [expected]);
    }
}

#[test]
fn a_client_ca_of_which_nothing_is_valid_is_said() {
    let site = Site::new();
    let outside = [be_expired, be_of_the_future].map(|be_outside| {
        let change = |parameters: &mut rcgen::CertificateParams| {
            be_authority(parameters);
            be_outside(parameters);
        };
        Identity::self_signed("Root", change).pem
    });
    let keys = "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: clients.pem";
    site.write("clients.pem", outside.concat());
    assert_eq!(
        site.tls(keys).warnings(),
        [
            "`tls_server_config.client_ca_file`: every certificate has expired or is not valid yet: none lets a client in"
        ]
    );
    site.write("clients.pem", format!("{}{}", outside.concat(), site.authority.pem));
    assert!(site.tls(keys).warnings().is_empty(), "one is enough");
}
