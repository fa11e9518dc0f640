//! An example with every way of telling somebody: what is checked in as rendered, and what tests render.

use lookout_config::HumanDuration;

use crate::{
    Email, Heartbeat, PagerDuty, Receiver, Route, RouteOwner, RouteSeverity, Settings, Slack, Teams, Webhook,
};

/// Where the operators of Prometheus mount the Secrets that an Alertmanager is given.
const SECRETS: &str = "/etc/alertmanager/secrets";

impl Settings {
    /// Settings with a receiver for every owner and every way of telling somebody. The names are those of an example:
    /// nothing is sent anywhere before somebody puts real ones in their place.
    pub fn example() -> Self {
        let secret = |name: &str, key: &str| format!("{SECRETS}/{name}/{key}");
        let slack =
            |channel: &str| vec![Slack { api_url_file: secret("slack", "url"), channel: channel.to_owned() }];
        let named = |name: &str| Receiver { name: name.to_owned(), ..Receiver::default() };
        let route =
            |owner, severity, receiver: &str| Route { owner, severity, receiver: receiver.to_owned() };
        let email = Email {
            to: "security@example.org".to_owned(),
            from: "alerts@example.org".to_owned(),
            smarthost: "mail.example.org:587".to_owned(),
            auth_username: "alerts".to_owned(),
            auth_password_file: secret("mail", "password"),
            require_tls: true,
        };
        let pagerduty =
            PagerDuty { routing_key_file: secret("pagerduty", "routing-key"), url: String::new() };
        let teams = Teams { webhook_url_file: secret("teams", "url") };
        let webhook = Webhook { url_file: secret("heartbeat", "url"), max_alerts: 1, ..Webhook::default() };
        Self {
            lookout_url: "https://lookout.example.org".to_owned(),
            grafana_url: "https://grafana.example.org".to_owned(),
            receivers: vec![
                Receiver { slack: slack("#platform"), ..named("platform") },
                Receiver { teams: vec![teams], ..named("data") },
                Receiver { email: vec![email], ..named("security") },
                Receiver { pagerduty: vec![pagerduty], slack: slack("#incidents"), ..named("on-call") },
                Receiver { webhook: vec![webhook], ..named("heartbeat") },
            ],
            default_receiver: "platform".to_owned(),
            routes: vec![
                route(None, Some(RouteSeverity::Critical), "on-call"),
                route(Some(RouteOwner::Data), None, "data"),
                route(Some(RouteOwner::Security), None, "security"),
            ],
            heartbeat: Heartbeat {
                receiver: "heartbeat".to_owned(),
                interval: HumanDuration::from_minutes(5),
            },
            ..Self::default()
        }
    }
}
