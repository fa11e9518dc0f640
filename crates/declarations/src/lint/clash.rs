//! Clashes over the whole catalogue: two metrics that would need the same name in one of the formats.
//!
//! OpenMetrics names a family without its ending (`x` for `x_total` and `x_info`) and reserves `_created`;
//! a histogram `h` owns `h_bucket`, `h_sum` and `h_count` in both formats.

use std::collections::BTreeMap;

use super::Finding;
use crate::{Declaration, Kind};

pub(super) fn lint(declarations: &[&Declaration], findings: &mut Vec<Finding>) {
    let mut owners: BTreeMap<String, &'static str> = BTreeMap::new();
    let mut names: BTreeMap<&'static str, usize> = BTreeMap::new();
    for declaration in declarations {
        *names.entry(declaration.name).or_default() += 1;
    }
    for (name, n_declared) in names.iter().filter(|(_, n_declared)| **n_declared > 1) {
        findings.push(Finding::new(
            *name,
            format!("it is declared {n_declared} times"),
            "declare it once, and let both read that constant",
        ));
    }
    for declaration in declarations {
        for taken in taken(declaration) {
            match owners.get(&taken) {
                Some(&owner) if owner != declaration.name => {
                    findings.push(Finding::new(
                        declaration.name,
                        format!("it clashes with `{owner}`: both need the name `{taken}`"),
                        "rename one of them",
                    ));
                    // One finding for a pair says it all.
                    break;
                }
                Some(_) => {}
                None => {
                    owners.insert(taken, declaration.name);
                }
            }
        }
    }
}

/// Every name that the metric needs in text format 0.0.4 or in OpenMetrics 1.0, its family's first.
fn taken(declaration: &Declaration) -> Vec<String> {
    let name = declaration.name;
    let (family, endings): (&str, &[&str]) = match declaration.kind {
        Kind::Gauge => (name, &[]),
        Kind::Counter => match name.strip_suffix("_total") {
            Some(family) => (family, &["_total", "_created"]),
            // Somebody else's counter without `_total` is of unknown type in OpenMetrics.
            None => (name, &[]),
        },
        Kind::Histogram => (name, &["_bucket", "_sum", "_count", "_created"]),
        Kind::Info => (name.strip_suffix("_info").unwrap_or(name), &["_info"]),
    };
    let mut taken = vec![family.to_owned(), name.to_owned()];
    taken.extend(endings.iter().map(|ending| format!("{family}{ending}")));
    taken
}
