//! Lints over the catalogue: what the type system cannot see, each finding with the way to mend it.
//!
//! They are pure functions of the declarations. The catalogue's tests and `cargo xtask tidy` run them over every
//! exporter; PromQL itself is checked by `lookout-promql`, which knows its grammar.
//!
//! Invariants:
//! - A name declared [`compatible_with`](Declaration::compatible_with) somebody else's is exempt from the lints of
//!   naming only (units, endings, case); validity, uniqueness, clashes and labels hold for it too.
//! - A finding says what is wrong and what to do; nobody has to read this code to get on.
//!
//! How to get it wrong: linting one exporter at a time. Uniqueness and clashes show only over the whole catalogue.

mod alert;
mod board;
mod clash;
mod help;
mod inhibition;
mod label;
mod name;
mod recording;
mod usage;

use core::fmt;

use crate::{Alert, Board, Declaration, Declared, ExporterSpec, Recording};

/// One thing that is wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is about: the metric, alert or board by name.
    pub subject: String,
    /// What is wrong.
    pub fault: String,
    /// How to mend it.
    pub mend: String,
}

impl Finding {
    fn new(subject: impl Into<String>, fault: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { subject: subject.into(), fault: fault.into(), mend: mend.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`: {}; {}", self.subject, self.fault, self.mend)
    }
}

/// Every lint over every exporter of the catalogue, with the alerts and boards of the default settings.
pub fn catalogue(exporters: &[&'static ExporterSpec]) -> Vec<Finding> {
    declared(&exporters.iter().map(|exporter| Declared::from(*exporter)).collect::<Vec<_>>())
}

/// Every lint over what is declared together, for given settings.
pub fn declared(catalogue: &[Declared]) -> Vec<Finding> {
    let declarations: Vec<&Declaration> =
        catalogue.iter().flat_map(|declared| declared.spec.metrics).copied().collect();
    let alerts: Vec<Alert> = catalogue.iter().flat_map(|declared| &declared.alerts).cloned().collect();
    let boards: Vec<Board> = catalogue.iter().flat_map(|declared| &declared.boards).cloned().collect();
    let recordings: Vec<Recording> =
        catalogue.iter().flat_map(|declared| &declared.recordings).cloned().collect();
    let mut findings = metrics(&declarations);
    findings.extend(self::alerts(&alerts));
    findings.extend(self::boards(&boards));
    findings.extend(self::recordings(&recordings));
    findings.extend(unread(&declarations, &alerts, &boards));
    findings
}

/// The lints of recordings, over all that are loaded together.
pub fn recordings(recordings: &[Recording]) -> Vec<Finding> {
    recording::lint(recordings)
}

/// The lints of metrics, over all metrics that will be served together.
pub fn metrics(declarations: &[&Declaration]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let foreign_labels = label::of_compatible_metrics(declarations);
    for declaration in declarations {
        name::lint(declaration, &mut findings);
        help::lint(declaration, &mut findings);
        label::lint(declaration, &foreign_labels, &mut findings);
    }
    clash::lint(declarations, &mut findings);
    findings
}

/// The lints of alerts, over all alerts that can be loaded together.
pub fn alerts(alerts: &[Alert]) -> Vec<Finding> {
    let mut findings = alert::lint(alerts);
    findings.extend(inhibition::lint(alerts));
    findings
}

/// The lints of boards, over all boards of the suite.
pub fn boards(boards: &[Board]) -> Vec<Finding> {
    board::lint(boards)
}

/// Metrics that neither an alert nor a panel reads and that do not say why, and waivers that have become untrue.
pub fn unread(declarations: &[&Declaration], alerts: &[Alert], boards: &[Board]) -> Vec<Finding> {
    usage::lint(declarations, alerts, boards)
}
