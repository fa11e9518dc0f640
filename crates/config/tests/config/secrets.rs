//! A secret goes to the one who asks for it, and nowhere else.

use std::{fs, iter, path::Path};

use lookout_config::{MAX_SECRET_BYTES, ResolveSecret, Secret, SecretText, load};

use crate::sample::Settings;

/// Planted where a secret is; must not turn up anywhere.
const MARKER: &str = "hunter2-planted-marker";

fn secret_in(directory: &Path, content: impl AsRef<[u8]>) -> Secret {
    let path = directory.join("secret");
    fs::write(&path, content).unwrap();
    format!("file:{}", path.display()).parse().unwrap()
}

fn resolved(content: impl AsRef<[u8]>) -> Result<SecretText, ResolveSecret> {
    let directory = tempfile::tempdir().unwrap();
    secret_in(directory.path(), content).resolve()
}

/// An error with all of its causes, in both forms.
fn all_of(error: &dyn std::error::Error) -> String {
    let causes = iter::successors(Some(error), |error| error.source());
    causes.map(|error| format!("{error:?} {error}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn one_line_end_is_not_part_of_the_secret() {
    for (content, secret) in [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a ")] {
        assert_eq!(resolved(content).unwrap().expose(), secret, "{content:?}");
    }
}

#[test]
fn no_form_of_printing_shows_a_resolved_secret() {
    let secret = resolved(MARKER).unwrap();
    assert_eq!(secret.expose(), MARKER);
    for text in
        [format!("{secret:?}{secret:#?}"), secret.to_string(), serde_json::to_string(&secret).unwrap()]
    {
        assert!(!text.contains(MARKER), "{text}");
    }
}

#[test]
fn a_secret_in_place_of_its_reference_is_never_repeated() {
    let places = [
        format!("proxy: {{address: a, password: {MARKER}}}"),
        format!("proxy: {{address: a, password: [{MARKER}]}}"),
        format!("proxy: {{address: a, password: {{file: {MARKER}}}}}"),
        format!("proxy: {{address: a, password: 'file:{MARKER}'}}"),
        format!("proxy: {{address: a, password: 'env:${MARKER}'}}"),
        format!("proxy: {MARKER}"),
        format!("certs: {{endpoints: [{{name: a, address: 'a:1', credentials: {{bearer: {MARKER}}}}}]}}"),
        format!("certs: {{endpoints: [{{name: a, address: 'a:1', credentials: {{basic: {MARKER}}}}}]}}"),
        format!("certs: {{endpoints: [{{name: a, address: 'a:1', credentials: {MARKER}}}]}}"),
        format!("certs: {{endpoints: {MARKER}}}"),
        format!("certs: {{files: {MARKER}}}"),
        format!("tenants: {{a: {{contact: a, share: {MARKER}}}}}"),
        format!("proxy: {{address: a, pasword: {MARKER}}}"),
        format!("proxy: {{address: a, password: {MARKER}, password: {MARKER}}}"),
        format!("proxy: {{address: a, password: &x {MARKER}}}"),
        format!("proxy: {{address: a, password: \"{MARKER}"),
        format!("proxy: {{address: a, password: {MARKER}: {MARKER}}}"),
    ];
    for text in places {
        let faults = load::<Settings>("lookout.yaml", &text).expect_err(&text);
        let json = serde_json::to_string(&faults).unwrap();
        let said = format!("{} {json}", all_of(&faults));
        assert!(!said.contains(MARKER), "{text}\n{said}");
    }
    for text in [MARKER, &format!("file:{MARKER}"), &format!("env:{MARKER}")] {
        let error = text.parse::<Secret>().unwrap_err();
        assert!(!all_of(&error).contains(MARKER), "{text}");
        let error = serde_json::from_value::<Secret>(text.into()).unwrap_err();
        assert!(!all_of(&error).contains(MARKER), "{text}");
    }
    for other in [serde_json::json!(123_456_789), serde_json::json!(-123_456_789), serde_json::json!(1234.5)]
    {
        let error = serde_json::from_value::<Secret>(other).unwrap_err();
        assert!(!all_of(&error).contains("1234"), "{error}");
    }
}

#[test]
fn what_cannot_be_a_secret_is_refused_without_showing_it() {
    let mut not_utf8 = MARKER.as_bytes().to_vec();
    not_utf8.push(0xff);
    let large = MARKER.repeat(MAX_SECRET_BYTES / MARKER.len() + 1);
    for (content, message) in [
        (Vec::new(), "is empty"),
        (b"\n".to_vec(), "is empty"),
        (format!("{MARKER}\0").into_bytes(), "is not text"),
        (not_utf8, "is not text"),
        (large.into_bytes(), "is larger than 65536 bytes"),
    ] {
        let said = all_of(&resolved(content).unwrap_err());
        assert!(said.contains(message), "{said}");
        assert!(!said.contains(MARKER), "{said}");
    }
}

#[test]
fn a_secret_as_large_as_the_limit_is_read() {
    let large = "x".repeat(MAX_SECRET_BYTES);
    assert_eq!(resolved(&large).unwrap().expose(), large);
}

#[test]
fn a_reference_to_nothing_says_where() {
    let missing: Secret = "file:/nowhere/secret".parse().unwrap();
    assert_eq!(missing.resolve().unwrap_err().to_string(), "cannot read the secret file /nowhere/secret");
    let unset: Secret = "env:LOOKOUT_TEST_NOT_SET".parse().unwrap();
    assert_eq!(
        unset.resolve().unwrap_err().to_string(),
        "the environment variable `LOOKOUT_TEST_NOT_SET` for a secret is not set"
    );
}

#[test]
fn a_variable_is_resolved() {
    // Set by cargo for every test.
    let secret: Secret = "env:CARGO_PKG_NAME".parse().unwrap();
    assert_eq!(secret.resolve().unwrap().expose(), "lookout-config");
}

#[test]
fn references_are_shown_and_read_back() {
    for text in ["file:/run/secrets/name", "env:NAME_2"] {
        let secret: Secret = text.parse().unwrap();
        assert_eq!(secret.to_string(), text);
        assert_eq!(serde_json::to_value(&secret).unwrap(), text);
    }
}
