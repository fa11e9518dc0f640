//! The cases of an alert as sentences: what was tried, when it was looked at, and what had to be seen.
//!
//! Cases follow the settings, as the alert does. Each release plays them for the default settings; where others are in force the page
//! says how to play them.

use core::fmt::Write as _;

use lookout_declarations::{Alert, Case, CaseKind, Expectation};

use crate::markdown::duration;

/// The groups in the order of reading, with what leads to each.
const GROUPS: &[(CaseKind, &str)] = &[
    (CaseKind::Fires, "It fires:"),
    (CaseKind::Clears, "It ends:"),
    (CaseKind::Below, "It is silent just below its threshold, or just before its time has passed:"),
    (CaseKind::Missing, "Where data are missing:"),
    (CaseKind::Other, "Besides:"),
];

/// The section about the cases of `alert`; `default` is the alert for the default settings.
pub(super) fn write(alert: &Alert, default: Option<&Alert>) -> String {
    if alert.cases.is_empty() {
        return "There is no case.\n".to_owned();
    }
    let mut text = "Each line is a test: a rule engine is given series, and at the moment named the alert must do what is \
        said, and fire for nothing else. "
        .to_owned();
    text.push_str(match default {
        Some(default) if is_same(alert, default) => "The thresholds are those of the default settings, which are in force here.\n",
        _ => "They follow **the settings of this page, which differ from the defaults**: `lookout rules test --config.file FILE` plays \
              them.\n",
    });
    for (kind, lead) in GROUPS {
        let cases: Vec<&Case> = alert.cases.iter().filter(|case| case.kind == *kind).collect();
        if cases.is_empty() {
            continue;
        }
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{lead}\n");
        for case in cases {
            let _ = writeln!(text, "- {}", sentence(case));
        }
    }
    text
}

/// Whether the alert does the same.
fn is_same(alert: &Alert, default: &Alert) -> bool {
    alert.expression == default.expression
        && alert.hold == default.hold
        && alert.keep_firing_for == default.keep_firing_for
}

fn sentence(case: &Case) -> String {
    let (name, at) = (case.name, duration(case.at));
    let seen = match (&case.expect, case.kind) {
        (Expectation::Fires(sets), _) if sets.len() > 1 => format!("it fires {} times", sets.len()),
        // The lead says it.
        (Expectation::Fires(_), CaseKind::Fires)
        | (Expectation::Silent, CaseKind::Clears | CaseKind::Below) => {
            return format!("{name} (after {at})");
        }
        (Expectation::Fires(_), _) => "it fires".to_owned(),
        (Expectation::Silent, _) => "it is silent".to_owned(),
    };
    format!("{name} (after {at}): {seen}")
}
