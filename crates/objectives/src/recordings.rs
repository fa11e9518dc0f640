//! The recording rules: objectives, the health of the platform, and how long critical alerts stay open.

mod cases;
mod criticals;
mod health;
mod objectives;
mod samples;

use core::time::Duration;

use lookout_declarations::{Recording, RecordingCase};

use crate::Settings;

/// The recordings for `settings`, what is read by others first.
pub fn recordings(settings: &Settings) -> Vec<Recording> {
    let mut recordings = health::recordings(settings);
    recordings.extend(objectives::recordings(settings));
    recordings.extend(criticals::recordings(settings));
    recordings
}

/// How often windows of days are computed: they hardly move, and two minutes are less than what a series may be late.
const SELDOM: Duration = Duration::from_mins(2);

/// A recording without labels of its own, at the interval of all rules.
fn recording(
    name: &'static str,
    expression: String,
    help: &'static str,
    cases: Vec<RecordingCase>,
) -> Recording {
    Recording { name, expression, labels: Vec::new(), help, interval: None, cases }
}

/// A recording that is computed less often.
fn seldom(
    name: &'static str,
    expression: String,
    help: &'static str,
    cases: Vec<RecordingCase>,
) -> Recording {
    Recording { interval: Some(SELDOM), ..recording(name, expression, help, cases) }
}
