//! Recording rules: series that rule evaluation writes, for boards and for other rules.
//!
//! They are named `level:metric:operations`, as Prometheus' best practices have it: which labels are left, what it is
//! about, and what was done to it, newest first (<https://prometheus.io/docs/practices/rules/>).
//!
//! How to get it wrong: reading one recording from another of the same group under vmalert, whose results are stored a
//! little later than they are computed. Renderers put each level into a group of its own; a chain is a level late.

use core::time::Duration;

use crate::Given;

/// One recording rule for given settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The name of the series that is written.
    pub name: &'static str,
    /// What is computed, PromQL.
    pub expression: String,
    /// Labels that are put on every series of the result.
    pub labels: Vec<(&'static str, String)>,
    /// What the series says, a sentence for the reference.
    pub help: &'static str,
    /// How often it is computed, where that is not the interval of all rules: for windows of days.
    pub interval: Option<Duration>,
    /// The proof.
    pub cases: Vec<RecordingCase>,
}

/// One case of a recording: given these series, this is recorded at that moment, and nothing else.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordingCase {
    /// What it shows, a short sentence.
    pub name: &'static str,
    /// The distance between two values.
    pub interval: Duration,
    /// The input. What the recording reads of other recordings is given here too.
    pub given: Vec<Given>,
    /// When to look. Where a window begins at a value, engines differ in whether it counts: look between two of them.
    pub at: Duration,
    /// What is recorded.
    pub expect: Vec<RecordedSample>,
}

/// One sample of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct RecordedSample {
    /// The labels, without those that the recording itself puts on.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
}

const MINUTE: Duration = Duration::from_mins(1);

/// Up to here the rules are evaluated for a case as for those of alerts.
const SHORT: Duration = Duration::from_hours(1);

impl RecordingCase {
    /// How often the rules are evaluated for it. A recording remembers nothing, so for one that looks at days, or between two minutes,
    /// it is enough to evaluate it when it is looked at.
    pub fn evaluation_interval(&self) -> Duration {
        let is_usual = self.at <= SHORT && self.at.as_millis().is_multiple_of(MINUTE.as_millis());
        if is_usual { MINUTE } else { self.at }
    }
}
