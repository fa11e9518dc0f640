//! Cases: given these series, at that moment, the alert fires or is silent.
//!
//! They become unit tests of promtool and of vmalert-tool. The clock of both starts at 0, so timestamps in cases
//! are small numbers: a certificate that expires "in an hour" has `not_after` 3600 at time 0.

use core::fmt::Write as _;
use core::time::Duration;

use crate::{Kinded, LabelText, Labels, Metric};

/// Which of the promises a case proves; every alert needs each of the first four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseKind {
    /// It fires when it should.
    Fires,
    /// It ends when the condition ends.
    Clears,
    /// It is silent just below its threshold, or just before its `for` has passed.
    Below,
    /// What it does when the data is missing.
    Missing,
    /// Anything else worth proving.
    Other,
}

/// What is expected of the alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expectation {
    /// It fires once for each of these label sets (without `alertname`, `severity` and `owner`).
    Fires(Vec<Vec<(String, String)>>),
    /// It does not fire.
    Silent,
}

/// One input series.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    /// The series: `name{label="value"}`.
    pub series: String,
    /// The values in promtool's notation, one per [`Case::interval`]: `1 1 0x5 _x3`.
    pub values: String,
}

impl Given {
    /// The series of `metric` with `labels`. A histogram needs its lines one by one; see [`Given::raw`].
    pub fn series<K: Kinded, L: Labels>(
        metric: &Metric<K, L>,
        labels: L::Values<'_>,
        values: impl Into<String>,
    ) -> Self {
        let mut series = metric.to_string();
        let mut separator = '{';
        L::visit(labels, &mut |name, value| {
            let text = text(value);
            if !text.is_empty() {
                let text = text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
                // Writing to a String cannot fail.
                let _ = write!(series, "{separator}{name}=\"{text}\"");
                separator = ',';
            }
        });
        if separator == ',' {
            series.push('}');
        }
        Self { series, values: values.into() }
    }

    /// A series as text, for what is not one of our metrics, such as `up`.
    pub fn raw(series: impl Into<String>, values: impl Into<String>) -> Self {
        Self { series: series.into(), values: values.into() }
    }
}

/// The labels that an alert is expected to carry, from a label set (empty ones left out).
pub fn expected<L: Labels>(labels: L::Values<'_>) -> Vec<(String, String)> {
    let mut expected = Vec::new();
    L::visit(labels, &mut |name, value| {
        let text = text(value);
        if !text.is_empty() {
            expected.push((name.to_owned(), text));
        }
    });
    expected
}

fn text(value: LabelText<'_>) -> String {
    match value {
        LabelText::Text(text) | LabelText::Known(text) => text.to_owned(),
        LabelText::Integer(integer) => integer.to_string(),
    }
}

/// One case of an alert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// What it shows, a short sentence.
    pub name: &'static str,
    /// Which promise it proves.
    pub kind: CaseKind,
    /// The distance between two values.
    pub interval: Duration,
    /// The input.
    pub given: Vec<Given>,
    /// When to look, from the first value on.
    pub at: Duration,
    /// What must be seen.
    pub expect: Expectation,
}

/// The longest time between two evaluations: Prometheus finds no sample that is older.
const LONGEST_EVALUATION: Duration = Duration::from_mins(5);

impl Case {
    /// How often the rules are evaluated for it: as often as there are values. Cases that look at days have a value every few
    /// minutes, nothing new is to be seen in between, and the testers take long as it is.
    pub fn evaluation_interval(&self) -> Duration {
        self.interval.clamp(Duration::from_mins(1), LONGEST_EVALUATION)
    }
}
