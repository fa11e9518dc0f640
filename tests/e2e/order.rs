//! A platform in which everything is in order: of that, nobody is told anything.
//!
//! The rules are those of the demo's own configuration, with objectives, probes at three places and a baseline, and hurried: what
//! must last a minute must last a second here. So an alert that would fire within an hour of the start fires within the test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::demo::Demo;
use crate::prometheus::Prometheus;
use crate::rendering::hurry;

/// Fires always.
const WATCHDOG: &str = "LookoutWatchdog";
/// What must have held for a while when alerts are looked at. Rules are hurried here and the machine is not: one that stalls for seconds
/// stalls for minutes of theirs, and what they tell of that is right.
const CALM: [&str; 6] = [
    "min(min_over_time(up[30s])) == 1",
    "min(min_over_time(probe_success[30s])) == 1",
    "min(min_over_time(lookout_source_up[30s])) == 1",
    "max(max_over_time(lookout_source_faults[30s])) == 0",
    "min(min_over_time(certs_endpoint_up[30s])) == 1",
    "min(min_over_time(kafka_broker_reachable[30s])) == 1",
];
/// What cannot be hurried: it looks at ten minutes, of which there is one, and holds for longer than that lasts.
const TOO_EARLY: &str = "LookoutKafkaThroughputDropped";

#[test]
fn a_platform_in_order_raises_no_alert() {
    let mut demo = Demo::with(&["--without-defects"]);
    let configuration = demo.process.until_log("the configuration of a Prometheus", |line| {
        line.trim().ends_with("/prometheus.yaml").then(|| PathBuf::from(line.trim()))
    });
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut prometheus = Prometheus::running("PROMETHEUS", &hurried(&configuration, folder.path()));
    // At the edge, at the ingress controller, and at each service.
    prometheus.query("count(probe_success == 1) == 1 + 11 + 9");
    // It is there once for each evaluation.
    prometheus.query("count_over_time(platform:lookout_health:ratio[10m]) > 45");
    prometheus.query("platform:lookout_health:ratio == 1");
    let calm = CALM.join(" and ");
    let firing = prometheus.query(&format!("ALERTS{{alertstate=\"firing\"}} and on () ({calm})"));
    let told: BTreeSet<String> = firing
        .iter()
        .map(|alert| alert["metric"]["alertname"].as_str().expect("an alert has a name").to_owned())
        .filter(|name| name != TOO_EARLY)
        .collect();
    assert_eq!(told, BTreeSet::from([WATCHDOG.to_owned()]), "{firing:#?}");
}

/// The demo's configuration of a Prometheus, with hurried copies of its rules in `folder`.
fn hurried(configuration: &Path, folder: &Path) -> Value {
    let text = std::fs::read_to_string(configuration).expect("the demo has written it");
    let mut configuration: Value = serde_yaml::from_str(&text).expect("it is YAML");
    let rules = configuration["rule_files"].as_array().expect("it has rules").clone();
    let copies = rules.iter().map(|file| hurry(Path::new(file.as_str().expect("a path is text")), folder));
    configuration["rule_files"] = copies.map(|copy| json!(copy)).collect();
    configuration["global"]["evaluation_interval"] = json!("1s");
    configuration
}
