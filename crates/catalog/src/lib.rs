//! Every exporter of the suite, in documentation order: the list that rules, boards, documentation and tests read.
//!
//! A plain list, not link-time registration: it can be read, ordered and searched. `cargo xtask new-exporter` adds
//! the lines, `cargo xtask tidy` finds a missing one.
//!
//! Invariants:
//! - It names spec crates only, so whatever reads it builds without librdkafka, cloud SDKs or TLS.
//! - The order is that of the documentation and of the sections of the default configuration file.
//!
//! How to get it wrong: adding a spec without its collector. The binary's own test compares both lists.

mod settings;

use lookout_declarations::ExporterSpec;

pub use settings::Settings;

/// Every exporter: first what Lookout says of itself, then one by one what it watches.
pub const ALL: &[&ExporterSpec] = &[
    &lookout_self_metrics::SPEC,
    &lookout_kubernetes_spec::SPEC,
    &lookout_certs_spec::SPEC,
    &lookout_probe_spec::SPEC,
    &lookout_kafka_spec::SPEC,
    // new-exporter: add above
];
