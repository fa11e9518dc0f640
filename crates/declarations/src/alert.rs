//! Alerts: the condition, whom it concerns, what to do, and the cases that prove it.
//!
//! An alert is made by a function of the exporter's settings, so that thresholds and windows are those in force;
//! the shipped default is the same function on the default settings.

use core::time::Duration;

use crate::Case;

crate::label! {
    /// How urgent an alert is.
    pub SeverityLabel = "severity" in Severity {
        /// Somebody must get up.
        Critical = "critical",
        /// A ticket: it must be dealt with in working hours.
        Warning = "warning",
        /// Worth knowing.
        Info = "info",
    }
    /// Who deals with an alert.
    pub OwnerLabel = "owner" in Owner {
        /// Those who run the cluster.
        Platform = "platform",
        /// Those who run the pipelines.
        Data = "data",
        /// Those who answer for keys, certificates and access.
        Security = "security",
    }
}

/// One alert for given settings.
#[derive(Clone, Debug)]
pub struct Alert {
    /// The name, `Lookout…` in CamelCase.
    pub name: &'static str,
    /// The condition, PromQL.
    pub expression: String,
    /// How long the condition must hold (`for`).
    pub hold: Duration,
    /// How long it goes on firing after the condition ended, against flapping.
    pub keep_firing_for: Duration,
    /// How urgent it is.
    pub severity: Severity,
    /// Who deals with it.
    pub owner: Owner,
    /// What is wrong, a sentence that hardly varies; may use `{{ $labels.x }}`.
    pub summary: &'static str,
    /// The details with values; may use `{{ $labels.x }}` and `{{ $value }}`.
    pub description: String,
    /// The runbook page: Markdown with the sections of [`Alert::RUNBOOK_SECTIONS`].
    pub runbook: &'static str,
    /// The names of alerts that are noise while this one fires.
    pub inhibits: &'static [&'static str],
    /// The proof.
    pub cases: Vec<Case>,
}

impl Alert {
    /// What every runbook page must say, as second-level headings in this order.
    pub const RUNBOOK_SECTIONS: [&'static str; 4] = ["Meaning", "Impact", "Diagnosis", "Mitigation"];

    /// The expression of an alert that fires always: it is noticed when it stays away, so there is nothing that ends it.
    pub const ALWAYS: &'static str = "vector(1)";

    /// Whether it fires always, whatever the data say.
    pub fn fires_always(&self) -> bool {
        self.expression == Self::ALWAYS
    }
}
