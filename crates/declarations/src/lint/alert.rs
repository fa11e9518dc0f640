//! Alerts: a name people can search for, texts that help, a runbook page and the proof by cases.
//!
//! That expressions and templates name what exists is checked by `lookout-promql`.

use std::collections::BTreeSet;

use super::Finding;
use crate::{Alert, Case, CaseKind, Expectation};

const PREFIX: &str = "Lookout";

/// The promises that every alert must prove.
const PROMISES: &[(CaseKind, &str)] = &[
    (CaseKind::Fires, "that it fires"),
    (CaseKind::Clears, "that it ends when the condition ends"),
    (CaseKind::Below, "that it is silent just below its threshold"),
    (CaseKind::Missing, "what it does when the data is missing"),
];

pub(super) fn lint(alerts: &[Alert]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let names: BTreeSet<&str> = alerts.iter().map(|alert| alert.name).collect();
    let mut seen = BTreeSet::new();
    for alert in alerts {
        let mut find = |fault: String, mend: &str| findings.push(Finding::new(alert.name, fault, mend));
        if !seen.insert(alert.name) {
            find("two alerts have this name".to_owned(), "rename one of them");
        }
        lint_texts(alert, &mut find);
        lint_runbook(alert.runbook, &mut find);
        for inhibited in alert.inhibits {
            if !names.contains(inhibited) {
                find(
                    format!("it inhibits `{inhibited}`, which does not exist"),
                    "name an alert of the catalogue",
                );
            }
            if *inhibited == alert.name {
                find("it inhibits itself".to_owned(), "remove its own name from `inhibits`");
            }
        }
        lint_cases(alert, &mut find);
    }
    findings
}

fn lint_texts(alert: &Alert, find: &mut impl FnMut(String, &str)) {
    let camel_case = alert.name.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_uppercase())
            && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    if !camel_case {
        find(
            "the name is not `Lookout` and CamelCase".to_owned(),
            "call it like `LookoutCertificateExpired`",
        );
    }
    for (what, text) in [
        ("expression", alert.expression.as_str()),
        ("summary", alert.summary),
        ("description", &alert.description),
    ] {
        if text.trim().is_empty() {
            find(format!("the {what} is empty"), "whoever is woken up needs it");
        }
    }
}

/// The page must have the four sections, in order, each with text.
fn lint_runbook(page: &str, find: &mut impl FnMut(String, &str)) {
    let mut sections: Vec<(&str, bool)> = Vec::new();
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            sections.push((heading.trim(), false));
        } else if let Some((_, filled)) = sections.last_mut() {
            *filled |= !line.trim().is_empty();
        }
    }
    let headings: Vec<&str> = sections.iter().map(|(heading, _)| *heading).collect();
    if headings != Alert::RUNBOOK_SECTIONS {
        find(
            format!("the runbook has the sections {headings:?}"),
            "write `## Meaning`, `## Impact`, `## Diagnosis` and `## Mitigation`, in this order",
        );
    }
    for (heading, _) in sections.iter().filter(|(_, filled)| !filled) {
        find(
            format!("the runbook's section “{heading}” is empty"),
            "write what the person on call needs there",
        );
    }
}

fn lint_cases(alert: &Alert, find: &mut impl FnMut(String, &str)) {
    let cases: &[Case] = &alert.cases;
    for (kind, promise) in PROMISES {
        // Nothing ends what fires always.
        let is_possible = !alert.fires_always() || !matches!(kind, CaseKind::Clears | CaseKind::Below);
        if is_possible && !cases.iter().any(|case| case.kind == *kind) {
            find(format!("no case proves {promise}"), "add a case of that kind");
        }
    }
    let mut seen = BTreeSet::new();
    for case in cases {
        if case.name.trim().is_empty() || !seen.insert(case.name) {
            find(
                format!("the case name “{}” is empty or not its own", case.name),
                "say what the case shows, each differently",
            );
        }
        let contradicts = match &case.expect {
            Expectation::Fires(sets) => {
                sets.is_empty() || matches!(case.kind, CaseKind::Clears | CaseKind::Below)
            }
            Expectation::Silent => case.kind == CaseKind::Fires,
        };
        if contradicts {
            find(
                format!("the case “{}” is of the kind {:?} and expects something else", case.name, case.kind),
                "expect one label set per firing alert for `Fires`, silence for `Clears` and `Below`",
            );
        }
        if case.interval.is_zero() {
            find(format!("the case “{}” has no distance between its values", case.name), "set `interval`");
        }
    }
}
