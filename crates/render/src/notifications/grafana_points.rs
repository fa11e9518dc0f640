//! Contact points of Grafana: its integrations have names and settings of their own.

use lookout_notifications::{Email, PagerDuty, Receiver, Slack, Teams, Webhook};
use serde_yaml::{Mapping, Value};

use super::{integrations::PAGERDUTY_SEVERITY, mapping, texts::Texts};

/// The longest uid that Grafana takes.
const LONGEST_UID: usize = 40;

/// The contact point of `receiver`, which `sends_resolved` tells of the end of an alert too.
pub(super) fn point(receiver: &Receiver, sends_resolved: bool) -> Mapping {
    let slack = receiver.slack.iter().map(|settings| ("slack", slack(settings)));
    let email = receiver.email.iter().map(|settings| ("email", email(settings)));
    let pagerduty = receiver.pagerduty.iter().map(|settings| ("pagerduty", pagerduty(settings)));
    let teams = receiver.teams.iter().map(|settings| ("teams", teams(settings)));
    let webhook = receiver.webhook.iter().map(|settings| ("webhook", webhook(settings)));
    let integrations = slack.chain(email).chain(pagerduty).chain(teams).chain(webhook).enumerate();
    let integrations = integrations.map(|(index, (kind, settings))| {
        Value::Mapping(mapping([
            ("uid", Value::from(uid(&receiver.name, kind, index))),
            ("type", Value::from(kind)),
            ("settings", Value::Mapping(settings)),
            ("disableResolveMessage", Value::from(!sends_resolved)),
        ]))
    });
    mapping([
        ("name", Value::from(receiver.name.as_str())),
        ("receivers", Value::Sequence(integrations.collect())),
    ])
}

fn slack(slack: &Slack) -> Mapping {
    let mut settings = mapping([("url", file(&slack.api_url_file))]);
    if !slack.channel.is_empty() {
        settings.insert(Value::from("recipient"), literal(&slack.channel));
    }
    settings.extend(mapping([
        ("title", call("lookout.slack.title")),
        ("text", call("lookout.slack.text")),
        ("color", call("lookout.slack.color")),
    ]));
    settings
}

fn email(email: &Email) -> Mapping {
    // Grafana takes the space between two addresses for part of the second.
    let addresses: Vec<&str> = email.to.split(',').map(str::trim).collect();
    mapping([
        ("addresses", literal(&addresses.join(";"))),
        ("subject", call("lookout.title")),
        ("message", call("lookout.text")),
    ])
}

fn pagerduty(pagerduty: &PagerDuty) -> Mapping {
    let mut settings = mapping([("integrationKey", file(&pagerduty.routing_key_file))]);
    if !pagerduty.url.is_empty() {
        settings.insert(Value::from("url"), literal(&pagerduty.url));
    }
    settings.extend(mapping([
        ("severity", Value::from(PAGERDUTY_SEVERITY)),
        ("class", Value::from("{{ .CommonLabels.alertname }}")),
        ("group", Value::from("{{ .CommonLabels.owner }}")),
        ("client", Value::from("Lookout")),
        ("client_url", call("lookout.link")),
        ("summary", call("lookout.title")),
        ("details", Value::Mapping(mapping([("text", call("lookout.text"))]))),
    ]));
    settings
}

fn teams(teams: &Teams) -> Mapping {
    mapping([
        ("url", file(&teams.webhook_url_file)),
        ("title", call("lookout.title")),
        ("message", call("lookout.teams.text")),
    ])
}

fn webhook(webhook: &Webhook) -> Mapping {
    let url = if webhook.url.is_empty() { file(&webhook.url_file) } else { literal(&webhook.url) };
    let mut settings = mapping([("url", url), ("httpMethod", Value::from("POST"))]);
    if !webhook.token_file.is_empty() {
        settings.insert(Value::from("authorization_scheme"), Value::from("Bearer"));
        settings.insert(Value::from("authorization_credentials"), file(&webhook.token_file));
    }
    if webhook.max_alerts > 0 {
        settings.insert(Value::from("maxAlerts"), Value::from(webhook.max_alerts));
    }
    settings.extend(mapping([("title", call("lookout.title")), ("message", call("lookout.text"))]));
    settings
}

/// What Grafana replaces by the text of a file.
fn file(path: &str) -> Value {
    Value::from(format!("$__file{{{path}}}"))
}

/// A text in which Grafana must not look for variables.
fn literal(text: &str) -> Value {
    Value::from(text.replace('$', "$$"))
}

/// A call of a template.
fn call(name: &str) -> Value {
    Value::from(Texts::call(name))
}

/// The uid of an integration: readable where it is short enough, and the same for the same names always.
fn uid(receiver: &str, kind: &str, index: usize) -> String {
    let readable = format!("lookout-{}-{kind}-{index}", receiver.replace('.', "-"));
    if readable.len() <= LONGEST_UID && !receiver.contains('.') {
        return readable;
    }
    // FNV-1a, so that names that are alike in the beginning, or but for a dot, stay apart.
    let hash = receiver.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("lookout-{hash:016x}-{kind}-{index}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_are_short_stable_and_their_own() {
        assert_eq!(uid("platform", "slack", 0), "lookout-platform-slack-0");
        let long = "a-receiver-with-a-name-that-is-rather-long";
        let others =
            [uid(long, "pagerduty", 0), uid(&format!("{long}er"), "pagerduty", 0), uid("a.b", "slack", 0)];
        for (index, other) in others.iter().enumerate() {
            assert!(other.len() <= LONGEST_UID, "{other}");
            assert!(!others[..index].contains(other) && *other != uid("a-b", "slack", 0));
        }
    }

    #[test]
    fn what_people_wrote_is_not_taken_for_a_variable() {
        assert_eq!(literal("#cost-in-$"), Value::from("#cost-in-$$"));
        assert_eq!(file("/run/secrets/a"), Value::from("$__file{/run/secrets/a}"));
    }
}
