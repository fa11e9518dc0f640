//! The queries of x509-certificate-exporter's dashboard and rules, unchanged, on a real Prometheus that scrapes Lookout.
//!
//! What a query is about has to happen: a certificate that expires, one that has not begun, a right that is missing, a server
//! that refuses. So everything is arranged, and each query asked until it has data.

use std::path::Path;

use serde_json::{Value, json};

use super::access::{Account, READ, rule};
use super::control_plane::{ControlPlane, shared};
use super::lookout::{Lookout, Start};
use super::material::{Issuing, secret, secrets, tls_secret};
use crate::prometheus::Prometheus;
use crate::tools::repository;

const NAMESPACE: &str = "dashboard";
/// What a person picks for a threshold, days: more than is left to anything here, so that lists are not empty.
const THRESHOLD: &str = "100000";
/// Queries about what Lookout does not read yet: key stores, revocation lists, and certificates that were dropped. They are
/// asked as well, and must be right.
const NOT_YET: [&str; 4] =
    ["x509_pkcs12_", "x509_crl_next_update", "x509_crl_stale", "x509_cert_collision_dropped_total"];

#[test]
fn the_queries_of_x509_certificate_exporter_have_data() {
    let control_plane = shared();
    control_plane.namespace(NAMESPACE, &json!({}));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let lookout = arranged(control_plane, folder.path());
    let job = json!({"job_name": "x509", "static_configs": [{"targets": [lookout.serve.address]}]});
    let mut prometheus = Prometheus::scraping(&job, &[]);
    let mut asked = [0, 0];
    for (number, file) in ["dashboard", "rules"].into_iter().enumerate() {
        let file = repository().join(format!("tests/e2e/peers/x509-certificate-exporter-{file}.promql"));
        let queries = std::fs::read_to_string(file).expect("the queries can be read");
        for query in queries.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let variables = ["$critical_threshold", "$warning_threshold", "$list_threshold"];
            let query = variables.iter().fold(query.to_owned(), |query, name| query.replace(name, THRESHOLD));
            asked[number] += 1;
            if NOT_YET.iter().any(|metric| query.contains(metric)) {
                prometheus.query(&format!("vector(1) unless ({query})"));
                println!("    not yet: {query}");
                continue;
            }
            let rows = prometheus.query(&query);
            println!("    {} rows: {query}", rows.len());
        }
    }
    assert_eq!(asked, [22, 11], "the files hold other queries than the dashboard and the rules");
}

/// Everything that the queries are about, and somebody who watches it.
fn arranged(control_plane: &ControlPlane, folder: &Path) -> Lookout {
    let (api, issuing) = (control_plane.api(), Issuing::named("dashboard"));
    // Ten days are left, none is left, and the first is yet to come.
    #[expect(clippy::cast_possible_truncation, reason = "the clock is far from the end of an i64")]
    let days = |days: i64| super::tokens::seconds_now() as i64 + days * 86_400;
    for (name, from, to) in
        [("ends-soon", -80, 10), ("has-ended", -80, -10), ("begins-later", 10, 90), ("good", -80, 800)]
    {
        let pair = issuing.issue_between(name, &["dashboard.example.org"], days(from), days(to));
        api.create(&secrets(NAMESPACE), &tls_secret(name, &pair));
    }
    let garbage = [("tls.crt", &b"this is no certificate"[..]), ("tls.key", b"nor is this a key")];
    api.create(&secrets(NAMESPACE), &secret("broken", "kubernetes.io/tls", &garbage));
    // Files: a certificate, a kubeconfig with two, and nothing where something should be.
    let pair = issuing.issue("file", &["file.example.org"]);
    std::fs::write(folder.join("file.pem"), &pair.certificate).expect("it can be written");
    std::fs::write(
        folder.join("garbage.pem"),
        "-----BEGIN CERTIFICATE-----\n???\n-----END CERTIFICATE-----\n",
    )
    .expect("it can be written");
    let kubeconfig = kubeconfig(&issuing);
    std::fs::write(folder.join("admin.conf"), kubeconfig.to_string()).expect("it can be written");
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    // Everything but ConfigMaps, which it is told to watch.
    account.allow_in(NAMESPACE, &[rule("", &["secrets"], READ)]);
    let cluster =
        json!({"namespaces": [NAMESPACE], "cert_manager": false, "hosts": false, "workloads": false});
    let at = |name: &str| folder.join(name).display().to_string();
    Start::with_token(control_plane, &account.token(), &cluster)
        .set("/certs", "files", json!([at("file.pem"), at("garbage.pem"), at("missing.pem")]))
        .set("/certs", "kubeconfigs", json!([at("admin.conf")]))
        // Errors that stand are counted in each cycle, and rules want more than five.
        .set("/certs", "period", "1s".into())
        .start()
}

fn kubeconfig(issuing: &Issuing) -> Value {
    let embedded = |text: &str| super::access::base64(text.as_bytes());
    let pair = issuing.issue("somebody", &["somebody.example.org"]);
    json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "it",
        "clusters": [{"name": "it", "cluster": {
            "server": "https://127.0.0.1:6443", "certificate-authority-data": embedded(&issuing.certificate()),
        }}],
        "users": [{"name": "somebody", "user": {
            "client-certificate-data": embedded(&pair.certificate), "client-key-data": embedded(&pair.key),
        }}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "somebody"}}],
    })
}
