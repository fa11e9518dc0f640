//! The story of a cluster that lets in whom it knows, and of a reader that may only describe.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::broker::READER;
use super::cluster::Cluster;
use super::compare::hold_against_truth_through;
use super::driving::Kind;
use super::lookout::{Lookout, faults, rows};
use super::steps::Steps;
use crate::tools::{succeed, tool};

/// Everything that the exporter needs but for its probe: resource, name, operation.
pub(super) const RIGHTS: [(&str, &str, &str); 5] = [
    ("cluster", "kafka-cluster", "describe"),
    ("cluster", "kafka-cluster", "describe_configs"),
    ("topic", "*", "describe"),
    ("topic", "*", "describe_configs"),
    ("group", "*", "describe"),
];
/// Whom the client certificate names.
const CERTIFICATE_NAME: &str = "certified";

#[test]
fn a_reader_that_may_only_describe_sees_everything_by_every_login() {
    let mut cluster = Cluster::start(1);
    let secrets = Secrets::new();
    let mut steps = Steps::default();
    populate(&mut cluster);
    steps.take("without_rights_the_sources_say_that_they_are_denied", || without_rights(&cluster, &secrets));
    for (resource, name, operation) in RIGHTS {
        for principal in [format!("User:{}", READER.0), format!("User:CN={CERTIFICATE_NAME}")] {
            cluster.allow(&principal, resource, name, operation);
        }
    }
    let logins = logins(&cluster, &secrets);
    // All at once: each waits for its own.
    let mut lookouts: Vec<(&str, &str, Lookout)> = logins
        .iter()
        .map(|(name, entry)| {
            (*name, entry["brokers"][0].as_str().unwrap_or_default(), Lookout::watching(entry))
        })
        .collect();
    for (name, address, lookout) in &mut lookouts {
        steps.take(name, || drop(hold_against_truth_through(&mut cluster, lookout, address)));
    }
    steps.take("a_wrong_password_is_unauthenticated", || {
        let sasl =
            json!({"scram_sha512": {"username": READER.0, "password": secrets.file("wrong", "not it")}});
        let entry = json!({"brokers": cluster.addresses(|ports| ports.sasl), "sasl": sasl});
        refused(&entry, &["unauthenticated"]);
    });
    steps.take("a_client_without_certificate_is_refused_where_one_is_required", || {
        let tls = json!({"ca_file": cluster.authority.certificate});
        let entry = json!({"brokers": cluster.addresses(|ports| ports.client_certificate), "tls": tls});
        refused(&entry, &["unauthenticated", "handshake"]);
    });
    steps.take("a_broker_of_an_unknown_authority_is_untrusted", || {
        let stranger = crate::certificates::Authority::new();
        let sasl = json!({"scram_sha512": {"username": READER.0, "password": secrets.password}});
        let tls = json!({"ca_file": stranger.certificate});
        let brokers = cluster.addresses(|ports| ports.sasl_tls);
        refused(&json!({"brokers": brokers, "tls": tls, "sasl": sasl}), &["untrusted"]);
    });
    steps.end();
}

/// Files with secrets.
pub(super) struct Secrets {
    folder: TempDir,
    /// Of [`READER`].
    pub(super) password: String,
    token: String,
}

impl Secrets {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut secrets = Self { folder, password: String::new(), token: String::new() };
        secrets.password = secrets.file("password", READER.1);
        secrets.token = secrets.file("token", &unsecured_token(READER.0, 3600));
        secrets
    }

    /// Writes a secret, and returns how the configuration names it.
    pub(super) fn file(&self, name: &str, secret: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        std::fs::write(&path, secret).expect("the secret can be written");
        of_file(&path)
    }
}

fn of_file(path: &Path) -> String {
    format!("file:{}", path.display())
}

/// A JSON web token that nobody signed, good for so many seconds, which Kafka's validator for development accepts.
pub(super) fn unsecured_token(user: &str, lifetime: i64) -> String {
    let now = super::driving::milliseconds_now() / 1000;
    let header = json!({"alg": "none"}).to_string();
    let claims = json!({"sub": user, "iat": now, "exp": now + lifetime}).to_string();
    let mut token = String::new();
    for part in [header, claims] {
        let mut openssl = std::process::Command::new(tool("OPENSSL"));
        let text =
            String::from_utf8(succeed(openssl.args(["base64", "-A"]), part.as_bytes())).expect("it is text");
        let text = text.trim().trim_end_matches('=').replace('+', "-").replace('/', "_");
        write!(token, "{text}.").expect("a string takes everything");
    }
    token
}

fn populate(cluster: &mut Cluster) {
    cluster.create("orders", 2);
    cluster.produce("orders", 0, 30);
    cluster.commit("empty", "orders", 0, 10);
    cluster.consume("classic", "orders", Kind::Classic, 1, 30);
    cluster.consume("consumer", "orders", Kind::Consumer, 1, 30);
    cluster.consume("share", "orders", Kind::Share, 1, 30);
    let quota =
        json!({"do": "quota", "entity": {"user": "alice"}, "key": "producer_byte_rate", "value": 5.0});
    cluster.ask(&quota);
}

/// Every way to log in, as an entry of `clusters`.
fn logins(cluster: &Cluster, secrets: &Secrets) -> [(&'static str, Value); 5] {
    let (user, password) = (READER.0, &secrets.password);
    let scram = json!({"scram_sha512": {"username": user, "password": password}});
    let plain = json!({"plain": {"username": user, "password": password}});
    let bearer = json!({"oauth_bearer": {"token": secrets.token}});
    let tls = json!({"ca_file": cluster.authority.certificate});
    let client = cluster.authority.client(CERTIFICATE_NAME);
    let certified = json!({
        "ca_file": cluster.authority.certificate, "certificate_file": client.certificate, "key_file": client.key,
    });
    let [sasl, sasl_tls, certificate] = [
        cluster.addresses(|ports| ports.sasl),
        cluster.addresses(|ports| ports.sasl_tls),
        cluster.addresses(|ports| ports.client_certificate),
    ];
    [
        ("scram_in_the_clear", json!({"name": "scram", "brokers": sasl, "sasl": scram})),
        ("plain_in_the_clear", json!({"name": "plain", "brokers": sasl, "sasl": plain})),
        ("scram_over_tls", json!({"name": "tls", "brokers": sasl_tls, "sasl": scram, "tls": tls})),
        ("a_token_over_tls", json!({"name": "token", "brokers": sasl_tls, "sasl": bearer, "tls": tls})),
        ("a_client_certificate", json!({"name": "certificate", "brokers": certificate, "tls": certified})),
    ]
}

/// Kafka hides what one may not see, as if it were not there: what it does refuse must be told.
fn without_rights(cluster: &Cluster, secrets: &Secrets) {
    let sasl = json!({"scram_sha512": {"username": READER.0, "password": secrets.password}});
    let entry = json!({"name": "blind", "brokers": cluster.addresses(|ports| ports.sasl), "sasl": sasl});
    let mut lookout = Lookout::watching(&entry);
    let scrape = lookout.until("refusals", |scrape| {
        let labels = [("source", "blind controllers"), ("reason", "denied")];
        let is_refused =
            rows(scrape, "lookout_source_errors_total", &labels).iter().any(|row| row.value > 0.0);
        let is_told = |source, reason| faults(scrape, source, Some(reason)) > 0.0;
        let are_told =
            ["blind log directories", "blind configuration"].iter().all(|of| is_told(of, "denied"));
        (is_refused && are_told && is_told("blind", "empty")).then_some(())
    });
    assert_eq!(scrape.value("lookout_source_up", &[("source", "blind controllers")]), Some(0.0));
    for family in ["kafka_cluster_topics", "kafka_cluster_partitions", "kafka_cluster_consumergroups"] {
        let value = scrape.value(family, &[]);
        println!("    without rights {family} is {value:?}");
        assert!(value.is_none_or(|value| value == 0.0), "somebody without rights knows {value:?}");
    }
    // That no topic is named, and nothing else: without a right to see one, that is all that Kafka says.
    assert_eq!(faults(&scrape, "blind", Some("empty")), 1.0);
    assert_eq!(faults(&scrape, "blind", None), 1.0);
    assert_eq!(said_of(&scrape, "blind controllers"), ["denied"]);
    let is_of_any =
        |row: &lookout_testkit::scrape::Sample| row.label("topic").or(row.label("consumergroup")).is_some();
    assert!(!scrape.samples().any(is_of_any), "something is said of topics or groups");
    for family in ["kafka_controller_id", "kafka_log_directory_size_bytes", "kafka_client_quota"] {
        assert_eq!(rows(&scrape, family, &[]).len(), 0, "{family}");
    }
}

/// The main source says one of these reasons, and there is no series of the cluster.
fn refused(entry: &Value, reasons: &[&str]) {
    let mut lookout = Lookout::watching(entry);
    let name = entry["brokers"][0].as_str().expect("it has a broker").to_owned();
    let scrape = lookout.until("a refusal", |scrape| (!said_of(scrape, &name).is_empty()).then_some(()));
    let said = said_of(&scrape, &name);
    println!("    it says {said:?}");
    assert!(
        said.iter().all(|reason| reasons.contains(reason)),
        "it says {said:?}, wanted one of {reasons:?}"
    );
    assert_eq!(scrape.value("lookout_source_up", &[("source", &name)]), Some(0.0));
    assert_eq!(rows(&scrape, "kafka_brokers", &[]).len(), 0);
}

/// The reasons for which readings of a source have failed. A login that the broker delays may outlast the short period of these tests:
/// that the next one was due says nothing of it.
fn said_of<'a>(scrape: &'a Scrape, source: &str) -> Vec<&'a str> {
    let errors = rows(scrape, "lookout_source_errors_total", &[("source", source)]);
    let said = errors.into_iter().filter(|row| row.value > 0.0).filter_map(|row| row.label("reason"));
    said.filter(|reason| *reason != "overrun").collect()
}
