//! The model, taken from the site and the server's figures.

use jiff::Timestamp;
use lookout_self_metrics::SPEC;
use tokio::time::Instant;

use super::super::super::Site;
use super::super::words::{as_u64, between};
use super::{Condition, ExporterModel, Limit, PageModel, SourceModel};
use crate::self_source::HttpFigures;
use crate::status::{SourceState, SourceStatus};

impl PageModel {
    /// What `site` and the server's own figures say now.
    pub(in super::super) fn new(site: &Site, http: &HttpFigures) -> Self {
        let now = site.clock.now();
        let exporters = exporters(site, now);
        let limits = limits(http, &exporters);
        let certificate = http.certificate_not_after;
        Self {
            build: site.build,
            now,
            prefix: site.prefix.clone(),
            exporters,
            configurations: site.reloads.figures(),
            limits,
            certificate_not_after: certificate.and_then(|seconds| Timestamp::from_second(seconds).ok()),
            probes: site.prober.borrow().is_some(),
            reload: site.reload.is_some(),
            runbooks: site.runbooks.library().notes().iter().map(|note| (note.name, note.clone())).collect(),
        }
    }
}

impl SourceModel {
    fn of(status: SourceStatus, now: Timestamp, instant: Instant) -> Self {
        let faults = status.faults.unwrap_or_default();
        let unreadable = faults.by_reason.values().sum();
        Self {
            name: status.description.name.clone(),
            data: status.description.data,
            condition: match status.state {
                SourceState::Withdrawn => Condition::Withdrawn,
                SourceState::Failing => Condition::Failing,
                SourceState::Waiting | SourceState::Collecting => Condition::Unread,
                SourceState::Up if unreadable > 0 => Condition::Partial,
                SourceState::Up => Condition::Working,
            },
            age: status.data_since.map(|since| instant.saturating_duration_since(since)),
            last_success: status.last_success,
            failing_since: status.failing_since,
            failure: status.last_failure,
            next: status.next_run.map(|due| between(now, due)),
            took: status.last_duration,
            deadline: status.description.deadline,
            period: status.description.period,
            unreadable,
            examples: faults.examples,
            findings: status.findings,
        }
    }
}

/// The exporters of the suite's notes, and behind them any that only the exposition or a source speaks of.
fn exporters(site: &Site, now: Timestamp) -> Vec<ExporterModel> {
    let mut exporters: Vec<ExporterModel> = Vec::new();
    for note in site.suite.notes().iter() {
        let exporter = entry(&mut exporters, note.name);
        exporter.question = note.question;
        exporter.standing = Some(note.standing.clone());
    }
    for statistics in site.exposition.statistics() {
        let exporter = entry(&mut exporters, statistics.exporter);
        exporter.statistics = Some(statistics);
    }
    let instant = Instant::now();
    for status in site.statuses.all() {
        let exporter = entry(&mut exporters, status.description.exporter);
        exporter.sources.push(SourceModel::of(status, now, instant));
    }
    // What is watched comes before who watches.
    exporters.sort_by_key(ExporterModel::is_lookout);
    for exporter in &mut exporters {
        // Stable: within a condition the sources stay in the order of the configuration.
        exporter.sources.sort_by_key(|source| source.condition);
    }
    exporters
}

fn entry<'a>(exporters: &'a mut Vec<ExporterModel>, name: &'static str) -> &'a mut ExporterModel {
    let place = exporters.iter().position(|exporter| exporter.name == name).unwrap_or(exporters.len());
    if place == exporters.len() {
        let question = if name == SPEC.name { SPEC.question } else { "" };
        exporters.push(ExporterModel {
            name,
            question,
            standing: None,
            sources: Vec::new(),
            statistics: None,
        });
    }
    &mut exporters[place]
}

/// The limits that there are; a limit of zero is one that nothing is held against.
fn limits(http: &HttpFigures, exporters: &[ExporterModel]) -> Vec<Limit> {
    let limit = |what: &str, used, most, alert| Limit { what: what.to_owned(), used, most, alert };
    let probes = http.probes.map(|load| limit("Probes under way", load.in_flight, load.limit, None));
    let budget = Some("LookoutSeriesBudgetNearlySpent");
    let series = exporters.iter().filter_map(|exporter| {
        let statistics = exporter.statistics.as_ref()?;
        let what = format!("Series of {}", exporter.name);
        Some(limit(&what, as_u64(statistics.series), as_u64(statistics.budget), budget))
    });
    [
        limit(
            "Connections open",
            http.connections,
            http.connections_limit,
            Some("LookoutConnectionsNearlySpent"),
        ),
        limit("Scrapes being answered", http.scrapes, http.scrapes_limit, Some("LookoutScrapesRefused")),
    ]
    .into_iter()
    .chain(probes)
    .chain(series)
    .filter(|limit| limit.most > 0)
    .collect()
}
