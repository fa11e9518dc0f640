//! Where each source stands: written by its runner alone, read by the self-metrics, readiness and the page at `/`.
//!
//! Invariants:
//! - What is not known is absent: no success time before the first success, no age when nothing is served.
//! - Errors are counted by every declared reason from the start, so that the first one is an increase from zero.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::Timestamp;
use lookout_declarations::Reason;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::findings::{AlertName, Finding};
use crate::source::{Fault, SourceDescription};
use crate::text::bounded;

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Its first cycle has not begun.
    Waiting,
    /// Its first cycle is running.
    Collecting,
    /// Its last cycle succeeded.
    Up,
    /// Its last cycle failed; facts that it had are still served.
    Failing,
    /// It has not succeeded for so long that its measurements were withdrawn.
    Withdrawn,
}

/// A failure of a whole cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub reason: Reason,
    /// What happened, bounded.
    pub message: String,
    /// When.
    pub at: Timestamp,
}

/// The items that could not be read in the cycle whose data are served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// How many, by every declared reason.
    pub by_reason: BTreeMap<Reason, u64>,
    /// Some of them, for people.
    pub examples: Vec<Fault>,
}

/// What is wrong with the monitored system, as judged when it was last assessed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many, by the alert that tells of them.
    pub by_alert: BTreeMap<Option<AlertName>, u64>,
    /// Some of each alert, for people.
    pub examples: Vec<Finding>,
}

/// Where a source stands.
#[derive(Clone, Debug)]
pub struct SourceStatus {
    /// What it is.
    pub description: Arc<SourceDescription>,
    /// What it is doing.
    pub state: SourceState,
    /// When it last succeeded.
    pub last_success: Option<Timestamp>,
    /// Since when the data that are served have been there, by Tokio's clock.
    pub data_since: Option<Instant>,
    /// How long the last finished cycle took.
    pub last_duration: Option<Duration>,
    /// The last failure, also after it has been overcome.
    pub last_failure: Option<Failure>,
    /// When the first of the failures was that last until now; none while the source works.
    pub failing_since: Option<Timestamp>,
    /// What could not be read, as long as data are served.
    pub faults: Option<Faults>,
    /// What was read and is wrong, as long as data are served.
    pub findings: Findings,
    /// Failed cycles since the start, by reason.
    pub errors: BTreeMap<Reason, u64>,
    /// How often the source was started again after its own code had failed.
    pub restarts: u64,
    /// When the next cycle is due; none while one is running.
    pub next_run: Option<Timestamp>,
}

impl SourceStatus {
    /// The status of a source that has done nothing yet.
    pub fn new(description: Arc<SourceDescription>) -> Self {
        let errors = reasons(&description)
            .chain(Reason::OF_DRIVER.iter().copied())
            .map(|reason| (reason, 0))
            .collect();
        Self {
            description,
            state: SourceState::Waiting,
            last_success: None,
            data_since: None,
            last_duration: None,
            last_failure: None,
            failing_since: None,
            faults: None,
            findings: Findings::default(),
            errors,
            restarts: 0,
            next_run: None,
        }
    }

    /// The status of a source that replaces the one of this status: what that one has published is still served, and
    /// what was counted goes on.
    pub(crate) fn pass_on(self, description: Arc<SourceDescription>) -> Self {
        let mut errors = Self::new(Arc::clone(&description)).errors;
        errors.extend(self.errors);
        let state = match self.state {
            SourceState::Collecting => SourceState::Waiting,
            other => other,
        };
        Self { description, state, errors, next_run: None, ..self }
    }

    /// The status of a source that reads something else in the place of the one of this status: of that nothing is known yet, and
    /// what was counted goes on.
    pub(crate) fn start_over(self, description: Arc<SourceDescription>) -> Self {
        let Self { errors, restarts, .. } = self.pass_on(Arc::clone(&description));
        Self { errors, restarts, ..Self::new(description) }
    }

    /// Whether the source works; unknown before its first cycle has ended.
    pub fn up(&self) -> Option<bool> {
        match self.state {
            SourceState::Waiting | SourceState::Collecting => None,
            SourceState::Up => Some(true),
            SourceState::Failing | SourceState::Withdrawn => Some(false),
        }
    }

    /// The age at `now` of the data that are served, if any are.
    pub fn data_age(&self, now: Instant) -> Option<Duration> {
        self.data_since.map(|since| now.saturating_duration_since(since))
    }
}

/// As many faults as there is patience.
const MAX_EXAMPLES: usize = 20;

/// As many findings of one alert: a hundred that are harmless must not hide a grave one.
const MAX_EXAMPLES_OF_AN_ALERT: u64 = 5;

impl Findings {
    /// The findings of one assessment.
    pub fn of(findings: &[Finding]) -> Self {
        let example = |finding: &Finding| Finding {
            subject: bounded(&finding.subject),
            message: bounded(&finding.message),
            remedy: bounded(&finding.remedy),
            alert: finding.alert,
        };
        let mut told = Self::default();
        for finding in findings {
            let count = told.by_alert.entry(finding.alert).or_default();
            *count += 1;
            if *count <= MAX_EXAMPLES_OF_AN_ALERT {
                told.examples.push(example(finding));
            }
        }
        told
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.by_alert.values().sum()
    }
}

impl Faults {
    /// The faults of one cycle of the described source.
    pub fn of(description: &SourceDescription, faults: &[Fault]) -> Self {
        let mut by_reason: BTreeMap<Reason, u64> = reasons(description).map(|reason| (reason, 0)).collect();
        for fault in faults {
            *by_reason.entry(fault.reason).or_default() += 1;
        }
        let example = |fault: &Fault| Fault {
            reason: fault.reason,
            subject: bounded(&fault.subject),
            message: bounded(&fault.message),
        };
        Self { by_reason, examples: faults.iter().take(MAX_EXAMPLES).map(example).collect() }
    }
}

/// The reasons that the source itself declares.
fn reasons(description: &SourceDescription) -> impl Iterator<Item = Reason> {
    description.reasons.iter().copied()
}

/// The status of every source. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Statuses {
    sources: Arc<RwLock<Vec<watch::Receiver<SourceStatus>>>>,
    cycles: Arc<watch::Sender<u64>>,
}

impl Default for Statuses {
    fn default() -> Self {
        Self { sources: Arc::default(), cycles: Arc::new(watch::Sender::new(0)) }
    }
}

impl Statuses {
    /// The status of every source at this moment, in the order of the configuration.
    pub fn all(&self) -> Vec<SourceStatus> {
        let sources = self.sources.read().unwrap_or_else(PoisonError::into_inner);
        sources.iter().map(|source| source.borrow().clone()).collect()
    }

    /// A number that changes each time a cycle of a source has ended, or the set of sources has changed; those that
    /// watch the sources do not count.
    pub fn cycles(&self) -> watch::Receiver<u64> {
        self.cycles.subscribe()
    }

    /// From now on these are the sources, in this order.
    pub(crate) fn set(&self, sources: Vec<watch::Receiver<SourceStatus>>) {
        *self.sources.write().unwrap_or_else(PoisonError::into_inner) = sources;
        self.cycle_ended();
    }

    pub(crate) fn cycle_ended(&self) {
        self.cycles.send_modify(|cycles| *cycles += 1);
    }
}
