//! From an incident to somebody who is told of it, and told that it is over: the demo, Prometheus with the rendered rules,
//! Alertmanager with the rendered fragment, and a receiver. Then, which alert goes to whom.
//!
//! Alerts hold for minutes so that nobody is woken for nothing; here a minute of theirs lasts a second, and all else is as it
//! is shipped. The order in which alerts fire, on which inhibition depends, stays what it is.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::alertmanager::Alertmanager;
use crate::demo::Demo;
use crate::prometheus::{self, Prometheus};
use crate::receiver::{Notification, Receiver};
use crate::rendering::Rendering;
use crate::running::until;
use crate::scrape;
use crate::tools::{repository, succeed, tool};

/// One of three brokers dies, and comes back. Others take over: nothing stands still, everything has one copy too few.
const INCIDENT: &str = "kafka-broker-lost";
/// What somebody must be told.
const ALERT: &str = "LookoutKafkaBrokerMissing";
/// What follows from it, and nobody must be told as well.
const LEAVES: [&str; 1] = ["LookoutKafkaUnderReplicated"];
/// Long enough for Prometheus to start and to have seen everything in order: nothing else is wrong, so the leaves begin with the incident.
const PRELUDE: &str = "45s";
/// Long enough for everything to fire and to be told: it takes half a minute where nothing is slow.
const LASTS: &str = "90s";
const GRAFANA: &str = "https://grafana.example.org";

#[test]
fn somebody_is_told_once_of_a_lost_broker_and_that_it_is_back() {
    let incident = ["--incident", INCIDENT, "--incident-after", PRELUDE, "--repair-after", LASTS];
    let mut demo = Demo::with(&[&["--without-defects"], &incident[..]].concat());
    let receiver = Receiver::start();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let configuration = configuration(&demo, &receiver, folder.path());
    let fragment = Rendering::with("alertmanager", Some("0.25"), &configuration);
    let mut alertmanager = Alertmanager::start(&main_file(&fragment));
    let rules = Rendering::with("prometheus", None, &configuration);
    let _prometheus =
        Prometheus::running("PROMETHEUS", &watching(&demo, &rules, &alertmanager, folder.path()));

    let told = until("the notification", || of(ALERT, "firing", &receiver.received("/webhook")).pop());
    let [runbook, board] = links(&told);
    assert_eq!(runbook, demo.url(&format!("/runbooks/{ALERT}")));
    assert_eq!(scrape::status(&runbook), Some(200), "{runbook}");
    let text = message(&receiver, false);
    for needed in [&runbook, &board] {
        assert!(text.contains(needed), "`{needed}` is not in the message");
    }

    for leaf in LEAVES {
        // It fires; and it is kept back because of the lost broker, not by chance.
        let kept_back = |alert: &Value| alert["status"]["inhibitedBy"] != json!([]);
        alertmanager.alerts(leaf, |alerts| !alerts.is_empty() && alerts.iter().all(kept_back));
    }
    demo.process.until_log("the repair", |line| line.ends_with("is repaired").then_some(()));
    until("the end of it", || of(ALERT, "resolved", &receiver.received("/webhook")).pop());
    message(&receiver, true);

    let notifications = receiver.received("/webhook");
    for notification in &notifications {
        println!("told: {} {}", notification.body["status"], notification.body["groupLabels"]);
    }
    assert_eq!(of(ALERT, "firing", &notifications).len(), 1, "it is told once");
    assert_eq!(of(ALERT, "resolved", &notifications).len(), 1, "its end is told once");
    for leaf in LEAVES {
        assert_eq!(of(leaf, "firing", &notifications).len(), 0, "{leaf} follows from what was told");
    }
    assert!(board_exists(&board), "no generated board is at {board}");
}

#[test]
fn every_alert_goes_to_whom_the_routes_say_in_the_newest_alertmanager() {
    goes_to_whom_the_routes_say("AMTOOL", None);
}

#[test]
fn every_alert_goes_to_whom_the_routes_say_in_the_old_alertmanager() {
    goes_to_whom_the_routes_say("AMTOOL_OLD", Some("0.25"));
}

fn goes_to_whom_the_routes_say(name: &str, version: Option<&str>) {
    let receivers = ["nights", "security", "everybody", "watch"];
    let receiver = |name| json!({"name": name, "webhook": [{"url": format!("http://127.0.0.1:9/{name}")}]});
    let configuration = json!({"notifications": {
        "receivers": receivers.map(receiver),
        "default_receiver": "everybody",
        "routes": [
            {"severity": "critical", "receiver": "nights"},
            {"owner": "security", "receiver": "security"},
        ],
        "heartbeat": {"receiver": "watch"},
    }});
    let rendering = Rendering::with("alertmanager", version, &configuration);
    let file = main_file(&rendering);
    succeed(Command::new(tool(name)).arg("check-config").arg(&file), b"");
    let mut n_told = [0; 4];
    let catalogue = lookout_catalog::Settings::default().declared();
    for alert in catalogue.iter().flat_map(|declared| &declared.alerts) {
        let (severity, owner) = (alert.severity.to_string(), alert.owner.to_string());
        let expected = match (alert.name, severity.as_str(), owner.as_str()) {
            ("LookoutWatchdog", ..) => 3,
            (_, "critical", _) => 0,
            (_, _, "security") => 1,
            _ => 2,
        };
        let mut amtool = Command::new(tool(name));
        amtool.args(["config", "routes", "test", "--config.file"]).arg(&file);
        amtool.args([format!("alertname={}", alert.name), format!("severity={severity}")]);
        amtool.arg(format!("owner={owner}"));
        let told = String::from_utf8(succeed(&mut amtool, b"")).expect("names are text");
        println!("{:<40} {severity:<9} {owner:<9} {}", alert.name, told.trim());
        assert_eq!(told.trim(), receivers[expected], "{} ({severity}, {owner})", alert.name);
        n_told[expected] += 1;
    }
    // Each route takes something, or this proves nothing of it.
    assert!(n_told.iter().all(|&n_alerts| n_alerts > 0), "{n_told:?}");
}

/// A configuration of Lookout that tells everything to `receiver`, as Alertmanager's JSON and as a message in a chat.
fn configuration(demo: &Demo, receiver: &Receiver, folder: &Path) -> Value {
    let secret = folder.join("chat");
    std::fs::write(&secret, receiver.url("/chat")).expect("the file can be written");
    json!({"notifications": {
        "lookout_url": demo.url(""),
        "grafana_url": GRAFANA,
        "receivers": [{
            "name": "people",
            "webhook": [{"url": receiver.url("/webhook")}],
            "slack": [{"api_url_file": secret}],
        }],
        "group_wait": "5s",
        "group_interval": "5s",
    }})
}

/// A configuration of Prometheus that scrapes the demo, evaluates these rules faster, and tells Alertmanager.
fn watching(demo: &Demo, rules: &Rendering, alertmanager: &Alertmanager, folder: &Path) -> Value {
    let mut configuration =
        prometheus::configuration(&prometheus::job(&demo.address), &rules.hurried(folder));
    // As often as the demo has something new, and with as much time for it: a scrape that is late takes its series away.
    configuration["global"]["scrape_interval"] = json!("5s");
    configuration["alerting"] =
        json!({"alertmanagers": [{"static_configs": [{"targets": [alertmanager.address]}]}]});
    configuration
}

/// The one file that Alertmanager is started with.
fn main_file(rendering: &Rendering) -> PathBuf {
    let files = rendering.files("yaml");
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

/// The notifications of this state in which the alert is.
fn of(alert: &str, status: &str, notifications: &[Notification]) -> Vec<Notification> {
    let has = |notification: &&Notification| {
        notification.body["alerts"].as_array().is_some_and(|alerts| {
            alerts.iter().any(|found| found["labels"]["alertname"] == alert && found["status"] == status)
        })
    };
    notifications.iter().filter(has).cloned().collect()
}

/// The links of a notification's first alert: its runbook and its board.
fn links(notification: &Notification) -> [String; 2] {
    let annotations = &notification.body["alerts"][0]["annotations"];
    println!("annotations {annotations:#}");
    ["runbook_url", "dashboard_url"].map(|name| annotations[name].as_str().unwrap_or_default().to_owned())
}

/// Whether a generated board has the identity in this address.
fn board_exists(url: &str) -> bool {
    let Some(uid) = url.strip_prefix(&format!("{GRAFANA}/d/")) else { return false };
    let folder = repository().join("dashboards/generated");
    std::fs::read_dir(folder).expect("the boards are generated").any(|entry| {
        let text = std::fs::read(entry.expect("the folder can be read").path()).expect("it can be read");
        serde_json::from_slice::<Value>(&text).is_ok_and(|board| board["uid"] == uid)
    })
}

/// The message in the chat on the lost broker, firing or resolved; prints it, and checks that a person can read it.
#[track_caller]
fn message(receiver: &Receiver, is_resolved: bool) -> String {
    let about = |notification: &Notification| {
        let title = notification.body["attachments"][0]["title"].as_str()?;
        let is_meant = title.contains("A Kafka broker is missing");
        (is_meant && title.starts_with("[resolved]") == is_resolved)
            .then(|| text_of(&notification.body).join("\n"))
    };
    let text = until("the message in the chat", || receiver.received("/chat").iter().find_map(about));
    println!("── a message\n{text}\n──");
    for unreadable in ["{{", "<no value>", "%!"] {
        assert!(!text.contains(unreadable), "a template has failed: `{unreadable}`");
    }
    assert!(text.contains("kafka_cluster=commodities"), "the cluster is not named");
    text
}

/// Every text in a message, in order.
fn text_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(text_of).collect(),
        Value::Object(fields) => fields.values().flat_map(text_of).collect(),
        _ => Vec::new(),
    }
}
