//! Keys, passwords and hashes never turn up in what is printed: not from a good file, and not from a bad one.

use std::iter;

use crate::site::{Site, indented, with_tls};

/// Planted where a secret is. Base64, so that it may stand in a key.
const MARKER: &str = "PlantedMarkerHunter2";

const HASH: &str = "$2y$04$n4Uy0eSnMfvnESYL.bLwuuj0U/ETSsoTpRT9GVk5bektyVVa5xnIi";

/// An error with all of its causes, in every form.
fn all_of(error: &dyn std::error::Error) -> String {
    let causes = iter::successors(Some(error), |error| error.source());
    causes.map(|error| format!("{error} {error:?} {error:#?}")).collect::<Vec<_>>().concat()
}

#[test]
fn no_error_repeats_a_secret() {
    let site = Site::new();
    let key = format!("-----BEGIN PRIVATE KEY-----\n    {MARKER}\n    -----END PRIVATE KEY-----");
    for text in [
        format!("basic_auth_users: {{alice: {MARKER}}}"),
        format!("basic_auth_users: {{alice: '$2y$04${MARKER}'}}"),
        format!("basic_auth_users: {{alice: [{MARKER}]}}"),
        format!("basic_auth_users: {{alice: {{password: {MARKER}}}}}"),
        format!("basic_auth_users: {{alice: {HASH}{MARKER}}}"),
        format!("basic_auth_users: {{alice: &a {MARKER}}}"),
        format!("basic_auth_users: {{alice: !!binary {MARKER}}}"),
        format!("basic_auth_users: {{alice: {MARKER}, alice: {MARKER}}}"),
        format!("basic_auth_users: {{alice: \"{MARKER}"),
        format!("basic_auth_users: {MARKER}"),
        format!("basic_auth_users: [{MARKER}]"),
        format!("basic_auth_user: {{alice: {MARKER}}}"),
        format!("tls_server_config: {{cert_file: server.crt, key: {MARKER}}}"),
        format!("tls_server_config: {{cert_file: server.crt, key: [{MARKER}]}}"),
        format!("tls_server_config: {{cert_file: server.crt, keys: {MARKER}}}"),
        format!("tls_server_config:\n  cert_file: server.crt\n  key: |\n    {key}\n"),
        format!(
            "tls_server_config:\n  cert_file: server.crt\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    {MARKER}\n"
        ),
        format!(
            "tls_server_config:\n  cert_file: server.crt\n  key: |\n    -----BEGIN PRIVATE KEY-----\n    {MARKER}?\n    -----END PRIVATE KEY-----\n"
        ),
        format!(
            "tls_server_config:\n  cert_file: server.crt\n  key: |\n    -----BEGIN ENCRYPTED PRIVATE KEY-----\n    {MARKER}\n    -----END ENCRYPTED PRIVATE KEY-----\n"
        ),
        format!("tls_server_config:\n  key_file: server.key\n  cert: |\n    {key}\n"),
        format!("tls_server_config:\n  cert_file: server.crt\n  key_file: |\n    {key}\n"),
        format!(
            "tls_server_config:\n  cert_file: server.crt\n  key_file: \"-----BEGIN PRIVATE KEY----- {MARKER}\"\n"
        ),
        format!("tls_server_config:\n  key_file: server.key\n  cert_file: |\n    {MARKER}\n    {MARKER}\n"),
        format!("tls_server_config: {MARKER}"),
        MARKER.to_owned(),
    ] {
        let error = site.load(&text).expect_err(&text);
        let said = all_of(&error);
        assert!(!said.contains(MARKER), "{text}\n{said}");
    }
}

#[test]
fn no_error_repeats_what_a_key_file_holds() {
    let site = Site::new();
    for content in [
        MARKER.to_owned(),
        format!("-----BEGIN PRIVATE KEY-----\n{MARKER}"),
        format!("-----BEGIN PRIVATE KEY-----\n{MARKER}\n-----END PRIVATE KEY-----\n"),
        format!("-----BEGIN EC PRIVATE KEY-----\n{MARKER}?\n-----END EC PRIVATE KEY-----\n"),
        format!("-----BEGIN {MARKER}-----\n{MARKER}\n-----END {MARKER}-----\n"),
        format!("-----BEGIN {MARKER}"),
    ] {
        site.write("server.key", &content);
        let error = site.load(&with_tls("")).expect_err(&content);
        assert!(!format!("{error} {error:?}").contains(MARKER), "{error:?}");
        let swapped =
            site.load("tls_server_config: {cert_file: server.key, key_file: server.crt}").unwrap_err();
        assert!(!format!("{swapped} {swapped:?}").contains(MARKER), "{swapped:?}");
    }
}

#[test]
fn a_policy_prints_neither_key_nor_hash() {
    let site = Site::new();
    let body = |pem: &str| pem.lines().nth(1).unwrap().to_owned();
    let policy = site.policy(&format!(
        "tls_server_config:\n  cert: |\n{}  key: |\n{}basic_auth_users: {{alice: {HASH}}}\n",
        indented(&site.server.pem),
        indented(&site.server.key_pem),
    ));
    let printed = format!("{policy:?} {policy:#?} {:?} {:?}", policy.authenticator(), policy.warnings());
    for secret in [body(&site.server.key_pem), HASH[7..29].to_owned(), HASH[29..].to_owned()] {
        assert!(!printed.contains(&secret), "{printed}");
    }
    assert!(printed.contains("users: 1"), "{printed}");
}
