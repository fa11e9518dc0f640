//! The issuers and Certificates of the story, without any status: that is for cert-manager to write.

use serde_json::{Value, json};

use super::NAMESPACE;
use super::servers::Servers;
use super::web::{Answer, Web};
use crate::kubernetes::api::Api;

/// What the names answer at which the authority, or cert-manager itself, looks for a key.
pub(super) const WEB: [(&str, Answer); 4] = [
    ("valid.test", Answer::Key),
    ("refused.test", Answer::KeyWithin),
    ("login.test", Answer::Page),
    ("forbidden.test", Answer::Status("403 Forbidden")),
];
/// The names that have an address.
pub(super) const RESOLVED: [&str; 2] = ["valid.test", "refused.test"];
/// The one that has none, and for which no proxy answers.
pub(super) const UNRESOLVED: &str = "nowhere.test";
/// The one that the authority issues nothing for.
pub(super) const BLOCKED: &str = "blocked.test";

/// The Certificates whose authority is asked by ACME, each for the name `NAME.test`.
const ACME: [&str; 6] = ["valid", "refused", "login", "forbidden", "nowhere", "blocked"];

const GROUP: &str = "/apis/cert-manager.io/v1";

/// The Certificates of the namespace, or the one of that name.
pub(super) fn certificates(name: &str) -> String {
    format!("{GROUP}/namespaces/{NAMESPACE}/certificates{}{name}", if name.is_empty() { "" } else { "/" })
}

/// Creates everything: issuers first, as most people do.
pub(super) fn populate(api: &Api, servers: &Servers, web: &Web) {
    let bundle = Some(servers.bundle.as_str());
    for (kind, name, spec) in [
        ("Issuer", "own", json!({"selfSigned": {}})),
        ("Issuer", "authority", json!({"ca": {"secretName": "root-tls"}})),
        ("Issuer", "broken", json!({"ca": {"secretName": "nobody-made-it"}})),
        ("Issuer", "limited", acme("limited", &web.limited(), None)),
        ("ClusterIssuer", "pebble", acme("pebble", &servers.directory, bundle)),
        ("ClusterIssuer", "closed", acme("closed", "https://127.0.0.1:1/dir", None)),
        ("ClusterIssuer", "page", acme("page", &web.page(), None)),
    ] {
        let object = json!({"apiVersion": "cert-manager.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec});
        let path = match kind {
            "Issuer" => format!("{GROUP}/namespaces/{NAMESPACE}/issuers"),
            _ => format!("{GROUP}/clusterissuers"),
        };
        api.create(&path, &object);
    }
    let root = json!({
        "secretName": "root-tls", "isCA": true, "commonName": "root of the story", "issuerRef": reference("Issuer", "own"),
    });
    create(api, "root", &root);
    create(api, "leaf", &certificate("leaf", "Issuer", "authority"));
    create(api, "waits", &certificate("waits", "Issuer", "broken"));
    create(api, "limited", &certificate("limited", "Issuer", "limited"));
    create(api, "closed", &certificate("closed", "ClusterIssuer", "closed"));
    for name in ACME {
        create(api, name, &certificate(name, "ClusterIssuer", "pebble"));
    }
}

fn acme(name: &str, server: &str, bundle: Option<&str>) -> Value {
    let solver = json!({"http01": {"ingress": {"ingressClassName": "nginx"}}});
    let account = json!({"name": format!("{name}-account")});
    json!({"acme": {"server": server, "caBundle": bundle, "privateKeySecretRef": account, "solvers": [solver]}})
}

fn reference(kind: &str, name: &str) -> Value {
    json!({"kind": kind, "name": name, "group": "cert-manager.io"})
}

fn certificate(name: &str, kind: &str, issuer: &str) -> Value {
    json!({"secretName": format!("{name}-tls"), "dnsNames": [format!("{name}.test")], "issuerRef": reference(kind, issuer)})
}

fn create(api: &Api, name: &str, spec: &Value) {
    let object = json!({"apiVersion": "cert-manager.io/v1", "kind": "Certificate", "metadata": {"name": name}, "spec": spec});
    api.create(&certificates(""), &object);
}
