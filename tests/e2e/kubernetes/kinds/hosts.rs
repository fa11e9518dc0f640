//! Hosts of Ingresses, Gateways and Services: whether their certificate covers them, and whether it is the one that is served.
//!
//! The ingress controller is OpenSSL's server, with a certificate of its own for whoever asks for another name.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{NAMESPACES, Stage};
use crate::kubernetes::access::base64;
use crate::kubernetes::api::Api;
use crate::kubernetes::material::{Issuing, Pair, secret, secrets, tls_secret};
use crate::ports::free_address;
use crate::running::Running;
use crate::tools::tool;

const NAMESPACE: &str = NAMESPACES[1];
const RESULTS: [&str; 7] =
    ["covered", "not_covered", "expired", "no_certificate", "secret_missing", "not_permitted", "unknown"];
const SERVED: [&str; 5] = ["same", "differs", "unreachable", "not_probed", "unknown"];
/// The controller that serves the class `kinds`.
const CONTROLLER: &str = "kinds.test/openssl";
/// The host that the controller has the right certificate for.
const SHOP: &str = "shop.kinds.test";

/// The controller, and what is said of it in the configuration.
pub(super) struct Servers {
    pub(super) addresses: Value,
    open: String,
    _controller: Running,
    _folder: TempDir,
}

/// Objects with hosts, and the Secrets that they name.
pub(super) fn populate(api: &Api, issuing: &Issuing) -> Servers {
    let shop = issuing.issue("shop", &[SHOP]);
    for (name, pair) in [
        ("shop", &shop),
        ("wild", &issuing.issue("wild", &["*.wild.kinds.test"])),
        ("old", &issuing.issue_until("old", &["old.kinds.test"], 2022)),
    ] {
        api.create(&secrets(NAMESPACE), &tls_secret(name, pair));
    }
    let garbage = [("tls.crt", &b"nothing"[..]), ("tls.key", b"nothing")];
    api.create(&secrets(NAMESPACE), &secret("garbage", "kubernetes.io/tls", &garbage));
    let ingresses = format!("/apis/networking.k8s.io/v1/namespaces/{NAMESPACE}/ingresses");
    let ingress = |name: &str, class: &str, tls: &Value| {
        let backend = json!({"service": {"name": "web", "port": {"number": 80}}});
        let spec = json!({"ingressClassName": class, "defaultBackend": backend, "tls": tls});
        api.create(&ingresses, &json!({"metadata": {"name": name}, "spec": spec}));
    };
    let tls = |host: &str, secret: &str| json!({"hosts": [host], "secretName": secret});
    ingress("shop", "kinds", &json!([tls(SHOP, "shop"), tls("x.wild.kinds.test", "wild")]));
    ingress(
        "not",
        "kinds-none",
        &json!([
            tls("x.y.wild.kinds.test", "wild"),
            tls("old.kinds.test", "old"),
            tls("garbage.kinds.test", "garbage"),
            tls("missing.kinds.test", "missing"),
        ]),
    );
    ingress("closed", "kinds-closed", &json!([tls("a.wild.kinds.test", "wild")]));
    let gateways = format!("/apis/gateway.networking.k8s.io/v1/namespaces/{NAMESPACE}/gateways");
    let listener = json!({
        "name": "https", "protocol": "HTTPS", "port": 443, "hostname": "gate.wild.kinds.test",
        "tls": {"certificateRefs": [{"name": "wild"}]},
    });
    let plain = json!({"name": "http", "protocol": "HTTP", "port": 80, "hostname": "plain.kinds.test"});
    let spec = json!({"gatewayClassName": "kinds-gateway", "listeners": [listener, plain]});
    // Of a custom resource, kind and version have to be said.
    let gateway = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": "gate"}, "spec": spec});
    api.create(&gateways, &gateway);
    listener_set(api);
    let service = json!({
        "metadata": {"name": "annotated", "annotations": {"lookout/tls-secret": "wild", "lookout/tls-host": "s.wild.kinds.test"}},
        "spec": {"clusterIP": "None", "ports": [{"name": "https", "port": 8443}]},
    });
    api.create(&format!("/api/v1/namespaces/{NAMESPACE}/services"), &service);

    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let default = issuing.issue("default certificate of the controller", &["default.kinds.test"]);
    let open = free_address();
    let controller = start(folder.path(), &open, &default, &shop);
    let addresses = json!({CONTROLLER: open, "kinds-closed": free_address()});
    Servers { addresses, open, _controller: controller, _folder: folder }
}

/// A ListenerSet that adds to the Gateway, and the class of the Ingresses that can be asked for.
fn listener_set(api: &Api) {
    let listener = json!({
        "name": "set", "protocol": "HTTPS", "port": 443, "hostname": "set.wild.kinds.test",
        "tls": {"certificateRefs": [{"name": "wild"}]},
    });
    let spec = json!({"parentRef": {"name": "gate"}, "listeners": [listener]});
    let set = json!({"apiVersion": "gateway.networking.k8s.io/v1", "kind": "ListenerSet", "metadata": {"name": "set"}, "spec": spec});
    api.create(&format!("/apis/gateway.networking.k8s.io/v1/namespaces/{NAMESPACE}/listenersets"), &set);
    let class = json!({"metadata": {"name": "kinds"}, "spec": {"controller": CONTROLLER}});
    api.create("/apis/networking.k8s.io/v1/ingressclasses", &class);
}

/// Starts a server with a certificate for [`SHOP`], and another for everybody else.
fn start(folder: &Path, address: &str, default: &Pair, shop: &Pair) -> Running {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    };
    let mut openssl = Command::new(tool("OPENSSL"));
    openssl.args(["s_server", "-www", "-accept", address, "-servername", SHOP]);
    openssl
        .arg("-cert")
        .arg(write("default.pem", &default.certificate))
        .arg("-key")
        .arg(write("default.key", &default.key));
    openssl
        .arg("-cert2")
        .arg(write("shop.pem", &shop.certificate))
        .arg("-key2")
        .arg(write("shop.key", &shop.key));
    let mut server = Running::start(&mut openssl, &folder.join("controller.log"));
    server.until("a controller that listens", || std::net::TcpStream::connect(address).ok());
    server
}

/// Which host has a certificate.
pub(super) fn covered(stage: &mut Stage) {
    let row = |kind: &'static str,
               name: &'static str,
               host: &'static str,
               secret: &'static str,
               holds: &'static str| {
        RESULTS.map(|result| ([kind, name, host, secret, result], f64::from(u8::from(result == holds))))
    };
    let wanted = [
        row("Ingress", "shop", SHOP, "shop", "covered"),
        row("Ingress", "shop", "x.wild.kinds.test", "wild", "covered"),
        row("Ingress", "not", "x.y.wild.kinds.test", "wild", "not_covered"),
        row("Ingress", "not", "old.kinds.test", "old", "expired"),
        row("Ingress", "not", "garbage.kinds.test", "garbage", "no_certificate"),
        row("Ingress", "not", "missing.kinds.test", "missing", "secret_missing"),
        row("Ingress", "closed", "a.wild.kinds.test", "wild", "covered"),
        row("Gateway", "gate", "gate.wild.kinds.test", "wild", "covered"),
        row("ListenerSet", "set", "set.wild.kinds.test", "wild", "covered"),
        row("Service", "annotated", "s.wild.kinds.test", "wild", "covered"),
    ];
    let wanted = wanted.concat();
    let wanted: Vec<(&[&str], f64)> = wanted.iter().map(|(labels, value)| (&labels[..], *value)).collect();
    let labels = ["kind", "name", "host", "secret_name", "result"];
    stage.until_rows("certs_host_certificate", &labels, &[("resource_namespace", NAMESPACE)], &wanted);
}

/// Which certificate a host is served with: the stored one, until it is renewed and the controller is not told.
pub(super) fn served(stage: &mut Stage, servers: &Servers) {
    expect(stage, servers, "same");
    let pair = stage.issuing.issue_until("shop renewed", &[SHOP], 2036);
    let data = json!({"data": {"tls.crt": base64(pair.certificate.as_bytes()), "tls.key": base64(pair.key.as_bytes())}});
    stage.api.merge(&format!("{}/shop", secrets(NAMESPACE)), &data);
    expect(stage, servers, "differs");
}

/// Waits until the hosts that can be asked are said to be served so.
#[track_caller]
fn expect(stage: &mut Stage, servers: &Servers, shop: &str) {
    let hosts = [(SHOP, shop), ("x.wild.kinds.test", "differs")];
    for (host, holds) in hosts {
        let wanted: Vec<([&str; 2], f64)> = SERVED
            .iter()
            .map(|result| ([servers.open.as_str(), *result], f64::from(u8::from(*result == holds))))
            .collect();
        let wanted: Vec<(&[&str], f64)> =
            wanted.iter().map(|(labels, value)| (&labels[..], *value)).collect();
        stage.until_rows(
            "certs_host_served",
            &["endpoint", "result"],
            &[("resource_namespace", NAMESPACE), ("host", host)],
            &wanted,
        );
    }
    for (host, holds) in [
        ("a.wild.kinds.test", "unreachable"),
        ("old.kinds.test", "not_probed"),
        ("gate.wild.kinds.test", "not_probed"),
    ] {
        let of = [("resource_namespace", NAMESPACE), ("host", host), ("result", holds)];
        let rows: [(&[&str], f64); 1] = [(&[holds], 1.0)];
        stage.until_rows("certs_host_served", &["result"], &of, &rows);
    }
}
