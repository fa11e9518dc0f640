//! Everybody whom Lookout can have told, at one receiver on this machine: what Grafana's own alerting and the newest Alertmanager make
//! of what is rendered for them.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::receiver::{Notification, Receiver};
use crate::rendering::Rendering;
use crate::running::until;

mod alertmanager;
mod grafana;

/// The words of the one alert that everybody is told of.
const SUMMARY: &str = "A Kafka broker is missing";
/// The same alert.
const ALERT: &str = "LookoutKafkaBrokerMissing";
const RUNBOOK: &str = "https://lookout.example.org/runbooks/LookoutKafkaBrokerMissing";

/// Everybody who is told, at one receiver.
struct People {
    rendering: Rendering,
    secrets: TempDir,
}

impl People {
    /// With files for `target`.
    fn new(receiver: &Receiver, target: &str) -> Self {
        let secrets = tempfile::tempdir().expect("a temporary folder can be made");
        let secret = |name: &str, text: &str| {
            let file = secrets.path().join(name);
            // As an editor leaves it.
            std::fs::write(&file, format!("{text}\n")).expect("it can be written");
            file
        };
        let slack = json!({"api_url_file": secret("chat", &receiver.url("/chat")), "channel": "#nights"});
        let key = secret("key", "0123456789abcdef0123456789abcdef");
        let pagerduty = json!({"routing_key_file": key, "url": receiver.url("/pager")});
        let email = json!({
            "to": "security@example.org, more@example.org", "from": "lookout@example.org",
            "smarthost": "mail.example.org:587",
        });
        let teams = json!({"webhook_url_file": secret("team", &receiver.url("/team"))});
        let hook = json!({
            "url": receiver.url("/watch"), "token_file": secret("token", "swordfish"), "max_alerts": 9,
        });
        let configuration = json!({"notifications": {
            "lookout_url": "https://lookout.example.org", "grafana_url": "https://grafana.example.org",
            "receivers": [
                {"name": "nights", "slack": [slack], "pagerduty": [pagerduty]},
                {"name": "security", "email": [email]},
                {"name": "everybody", "teams": [teams]},
                {"name": "watch", "webhook": [hook]},
            ],
            "default_receiver": "everybody",
            "routes": [
                {"severity": "critical", "receiver": "nights"},
                {"owner": "security", "receiver": "security"},
            ],
            "group_by": ["alertname", "severity", "owner"],
            // Long enough for what is kept back to be known before anything is told.
            "group_wait": "5s",
            "group_interval": "5s",
            "heartbeat": {"receiver": "watch"},
        }});
        Self { rendering: Rendering::with(target, None, &configuration), secrets }
    }

    /// The folder of the files.
    fn folder(&self) -> PathBuf {
        self.rendering.files("yaml")[0].parent().expect("a file has a folder").to_owned()
    }
}

/// What came to `path`, as text that a person can read.
#[track_caller]
fn message(receiver: &Receiver, path: &str) -> String {
    let Notification { body, .. } = until(path, || receiver.received(path).pop());
    let text = texts(&body).join("\n");
    println!("── {path}\n{text}\n──");
    for unreadable in ["{{", "<no value>", "%!"] {
        assert!(!text.contains(unreadable), "a template has failed: `{unreadable}`");
    }
    assert!(text.contains(SUMMARY) && text.contains("kafka_cluster=commodities"), "{text}");
    text
}

/// Every text in a message, in order.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Object(fields) => fields.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

/// An alert as Grafana's rules make them.
fn alert(severity: &str, owner: &str) -> Value {
    json!({
        "labels": {
            "alertname": ALERT, "severity": severity, "owner": owner,
            "kafka_cluster": "commodities", "grafana_folder": "Lookout",
        },
        "annotations": {
            "summary": SUMMARY, "description": "2 of 3 brokers answer.",
            "runbook_url": RUNBOOK, "dashboard_url": "https://grafana.example.org/d/lookout-kafka",
        },
    })
}

fn watchdog() -> Value {
    json!({"labels": {"alertname": "LookoutWatchdog", "severity": "info", "owner": "platform"}, "annotations": {}})
}
