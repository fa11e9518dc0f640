//! Open critical alerts and how long they stay open, from `ALERTS`, whoever declared them.
//!
//! How to get it wrong: another interval than a minute. Openings are counted by what was not there a minute ago, so at half of it
//! each would be counted twice; therefore these recordings set theirs.

use core::time::Duration;

use lookout_declarations::{Given, Recording, Severity, SeverityLabel};

use super::cases::{halves, now, recorded, series, within};
use super::{recording, seldom};
use crate::Settings;
use crate::series::{OPEN_CRITICALS, OPENED_CRITICALS, REPAIR_TIME};

pub(super) fn recordings(settings: &Settings) -> Vec<Recording> {
    let firing = |offset: &str| {
        format!("ALERTS{{alertstate=\"firing\",{SeverityLabel}=\"{}\"}}{offset}", Severity::Critical)
    };
    let each_minute = |name, expression, help, cases| Recording {
        interval: Some(Duration::from_mins(1)),
        ..recording(name, expression, help, cases)
    };
    let nothing = || now("none fires", vec![alert("Warned", "warning", "firing", "1x20")], Vec::new());
    let window = settings.window;
    vec![
        each_minute(
            OPEN_CRITICALS,
            format!("count({})", firing("")),
            "How many critical alerts fire, each minute; no series where none does.",
            vec![
                now(
                    "two fire; one is pending, and one is a warning",
                    vec![
                        alert("One", "critical", "firing", "1x20"),
                        alert("Another", "critical", "firing", "1x20"),
                        alert("Third", "critical", "pending", "1x20"),
                        alert("Warned", "warning", "firing", "1x20"),
                    ],
                    vec![recorded(&[], 2.0)],
                ),
                nothing(),
            ],
        ),
        each_minute(
            OPENED_CRITICALS,
            format!("count({} unless {})", firing(""), firing(" offset 1m")),
            "How many critical alerts began to fire within the last minute; no series where none did.",
            vec![
                now(
                    "one begins, one has fired for long, and one has ended",
                    vec![
                        alert("Begins", "critical", "firing", "_x10 1x10"),
                        alert("Lasts", "critical", "firing", "1x20"),
                        alert("Ended", "critical", "firing", "1x5 stale"),
                        alert("Warned", "warning", "firing", "_x10 1x10"),
                    ],
                    vec![recorded(&[], 1.0)],
                ),
                nothing(),
            ],
        ),
        seldom(
            REPAIR_TIME,
            format!(
                "60 * sum_over_time({OPEN_CRITICALS}[{window}]) / sum_over_time({OPENED_CRITICALS}[{window}])"
            ),
            "For how long critical alerts fired, in the mean over the window of the objectives.",
            vec![
                within(
                    "two were open in each minute, and one began",
                    window.get(),
                    vec![
                        series(OPEN_CRITICALS, &[], halves(9.0, 2.0, 2.0)),
                        series(OPENED_CRITICALS, &[], halves(1.0, 1.0, 1.0)),
                    ],
                    vec![recorded(&[], 120.0)],
                ),
                now("none was open", Vec::new(), Vec::new()),
            ],
        ),
    ]
}

/// A row of `ALERTS`.
fn alert(name: &str, severity: &str, state: &str, values: &str) -> Given {
    series("ALERTS", &[("alertname", name), ("severity", severity), ("alertstate", state)], values)
}
