//! The house rules as code. One rule is one file; it is a pure function of the [`House`] and says of each breach
//! where it is, what is wrong and how to mend it.
//!
//! What a compiler or clippy can notice is not repeated here.
//!
//! How to get it wrong: an exception written into the rule's caller. A rule knows its own exceptions, with reasons.

mod changelog;
mod dependency_table;
#[cfg(test)]
mod example;
mod exporter_wiring;
mod file_length;
mod file_size;
mod folder_manifest;
mod host_paths;
mod manifest;
mod member_dependencies;
mod metric_block;
mod metric_literal;
mod metric_use;
mod module_file;
mod module_header;
mod test_name;
mod unfinished_work;
mod workspace_lints;

use std::fmt;

use lookout_declarations::ExporterSpec;

use crate::error::Error;
use crate::tree::Tree;
use crate::workspace::Workspace;

/// What the rules look at.
#[derive(Debug)]
struct House {
    /// The files.
    tree: Tree,
    /// What the catalogue declares.
    catalogue: Vec<&'static ExporterSpec>,
}

/// A breach of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    severity: Severity,
    what: String,
    mend: String,
}

/// Whether a finding fails the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Severity {
    /// It does.
    Failure,
    /// It is shown, and does not.
    Warning,
}

impl Finding {
    fn new(path: &str, line: usize, what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            severity: Severity::Failure,
            what: what.into(),
            mend: mend.into(),
        }
    }

    fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, severity, what, mend } = self;
        let word = match severity {
            Severity::Failure => "",
            Severity::Warning => "warning: ",
        };
        write!(formatter, "{path}:{line}: {word}{what}; {mend}")
    }
}

/// A rule finds its breaches in a house.
type Rule = fn(&House) -> Vec<Finding>;

/// Every rule, in alphabetical order.
const RULES: &[Rule] = &[
    changelog::check,
    dependency_table::check,
    exporter_wiring::check,
    file_length::check,
    file_size::check,
    folder_manifest::check,
    host_paths::check,
    member_dependencies::check,
    metric_block::check,
    metric_literal::check,
    metric_use::check,
    module_file::check,
    module_header::check,
    test_name::check,
    unfinished_work::check,
    workspace_lints::check,
];

/// Checks the repository and prints each finding.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let house = House { tree: Tree::load(workspace)?, catalogue: lookout_catalog::ALL.to_vec() };
    let mut findings: Vec<Finding> = RULES.iter().flat_map(|rule| rule(&house)).collect();
    findings.sort_by(|one, other| (&one.path, one.line).cmp(&(&other.path, other.line)));
    for finding in &findings {
        println!("{finding}");
    }
    let n_failures = findings.iter().filter(|finding| finding.severity == Severity::Failure).count();
    let n_files = house.tree.files().count();
    println!("tidy: {} rules, {n_files} files, {n_failures} breaches", RULES.len());
    if n_failures == 0 { Ok(()) } else { Err(Error::BreakRules { n_failures }) }
}

#[cfg(test)]
impl House {
    /// A house of texts without a catalogue, for tests of rules.
    fn of<P: Into<String>, T: Into<String>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        Self { tree: Tree::of(files), catalogue: Vec::new() }
    }
}

/// Asserts what a rule finds: pairs of place and a part of the message. Prints both lists where they differ.
#[cfg(test)]
#[track_caller]
fn assert_finds(rule: Rule, house: &House, expected: &[(&str, &str)]) {
    let found: Vec<String> = rule(house).iter().map(Finding::to_string).collect();
    let fits = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, (place, part))| found.starts_with(&format!("{place}: ")) && found.contains(part));
    assert!(fits, "expected {expected:#?}\nfound {found:#?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_prints_its_place_the_breach_and_the_remedy() {
        let finding = Finding::new("src/lib.rs", 7, "it is wrong", "mend it");
        assert_eq!(finding.to_string(), "src/lib.rs:7: it is wrong; mend it");
        assert_eq!(finding.into_warning().to_string(), "src/lib.rs:7: warning: it is wrong; mend it");
    }
}
