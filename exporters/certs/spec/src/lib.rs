//! Which certificate fails next, and is the one being served the one that is stored?
//!
//! This crate declares the exporter: metrics, settings, alerts, board, permissions and reasons. It reads and
//! connects to nothing, so that rules and documentation build without a TLS library; the collector is
//! `lookout-certs`.

pub mod address;
mod alerts;
mod board;
pub mod config;
mod equivalents;
mod health;
pub mod labels;
pub mod metrics;
pub mod name_pattern;
pub mod pattern;
mod permissions;
mod reasons;

use lookout_declarations::{Alert, Board, Declares, ExporterSpec, Health, Recording};

pub use alerts::alerts;
pub use board::board;
pub use config::Settings;
pub use health::health;
pub use permissions::{CLUSTER_PERMISSIONS, NAMESPACED_PERMISSIONS, PERMISSIONS};
pub use reasons::{ATTEMPT_REASONS, CLUSTER_REASONS, ENDPOINT_REASONS, FILE_REASONS, REASONS};

/// The exporter, as the catalogue knows it.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: "certs",
    question: "Which certificate fails next, and is the one being served the one that is stored?",
    unconfigured: "list what to watch under `certs.files`, `certs.directories`, `certs.presets` or `certs.endpoints`, or let it \
                   find a Kubernetes cluster",
    metrics: metrics::METRICS,
    reasons: REASONS,
    permissions: PERMISSIONS,
    alerts: || Settings::default().alerts(),
    equivalents: equivalents::EQUIVALENTS,
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
