//! That nothing of a private key is kept, shown or logged, however broken the file is.

use std::io;
use std::sync::{Arc, Mutex};

use lookout_certs::assess::object::Showing;
use lookout_certs::cluster::stored::{Place, SecretReader};
use lookout_certs::files::{FileSource, Inventory, Plan, Scanner, Tally};
use lookout_certs::parse::parse;
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::{Chain, ClusterSettings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Entry, Json, ObjectJson, Reader};
use lookout_runtime::Source;
use lookout_simulator::{CertificateFiles, FileContent};

use crate::support::{fixed_now, fixture, text_of};

/// What the planted key consists of: legal base64 that is easy to find again.
const MARKER: &str = "PLANTEDPRIVATEKEYMATERIAL";

/// Files with a key beside, inside, around and instead of a certificate.
fn files_with_keys() -> Vec<(&'static str, String)> {
    let root = String::from_utf8(fixture("root.pem")).unwrap();
    let lines = format!("{MARKER}\n").repeat(3);
    let key = |kind: &str| format!("-----BEGIN {kind}-----\n{lines}-----END {kind}-----\n");
    vec![
        ("before.pem", key("PRIVATE KEY") + &root),
        ("after.pem", root.clone() + &key("RSA PRIVATE KEY") + &key("EC PRIVATE KEY")),
        ("alone.pem", key("ENCRYPTED PRIVATE KEY")),
        ("without-end.pem", format!("-----BEGIN PRIVATE KEY-----\n{lines}{root}")),
        ("without-beginning.pem", format!("{lines}-----END PRIVATE KEY-----\n{root}")),
        ("other-end.pem", format!("-----BEGIN PRIVATE KEY-----\n{lines}-----END CERTIFICATE-----\n{root}")),
        ("on-one-line.pem", format!("-----BEGIN PRIVATE KEY-----{MARKER}-----END PRIVATE KEY-----\n{root}")),
        ("in-wrong-armour.pem", key("CERTIFICATE")),
        (
            "in-wrong-armour-on-one-line.pem",
            format!("-----BEGIN CERTIFICATE-----{MARKER}-----END CERTIFICATE-----\n"),
        ),
        ("certificate-cut-off.pem", format!("-----BEGIN CERTIFICATE-----\n{}", key("PRIVATE KEY"))),
        ("no-armour.pem", lines.clone()),
        (
            "headers.pem",
            key("RSA PRIVATE KEY").replace("KEY-----\nP", &format!("KEY-----\nProc-Type: {MARKER}\n\nP")),
        ),
    ]
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn parsing_keeps_nothing_of_a_key() {
    for (name, text) in files_with_keys() {
        let parsed = parse(text.as_bytes(), 10);
        let shown =
            format!("{parsed:?} {}", parsed.faults.iter().map(ToString::to_string).collect::<String>());
        assert!(!shown.contains("PLANTED"), "{name}: {shown}");
    }
}

#[test]
fn neither_model_nor_samples_nor_faults_nor_log_show_anything_of_a_key() {
    let files = CertificateFiles::temporary().unwrap();
    for (name, text) in files_with_keys() {
        files.write(name, &FileContent::Bytes(text.into_bytes())).unwrap();
    }
    let named = |name: &str| files.path(name).display().to_string();
    let settings = Settings { files: vec![named("alone.pem"), named("*.pem")], ..Settings::default() };
    let plan = Plan::new(&settings).unwrap();

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let shown = tracing::subscriber::with_default(subscriber, || {
        tracing::info!("the log is on");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut source = FileSource::new(plan.clone());
        let collected = runtime.block_on(source.collect()).unwrap();
        let mut batch = Batch::new();
        source.assess(&collected.model, fixed_now(), &mut batch);
        let scan = Scanner::new(plan.clone()).scan();
        let scan_shown = format!("{scan:?}");
        let (inventory, faults) = Inventory::new(scan, &plan, &mut Tally::default());
        let faults_shown = format!("{:?} {faults:?}", collected.faults);
        format!("{:?} {inventory:?} {scan_shown} {faults_shown} {}", collected.model, text_of(batch))
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the log is on"));
    assert!(shown.contains("Example Root") && shown.contains("alone.pem"), "something is shown");
    for text in [&shown, &log] {
        assert!(!text.contains("PLANTED"), "{text}");
    }
}

/// Objects with a key beside, inside and instead of a certificate, each marked in plain and in base64.
fn objects_with_keys() -> Vec<serde_json::Value> {
    let encode = |text: &str| data_encoding::BASE64.encode(text.as_bytes());
    let root = String::from_utf8(fixture("root.pem")).unwrap();
    files_with_keys()
        .into_iter()
        .flat_map(|(name, text)| {
            let secret = serde_json::json!({
                "type": "kubernetes.io/tls",
                "metadata": { "namespace": "shop", "name": name, "annotations": { "old": MARKER } },
                "data": { "tls.crt": encode(&text), "ca.crt": encode(&root), "tls.key": encode(MARKER), "other": MARKER },
            });
            let broken = serde_json::json!({
                "type": "kubernetes.io/tls",
                "metadata": { "namespace": "shop", "name": format!("broken-{name}") },
                "data": { "tls.crt": text, "ca.crt": MARKER, "tls.key": [MARKER] },
            });
            [secret, broken]
        })
        .collect()
}

#[test]
fn neither_what_is_kept_of_a_secret_nor_its_rows_nor_the_log_show_anything_of_a_key() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .finish();
    let encoded = data_encoding::BASE64.encode(MARKER.as_bytes());
    let (mut shown, mut fault_count) = (String::new(), 0);
    tracing::subscriber::with_default(subscriber, || {
        tracing::info!("the log is on");
        let reader = SecretReader::new(&ClusterSettings::default(), &Arc::default());
        let showing = Showing { place: Place::Secret, chain: Chain::All, exposes_relative: true };
        for object in objects_with_keys() {
            let text = object.to_string();
            let json = ObjectJson::new(Json::check(text.as_bytes()).unwrap());
            let entry = Entry { key: json.key(), object: reader.read(&json).unwrap() };
            fault_count += entry.object.faults.len();
            let faults: String = entry.object.faults.iter().map(|fault| fault.kind.to_string()).collect();
            let rows = text_of(showing.rows(&entry, fixed_now().as_second()));
            let debugged = format!("{json:?} {entry:?}");
            shown.push_str(&debugged);
            shown.push_str(&faults);
            shown.push_str(&rows);
        }
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(
        log.contains("the log is on") && shown.contains("Example Root") && fault_count > 10,
        "{fault_count}"
    );
    for text in [&shown, &log] {
        assert!(!text.contains("PLANTED") && !text.contains(&encoded[4..encoded.len() - 4]), "{text}");
    }
}
