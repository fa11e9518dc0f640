//! The alerts that concern Lookout itself: it is down, a source sees nothing, old data, or less than all, or people and
//! scrapers cannot read it.
//!
//! Invariant: none of them is critical but the one for Lookout being gone. A blind spot must be mended in working
//! hours; it is the end of all watching that somebody must get up for.

mod configuration;
mod limits;
mod process;
mod serving;
mod sources;
mod watchdog;

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, expected};

use crate::metrics::{Exporter, Source};

/// A minute: the distance between two values in the cases, and the unit of the holds.
const MINUTE: Duration = Duration::from_mins(1);

/// The share of a limit above which it is nearly spent.
const NEARLY: f64 = 0.9;

/// How long an alert goes on after its condition ended, so that a source that flaps is one notification.
const KEEP_FIRING: Duration = Duration::from_mins(5);

/// The same for an alert that mutes others, which end a little later than it does.
const KEEP_MUTING: Duration = Duration::from_mins(10);

/// Every alert about Lookout itself, the gravest first.
pub fn alerts() -> Vec<Alert> {
    vec![
        process::down(),
        sources::never_succeeded(),
        sources::failing(),
        sources::measurements_withdrawn(),
        sources::data_old(),
        sources::restarting(),
        sources::items_unreadable(),
        limits::family_withheld(),
        limits::series_dropped(),
        limits::series_budget_nearly_spent(),
        configuration::rejected(),
        serving::own_certificate_expires(),
        serving::scrapes_refused(),
        serving::connections_evicted(),
        serving::connections_nearly_spent(),
        watchdog::watchdog(),
    ]
}

/// A case with one value a minute, looked at after `minutes`.
fn case(name: &'static str, kind: CaseKind, given: Vec<Given>, minutes: u32, expect: Expectation) -> Case {
    Case { name, kind, interval: MINUTE, given, at: MINUTE * minutes, expect }
}

/// The source of the cases.
const EXAMPLE: (&str, &str) = ("certs", "files");

/// The alert fires for the example source.
fn fires_for_example() -> Expectation {
    Expectation::Fires(vec![expected::<(Exporter, Source)>(EXAMPLE)])
}
