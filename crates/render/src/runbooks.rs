//! One page per alert: what it watches, then the runbook that was written for it.

use core::fmt::Write as _;

use lookout_declarations::{Alert, ExporterSpec};

use crate::{
    GeneratedFile,
    generated::origin,
    markdown::{codes, duration, table},
};

pub(crate) fn render(exporter: &ExporterSpec, alert: &Alert) -> GeneratedFile {
    let mut facts = vec![
        vec!["Exporter".to_owned(), exporter.name.to_owned()],
        vec!["Severity".to_owned(), format!("{}: {}", alert.severity, alert.severity.description())],
        vec!["Owner".to_owned(), format!("{}: {}", alert.owner, alert.owner.description())],
        vec!["Fires after".to_owned(), duration(alert.hold)],
    ];
    if !alert.inhibits.is_empty() {
        facts.push(vec!["Silences".to_owned(), codes(alert.inhibits.iter().copied())]);
    }
    let mut text = format!("# {}\n\n{}\n\n{}", alert.name, alert.summary, table(&["", ""], facts));
    // Writing to a String cannot fail.
    let _ = write!(text, "\n```promql\n{}\n```\n\n{}", alert.expression, body(alert.runbook));
    GeneratedFile::markdown(path(alert), &origin(exporter), &text)
}

/// Where the page of an alert lies.
pub(crate) fn path(alert: &Alert) -> String {
    format!("rules/generated/runbooks/{}.md", alert.name)
}

/// The runbook without a title of its own.
fn body(runbook: &str) -> &str {
    let trimmed = runbook.trim_start();
    match trimmed.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body).trim_start(),
        None => trimmed,
    }
}
