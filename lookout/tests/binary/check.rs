//! `lookout check` against the simulated platform: what is reachable and right is told from what is not.

use lookout_runtime::Clock;
use lookout_simulator::{Platform, PlatformOptions};
use serde_json::{Value, json};

use crate::process::lookout;

/// A platform, and a configuration that watches these of its endpoints.
fn configuration(platform: &Platform, endpoints: &[&str]) -> String {
    let endpoint = |name: &&str| {
        let endpoint = platform.endpoint(name).unwrap();
        json!({ "address": endpoint.address().to_string(), "server_name": endpoint.server_name() })
    };
    let endpoints: Vec<Value> = endpoints.iter().map(endpoint).collect();
    // A machine that stands still for a while does not make an endpoint one that does not answer.
    let certs = json!({
        "endpoints": endpoints,
        "endpoint_timeout": "1m",
        "trusted_roots": [platform.trust_bundle()],
        "deadline": "1m",
    });
    let path = platform.directory().join("check.yaml");
    // JSON is YAML.
    std::fs::write(&path, json!({ "certs": certs }).to_string()).unwrap();
    format!("--config.file={}", path.display())
}

/// The answer as JSON, and the exit code.
fn check(configuration: &str) -> (Value, Option<i32>) {
    let output = lookout(&["check", "--format=json", configuration]);
    let report = serde_json::from_slice(&output.stdout);
    (report.unwrap_or_else(|_| panic!("{output:?}")), output.status.code())
}

/// What is said of the source whose name contains `name`.
fn source<'a>(report: &'a Value, name: &str) -> &'a Value {
    let mut sources = report["sources"].as_array().unwrap().iter();
    sources.find(|source| source["source"].as_str().unwrap().contains(name)).unwrap()
}

fn platform() -> Platform {
    Platform::start(Clock::system().now(), &PlatformOptions::default()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_source_is_told_to_be_right_wrong_or_out_of_reach_with_a_remedy() {
    let platform = platform();
    let configuration = configuration(&platform, &["portal", "superset", "vault"]);
    let (report, code) = tokio::task::spawn_blocking(move || check(&configuration)).await.unwrap();
    assert_eq!((report["ok"].as_bool(), code), (Some(false), Some(5)), "{report:#}");
    assert_eq!(source(&report, "portal")["state"], "ok", "{report:#}");

    let expired = source(&report, "superset");
    assert_eq!(expired["state"], "wrong", "{report:#}");
    assert!(expired["problems"][0]["message"].as_str().unwrap().contains("expired"), "{expired:#}");
    assert_ne!(expired["problems"][0]["remedy"], "", "{expired:#}");

    let dead = source(&report, "vault");
    assert_eq!(dead["state"], "incomplete", "{report:#}");
    assert_eq!(dead["problems"][0]["reason"], "unreachable", "{dead:#}");
    assert_ne!(dead["problems"][0]["remedy"], "", "{dead:#}");

    // Whoever is not asked says so: the probe has no targets here.
    let silent = report["not_watched"].as_array().unwrap().iter().map(|exporter| &exporter["exporter"]);
    assert_eq!(silent.collect::<Vec<_>>(), ["kubernetes", "probe", "kafka"], "{report:#}");
    platform.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_in_order_exits_with_0_and_reads_as_such() {
    let platform = platform();
    let configuration = configuration(&platform, &["portal"]);
    let output = tokio::task::spawn_blocking(move || lookout(&["check", &configuration])).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.ends_with("sources: 2 ok\n"), "{said}");
    platform.stop().await;
}

#[test]
fn a_wrong_web_configuration_is_found_too() {
    let mut file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::io::Write::write_all(&mut file, b"tls_server_config:\n  cert_fil: a.pem\n").unwrap();
    let output = lookout(&["check", &format!("--web.config.file={}", file.path().display())]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("did you mean `cert_file`?"), "{said}");
    let flag = format!("--web.config.file={}", file.path().display());
    let json = lookout(&["check", "--format=json", &flag]);
    let answer: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((answer["ok"].as_bool(), json.status.code()), (Some(false), Some(3)), "{answer:#}");
    assert!(answer["configuration"].as_str().unwrap().contains("`cert_file`"), "{answer:#}");
}
