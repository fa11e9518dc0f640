//! What a check found, as plain data: the JSON answer is this, the text answer is written from it.
//!
//! Invariant: a source is `ok` only if all of it could be read and nothing that was read is wrong. What was not tried
//! is listed, with the reason: a check that is silent about it would look complete.

use lookout_declarations::{ExporterSpec, Reason};
use lookout_runtime::{AlertName, CollectError, ExporterNote, Fault, Finding, Standing, Trial};
use serde::Serialize;

/// Everything that a check found.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Whether every source is `ok`.
    pub(super) ok: bool,
    /// Each source, in the order of the configuration.
    pub(super) sources: Vec<SourceReport>,
    /// The exporters that watch nothing.
    pub(super) not_watched: Vec<NotWatched>,
}

/// How a source did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// All of it could be read, and nothing that was read is wrong.
    Ok,
    /// All of it could be read, and something that was read is wrong.
    Wrong,
    /// Some of it could not be read.
    Incomplete,
    /// None of it could be read.
    Failed,
}

/// One source.
#[derive(Debug, Serialize)]
pub(super) struct SourceReport {
    /// The exporter that it belongs to.
    pub(super) exporter: &'static str,
    /// Its name.
    pub(super) source: String,
    /// How it did.
    pub(super) state: State,
    /// How long trying it took.
    pub(super) seconds: f64,
    /// What is wrong, each with its remedy.
    pub(super) problems: Vec<Problem>,
    /// The rights that its exporter uses, where one was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) permissions: Vec<Right>,
}

/// Something that is wrong.
#[derive(Debug, Serialize)]
pub(super) struct Problem {
    /// Why it could not be read; none where it was read and is wrong.
    pub(super) reason: Option<&'static str>,
    /// What it is about; empty for the whole source.
    pub(super) subject: String,
    /// What happened.
    pub(super) message: String,
    /// What to do.
    pub(super) remedy: String,
    /// The alert that tells of it, whose runbook says more; none where it could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) alert: Option<&'static str>,
}

/// A right, as the exporter declares it.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Right {
    /// What is done.
    pub(super) verb: &'static str,
    /// On what.
    pub(super) resource: &'static str,
    /// What is lost without it.
    pub(super) without: &'static str,
}

/// An exporter that watches nothing.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct NotWatched {
    /// The exporter.
    pub(super) exporter: &'static str,
    /// Why.
    pub(super) why: String,
}

impl Report {
    /// What `trials` found; `notes` says which exporters have no source.
    pub(super) fn new(trials: Vec<Trial>, notes: &[ExporterNote], catalogue: &[&ExporterSpec]) -> Self {
        let sources: Vec<_> = trials.into_iter().map(|trial| SourceReport::new(trial, catalogue)).collect();
        let ok = sources.iter().all(|source| source.state == State::Ok);
        Self { ok, sources, not_watched: notes.iter().filter_map(NotWatched::new).collect() }
    }

    /// The whole in one sentence, for whoever sees the exit code alone.
    pub(super) fn verdict(&self) -> String {
        let not_ok = self.sources.iter().filter(|source| source.state != State::Ok).count();
        format!("{not_ok} of {} sources are not in order; the answer says why", self.sources.len())
    }
}

impl SourceReport {
    fn new(trial: Trial, catalogue: &[&ExporterSpec]) -> Self {
        let Trial { description, outcome, duration } = trial;
        let mut problems = Vec::new();
        let mut denied = false;
        let state = match outcome {
            Err(error) => {
                denied = error.reason == Reason::Denied;
                problems.push(Problem::of_error(error));
                State::Failed
            }
            Ok(seen) => {
                denied |= seen.faults.iter().any(|fault| fault.reason == Reason::Denied);
                let state = match (seen.faults.is_empty(), seen.findings.is_empty()) {
                    (true, true) => State::Ok,
                    (true, false) => State::Wrong,
                    (false, _) => State::Incomplete,
                };
                problems.extend(seen.faults.into_iter().map(Problem::of_fault));
                problems.extend(seen.findings.into_iter().map(Problem::of_finding));
                state
            }
        };
        let exporter = description.exporter;
        let permissions = if denied { rights(exporter, catalogue) } else { Vec::new() };
        Self {
            exporter,
            source: description.name,
            state,
            seconds: duration.as_secs_f64(),
            problems,
            permissions,
        }
    }
}

/// The rights that an exporter declares.
fn rights(exporter: &str, catalogue: &[&ExporterSpec]) -> Vec<Right> {
    let specs = catalogue.iter().filter(|spec| spec.name == exporter);
    let permissions = specs.flat_map(|spec| spec.permissions);
    permissions
        .map(|permission| Right {
            verb: permission.verb,
            resource: permission.resource,
            without: permission.without,
        })
        .collect()
}

impl Problem {
    fn of_error(error: CollectError) -> Self {
        let CollectError { reason, message } = error;
        Self {
            reason: Some(reason.as_str()),
            subject: String::new(),
            message,
            remedy: reason.remedy().to_owned(),
            alert: None,
        }
    }

    fn of_fault(fault: Fault) -> Self {
        let Fault { reason, subject, message } = fault;
        let remedy = reason.remedy().to_owned();
        Self { reason: Some(reason.as_str()), subject, message, remedy, alert: None }
    }

    fn of_finding(finding: Finding) -> Self {
        let Finding { subject, message, remedy, alert } = finding;
        Self { reason: None, subject, message, remedy, alert: alert.map(AlertName::as_str) }
    }
}

impl NotWatched {
    fn new(note: &ExporterNote) -> Option<Self> {
        let why = match &note.standing {
            Standing::Active => return None,
            Standing::Unconfigured(what_to_write) => format!("nothing is configured: {what_to_write}"),
            Standing::Disabled(key) => format!("switched off by `{key}: false`"),
            Standing::NotBuilt => "this build does not have it".to_owned(),
        };
        Some(Self { exporter: note.name, why })
    }
}
