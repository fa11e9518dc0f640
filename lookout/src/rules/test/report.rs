//! What `lookout rules test` found: a table, then everything that failed.

use std::collections::BTreeMap;

use lookout_declarations::Declared;
use lookout_mutation::Score;
use serde::Serialize;

use super::Played;
use super::tester::Testers;

/// The whole answer.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    /// Whether nothing failed.
    pub(super) ok: bool,
    /// The testers, with their versions.
    pub(super) testers: Vec<String>,
    /// One line per exporter that has alerts.
    pub(super) exporters: Vec<ExporterReport>,
}

/// The results of one exporter.
#[derive(Debug, Serialize)]
pub(super) struct ExporterReport {
    pub(super) exporter: &'static str,
    pub(super) n_alerts: usize,
    /// By tester.
    pub(super) cases: BTreeMap<String, TesterResult>,
    /// The mutants, if they were played.
    pub(super) mutants: Option<Score>,
    /// The alerts whose mutants could not be played, because they do not pass their own cases.
    pub(super) unplayed: Vec<&'static str>,
}

/// The cases of one exporter on one tester.
#[derive(Debug, Default, Serialize)]
pub(super) struct TesterResult {
    pub(super) n_cases: usize,
    pub(super) failed: Vec<FailedAlert>,
}

/// An alert of which a case failed, or the recordings of the exporter if there is no alert.
#[derive(Debug, Serialize)]
pub(super) struct FailedAlert {
    pub(super) alert: Option<&'static str>,
    /// What the tester says, line by line; each expression ends with the name of its case.
    pub(super) says: Vec<String>,
}

impl Report {
    pub(super) fn new(catalogue: &[Declared], played: &Played, testers: &Testers) -> Self {
        let of = |declared: &Declared| {
            let n_alerts = declared.alerts.iter().filter(|alert| played.has(alert.name)).count();
            (n_alerts > 0).then(|| ExporterReport {
                exporter: declared.spec.name,
                n_alerts,
                cases: BTreeMap::new(),
                mutants: None,
                unplayed: Vec::new(),
            })
        };
        Self {
            ok: true,
            testers: testers.all().iter().map(super::tester::FoundTester::name).collect(),
            exporters: catalogue.iter().filter_map(of).collect(),
        }
    }

    /// Why this is no success, in one line.
    pub(super) fn verdict(&self) -> Option<String> {
        let results = self.exporters.iter().flat_map(|exporter| exporter.cases.values());
        let n_failed: usize = results.map(|result| result.failed.len()).sum();
        let scores = || self.exporters.iter().filter_map(|exporter| exporter.mutants.as_ref());
        let n_unexplained: usize = scores().map(|score| score.unexplained().count()).sum();
        let n_unplayed: usize = self.exporters.iter().map(|exporter| exporter.unplayed.len()).sum();
        let n_idle: usize = scores().map(|score| score.idle.len()).sum();
        let said = [
            (n_unplayed, "alerts were not changed, because they do not pass their own cases"),
            (n_failed, "alerts or recordings do not pass their cases"),
            (
                n_unexplained,
                "changes of alerts are noticed by no case, and nothing says that they make no difference",
            ),
            (n_idle, "declared equivalents fit no change that survives; remove them"),
        ];
        let said: Vec<String> =
            said.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        (!said.is_empty()).then(|| said.join("; "))
    }
}
