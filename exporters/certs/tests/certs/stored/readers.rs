//! What is kept of an object, and what is said to be wrong with it.

use std::sync::Arc;

use data_encoding::BASE64;
use lookout_certs::cluster::stored::{
    CaBundleKind, CaBundleReader, ConfigMapReader, SecretReader, Sharing, StoredObject,
};
use lookout_certs_spec::config::{ClusterSettings, ObjectLimits, SecretRule};
use lookout_config::HumanSize;
use lookout_kubernetes::{Json, ObjectJson, Reader};
use serde_json::{Value, json};

use super::world::cluster_settings;
use crate::support::fixture;

fn pem(name: &str) -> String {
    BASE64.encode(&fixture(name))
}

/// A private key, as PEM files have it.
const KEY: &[u8] = b"-----BEGIN PRIVATE KEY-----\nUExBTlRFRA==\n-----END PRIVATE KEY-----\n";

/// The DER encoding of a fixture with one certificate.
fn der(name: &str) -> Vec<u8> {
    let text = String::from_utf8(fixture(name)).unwrap();
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64.decode(body.as_bytes()).unwrap()
}

pub(super) fn read<R: Reader<Object = StoredObject>>(reader: &R, object: &Value) -> Option<StoredObject> {
    let text = object.to_string();
    reader.read(&ObjectJson::new(Json::check(text.as_bytes()).unwrap()))
}

fn secret(secret_type: &str, data: &Value) -> Value {
    json!({ "type": secret_type, "metadata": { "namespace": "shop", "name": "web" }, "data": data })
}

fn of_secret(settings: &ClusterSettings, secret_type: &str, data: &Value) -> Option<StoredObject> {
    read(&SecretReader::new(settings, &Arc::default()), &secret(secret_type, data))
}

fn tls(data: &Value) -> StoredObject {
    of_secret(&cluster_settings(), "kubernetes.io/tls", data).unwrap()
}

fn opaque(keys: &[&str], data: &Value) -> Option<StoredObject> {
    let keys = keys.iter().map(|&key| key.to_owned()).collect();
    let mut settings = cluster_settings();
    settings.secrets.rules = vec![SecretRule { secret_type: "Opaque".to_owned(), keys }];
    of_secret(&settings, "Opaque", data)
}

/// The certificates as `entry subject`.
fn subjects(object: &StoredObject) -> Vec<String> {
    let subject = |held: &lookout_certs::cluster::stored::Held| {
        format!("{} {}", held.entry, held.certificate.subject.common_name())
    };
    object.certificates.iter().map(subject).collect()
}

/// The faults as `entry reason stored-reason count`.
fn faults(object: &StoredObject) -> Vec<String> {
    let fault = |fault: &lookout_certs::cluster::stored::ValueFault| {
        let (entry, kind) = (&fault.entry, &fault.kind);
        format!("{entry} {} {} {}", kind.reason(), kind.stored_reason().as_str(), fault.count)
    };
    object.faults.iter().map(fault).collect()
}

#[test]
fn of_a_tls_secret_the_wanted_keys_are_read_and_no_other() {
    let object = tls(
        &json!({ "a": 5, "ca.crt": pem("root.pem"), "tls.crt": pem("chain.pem"), "tls.key": "%not base64%" }),
    );
    assert_eq!(
        subjects(&object),
        ["ca.crt Example Root", "tls.crt shop.example", "tls.crt Example Issuing CA 1"]
    );
    assert_eq!(faults(&object), Vec::<String>::new());
    let leaf = object.first_of("tls.crt").unwrap();
    assert_eq!(
        leaf.dns_names.iter().map(|name| &**name).collect::<Vec<_>>(),
        ["shop.example", "www.shop.example"]
    );
}

#[test]
fn a_wanted_value_that_holds_no_certificate_is_a_fault() {
    let encode = |bytes: &[u8]| Value::from(BASE64.encode(bytes));
    let cut = &fixture("root.pem")[..200];
    let broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".repeat(3);
    for (value, expected) in [
        (encode(b"garbage"), "tls.crt malformed no_certificate_found 1"),
        (encode(&[0x30, 0x82, 1, 2, 3]), "tls.crt malformed bad_pem 1"),
        (encode(b""), "tls.crt empty no_certificate_found 1"),
        (encode(KEY), "tls.crt empty no_certificate_found 1"),
        (encode(cut), "tls.crt malformed bad_pem 1"),
        (encode(&broken), "tls.crt malformed bad_pem 3"),
        (json!("not base64 at all"), "tls.crt malformed decode_failed 1"),
        (json!(7), "tls.crt malformed decode_failed 1"),
        (json!(null), "tls.crt malformed decode_failed 1"),
    ] {
        let object = tls(&json!({ "tls.crt": value, "ca.crt": pem("root.pem") }));
        assert_eq!(faults(&object), [expected], "{value}");
        assert_eq!(subjects(&object), ["ca.crt Example Root"], "the other value is read all the same");
    }
}

#[test]
fn a_combined_file_and_the_der_form_are_read() {
    let combined = [KEY, &fixture("root.pem"), KEY].concat();
    let object =
        tls(&json!({ "ca.crt": BASE64.encode(&der("root.pem")), "tls.crt": BASE64.encode(&combined) }));
    assert_eq!(subjects(&object), ["ca.crt Example Root", "tls.crt Example Root"]);
    assert_eq!(faults(&object), Vec::<String>::new());
    // Authorities that many objects have are kept once.
    assert!(Arc::ptr_eq(&object.certificates[0].certificate, &object.certificates[1].certificate));
}

#[test]
fn text_with_escapes_is_read_as_what_it_stands_for() {
    let escaped = pem("root.pem").replace('/', "\\/").replace('=', "\\u003d");
    let text = format!(r#"{{"type":"kubernetes.io\/tls","metadata":{{}},"data":{{"tls.crt":"{escaped}"}}}}"#);
    let reader = SecretReader::new(&cluster_settings(), &Arc::default());
    let object = reader.read(&ObjectJson::new(Json::check(text.as_bytes()).unwrap())).unwrap();
    assert_eq!(subjects(&object), ["tls.crt Example Root"]);
}

#[test]
fn a_pattern_passes_over_what_is_no_certificate_and_a_name_does_not() {
    let data = json!({
        "ca.pem": pem("root.pem"),
        "key.pem": BASE64.encode(KEY),
        "store.p12": BASE64.encode(&[0x30, 0x82, 1, 2, 3]),
        "password": BASE64.encode(b"0123"),
        "nothing": "",
        "cut.pem": BASE64.encode(&fixture("root.pem")[..200]),
    });
    let by_pattern = opaque(&["*"], &data).unwrap();
    assert_eq!(subjects(&by_pattern), ["ca.pem Example Root"]);
    assert_eq!(faults(&by_pattern), ["cut.pem malformed bad_pem 1"]);
    let by_both = opaque(&["*", "password"], &data).unwrap();
    assert!(faults(&by_both).contains(&"password malformed no_certificate_found 1".to_owned()));
}

#[test]
fn other_types_are_left_out_unless_a_rule_wants_them() {
    let data = json!({ "tls.crt": pem("root.pem") });
    let default = cluster_settings();
    assert_eq!(of_secret(&default, "Opaque", &data), None);
    assert!(opaque(&["tls.crt"], &data).is_some());
    assert_eq!(opaque(&["ca.crt"], &data), None, "nothing of it is wanted");
    let mut any = cluster_settings();
    any.secrets.rules = vec![SecretRule { secret_type: "*".to_owned(), keys: vec!["tls.crt".to_owned()] }];
    assert!(of_secret(&any, "example.com/own", &data).is_some());
    // A server's Secret without anything in it is there all the same.
    assert_eq!(of_secret(&default, "kubernetes.io/tls", &json!({})), Some(StoredObject::default()));
    let excluding = ClusterSettings { exclude: vec!["we?".to_owned()], ..cluster_settings() };
    assert_eq!(of_secret(&excluding, "kubernetes.io/tls", &data), None);
}

#[test]
fn what_exceeds_a_limit_is_told_and_not_read() {
    let limits = ObjectLimits {
        max_value_size: HumanSize::from_kibibytes(1),
        max_certificates_per_value: 1,
        max_values_per_object: 2,
        ..ObjectLimits::default()
    };
    let mut settings = ClusterSettings { limits, ..cluster_settings() };
    settings.secrets.rules[0].keys = vec!["*.crt".to_owned()];
    let large = BASE64.encode(&b"x".repeat(2000));
    let data = json!({ "a.crt": large, "b.crt": BASE64.encode(&fixture("root.pem").repeat(2)[..1000]) });
    let object = of_secret(&settings, "kubernetes.io/tls", &data).unwrap();
    assert_eq!(faults(&object), ["a.crt too_large too_large 1", "b.crt malformed bad_pem 1"]);
    settings.limits.max_value_size = HumanSize::from_mebibytes(1);
    let root = pem("root.pem");
    let data = json!({ "a.crt": pem("chain.pem"), "b.crt": root, "c.crt": root, "d.crt": root });
    let object = of_secret(&settings, "kubernetes.io/tls", &data).unwrap();
    assert_eq!(subjects(&object), ["a.crt shop.example", "b.crt Example Root"]);
    assert_eq!(faults(&object), ["a.crt too_many too_many 1", "c.crt too_many too_many 1"]);
}

#[test]
fn certificates_with_the_same_labels_get_a_discriminator_each() {
    let twice = BASE64.encode(&fixture("root.pem").repeat(2));
    let object = tls(&json!({ "ca.crt": pem("root.pem"), "tls.crt": twice }));
    let discriminators: Vec<_> = object.certificates.iter().map(|held| held.discriminator).collect();
    let [None, Some(first), Some(second)] = discriminators.as_slice() else { panic!("{discriminators:?}") };
    assert_ne!(first, second);
    assert_eq!(object.collisions(), 2);
    assert_eq!(object, tls(&json!({ "ca.crt": pem("root.pem"), "tls.crt": twice })), "and always the same");
}

#[test]
fn chosen_labels_are_kept_and_no_others() {
    let settings =
        ClusterSettings { labels: vec!["team".to_owned(), "none".to_owned()], ..cluster_settings() };
    let mut object = secret("kubernetes.io/tls", &json!({ "tls.crt": pem("root.pem") }));
    object["metadata"]["labels"] = json!({ "team": "data", "hash": "abc" });
    let object = read(&SecretReader::new(&settings, &Arc::default()), &object).unwrap();
    let labels: Vec<_> = object.labels.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(labels, [("team", "data")]);
}

#[test]
fn config_maps_have_text_and_bytes_and_the_clusters_own_root_is_left_out() {
    let reader = ConfigMapReader::new(&cluster_settings(), &Arc::default());
    let of = |name: &str| {
        json!({
            "metadata": { "namespace": "shop", "name": name },
            "data": { "ca.crt": String::from_utf8(fixture("root.pem")).unwrap(), "script.sh": "exit 1" },
            "binaryData": { "tls.crt": BASE64.encode(&der("root.pem")) },
        })
    };
    let object = read(&reader, &of("trust")).unwrap();
    assert_eq!(subjects(&object), ["ca.crt Example Root", "tls.crt Example Root"]);
    assert_eq!(read(&reader, &of("kube-root-ca.crt")), None);
    let other = json!({ "metadata": { "namespace": "shop", "name": "settings" }, "data": { "a": "b" } });
    assert_eq!(read(&reader, &other), None);
}

#[test]
fn ca_bundles_are_found_where_each_kind_has_them() {
    let root = pem("root.pem");
    let limits = ObjectLimits::default();
    let named = |mut object: Value| {
        object["metadata"] = json!({ "name": "x" });
        object
    };
    let of = |kind, object: Value| {
        read(&CaBundleReader::new(kind, &limits, &Arc::default()), &named(object))
            .map(|object| subjects(&object))
    };
    let client = json!({ "caBundle": root });
    let webhooks = json!({ "webhooks": [
        { "name": "a.example", "clientConfig": client },
        { "name": "b.example", "clientConfig": { "service": {} } },
        "odd",
        { "name": "c.example", "clientConfig": client },
    ] });
    let expected = vec!["a.example Example Root".to_owned(), "c.example Example Root".to_owned()];
    assert_eq!(of(CaBundleKind::ValidatingWebhooks, webhooks.clone()), Some(expected.clone()));
    assert_eq!(of(CaBundleKind::MutatingWebhooks, webhooks), Some(expected));
    let alone = Some(vec![" Example Root".to_owned()]);
    assert_eq!(of(CaBundleKind::ApiServices, json!({ "spec": client })), alone);
    let conversion = json!({ "spec": { "conversion": { "webhook": { "clientConfig": client } } } });
    assert_eq!(of(CaBundleKind::CustomResources, conversion), alone);
    // Without a bundle the API server trusts its own roots; a placeholder is none.
    assert_eq!(of(CaBundleKind::ApiServices, json!({ "spec": {} })), None);
    assert_eq!(of(CaBundleKind::ApiServices, json!({ "spec": { "caBundle": "" } })), None);
    let reader = CaBundleReader::new(CaBundleKind::ApiServices, &limits, &Arc::default());
    let placeholder = read(&reader, &named(json!({ "spec": { "caBundle": "Cg==" } }))).unwrap();
    assert_eq!(faults(&placeholder), [" empty no_certificate_found 1"]);
}

#[test]
fn readers_are_equal_that_read_alike() {
    let settings = cluster_settings();
    let reader = SecretReader::new(&settings, &Arc::new(Sharing::default()));
    assert!(reader == SecretReader::new(&settings, &Arc::new(Sharing::default())));
    let other = ClusterSettings { labels: vec!["team".to_owned()], ..cluster_settings() };
    assert!(reader != SecretReader::new(&other, &Arc::new(Sharing::default())));
}
