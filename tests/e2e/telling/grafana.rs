//! Grafana's own alerting with the rendered contact points, texts and policies: it accepts them, refuses broken copies, and tells
//! people as they say.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::{ALERT, People, RUNBOOK, SUMMARY, alert, message, watchdog};
use crate::receiver::Receiver;
use crate::running::{Running, until};
use crate::tools::{run, tool, words};

#[test]
fn grafana_accepts_who_is_told_and_how() {
    let people = People::new(&Receiver::start(), "grafana");
    let output = judge(&people.folder());
    assert!(output.status.success(), "{}", words(&output));
    println!("{}", words(&output));
}

#[test]
fn grafana_refuses_what_is_broken() {
    let people = People::new(&Receiver::start(), "grafana");
    for (file, right, wrong, complaint) in [
        ("contact-points.yaml", "integrationKey:", "integration_key:", "could not find integration key"),
        ("contact-points.yaml", "recipient:", "recipients:", "settings that slack does not have: recipients"),
        ("contact-points.yaml", "type: teams", "type: team", "no integration of the type \"team\""),
        ("contact-points.yaml", "receivers:", "receiver:", "field receiver not found"),
        (
            "contact-points.yaml",
            "lookout.teams.text\" . }}",
            "lookout.teams.tekst\" . }}",
            "\"lookout.teams.tekst\" not defined",
        ),
        (
            "contact-points.yaml",
            "{{- define \"lookout.title\" -}}",
            "{{- define -}}",
            "unexpected \"}}\" in define clause",
        ),
        ("contact-points.yaml", "url: $__file{", "url: $__file{/nowhere", "no such file"),
        ("policies.yaml", "receiver: watch", "receiver: nobody", "receiver 'nobody' does not exist"),
        ("policies.yaml", "group_wait: 0s", "group_wait: soon", "not a valid duration string"),
        ("policies.yaml", "=~", "~=", "unsupported match type"),
    ] {
        let copy = tempfile::tempdir().expect("a temporary folder can be made");
        for file in people.rendering.files("yaml") {
            std::fs::copy(&file, copy.path().join(file.file_name().expect("it has a name")))
                .expect("it can be copied");
        }
        let broken = copy.path().join(file);
        let text = std::fs::read_to_string(&broken).expect("it was rendered");
        assert!(text.contains(right), "`{right}` is not in {file}, so breaking it proves nothing");
        std::fs::write(&broken, text.replacen(right, wrong, 1)).expect("it can be written");
        let output = judge(copy.path());
        assert_eq!(output.status.code(), Some(1), "{wrong}: {}", words(&output));
        assert!(words(&output).contains(complaint), "{wrong}: {}", words(&output));
    }
}

#[test]
fn grafana_tells_everybody_what_the_policies_say() {
    let receiver = Receiver::start();
    let people = People::new(&receiver, "grafana");
    let alerts = json!([
        alert("critical", "data"),
        alert("warning", "security"),
        alert("warning", "data"),
        watchdog()
    ]);
    let file = people.secrets.path().join("alerts.json");
    std::fs::write(&file, alerts.to_string()).expect("it can be written");
    let mut grafana = Command::new(tool("GRAFANA_ALERTING"));
    grafana.arg(people.folder()).arg(&file);
    let mut grafana =
        Running::start_reading(&mut grafana, Stdio::piped(), &people.secrets.path().join("grafana.log"));

    // Those who get up, by chat and by pager.
    let chat = message(&receiver, "/chat");
    assert!(
        chat.contains(&format!("[critical] {SUMMARY}")) && chat.contains(&format!("<{RUNBOOK}|Runbook>")),
        "{chat}"
    );
    let page = until("a page", || receiver.received("/pager").pop()).body;
    assert_eq!(page["payload"]["severity"], "critical", "{page:#}");
    assert_eq!(page["payload"]["class"], ALERT, "{page:#}");
    // Everybody else.
    let team = message(&receiver, "/team");
    assert!(team.contains(&format!("[Runbook]({RUNBOOK})")), "{team}");
    // The heartbeat.
    let beat = until("a heartbeat", || receiver.received("/watch").pop()).body;
    assert_eq!(beat["alerts"][0]["labels"]["alertname"], "LookoutWatchdog", "{beat:#}");
    // Security, by e-mail.
    let mail = grafana.until_log("an e-mail", |line| line.strip_prefix('{').map(|line| format!("{{{line}")));
    let mail: Value = serde_json::from_str(&mail).expect("an e-mail is printed as JSON");
    assert_eq!(mail["to"], json!(["security@example.org", "more@example.org"]));
    assert!(mail["subject"].as_str().is_some_and(|subject| subject.contains(SUMMARY)), "{mail:#}");
    assert!(mail["message"].as_str().is_some_and(|message| message.contains(RUNBOOK)), "{mail:#}");
    for path in ["/chat", "/pager", "/team"] {
        assert_eq!(receiver.received(path).len(), 1, "{path}");
    }
}

/// What Grafana says of the files in a folder.
fn judge(folder: &Path) -> Output {
    run(Command::new(tool("GRAFANA_ALERTING")).arg(folder), b"")
}
