//! The newest Alertmanager with the fragment that is rendered for it: it tells people as the routes say, keeps back what follows from
//! something else, and says when it is over. What fires is posted to it, as Prometheus does.

use std::process::Command;

use serde_json::{Value, json};

use super::{People, RUNBOOK, SUMMARY, alert, message, watchdog};
use crate::alertmanager::Alertmanager;
use crate::receiver::Receiver;
use crate::running::until;
use crate::tools::{succeed, tool};

/// What follows from a lost broker.
const LEAF: &str = "LookoutKafkaUnderReplicated";

#[test]
fn the_newest_alertmanager_tells_everybody_what_the_routes_say() {
    let receiver = Receiver::start();
    let people = People::new(&receiver, "alertmanager");
    let mut alertmanager = Alertmanager::running("ALERTMANAGER", &people.folder().join("alertmanager.yaml"));
    let mut leaf = alert("critical", "data");
    leaf["labels"]["alertname"] = json!(LEAF);
    let mut alerts = [alert("critical", "data"), leaf, alert("warning", "data"), watchdog()];
    post(&alertmanager, &alerts);

    let chat = message(&receiver, "/chat");
    assert!(chat.contains(&format!("[critical] {SUMMARY}")), "{chat}");
    assert!(chat.contains(&format!("<{RUNBOOK}|Runbook>")), "{chat}");
    let page = until("a page", || receiver.received("/pager").pop()).body;
    assert_eq!(page["payload"]["severity"], "critical", "{page:#}");
    assert_eq!(page["client_url"], "https://grafana.example.org/d/lookout-kafka", "{page:#}");
    let team = message(&receiver, "/team");
    assert!(team.contains(&format!("[Runbook]({RUNBOOK})")), "{team}");
    let beat = until("a heartbeat", || receiver.received("/watch").pop()).body;
    assert_eq!(beat["alerts"][0]["labels"]["alertname"], "LookoutWatchdog", "{beat:#}");
    let kept_back = |alert: &Value| alert["status"]["inhibitedBy"] != json!([]);
    alertmanager.alerts(LEAF, |alerts| !alerts.is_empty() && alerts.iter().all(kept_back));

    // All of it is over since yesterday.
    for alert in &mut alerts {
        alert["startsAt"] = json!("2020-01-01T00:00:00Z");
        alert["endsAt"] = json!("2020-01-02T00:00:00Z");
    }
    post(&alertmanager, &alerts);
    let about = |text: &str| text.contains(&format!("[resolved] {SUMMARY}"));
    until("its end", || {
        receiver.received("/chat").iter().find(|told| about(&told.body.to_string())).cloned()
    });
    let of_leaf = |told: &&crate::receiver::Notification| told.body.to_string().contains(LEAF);
    assert_eq!(
        receiver.received("/chat").iter().filter(of_leaf).count(),
        0,
        "{LEAF} follows from what was told"
    );
}

/// Tells it what fires, or no longer does.
fn post(alertmanager: &Alertmanager, alerts: &[Value]) {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--show-error", "--fail-with-body", "--max-time", "60"]);
    curl.args(["--header", "Content-Type: application/json", "--data-binary", "@-"]);
    curl.arg(format!("http://{}/api/v2/alerts", alertmanager.address));
    succeed(&mut curl, json!(alerts).to_string().as_bytes());
}
