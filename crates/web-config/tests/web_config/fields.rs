//! What each key of the file comes to, and what its absence does.

use std::time::Duration;

use crate::{
    authority::NOT_AFTER,
    site::{Site, indented, with_tls},
};

#[test]
fn an_empty_file_is_plain_http_for_everybody() {
    let site = Site::new();
    for text in
        ["", "# nothing\n", "~", "tls_server_config:\nhttp_server_config:\nbasic_auth_users:\nrate_limit:\n"]
    {
        let policy = site.policy(text);
        assert!(policy.tls().is_none() && !policy.http2(), "{text}");
        assert!(policy.headers().is_empty() && policy.rate_limit().is_none(), "{text}");
        assert!(!policy.authenticator().has_users(), "{text}");
        assert!(policy.warnings().is_empty(), "{text}");
        assert_eq!(policy.files(), [site.path("web.yml")], "{text}");
        assert_eq!(policy.certificate_not_after(), None);
    }
}

#[test]
fn certificate_and_key_are_found_beside_the_file() {
    let site = Site::new();
    let policy = site.tls("");
    assert!(policy.tls().is_some() && policy.http2());
    assert_eq!(policy.certificate_not_after(), Some(NOT_AFTER));
    let files = ["web.yml", "server.crt", "server.key"].map(|name| site.path(name));
    assert_eq!(policy.files(), files);
    assert!(policy.warnings().is_empty(), "{:?}", policy.warnings());
}

#[test]
fn an_absolute_path_is_taken_as_it_is() {
    let (site, other) = (Site::new(), Site::new());
    let directory = other.directory().display();
    let policy = site.policy(&format!(
        "tls_server_config:\n  cert_file: {directory}/server.crt\n  key_file: {directory}/server.key\n"
    ));
    assert_eq!(policy.files()[1], other.path("server.crt"));
}

#[test]
fn certificate_key_and_client_ca_may_stand_in_the_file_itself() {
    let site = Site::new();
    let text = format!(
        "tls_server_config:\n  cert: |\n{}  key: |\n{}  client_ca: |\n{}  client_auth_type: RequireAndVerifyClientCert\n",
        indented(&site.server.pem),
        indented(&site.server.key_pem),
        indented(&site.authority.pem),
    );
    let policy = site.policy(&text);
    assert_eq!(policy.certificate_not_after(), Some(NOT_AFTER));
    assert_eq!(policy.files(), [site.path("web.yml")], "nothing else to watch");
}

#[test]
fn the_client_ca_is_watched_as_well() {
    let site = Site::new();
    let policy = site.tls("client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt");
    assert_eq!(policy.files()[3], site.path("ca.crt"));
}

#[test]
fn an_empty_value_is_no_value() {
    let site = Site::new();
    let policy = site.policy(
        "tls_server_config:\n  cert: \"\"\n  key: ''\n  cert_file: \"\"\n  key_file:\n  client_ca: \"\"\n  \
         client_ca_file: \"\"\n  client_auth_type: \"\"\n  min_version:\n  max_version:\n  cipher_suites:\n  \
         curve_preferences: []\n",
    );
    assert!(policy.tls().is_none() && policy.warnings().is_empty());
}

#[test]
fn http2_is_a_matter_of_tls() {
    let site = Site::new();
    assert!(!site.policy("http_server_config: {http2: true}").http2());
    assert!(!site.policy(&format!("{}http_server_config: {{http2: false}}", with_tls(""))).http2());
}

#[test]
fn headers_are_sent_as_they_are_written() {
    let site = Site::new();
    let policy = site.policy(
        "http_server_config:\n  headers:\n    X-Frame-Options: sameorigin\n    Strict-Transport-Security: max-age=31536000; \
         includeSubDomains\n    X-Content-Type-Options: nosniff\n    X-XSS-Protection: 1\n    Content-Security-Policy: \
         \"default-src 'self' *.example.net\"\n",
    );
    let headers: Vec<(&str, &str)> =
        policy.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
    assert_eq!(
        headers,
        [
            ("content-security-policy", "default-src 'self' *.example.net"),
            ("x-frame-options", "sameorigin"),
            ("x-content-type-options", "nosniff"),
            ("x-xss-protection", "1"),
            ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ]
    );
}

#[test]
fn a_blank_header_is_not_sent() {
    let site = Site::new();
    let policy = site.policy(
        "http_server_config: {headers: {X-Frame-Options: '', X-Content-Type-Options: , X-XSS-Protection: '', \
         Strict-Transport-Security: , Content-Security-Policy: ''}}",
    );
    assert!(policy.headers().is_empty());
}

#[test]
fn a_rate_limit_without_interval_is_none() {
    let site = Site::new();
    for text in ["{interval: 0, burst: 5}", "{interval: 0s}", "{interval: \"0\"}", "{burst: 5}", "{}"] {
        assert!(site.policy(&format!("rate_limit: {text}")).rate_limit().is_none(), "{text}");
    }
    let policy = site.policy("rate_limit: {interval: 1m30s, burst: 20}");
    let limit = policy.rate_limit().unwrap();
    assert_eq!((limit.interval(), limit.burst()), (Duration::from_secs(90), 20));
}

#[test]
fn the_file_wins_over_the_text_and_this_is_said() {
    let site = Site::new();
    let policy = site.policy(&format!("{}  cert: nonsense\n  key: nonsense\n", with_tls("")));
    assert_eq!(
        policy.warnings(),
        [
            "`cert` is not used, as `cert_file` is given as well",
            "`key` is not used, as `key_file` is given as well"
        ]
    );
}

#[test]
fn a_certificate_with_its_chain_and_key_may_stand_in_one_file() {
    let site = Site::new();
    let all = [&*site.server.key_pem, &*site.server.pem, &*site.authority.pem];
    site.write("all.pem", all.concat());
    let policy = site.policy("tls_server_config: {cert_file: all.pem, key_file: all.pem}");
    assert_eq!(policy.certificate_not_after(), Some(NOT_AFTER));
}
