//! Is data flowing at its usual rate, how many seconds behind is each consumer, is durability at risk?
//!
//! This crate declares the exporter: metrics, settings, alerts, board, permissions and reasons. Invariant: no IO and no
//! clock here; rules, boards and documentation are rendered from this crate alone, without a TLS library or librdkafka. The
//! collector is `lookout-kafka`.

mod across;
pub mod address;
mod alerts;
mod board;
pub mod config;
mod health;
pub mod labels;
pub mod metrics;
pub mod pattern;
mod permissions;
mod reasons;

use lookout_declarations::{Alert, Board, Declares, Equivalent, ExporterSpec, Health, Recording};

pub use alerts::alerts;
pub use board::board;
pub use config::Settings;
pub use health::health;
pub use permissions::PERMISSIONS;
pub use reasons::REASONS;

/// The exporter, as the catalogue knows it.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: "kafka",
    question: "Is data flowing at its usual rate, how many seconds behind is each consumer, is durability at risk?",
    unconfigured: "list the clusters to watch under `kafka.clusters`, each with some of its brokers",
    metrics: metrics::METRICS,
    reasons: REASONS,
    permissions: PERMISSIONS,
    alerts: || Settings::default().alerts(),
    equivalents: &[
        Equivalent {
            alerts: &["LookoutKafkaLogDirectoryFillsUp"],
            part: "14400)) < 0",
            why: "the bytes that are left in four hours are a prediction: it is not exactly zero, and less than one byte is none",
        },
        Equivalent {
            alerts: &["LookoutKafkaGroupWithoutMembers"],
            part: "→ max without (instance, pod) (kafka_consumergroup_lag_sum) and ignoring (consumergroup) max without",
            why: "a group that reads is left out of this alert anyway, so its lag need not be told from markers",
        },
    ],
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
