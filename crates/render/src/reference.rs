//! The reference: every metric, label, alert and reason of the suite, as tables.
//!
//! The tables are shared with the exporters' own pages, see `page.rs`.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declaration, ExporterSpec, Kind, Permission, Reason, Stability};

use crate::{
    GeneratedFile,
    markdown::{code, codes, duration, table},
};

/// Where the reference lies.
const PATH: &str = "docs/metrics.md";

pub(crate) fn render(exporters: &[&ExporterSpec]) -> GeneratedFile {
    let mut text =
        "# Metrics\n\nEverything that Lookout exposes, by exporter. A stable name changes only with a major \
                    version; an experimental one may change with any.\n"
            .to_owned();
    for exporter in exporters {
        // Writing to a String cannot fail.
        let _ =
            write!(text, "\n## {}\n\n{}\n\n{}", exporter.name, exporter.question, metrics(exporter.metrics));
        let alerts = (exporter.alerts)();
        if !alerts.is_empty() {
            let _ = write!(text, "\nAlerts:\n\n{}", self::alerts(&alerts, ".."));
        }
    }
    let _ = write!(
        text,
        "\n## Reasons\n\nWhy a source, or an item of one, could not be read.\n\n{}",
        reasons_by_exporter(exporters)
    );
    GeneratedFile::markdown(PATH, "the catalogue", &text)
}

/// The metrics, then the labels that they have.
pub(crate) fn metrics(declarations: &[&Declaration]) -> String {
    let rows = declarations.iter().map(|declaration| {
        vec![
            code(declaration.name),
            kind(declaration),
            unit(declaration).to_owned(),
            labels_of(declaration),
            declaration.help.to_owned(),
            status(declaration),
        ]
    });
    let metrics = table(&["Metric", "Kind", "Unit", "Labels", "Meaning", "Status"], rows);
    let labels = labels(declarations);
    if labels.is_empty() { metrics } else { format!("{metrics}\n{labels}") }
}

/// The alerts, each linked to its runbook; `root` leads to the repository's root.
pub(crate) fn alerts(alerts: &[Alert], root: &str) -> String {
    let rows = alerts.iter().map(|alert| {
        vec![
            format!("[`{0}`]({root}/{1})", alert.name, crate::runbooks::path(alert)),
            alert.severity.to_string(),
            alert.owner.to_string(),
            duration(alert.hold),
            alert.summary.to_owned(),
        ]
    });
    table(&["Alert", "Severity", "Owner", "After", "What is wrong"], rows)
}

/// The reasons for which a source can fail, each with what to do.
pub(crate) fn reasons(reasons: &[Reason]) -> String {
    let known =
        Reason::ALL.iter().filter(|reason| reasons.contains(reason) || Reason::OF_DRIVER.contains(reason));
    let rows = known.map(|reason| {
        vec![code(reason.as_str()), reason.description().to_owned(), reason.remedy().to_owned()]
    });
    table(&["Reason", "Meaning", "What to do"], rows)
}

/// The rights that an exporter uses.
pub(crate) fn permissions(permissions: &[Permission]) -> String {
    if permissions.is_empty() {
        return "It needs no rights.\n".to_owned();
    }
    let rows = permissions.iter().map(|permission| {
        [permission.verb, permission.resource, permission.why, permission.without]
            .map(ToOwned::to_owned)
            .to_vec()
    });
    table(&["Right", "On", "Why", "Without it"], rows)
}

fn reasons_by_exporter(exporters: &[&ExporterSpec]) -> String {
    let rows = Reason::ALL.iter().map(|reason| {
        let having = exporters.iter().filter(|exporter| exporter.reasons.contains(reason));
        let having = if Reason::OF_DRIVER.contains(reason) {
            "every source".to_owned()
        } else {
            having.map(|exporter| exporter.name).collect::<Vec<_>>().join(", ")
        };
        vec![code(reason.as_str()), reason.description().to_owned(), reason.remedy().to_owned(), having]
    });
    table(&["Reason", "Meaning", "What to do", "Of"], rows)
}

fn kind(declaration: &Declaration) -> String {
    let kind = match declaration.kind {
        Kind::Gauge => "gauge",
        Kind::Counter => "counter",
        Kind::Histogram => "histogram",
        Kind::Info => "info",
    };
    if declaration.buckets.is_empty() {
        return kind.to_owned();
    }
    let bounds: Vec<String> = declaration.buckets.iter().map(ToString::to_string).collect();
    format!("{kind}, up to {}", bounds.join(", "))
}

/// An info metric has no unit: its value says nothing.
fn unit(declaration: &Declaration) -> &'static str {
    match declaration.kind {
        Kind::Info => "",
        Kind::Gauge | Kind::Counter | Kind::Histogram => declaration.unit.as_str(),
    }
}

fn labels_of(declaration: &Declaration) -> String {
    let open = declaration.object_labels.map(|prefix| format!("{prefix}…"));
    let names = declaration.labels.iter().map(|label| label.name);
    codes(names.chain(open.as_deref()))
}

fn status(declaration: &Declaration) -> String {
    let mut status = match declaration.stability {
        Stability::Stable => "stable".to_owned(),
        Stability::Experimental => "experimental".to_owned(),
    };
    if declaration.opt_in {
        status.push_str(", on request");
    }
    if let Some(whose) = declaration.compatible_with {
        let _ = write!(status, ", as in {whose}");
    }
    status
}

/// The labels in the order of their first use. Two labels can share a name and differ in meaning and values.
fn labels(declarations: &[&Declaration]) -> String {
    /// A label of more metrics than this says how many; the table above says which.
    const FEW: usize = 3;
    let mut order = Vec::new();
    let mut used_by: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for declaration in declarations {
        for label in declaration.labels {
            let users = used_by.entry((label.name, label.description)).or_default();
            if users.is_empty() {
                order.push(label);
            }
            users.push(declaration.name);
        }
    }
    if order.is_empty() {
        return String::new();
    }
    let rows = order.iter().map(|label| {
        let users = used_by.get(&(label.name, label.description)).map_or(&[][..], Vec::as_slice);
        let users =
            if users.len() > FEW { format!("{} metrics", users.len()) } else { codes(users.iter().copied()) };
        let values = label.values.iter().map(|known| format!("`{}`: {}", known.value, known.description));
        vec![code(label.name), label.description.to_owned(), values.collect::<Vec<_>>().join("<br>"), users]
    });
    table(&["Label", "Meaning", "Values", "Of"], rows)
}
