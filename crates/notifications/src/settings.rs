//! The section itself: everything together, and what must hold between its parts.

use std::collections::BTreeSet;

use lookout_config::{Complaints, HumanDuration, Validate};
use lookout_declarations::{Owner, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Heartbeat, Receiver, RepeatIntervals, Route, address::http};

/// Who is told of which alert. Lookout sends nothing itself: `lookout rules render` makes files for Alertmanager, its
/// operators or Grafana of this section.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where people reach Lookout's pages, such as `https://lookout.example.org`: notifications link to its runbooks. Empty:
    /// they have no such link.
    pub lookout_url: String,
    /// Where people reach Grafana, such as `https://grafana.example.org`: notifications link to its boards. Empty: they
    /// have no such link.
    pub grafana_url: String,
    /// Who can be told. Every secret is given by a file of the pod, or machine, that sends. For the kinds of the operators
    /// the last two parts of its path are taken as the Secret and its key: `/etc/alertmanager/secrets/slack/url` is
    /// the key `url` of the Secret `slack`.
    pub receivers: Vec<Receiver>,
    /// The receiver of whatever no route takes; may be left empty where there is one receiver only.
    pub default_receiver: String,
    /// Which receiver is told of which alerts: the first route that fits.
    pub routes: Vec<Route>,
    /// Who is told at regular intervals that alerting works, and notices when it does not.
    pub heartbeat: Heartbeat,
    /// The labels that tell clusters apart whose alerts come to the same Alertmanager: external labels of Prometheus. One
    /// cluster's alerts never mute another's. At least one; where no alert has it, it does no harm.
    pub cluster_labels: Vec<String>,
    /// The labels by which alerts are put together into one notification.
    pub group_by: Vec<String>,
    /// How long the first notification of a group waits for more alerts, and for those that mute it.
    pub group_wait: HumanDuration,
    /// How long a group waits until it tells of further alerts.
    pub group_interval: HumanDuration,
    /// How often a notification is repeated while its alert goes on firing.
    pub repeat_interval: RepeatIntervals,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lookout_url: String::new(),
            grafana_url: String::new(),
            receivers: Vec::new(),
            default_receiver: String::new(),
            routes: Vec::new(),
            heartbeat: Heartbeat::default(),
            cluster_labels: vec!["cluster".to_owned()],
            group_by: vec!["alertname".to_owned(), "cluster".to_owned()],
            group_wait: HumanDuration::from_secs(30),
            group_interval: HumanDuration::from_minutes(5),
            repeat_interval: RepeatIntervals::default(),
        }
    }
}

impl Settings {
    /// The receiver of whatever no route takes; `None` if nobody is to be told of anything.
    pub fn default_receiver(&self) -> Option<&str> {
        match self.receivers.as_slice() {
            [] => None,
            [only] if self.default_receiver.is_empty() => Some(&only.name),
            _ => Some(&self.default_receiver),
        }
    }

    /// Whether the end of an alert is told to this receiver too. Not to one that has the heartbeat only: it would take the end for one
    /// more beat.
    pub fn sends_resolved(&self, receiver: &str) -> bool {
        let is_told = self.routes.iter().any(|route| route.receiver == receiver)
            || self.default_receiver() == Some(receiver);
        is_told || self.heartbeat.receiver != receiver
    }

    /// Who is told of an alert; `owner` is `None` for an owner that no route can name. `None` if nobody is to be told
    /// of anything.
    pub fn receiver_of(&self, severity: Severity, owner: Option<Owner>) -> Option<&str> {
        let route = self.routes.iter().find(|route| route.takes(severity, owner));
        route.map_or_else(|| self.default_receiver(), |route| Some(&route.receiver))
    }

    /// Where the runbook of `alert` is; without an address of Lookout, relative to it.
    pub fn runbook_url(&self, alert: &str) -> String {
        format!("{}/runbooks/{alert}", self.lookout_url.trim_end_matches('/'))
    }

    /// Where the board with `uid` is; `None` without an address of Grafana.
    pub fn dashboard_url(&self, uid: &str) -> Option<String> {
        (!self.grafana_url.is_empty()).then(|| format!("{}/d/{uid}", self.grafana_url.trim_end_matches('/')))
    }

    /// Complains about the name of a receiver that does not exist.
    fn names_receiver(&self, complaints: &mut Complaints, path: &str, name: &str) {
        let names: Vec<&str> = self.receivers.iter().map(|receiver| receiver.name.as_str()).collect();
        let known = if names.is_empty() {
            "there is none; write it under `receivers`".to_owned()
        } else {
            format!("there are `{}`", names.join("`, `"))
        };
        complaints.require(path, names.contains(&name), format!("names no receiver; {known}"));
    }

    /// Complains about routes that never take anything, because earlier ones take it all.
    fn reaches_every_route(&self, complaints: &mut Complaints) {
        let mut taken = BTreeSet::new();
        for (index, route) in self.routes.iter().enumerate() {
            let owners = Owner::ALL.iter().copied().map(Some).chain([None]);
            let alerts =
                owners.flat_map(|owner| Severity::ALL.iter().map(move |severity| (*severity, owner)));
            let mine: Vec<_> = alerts.filter(|(severity, owner)| route.takes(*severity, *owner)).collect();
            let n_before = taken.len();
            taken.extend(mine);
            let message =
                "is never reached: earlier routes take all its alerts; put it before them or remove it";
            complaints.require(&format!("routes[{index}]"), taken.len() > n_before, message);
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        http(complaints, "lookout_url", &self.lookout_url);
        http(complaints, "grafana_url", &self.grafana_url);
        complaints.items("receivers", &self.receivers);
        complaints.unique("receivers", "name", self.receivers.iter().map(|receiver| &receiver.name));
        if !self.default_receiver.is_empty() {
            self.names_receiver(complaints, "default_receiver", &self.default_receiver);
        } else if self.receivers.len() > 1 {
            complaints.add("default_receiver", "must name one of the receivers, since there are several");
        }
        for (index, route) in self.routes.iter().enumerate() {
            self.names_receiver(complaints, &format!("routes[{index}].receiver"), &route.receiver);
        }
        self.reaches_every_route(complaints);
        if self.heartbeat.is_configured() {
            self.names_receiver(complaints, "heartbeat.receiver", &self.heartbeat.receiver);
        }
        complaints.section("heartbeat", &self.heartbeat);
        complaints.require(
            "cluster_labels",
            !self.cluster_labels.is_empty(),
            "must name a label: an inhibition without one mutes everywhere; one that no alert has does no harm",
        );
        labels(complaints, "cluster_labels", &self.cluster_labels);
        complaints.not_empty("group_by", &self.group_by);
        labels(complaints, "group_by", &self.group_by);
        let shortest = HumanDuration::from_secs(1);
        let message = format!("must be at least `{shortest}`");
        complaints.require("group_interval", self.group_interval >= shortest, message);
        for severity in Severity::ALL {
            let message = "must be at least `group_interval`, before which nothing is repeated";
            let holds = self.repeat_interval.of(*severity) >= self.group_interval;
            complaints.require(&format!("repeat_interval.{severity}"), holds, message);
        }
        complaints.section("repeat_interval", &self.repeat_interval);
    }
}

/// Complains about what is no label's name, or stands there twice.
fn labels(complaints: &mut Complaints, path: &str, names: &[String]) {
    complaints.unique(path, "", names);
    for (index, name) in names.iter().enumerate() {
        let is_label = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        complaints.require(&format!("{path}[{index}]"), is_label, "must be the name of a label");
    }
}
