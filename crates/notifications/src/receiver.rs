//! Receivers: a name, and where it sends to.
//!
//! Every secret is a file of the machine, or pod, that sends: Alertmanager reads it when it sends, so a new one needs no
//! new configuration.

use lookout_config::{Complaints, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::{file, http, required_file};

/// Somebody to be told, by one or more ways.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Receiver {
    /// Its name, by which routes find it.
    pub name: String,
    /// Channels of Slack, or of what understands its webhooks, such as Mattermost.
    pub slack: Vec<Slack>,
    /// E-mail.
    pub email: Vec<Email>,
    /// Services of `PagerDuty`.
    pub pagerduty: Vec<PagerDuty>,
    /// Channels of Microsoft Teams.
    pub teams: Vec<Teams>,
    /// Anything else that takes Alertmanager's JSON.
    pub webhook: Vec<Webhook>,
}

/// A channel of Slack.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Slack {
    /// The file with the address of the incoming webhook.
    pub api_url_file: String,
    /// The channel, such as `#platform`; empty for that of the webhook.
    pub channel: String,
}

/// An e-mail address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Email {
    /// To whom; several addresses are separated by commas.
    pub to: String,
    /// From whom.
    pub from: String,
    /// The mail server, as `host:port`.
    pub smarthost: String,
    /// The user at the mail server; empty for none.
    pub auth_username: String,
    /// The file with the user's password.
    pub auth_password_file: String,
    /// Whether nothing is sent to a mail server that has no TLS.
    pub require_tls: bool,
}

/// A service of `PagerDuty`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PagerDuty {
    /// The file with the integration key of the Events API v2.
    pub routing_key_file: String,
    /// The address of the Events API, for other regions, such as `https://events.eu.pagerduty.com/v2/enqueue`.
    pub url: String,
}

/// A channel of Microsoft Teams.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Teams {
    /// The file with the address of the workflow's webhook.
    pub webhook_url_file: String,
}

/// Anything that takes Alertmanager's JSON. Give `url` or `url_file`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Webhook {
    /// The address, where it holds no secret.
    pub url: String,
    /// The file with the address, where it does.
    pub url_file: String,
    /// The file with a token that is sent as `Authorization: Bearer`; empty for none.
    pub token_file: String,
    /// How many alerts are sent at most; 0 for all.
    pub max_alerts: u32,
}

// === impl Receiver ===

impl Receiver {
    /// Whether it has anywhere to send to.
    pub fn has_integration(&self) -> bool {
        self.n_integrations() > 0
    }

    fn n_integrations(&self) -> usize {
        self.slack.len() + self.email.len() + self.pagerduty.len() + self.teams.len() + self.webhook.len()
    }
}

impl Validate for Receiver {
    fn validate(&self, complaints: &mut Complaints) {
        let is_name = !self.name.is_empty()
            && self
                .name
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "-_.".contains(character));
        complaints.require("name", is_name, "must be of letters, digits, `-`, `_` and `.`");
        let message = "has nowhere to send to; give it `slack`, `email`, `pagerduty`, `teams` or `webhook`";
        complaints.require("", self.has_integration(), message);
        complaints.items("slack", &self.slack);
        complaints.items("email", &self.email);
        complaints.items("pagerduty", &self.pagerduty);
        complaints.items("teams", &self.teams);
        complaints.items("webhook", &self.webhook);
    }
}

impl Validate for Slack {
    fn validate(&self, complaints: &mut Complaints) {
        required_file(complaints, "api_url_file", &self.api_url_file);
    }
}

impl Default for Email {
    fn default() -> Self {
        Self {
            to: String::new(),
            from: String::new(),
            smarthost: String::new(),
            auth_username: String::new(),
            auth_password_file: String::new(),
            require_tls: true,
        }
    }
}

impl Validate for Email {
    fn validate(&self, complaints: &mut Complaints) {
        let message = "must be an address such as `platform@example.org`";
        complaints.require("to", self.to.contains('@'), message);
        complaints.require("from", self.from.contains('@'), message);
        let has_port = self
            .smarthost
            .rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok_and(|port| port > 0));
        complaints.require("smarthost", has_port, "must be `host:port`, such as `mail.example.org:587`");
        file(complaints, "auth_password_file", &self.auth_password_file);
        let is_pair = self.auth_username.is_empty() == self.auth_password_file.is_empty();
        complaints.require("auth_password_file", is_pair, "must be given together with `auth_username`");
    }
}

impl Validate for PagerDuty {
    fn validate(&self, complaints: &mut Complaints) {
        required_file(complaints, "routing_key_file", &self.routing_key_file);
        http(complaints, "url", &self.url);
    }
}

impl Validate for Teams {
    fn validate(&self, complaints: &mut Complaints) {
        required_file(complaints, "webhook_url_file", &self.webhook_url_file);
    }
}

impl Validate for Webhook {
    fn validate(&self, complaints: &mut Complaints) {
        let has_one = self.url.is_empty() != self.url_file.is_empty();
        complaints.require("url", has_one, "must be given, or else `url_file`, and not both");
        http(complaints, "url", &self.url);
        file(complaints, "url_file", &self.url_file);
        file(complaints, "token_file", &self.token_file);
    }
}
