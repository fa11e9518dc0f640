//! Certificates that are stored in Secrets and ConfigMaps, of every sort.

use serde_json::{Value, json};

use super::{IN_THE_END, NAMESPACES, Stage};
use crate::kubernetes::access::base64;
use crate::kubernetes::api::Api;
use crate::kubernetes::lookout::rows;
use crate::kubernetes::material::{Issuing, secret, secrets, tls_secret};
use crate::kubernetes::truth::{Truth, is_in};

/// The keys in the configuration, and those that there are of them.
pub(super) const KEYS_OF_TLS: [&str; 2] = ["tls.crt", "ca.crt"];
pub(super) const KEYS_OF_OPAQUE: [&str; 2] = ["*.pem", "*.der"];
pub(super) const KEYS_OF_MAPS: [&str; 2] = ["ca.crt", "*.der"];
const IN_OPAQUE: [&str; 3] = ["bundle.pem", "both.pem", "one.der"];
const IN_MAPS: [&str; 2] = ["ca.crt", "one.der"];

/// Secrets and ConfigMaps of every sort.
pub(super) fn populate(api: &Api, issuing: &Issuing) {
    let [a, b] = NAMESPACES;
    let create = |namespace: &str, object: &Value| drop(api.create(&secrets(namespace), object));
    let pair = issuing.issue("chain", &["chain.example.org", "*.chain.example.org"]);
    let mut chain = tls_secret("chain", &pair);
    let text = format!("subject=a comment\n{}{}", pair.certificate, issuing.certificate());
    chain["data"]["tls.crt"] = base64(text.as_bytes()).into();
    chain["data"]["ca.crt"] = base64(issuing.certificate().as_bytes()).into();
    chain["metadata"]["labels"] = json!({"team": "data", "other": "not-asked-for"});
    create(a, &chain);
    create(a, &tls_secret("ended", &issuing.issue_until("ended", &["ended.example.org"], 2022)));
    // The same certificate under other keys and names, and in another namespace.
    let shared = issuing.issue("shared", &["shared.example.org"]);
    create(a, &tls_secret("shared", &shared));
    create(b, &tls_secret("shared", &shared));
    let pem = |pair: &crate::kubernetes::material::Pair| pair.certificate.clone().into_bytes();
    let (first, second) =
        (issuing.issue("first", &["one.example.org"]), issuing.issue("second", &["two.example.org"]));
    let bundle = [pem(&first), pem(&second)].concat();
    let both = [second.key.clone().into_bytes(), pem(&second)].concat();
    let (der, garbage) = (first.der(), b"\xff\xfe nothing".to_vec());
    let values = [
        ("bundle.pem", &bundle[..]),
        ("both.pem", &both),
        ("one.der", &der),
        ("private.key", first.key.as_bytes()),
        ("password", &garbage),
    ];
    create(b, &secret("opaque", "Opaque", &values));
    // Large ones of a type that is not asked for, and one of a type that nobody knows.
    create(
        b,
        &secret("sh.helm.release.v1.web.v1", "helm.sh/release.v1", &[("release", &vec![b'x'; 600_000])]),
    );
    create(b, &secret("odd", "example.org/odd", &[("tls.crt", &pem(&first))]));
    let maps = |namespace: &str| format!("/api/v1/namespaces/{namespace}/configmaps");
    let text = format!("{}{}", issuing.certificate(), first.certificate);
    let map = json!({"metadata": {"name": "trust"}, "data": {"ca.crt": text, "readme": "text"}, "binaryData": {"one.der": base64(&der)}});
    api.create(&maps(a), &map);
    api.create(
        &maps(b),
        &json!({"metadata": {"name": "no-certificates"}, "data": {"settings.yaml": "a: b"}}),
    );
}

/// Every certificate, where it is, and nothing else.
pub(super) fn in_objects(stage: &mut Stage) {
    let mut truth = Truth::default();
    for namespace in NAMESPACES {
        let [secrets, maps] =
            ["secrets", "configmaps"].map(|kind| stage.kubectl.get(&[kind, "--namespace", namespace]));
        truth.add_secrets(&secrets, "kubernetes.io/tls", &KEYS_OF_TLS, "team");
        truth.add_secrets(&secrets, "Opaque", &IN_OPAQUE, "team");
        let mut maps = maps;
        // The cluster's own root is in every namespace, and is left out as the settings say.
        let list = maps["items"].as_array_mut().expect("it is a list");
        list.retain(|map| map["metadata"]["name"] != "kube-root-ca.crt");
        truth.add_config_maps(&maps, &IN_MAPS);
    }
    // Controllers make objects too, which may be seen a moment later.
    let begun = std::time::Instant::now();
    let (scrape, differences) = stage.lookout.until("all certificates", |scrape| {
        let differences = truth.differences(scrape, |labels| is_in(labels, "kinds-"));
        let is_over = begun.elapsed() > IN_THE_END;
        (differences.is_empty() || is_over).then(|| (scrape.clone(), differences))
    });
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        truth.len(),
        differences.join("\n")
    );
    println!("    {} certificates as OpenSSL says", truth.len());
    assert!(truth.len() >= 12, "that is little");
    let expired = rows(&scrape, "x509_cert_expired", &[("secret_namespace", NAMESPACES[0])]);
    let expired: Vec<_> =
        expired.iter().filter(|row| row.value == 1.0).map(|row| row.label("secret_name")).collect();
    assert_eq!(expired, [Some("ended")]);
    let info = rows(&scrape, "certs_stored_info", &[("secret_name", "ended")]);
    let wanted = fingerprint(&stage.api.get(&format!("{}/ended", secrets(NAMESPACES[0])))["data"]["tls.crt"]);
    assert_eq!(info.first().and_then(|row| row.label("fingerprint_sha256")), Some(wanted.as_str()));
}

/// The fingerprint of the first certificate of a value.
fn fingerprint(value: &Value) -> String {
    let mut openssl = std::process::Command::new(crate::tools::tool("OPENSSL"));
    openssl.args(["x509", "-noout", "-fingerprint", "-sha256"]);
    let pem = crate::kubernetes::truth::unbase64(value.as_str().expect("it has a value"));
    let text = String::from_utf8(crate::tools::succeed(&mut openssl, &pem)).expect("it is text");
    text.trim().rsplit_once('=').expect("it has a value").1.replace(':', "").to_lowercase()
}
