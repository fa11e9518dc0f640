//! The series of which the cases of the alerts are made.

use core::time::Duration;

use lookout_declarations::{Case, CaseKind, Expectation, Given};

use super::MINUTE;

/// The labels of an alert, as they are expected.
pub(super) type ExpectedLabels = Vec<(String, String)>;

/// The labels of the objective of the cases. No configuration can name one so, because of the capital letter.
pub(super) const EXAMPLE: &[(&str, &str)] =
    &[("objective", "Example"), ("indicator", "availability"), ("measured_at", "edge")];

/// A recorded series.
pub(super) fn recorded(name: &str, labels: &[(&str, &str)], values: impl Into<String>) -> Given {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    Given::raw(format!("{name}{{{}}}", labels.join(",")), values)
}

/// A series of the example objective.
pub(super) fn of_example(name: &str, values: impl Into<String>) -> Given {
    recorded(name, EXAMPLE, values)
}

pub(super) fn owned(labels: &[(&str, &str)]) -> ExpectedLabels {
    labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// One value a minute, for as long as any case looks.
pub(super) fn steady(value: impl core::fmt::Display) -> String {
    format!("{value}x300")
}

/// A case in which the alert fires once.
pub(super) fn fires(
    name: &'static str,
    kind: CaseKind,
    given: Vec<Given>,
    minutes: u32,
    labels: &[(&str, &str)],
) -> Case {
    let expect = Expectation::Fires(vec![owned(labels)]);
    Case { name, kind, interval: MINUTE, given, at: MINUTE * minutes, expect }
}

/// A case in which the alert is silent.
pub(super) fn silent(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32) -> Case {
    Case { name, kind, interval: MINUTE, given, at: MINUTE * minutes, expect: Expectation::Silent }
}

/// A case in which the alert is silent, looked at after any time.
pub(super) fn silent_at(name: &'static str, kind: CaseKind, given: Vec<Given>, at: Duration) -> Case {
    Case { name, kind, interval: MINUTE, given, at, expect: Expectation::Silent }
}
