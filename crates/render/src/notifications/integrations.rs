//! The ways of telling somebody, as fields that every dialect of Alertmanager's configuration has, under its own names.

use lookout_notifications::{Email, PagerDuty, Receiver, Slack, Teams, Webhook};
use serde_yaml::Value;

use super::alertmanager_version::{TEAMS, WEBHOOK_FILE};
use crate::profile::Version;

/// The severity for `PagerDuty`, which knows critical, error, warning and info; a group of several severities is an error.
pub(super) const PAGERDUTY_SEVERITY: &str =
    "{{ if .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}";

/// One way of telling somebody.
pub(super) struct Integration {
    /// `slack`, as in `slack_configs`.
    pub(super) kind: &'static str,
    /// The first version of Alertmanager that can do it, if not the oldest, and what it lacks before.
    pub(super) since: Option<(Version, &'static str)>,
    pub(super) fields: Vec<(&'static str, Field)>,
}

/// What a field holds.
pub(super) enum Field {
    /// The same in every dialect.
    Plain(Value),
    /// A template of the file of templates.
    Text(&'static str),
    /// Texts by name: headers, details.
    Texts(Vec<(&'static str, Field)>),
    /// A secret, by the file that holds it.
    Secret(String),
    /// The same, sent as `Authorization: Bearer`.
    Token(String),
}

/// Every integration of `receiver`, which `sends_resolved` tell of the end of an alert too.
pub(super) fn of(receiver: &Receiver, sends_resolved: bool) -> Vec<Integration> {
    let slack = receiver.slack.iter().map(slack);
    let email = receiver.email.iter().map(email);
    let pagerduty = receiver.pagerduty.iter().map(pagerduty);
    let teams = receiver.teams.iter().map(teams);
    let webhook = receiver.webhook.iter().map(webhook);
    let mut integrations: Vec<Integration> =
        slack.chain(email).chain(pagerduty).chain(teams).chain(webhook).collect();
    for integration in &mut integrations {
        // Always said: Slack and e-mail would not tell of it, left to themselves.
        integration.fields.insert(0, ("send_resolved", Field::Plain(Value::from(sends_resolved))));
    }
    integrations
}

fn integration(kind: &'static str, mut fields: Vec<(&'static str, Field)>) -> Integration {
    // What is left empty is for the other side to decide.
    fields.retain(|(_, field)| match field {
        Field::Plain(value) => value.as_str() != Some(""),
        Field::Secret(path) | Field::Token(path) => !path.is_empty(),
        Field::Text(_) | Field::Texts(_) => true,
    });
    Integration { kind, since: None, fields }
}

fn text(text: &str) -> Field {
    Field::Plain(Value::from(text))
}

fn slack(slack: &Slack) -> Integration {
    integration(
        "slack",
        vec![
            ("api_url", Field::Secret(slack.api_url_file.clone())),
            ("channel", text(&slack.channel)),
            ("color", Field::Text("lookout.slack.color")),
            ("title", Field::Text("lookout.slack.title")),
            ("title_link", Field::Text("lookout.link")),
            ("fallback", Field::Text("lookout.slack.title")),
            ("text", Field::Text("lookout.slack.text")),
        ],
    )
}

fn email(email: &Email) -> Integration {
    integration(
        "email",
        vec![
            ("to", text(&email.to)),
            ("from", text(&email.from)),
            ("smarthost", text(&email.smarthost)),
            ("auth_username", text(&email.auth_username)),
            ("auth_password", Field::Secret(email.auth_password_file.clone())),
            ("require_tls", Field::Plain(Value::from(email.require_tls))),
            ("headers", Field::Texts(vec![("Subject", Field::Text("lookout.title"))])),
            ("html", Field::Text("lookout.email.html")),
            ("text", Field::Text("lookout.text")),
        ],
    )
}

fn pagerduty(pagerduty: &PagerDuty) -> Integration {
    integration(
        "pagerduty",
        vec![
            ("routing_key", Field::Secret(pagerduty.routing_key_file.clone())),
            ("url", text(&pagerduty.url)),
            ("client", text("Lookout")),
            ("client_url", Field::Text("lookout.link")),
            ("description", Field::Text("lookout.title")),
            ("severity", text(PAGERDUTY_SEVERITY)),
            ("class", text("{{ .CommonLabels.alertname }}")),
            ("group", text("{{ .CommonLabels.owner }}")),
            ("details", Field::Texts(vec![("text", Field::Text("lookout.text"))])),
        ],
    )
}

fn teams(teams: &Teams) -> Integration {
    let fields = vec![
        ("webhook_url", Field::Secret(teams.webhook_url_file.clone())),
        ("title", Field::Text("lookout.title")),
        ("text", Field::Text("lookout.teams.text")),
    ];
    let since = Some((TEAMS, "it has no integration for the workflows of Microsoft Teams"));
    Integration { since, ..integration("msteamsv2", fields) }
}

fn webhook(webhook: &Webhook) -> Integration {
    let since = (!webhook.url_file.is_empty())
        .then_some((WEBHOOK_FILE, "it cannot read the address of a webhook from a file"));
    let fields = vec![
        ("url", text(&webhook.url)),
        ("url", Field::Secret(webhook.url_file.clone())),
        ("max_alerts", Field::Plain(Value::from(webhook.max_alerts))),
        ("http_config", Field::Token(webhook.token_file.clone())),
    ];
    Integration { since, ..integration("webhook", fields) }
}
