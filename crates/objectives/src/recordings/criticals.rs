//! Open critical alerts and how long they stay open, from `ALERTS`, whoever declared them.
//!
//! How to get it wrong: another interval than a minute. Openings are counted by what was not there a minute ago, so at half of it
//! each would be counted twice; therefore these recordings set theirs.

use core::time::Duration;

use lookout_declarations::{Recording, Severity, SeverityLabel};

use super::{recording, seldom};
use crate::Settings;
use crate::series::{OPEN_CRITICALS, OPENED_CRITICALS, REPAIR_TIME};

pub(super) fn recordings(settings: &Settings) -> Vec<Recording> {
    let firing = |offset: &str| {
        format!("ALERTS{{alertstate=\"firing\",{SeverityLabel}=\"{}\"}}{offset}", Severity::Critical)
    };
    let each_minute = |name, expression, help| Recording {
        interval: Some(Duration::from_mins(1)),
        ..recording(name, expression, help)
    };
    let window = settings.window;
    vec![
        each_minute(
            OPEN_CRITICALS,
            format!("count({})", firing("")),
            "How many critical alerts fire, each minute; no series where none does.",
        ),
        each_minute(
            OPENED_CRITICALS,
            format!("count({} unless {})", firing(""), firing(" offset 1m")),
            "How many critical alerts began to fire within the last minute; no series where none did.",
        ),
        seldom(
            REPAIR_TIME,
            format!(
                "60 * sum_over_time({OPEN_CRITICALS}[{window}]) / sum_over_time({OPENED_CRITICALS}[{window}])"
            ),
            "For how long critical alerts fired, in the mean over the window of the objectives.",
        ),
    ]
}
