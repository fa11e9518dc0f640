//! Groups of rules as Prometheus writes them; vmalert, Mimir and both operators have the same form, but for the name of
//! the offset.
//!
//! How to get it wrong: adding a field that one of them does not know. It refuses the whole file; say in the profile since
//! when the field is read, and leave it out before that.

use std::collections::BTreeMap;

use serde::Serialize;

/// A group: what is evaluated together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Group {
    pub(crate) name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<String>,
    /// How far in the past it is evaluated, for what is written late; Prometheus and Mimir.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) query_offset: Option<String>,
    /// The same for vmalert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eval_delay: Option<String>,
    pub(crate) rules: Vec<Rule>,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(crate) enum Rule {
    Recording(RecordingRule),
    Alert(AlertRule),
}

/// A recording rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RecordingRule {
    pub(crate) record: &'static str,
    pub(crate) expr: String,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) labels: BTreeMap<&'static str, String>,
}

/// An alerting rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AlertRule {
    pub(crate) alert: &'static str,
    pub(crate) expr: String,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    pub(crate) hold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep_firing_for: Option<String>,
    pub(crate) labels: RuleLabels,
    pub(crate) annotations: Annotations,
}

/// The labels of every alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct RuleLabels {
    pub(crate) severity: &'static str,
    pub(crate) owner: &'static str,
}

/// What people read of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Annotations {
    pub(crate) summary: &'static str,
    pub(crate) description: String,
    pub(crate) runbook_url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dashboard_url: Option<String>,
}

impl Rule {
    /// The alert, if it is one.
    pub(crate) fn alert_mut(&mut self) -> Option<&mut AlertRule> {
        match self {
            Self::Alert(alert) => Some(alert),
            Self::Recording(_) => None,
        }
    }
}
