//! The catalogue as a whole: every lint, every expression, every case. A finding says how to mend it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use lookout_catalog::ALL;
use lookout_declarations::{Alert, CaseKind, Declaration, lint};
use lookout_promql::{check, check_alert, inspect};

/// The series of other exporters that our alerts and panels may read. Each needs a reason.
const FOREIGN: &[&str] = &[];

fn declarations() -> Vec<&'static Declaration> {
    ALL.iter().flat_map(|exporter| exporter.metrics).copied().collect()
}

fn alerts() -> impl Iterator<Item = Alert> {
    ALL.iter().flat_map(|exporter| (exporter.alerts)())
}

#[track_caller]
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{} {what}:\n{}", found.len(), found.join("\n"));
}

#[test]
fn exporters_are_named_once_and_ask_a_question() {
    let names: BTreeSet<_> = ALL.iter().map(|exporter| exporter.name).collect();
    assert_eq!(names.len(), ALL.len(), "{names:?}");
    for exporter in ALL {
        assert!(exporter.question.ends_with('?'), "`{}` asks: {}", exporter.name, exporter.question);
        let says_what_to_write =
            exporter.unconfigured.contains('`') || exporter.name == lookout_self_metrics::NAME;
        assert!(says_what_to_write, "`{}` does not say what to configure", exporter.name);
        assert!(!exporter.metrics.is_empty(), "`{}` has no metrics", exporter.name);
    }
}

#[test]
fn every_lint_is_silent() {
    let findings: Vec<String> = lint::catalogue(ALL).iter().map(ToString::to_string).collect();
    none("findings of the lints", &findings);
}

#[test]
fn every_alert_reads_only_what_is_declared() {
    let declarations = declarations();
    let problems: Vec<String> = alerts()
        .flat_map(|alert| {
            let problems = check_alert(&alert, &declarations, FOREIGN);
            problems.into_iter().map(move |problem| format!("{}: {problem}", alert.name))
        })
        .collect();
    none("problems in alerts", &problems);
}

#[test]
fn every_panel_reads_only_what_is_declared() {
    let declarations = declarations();
    let mut problems = Vec::new();
    for board in ALL.iter().map(|exporter| (exporter.board)()) {
        for (place, expression) in board.expressions() {
            let found = check(expression, &declarations, FOREIGN).err().unwrap_or_default();
            problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}")));
        }
    }
    none("problems in panels", &problems);
}

#[test]
fn every_legend_names_labels_that_its_query_has() {
    let declarations = declarations();
    let mut problems = Vec::new();
    for board in ALL.iter().map(|exporter| (exporter.board)()) {
        for panel in board.rows.iter().flat_map(|row| &row.panels) {
            for query in &panel.queries {
                // A query with problems is reported by the test of panels.
                let Ok(outcome) = inspect(&query.expression, &declarations, FOREIGN) else { continue };
                let labels = query.legend.split("{{").skip(1).filter_map(|rest| rest.split("}}").next());
                let unknown = labels.map(str::trim).filter(|label| !outcome.labels.may_have(label));
                problems.extend(
                    unknown
                        .map(|label| format!("board `{}`, panel `{}`: `{label}`", board.slug, panel.title)),
                );
            }
        }
    }
    none("legends that name labels which their query lacks", &problems);
}

#[test]
fn every_alert_proves_each_promise() {
    for alert in alerts() {
        for kind in [CaseKind::Fires, CaseKind::Clears, CaseKind::Below, CaseKind::Missing] {
            assert!(alert.cases.iter().any(|case| case.kind == kind), "{} has no case {kind:?}", alert.name);
        }
    }
}

#[test]
fn every_metric_is_read_or_waived() {
    let alerts: Vec<Alert> = alerts().collect();
    let boards: Vec<_> = ALL.iter().map(|exporter| (exporter.board)()).collect();
    let findings: Vec<String> =
        lint::unread(&declarations(), &alerts, &boards).iter().map(ToString::to_string).collect();
    none("metrics that nobody reads", &findings);
}

#[test]
fn a_broken_alert_would_be_found() {
    let declarations = declarations();
    let mut alert = alerts().next().expect("there are alerts");
    assert!(check_alert(&alert, &declarations, FOREIGN).is_empty());
    alert.expression = alert.expression.replacen("lookout_", "lokout_", 1);
    assert!(!check_alert(&alert, &declarations, FOREIGN).is_empty(), "{}", alert.expression);
}
