//! What the page shows, at one moment. Plain data: the page is a pure function of it.
//!
//! Invariant: nothing is left out here. What is too much for a page is cut where it is written, and said.

mod taken;

use core::time::Duration;
use std::collections::BTreeMap;

use jiff::Timestamp;
use lookout_exposition::ExporterStatistics;
use lookout_self_metrics::SPEC;
use lookout_self_metrics::metrics::Configuration;

use super::runbook::RunbookLink;
use crate::reload::ConfigurationFigures;
use crate::runbooks::RunbookNote;
use crate::self_source::BuildInfo;
use crate::source::{DataKind, Fault};
use crate::status::{Failure, Findings};
use crate::suite::Standing;

/// Everything on the page.
#[derive(Clone, Debug)]
pub(super) struct PageModel {
    pub(super) build: BuildInfo,
    pub(super) now: Timestamp,
    /// What stands before every path in links.
    pub(super) prefix: String,
    /// Every exporter that is known, in documentation order.
    pub(super) exporters: Vec<ExporterModel>,
    /// What became of each configuration that has a file.
    pub(super) configurations: BTreeMap<Configuration, ConfigurationFigures>,
    pub(super) limits: Vec<Limit>,
    /// When the certificate expires that this page is served with.
    pub(super) certificate_not_after: Option<Timestamp>,
    /// Whether `/probe` answers.
    pub(super) probes: bool,
    /// Whether a reload may be asked for over HTTP.
    pub(super) reload: bool,
    /// The runbooks that there are, by name.
    pub(super) runbooks: BTreeMap<&'static str, RunbookNote>,
}

/// One exporter.
#[derive(Clone, Debug)]
pub(super) struct ExporterModel {
    pub(super) name: &'static str,
    pub(super) question: &'static str,
    /// Unknown for an exporter that nobody spoke of.
    pub(super) standing: Option<Standing>,
    /// Its sources, those with the gravest condition first.
    pub(super) sources: Vec<SourceModel>,
    pub(super) statistics: Option<ExporterStatistics>,
}

/// One source.
#[derive(Clone, Debug)]
pub(super) struct SourceModel {
    pub(super) name: String,
    pub(super) data: DataKind,
    pub(super) condition: Condition,
    /// How old the data are that are served.
    pub(super) age: Option<Duration>,
    pub(super) last_success: Option<Timestamp>,
    pub(super) failing_since: Option<Timestamp>,
    /// The last failure, also after it has been overcome.
    pub(super) failure: Option<Failure>,
    /// Until the next cycle; none while one is running.
    pub(super) next: Option<Duration>,
    pub(super) took: Option<Duration>,
    pub(super) deadline: Duration,
    pub(super) period: Duration,
    /// Items that could not be read.
    pub(super) unreadable: u64,
    /// Some of them.
    pub(super) examples: Vec<Fault>,
    /// What was read, and is wrong.
    pub(super) findings: Findings,
}

/// How a source does, the gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Condition {
    /// It fails, and its measurements are not served any more.
    Withdrawn,
    /// It fails.
    Failing,
    /// It works, but could not read all of its items: partial is not complete.
    Partial,
    /// Its first cycle has not ended.
    Unread,
    /// It works.
    Working,
}

/// Something that Lookout has a bound for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) what: String,
    pub(super) used: u64,
    pub(super) most: u64,
    /// The alert of Lookout itself that tells of it.
    pub(super) alert: Option<&'static str>,
}

impl PageModel {
    /// Every source with its exporter.
    pub(super) fn sources(&self) -> impl Iterator<Item = (&ExporterModel, &SourceModel)> {
        self.exporters
            .iter()
            .flat_map(|exporter| exporter.sources.iter().map(move |source| (exporter, source)))
    }

    /// The runbook of the alert `name`, if there is one to link to.
    pub(super) fn runbook<'a>(&'a self, name: &'a str) -> Option<RunbookLink<'a>> {
        let there = self.runbooks.contains_key(name);
        there.then_some(RunbookLink::One { prefix: &self.prefix, name })
    }

    /// The runbooks of `exporter`, if there are any to link to.
    pub(super) fn runbooks_of<'a>(&'a self, exporter: &'a str) -> Option<RunbookLink<'a>> {
        let there = self.runbooks.values().any(|known| known.exporter == exporter);
        there.then_some(RunbookLink::AllOf { prefix: &self.prefix, exporter })
    }

    /// How many sources are in one of `conditions`.
    pub(super) fn count(&self, conditions: &[Condition]) -> usize {
        self.sources().filter(|(_, source)| conditions.contains(&source.condition)).count()
    }
}

impl ExporterModel {
    /// Whether it is Lookout itself rather than something that is watched.
    pub(super) fn is_lookout(&self) -> bool {
        self.name == SPEC.name
    }

    /// How many of its sources are in one of `conditions`.
    pub(super) fn count(&self, conditions: &[Condition]) -> usize {
        self.sources.iter().filter(|source| conditions.contains(&source.condition)).count()
    }

    /// The families that are withheld for want of budget.
    pub(super) fn withheld(&self) -> &[&'static str] {
        self.statistics.as_ref().map_or(&[], |statistics| &statistics.withheld)
    }
}

impl SourceModel {
    /// The last failure, as long as it lasts.
    pub(super) fn present_failure(&self) -> Option<&Failure> {
        let fails = matches!(self.condition, Condition::Failing | Condition::Withdrawn);
        self.failure.as_ref().filter(|_| fails)
    }
}

impl Condition {
    /// Every condition, the gravest first.
    pub(super) const ALL: &'static [Self] =
        &[Self::Withdrawn, Self::Failing, Self::Partial, Self::Unread, Self::Working];
    /// Those in which nothing is learnt.
    pub(super) const FAILING: &'static [Self] = &[Self::Withdrawn, Self::Failing];

    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Withdrawn => "withdrawn",
            Self::Failing => "failing",
            Self::Partial => "partial",
            Self::Unread => "not read yet",
            Self::Working => "working",
        }
    }

    /// The class that repeats the word by a colour.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Withdrawn | Self::Failing => "bad",
            Self::Partial => "warn",
            Self::Unread => "idle",
            Self::Working => "good",
        }
    }
}

impl Limit {
    /// Whether nine tenths are used, as the alerts see it.
    pub(super) const fn nearly_spent(&self) -> bool {
        self.used.saturating_mul(10) > self.most.saturating_mul(9)
    }
}
