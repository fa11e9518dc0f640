//! The tables of the reference: metrics, labels, alerts, reasons, rights.
//!
//! They are in the book and, exporter by exporter, in the pages written by hand; see `page.rs`.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declaration, ExporterSpec, Kind, Permission, Reason, Stability};

use crate::markdown::{code, codes, duration, table};

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

/// The alerts, each linked to its runbook; `runbooks` leads to their folder.
pub(crate) fn alerts(alerts: &[Alert], runbooks: &str) -> String {
    let rows = alerts.iter().map(|alert| {
        vec![
            format!("[`{0}`]({runbooks}/{0}.md)", alert.name),
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

/// Every reason, and whose sources can fail for it.
pub(crate) fn reasons_by_exporter(exporters: &[&ExporterSpec]) -> String {
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
