//! The catalogue as a whole: every lint, every expression, every case. A finding says how to mend it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::BTreeSet;

use lookout_catalog::{ALL, Settings};
use lookout_config::load;
use lookout_declarations::{Alert, Board, CaseKind, Declaration, Declared, Recording, Severity, lint};
use lookout_promql::{Recorded, Vocabulary, check_alert};

/// The reference platform: what is declared for a configuration in which everything is configured.
const REFERENCE: &str = include_str!("../../../examples/reference-platform.yaml");

/// What is declared for the default settings, and for those of the reference platform.
fn catalogues() -> [Vec<Declared>; 2] {
    let reference = load::<Settings>("reference-platform.yaml", REFERENCE);
    let reference = reference.unwrap_or_else(|faults| panic!("{faults}"));
    [Settings::default().declared(), reference.declared()]
}

fn declarations() -> Vec<&'static Declaration> {
    ALL.iter().flat_map(|exporter| exporter.metrics).copied().collect()
}

/// The series that are recorded. Some are only where an objective is configured, and read by alerts that are there always.
fn recorded() -> Recorded {
    let catalogues = catalogues();
    let recordings: Vec<&Recording> =
        catalogues.iter().flatten().flat_map(|declared| &declared.recordings).collect();
    Recorded::new(&recordings, &declarations())
}

fn alerts(catalogue: &[Declared]) -> impl Iterator<Item = &Alert> {
    catalogue.iter().flat_map(|declared| &declared.alerts)
}

fn boards(catalogue: &[Declared]) -> impl Iterator<Item = &Board> {
    catalogue.iter().flat_map(|declared| &declared.boards)
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
    for catalogue in catalogues() {
        let findings: Vec<String> = lint::declared(&catalogue).iter().map(ToString::to_string).collect();
        none("findings of the lints", &findings);
    }
}

#[test]
fn every_alert_reads_only_what_is_declared() {
    let declarations = declarations();
    for catalogue in catalogues() {
        let recorded = recorded();
        let problems: Vec<String> = alerts(&catalogue)
            .flat_map(|alert| {
                let problems = Vocabulary::new(&declarations, &recorded).check_alert(alert);
                problems.into_iter().map(move |problem| format!("{}: {problem}", alert.name))
            })
            .collect();
        none("problems in alerts", &problems);
    }
}

#[test]
fn every_recording_reads_only_what_is_declared() {
    let declarations = declarations();
    for catalogue in catalogues() {
        let recorded = recorded();
        let mut problems = Vec::new();
        for recording in catalogue.iter().flat_map(|declared| &declared.recordings) {
            let found = Vocabulary::new(&declarations, &recorded)
                .inspect(&recording.expression)
                .err()
                .unwrap_or_default();
            problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", recording.name)));
        }
        none("problems in recordings", &problems);
    }
}

#[test]
fn every_panel_reads_only_what_is_declared() {
    let declarations = declarations();
    for catalogue in catalogues() {
        let recorded = recorded();
        let mut problems = Vec::new();
        for (place, expression) in boards(&catalogue).flat_map(Board::expressions) {
            let found =
                Vocabulary::new(&declarations, &recorded).inspect(expression).err().unwrap_or_default();
            problems.extend(found.into_iter().map(|problem| format!("{place}: {problem}")));
        }
        none("problems in panels", &problems);
    }
}

#[test]
fn every_legend_names_labels_that_its_query_has() {
    let declarations = declarations();
    let [catalogue, _] = catalogues();
    let recorded = recorded();
    let vocabulary = Vocabulary::new(&declarations, &recorded);
    let mut problems = Vec::new();
    for board in boards(&catalogue) {
        for panel in board.panels() {
            for query in &panel.queries {
                // A query with problems is reported by the test of panels.
                let Ok(outcome) = vocabulary.inspect(&query.expression) else { continue };
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
fn the_bounds_of_panels_are_those_of_alerts() {
    let [catalogue, _] = catalogues();
    let names: BTreeSet<_> = alerts(&catalogue).map(|alert| alert.name).collect();
    for board in boards(&catalogue) {
        for panel in board.panels() {
            let unknown: Vec<_> = panel.bounds_of.iter().filter(|name| !names.contains(*name)).collect();
            assert!(unknown.is_empty(), "board `{}`, panel `{}`: {unknown:?}", board.slug, panel.title);
        }
    }
}

#[test]
fn every_alert_proves_each_promise() {
    for catalogue in catalogues() {
        for alert in alerts(&catalogue) {
            // Nothing ends what fires always.
            let kinds: &[CaseKind] = if alert.fires_always() {
                &[CaseKind::Fires, CaseKind::Missing]
            } else {
                &[CaseKind::Fires, CaseKind::Clears, CaseKind::Below, CaseKind::Missing]
            };
            for &kind in kinds {
                assert!(
                    alert.cases.iter().any(|case| case.kind == kind),
                    "{} has no case {kind:?}",
                    alert.name
                );
            }
        }
    }
}

#[test]
fn few_alerts_wake_somebody() {
    /// In all exporters of the suite together it shall be about 25; each more has to be worth getting up for.
    const MOST: usize = 19;
    let [catalogue, _] = catalogues();
    let critical: Vec<_> = alerts(&catalogue)
        .filter(|alert| alert.severity == Severity::Critical)
        .map(|alert| alert.name)
        .collect();
    assert!(critical.len() <= MOST, "{} are critical: {critical:?}", critical.len());
}

#[test]
fn every_metric_is_read_or_waived() {
    let [catalogue, _] = catalogues();
    let alerts: Vec<Alert> = alerts(&catalogue).cloned().collect();
    let boards: Vec<Board> = boards(&catalogue).cloned().collect();
    let findings: Vec<String> =
        lint::unread(&declarations(), &alerts, &boards).iter().map(ToString::to_string).collect();
    none("metrics that nobody reads", &findings);
}

#[test]
fn a_broken_alert_would_be_found() {
    let declarations = declarations();
    let [catalogue, _] = catalogues();
    let reads_ours = |alert: &&Alert| alert.expression.contains("lookout_");
    let mut alert = alerts(&catalogue).find(reads_ours).expect("there are alerts").clone();
    assert!(check_alert(&alert, &declarations, &[]).is_empty());
    alert.expression = alert.expression.replacen("lookout_", "lokout_", 1);
    assert!(!check_alert(&alert, &declarations, &[]).is_empty(), "{}", alert.expression);
}

#[test]
fn the_reference_platform_promises_what_it_asked_for() {
    let settings =
        load::<Settings>("reference-platform.yaml", REFERENCE).unwrap_or_else(|faults| panic!("{faults}"));
    let objectives = settings.objectives;
    assert!(
        objectives
            .probes
            .iter()
            .all(|objective| objective.availability.is_some_and(|share| share.get() >= 0.999))
    );
    assert!(objectives.probes.iter().any(|objective| {
        objective.latency.as_ref().is_some_and(|latency| latency.limit.as_secs_f64() <= 0.1)
    }));
    assert!(objectives.platform_health.get() >= 0.95);
    assert_eq!((objectives.open_criticals, objectives.time_to_repair.as_secs_f64()), (0, 300.0));
}
