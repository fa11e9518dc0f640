//! The health of Lookout itself: which of its sources work.
//!
//! A source whose first cycle has not ended has no `lookout_source_up`, and one that hangs never gets it; so the sources are
//! those of `lookout_source_info`. A source that fails in one replica or shard fails.

use lookout_declarations::{Health, Layer};

use crate::metrics::{DataLabel, Exporter, SOURCE_INFO, SOURCE_UP, Source};

/// What of Lookout is healthy or not.
pub fn health() -> Vec<Health> {
    let up = format!("{SOURCE_UP} or on (job, instance, {Exporter}, {Source}) 0 * {SOURCE_INFO}");
    vec![Health {
        system: "lookout",
        layer: Layer::Observability,
        parts: "sources",
        expression: format!("min without ({DataLabel}, instance, pod) ({up})"),
    }]
}
