//! Is the platform as healthy, as available and as fast as was promised, and how much of the promise is left?
//!
//! Objectives stand above the exporters: they read their metrics, measure nothing themselves, and are declared like an exporter's
//! matters: recordings, alerts, boards. What was promised stands in the section `objectives` of the configuration.
//!
//! Invariants:
//! - An objective is a target and the share of errors, both recorded with the same labels. So one alert serves all of them, and a
//!   further objective adds recordings and nothing else.
//! - Where nothing is measured there is no share of errors, and an alert says so: missing data is not availability.
//! - Health never rises by removal: what vanished counts as not healthy for [`Settings::removed_parts_for`].
//!
//! How to get it wrong: judging a silenced, suspended or scaled-down thing as healthy. Health reads what is there, not what is
//! notified.

mod alerts;
mod board;
pub mod config;
pub mod labels;
mod mutings;
mod recordings;
pub mod series;

pub use alerts::alerts;
pub use board::boards;
pub use config::Settings;
pub use recordings::recordings;

use lookout_declarations::{Alert, Board, Declares, ExporterSpec, Muting, Recording};

/// The name: the section in the configuration, and the group of the rules.
pub const NAME: &str = "objectives";

/// What is declared, in the form of an exporter without metrics.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: NAME,
    question: "Is the platform as healthy, as available and as fast as was promised?",
    unconfigured: "list what was promised under `objectives.probes`",
    metrics: &[],
    reasons: &[],
    permissions: &[],
    alerts: || Settings::default().alerts(),
    equivalents: &[],
    recordings: || Settings::default().recordings(),
    boards: || Settings::default().boards(),
};

impl Declares for Settings {
    fn spec(&self) -> &'static ExporterSpec {
        &SPEC
    }

    fn alerts(&self) -> Vec<Alert> {
        alerts(self)
    }

    fn recordings(&self) -> Vec<Recording> {
        recordings(self)
    }

    fn boards(&self) -> Vec<Board> {
        boards(self)
    }

    fn mutings(&self) -> Vec<Muting> {
        mutings::mutings(self)
    }
}
