//! Labels: valid names that do not collide with those that Prometheus itself gives, and usable closed lists.

use std::collections::BTreeSet;

use super::{Finding, name::is_identifier};
use crate::{Declaration, LabelInfo};

/// What the scrape, a histogram or a summary puts on a series. Our own would be renamed to `exported_…`, or clash.
const RESERVED: &[&str] = &["le", "quantile", "job", "instance"];

/// The labels that metrics with names of other exporters have: our own metrics join with those, so they may use
/// these names too, whatever their case.
pub(super) fn of_compatible_metrics(declarations: &[&Declaration]) -> BTreeSet<&'static str> {
    declarations
        .iter()
        .filter(|declaration| declaration.compatible_with.is_some())
        .flat_map(|declaration| declaration.labels.iter().map(|label| label.name))
        .collect()
}

pub(super) fn lint(declaration: &Declaration, foreign: &BTreeSet<&str>, findings: &mut Vec<Finding>) {
    let mut find = |fault: String, mend: &str| findings.push(Finding::new(declaration.name, fault, mend));
    let mut seen = BTreeSet::new();
    for label in declaration.labels {
        lint_name(label.name, foreign, &mut find);
        lint_values(label, &mut find);
        if !seen.insert(label.name) {
            find(format!("the label `{}` is there twice", label.name), "remove one from the label set");
        }
        if label.description.trim().is_empty() {
            find(
                format!("the label `{}` is not described", label.name),
                "give its declaration a doc comment",
            );
        }
    }
    if let Some(prefix) = declaration.object_labels {
        lint_object_labels(prefix, declaration.labels, &mut find);
    }
}

fn lint_name(name: &str, foreign: &BTreeSet<&str>, find: &mut impl FnMut(String, &str)) {
    if !is_identifier(name) {
        find(
            format!("the label name `{name}` is not valid"),
            "use ASCII letters, digits and underscores, no colon, and no digit first",
        );
    } else if !foreign.contains(name) && name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        find(
            format!("the label name `{name}` is not in snake case"),
            "use lower case words joined by underscores",
        );
    }
    if RESERVED.contains(&name) || name.starts_with("__") {
        find(
            format!("the label name `{name}` is reserved by Prometheus"),
            "say whose it is: `topic_instance`, not `instance`",
        );
    }
}

fn lint_values(label: &LabelInfo, find: &mut impl FnMut(String, &str)) {
    let name = label.name;
    let mut seen = BTreeSet::new();
    for known in label.values {
        let value = known.value;
        if value.is_empty() {
            find(
                format!("the label `{name}` lists an empty value"),
                "an empty label is an absent one: leave it out of the list",
            );
        }
        // The encoder writes listed values as they are.
        if value.bytes().any(|byte| !(b' '..=b'~').contains(&byte) || matches!(byte, b'"' | b'\\')) {
            find(
                format!("the value `{value}` of the label `{name}` would need an escape"),
                "use printable ASCII without quotes and backslashes",
            );
        }
        if !seen.insert(value) {
            find(
                format!("the label `{name}` lists `{value}` twice"),
                "every variant needs a value of its own",
            );
        }
        if known.description.trim().is_empty() {
            find(
                format!("the value `{value}` of the label `{name}` is not described"),
                "give the variant a doc comment",
            );
        }
    }
}

fn lint_object_labels(prefix: &str, labels: &[LabelInfo], find: &mut impl FnMut(String, &str)) {
    if !is_identifier(prefix) || !prefix.ends_with('_') || prefix.starts_with("__") {
        find(
            format!("the prefix `{prefix}` of the object labels is not usable"),
            "use a valid label name that ends in one underscore, such as `secret_label_`",
        );
    }
    if let Some(label) = labels.iter().find(|label| label.name.starts_with(prefix)) {
        find(
            format!("the label `{}` can collide with an object label", label.name),
            "rename the label, or the prefix",
        );
    }
}
