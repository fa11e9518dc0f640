//! What Lookout says of itself: the declarations of the exporter `lookout`. Pure data, like any spec crate.
//!
//! Why a crate of its own: rules, boards and documentation read these metrics like everybody else's, without
//! building the runtime that fills them.
//!
//! Invariants:
//! - Absence means "unknown" throughout: a source that never succeeded has no success time, one whose data were
//!   withdrawn has no data age, a process figure that the system does not give is not a zero.
//! - What counts failures exists as zero from the start, so that `increase()` sees the first one.
//!
//! How to get it wrong: adding a metric that only the runtime knows of. It needs a panel, an alert or a waiver.

mod alerts;
mod board;
mod health;
pub mod metrics;

pub use alerts::alerts;
pub use board::board;
pub use health::health;

use lookout_declarations::{ExporterSpec, Health, Reason};

/// The name of the exporter that speaks of Lookout itself.
pub const NAME: &str = "lookout";

/// Why reading the process's own figures can fail, besides the driver's own reasons.
pub const REASONS: &[Reason] = &[Reason::Io];

/// The exporter `lookout`, as the catalogue lists it.
pub const SPEC: ExporterSpec = ExporterSpec {
    name: NAME,
    question: "Does Lookout itself see what it is meant to watch, and how close is it to its own limits?",
    unconfigured: "",
    metrics: metrics::METRICS,
    reasons: REASONS,
    permissions: &[],
    alerts,
    equivalents: &[],
    recordings: || Health::all(&health()),
    boards: || vec![board()],
};
