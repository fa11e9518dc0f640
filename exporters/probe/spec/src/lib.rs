//! Does this target answer, now, seen from here?
//!
//! This crate declares the exporter: metrics, settings, alerts, board, permissions and reasons, and the pure part of
//! its safety: which targets may be asked for ([`pattern`]) and which addresses may be connected to ([`policy`]). It
//! connects to nothing; the prober is `lookout-probe`.
//!
//! Invariant: nothing of a probe is ever on `/metrics`. The metrics stand here because rules, boards and documentation
//! read them, and they are served by `/probe` alone.

mod alerts;
mod board;
pub mod config;
mod health;
pub mod host;
pub mod labels;
pub mod metrics;
pub mod network;
pub mod pattern;
mod permissions;
pub mod policy;
mod reasons;

use lookout_declarations::{Alert, Board, Declares, ExporterSpec, Health, Recording};

pub use alerts::alerts;
pub use board::board;
pub use config::Settings;
pub use health::health;
pub use permissions::PERMISSIONS;
pub use reasons::REASONS;

/// The name of the exporter: its folder, its section in the configuration, its cargo feature.
pub const NAME: &str = "probe";

/// The exporter, as the catalogue knows it.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: NAME,
    question: "Does this target answer, now, seen from here?",
    unconfigured: "list what may be asked for under `probe.targets`",
    metrics: metrics::METRICS,
    reasons: REASONS,
    permissions: PERMISSIONS,
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
        Health::all(&health())
    }

    fn boards(&self) -> Vec<Board> {
        vec![board(self)]
    }
}
