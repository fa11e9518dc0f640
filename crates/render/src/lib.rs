//! From the catalogue to everything an operator reads or loads: pure functions from declarations to text.
//!
//! Invariants:
//! - Deterministic: no date, no version, no map without an order. The same catalogue gives the same bytes.
//! - No IO. A page that is partly written by hand is handed in as text and comes back with its generated parts new.
//! - Every file says that it is generated and from what; nobody edits one twice.
//!
//! How to get it wrong: leaving a file behind whose alert is gone. The folders of [`OWNED_FOLDERS`] hold generated
//! files only, so what [`files`] does not list there must be removed.

mod error;
mod generated;
mod markdown;
mod page;
mod reference;
mod rule_tests;
mod rules;
mod runbooks;

pub use error::RenderError;
pub use generated::{GeneratedFile, OWNED_FOLDERS};

use lookout_catalog::ALL;
use lookout_declarations::{Alert, ExporterSpec};

/// Every generated file of the repository. `existing` gives the present text of a file by its path from the
/// repository's root; it is asked only for pages that are partly written by hand.
pub fn files(existing: impl Fn(&str) -> Option<String>) -> Result<Vec<GeneratedFile>, RenderError> {
    files_of(ALL, existing)
}

/// The Prometheus rule file of one exporter, for alerts made from live settings.
pub fn rule_file(exporter: &ExporterSpec, alerts: &[Alert]) -> Result<GeneratedFile, RenderError> {
    rules::render(exporter, alerts)
}

/// The same as [`files`] for a catalogue of one's own.
pub fn files_of(
    exporters: &[&ExporterSpec],
    existing: impl Fn(&str) -> Option<String>,
) -> Result<Vec<GeneratedFile>, RenderError> {
    let mut files = vec![reference::render(exporters)];
    for exporter in exporters {
        files.extend(page::render(exporter, &existing)?);
        let alerts = (exporter.alerts)();
        if alerts.is_empty() {
            continue;
        }
        files.push(rules::render(exporter, &alerts)?);
        files.push(rule_tests::render(exporter, &alerts)?);
        files.extend(alerts.iter().map(|alert| runbooks::render(exporter, alert)));
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(files)
}
