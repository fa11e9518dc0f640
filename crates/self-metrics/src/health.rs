//! The health of Lookout itself: which of its sources work.
//!
//! A source whose first cycle has not ended has no `lookout_source_up`, and one that hangs never gets it; so the sources are
//! those of `lookout_source_info`. A source that fails in one replica or shard fails.

use lookout_declarations::{Given, Health, HealthCase, Layer};

use crate::metrics::{DataLabel, Exporter, SOURCE_INFO, SOURCE_UP, Source};

/// What of Lookout is healthy or not.
pub fn health() -> Vec<Health> {
    let up = format!("{SOURCE_UP} or on (job, instance, {Exporter}, {Source}) 0 * {SOURCE_INFO}");
    vec![Health {
        system: "lookout",
        layer: Layer::Observability,
        parts: "sources",
        expression: format!("min without ({DataLabel}, instance, pod) ({up})"),
        cases: cases(),
    }]
}

fn cases() -> Vec<HealthCase> {
    let of = |metric: &dyn core::fmt::Display, labels: &str, replica: &str, values: &str| {
        let target = format!("job=\"lookout\",instance=\"{replica}:9000\",pod=\"{replica}\"");
        Given::raw(format!("{metric}{{exporter=\"certs\",{labels},{target}}}"), values)
    };
    let info = |source: &str, replica| {
        of(&SOURCE_INFO, &format!("source=\"{source}\",data=\"facts\""), replica, "1x20")
    };
    let up = |source: &str, replica, values| of(&SOURCE_UP, &format!("source=\"{source}\""), replica, values);
    let (one, other) = ("lookout-0", "lookout-1");
    vec![HealthCase {
        name: "one works, one fails in a replica, and one has never ended its first cycle",
        given: vec![
            info("files", one),
            up("files", one, "1x20"),
            info("files", other),
            up("files", other, "1x20"),
            info("secrets", one),
            up("secrets", one, "1x20"),
            info("secrets", other),
            up("secrets", other, "0x20"),
            info("endpoints", one),
        ],
        n_parts: 3,
        n_healthy: 1,
    }]
}
