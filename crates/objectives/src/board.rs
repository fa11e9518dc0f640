//! The boards above the exporters: the platform as a whole, its data, and the way in from outside.
//!
//! Each exporter's own board has the details. What belongs to exporters that are still to come has no panel here yet: an empty
//! panel would say that nothing is wrong.
//!
//! How to get it wrong: `or vector(0)` for a count of alerts. Where no rules are evaluated, that says "none"; so zero is taken from a
//! series that the same evaluation writes.

mod data;
mod external;
mod platform;

use core::fmt::Display;

use lookout_declarations::{Board, Owner, OwnerLabel, Query, Severity, SeverityLabel};

use crate::Settings;
use crate::series::PLATFORM_HEALTH;

/// The boards for `settings`, the overview first.
pub fn boards(_settings: &Settings) -> Vec<Board> {
    vec![platform::board(), data::board(), external::board()]
}

/// What an empty panel about objectives means.
const NO_OBJECTIVE: &str = "no objective is configured, or nothing is recorded of it yet";

/// What an empty list of faults means: that none is known, which is not that there is none.
const NONE_KNOWN: &str = "none known";

/// The firing alerts of Lookout with these further matchers.
fn firing(matchers: &str) -> String {
    format!(
        "ALERTS{{alertname=~\"Lookout.+\",alertname!=\"LookoutWatchdog\",alertstate=\"firing\"{matchers}}}"
    )
}

fn of_severity(severity: Severity) -> String {
    format!(",{SeverityLabel}=\"{severity}\"")
}

fn of_owner(owner: Owner) -> String {
    format!(",{OwnerLabel}=\"{owner}\"")
}

/// How many; zero where rules are evaluated and none is there.
fn counted(series: &str) -> String {
    format!("count({series}) or 0 * {PLATFORM_HEALTH}")
}

/// One value from all replicas of Lookout.
fn once(series: impl Display) -> String {
    format!("max without (instance, pod) ({series})")
}

/// A query that is empty where no objective is configured.
fn promised(expression: impl Into<String>, legend: &'static str) -> Query {
    Query::new(expression, legend).when_empty(NO_OBJECTIVE)
}
