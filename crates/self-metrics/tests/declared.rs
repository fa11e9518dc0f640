//! The self-metrics by themselves; the catalogue's test checks them, their PromQL included, beside all the others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_declarations::{Severity, lint, lint::Finding};
use lookout_self_metrics::{SPEC, alerts};

#[test]
fn the_lints_have_nothing_to_say() {
    // What `LookoutDown` mutes belongs to other specs, which are not here.
    let own = |finding: &&Finding| finding.subject != "LookoutDown" || !finding.fault.contains("it inhibits");
    let findings = lint::catalogue(&[&SPEC]);
    let findings: Vec<String> = findings.iter().filter(own).map(ToString::to_string).collect();
    assert_eq!(findings, [""; 0]);
}

#[test]
fn every_alert_has_the_runbook_of_its_name() {
    for alert in alerts() {
        let title = format!("# {}\n", alert.name);
        assert!(alert.runbook.starts_with(&title), "{} has the page of another alert", alert.name);
    }
}

#[test]
fn only_the_end_of_all_watching_wakes_somebody() {
    let critical: Vec<_> = alerts()
        .iter()
        .filter(|alert| alert.severity == Severity::Critical)
        .map(|alert| alert.name)
        .collect();
    assert_eq!(critical, ["LookoutDown"]);
}
