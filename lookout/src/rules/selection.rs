//! Which alerts are meant: `--only` and `--without`, for every subcommand that can do with some of them.
//!
//! How to get it wrong: taking a name that no alert has for "nothing to do". A misspelt name ends the command.

use std::collections::BTreeSet;

use clap::Args;
use lookout_declarations::Declared;

use crate::exit::Failure;

/// Which of the alerts are meant.
#[derive(Debug, Args)]
pub(crate) struct Selection {
    /// Only these alerts, and the recording rules that they read
    #[arg(long, value_name = "ALERT", num_args = 1.., conflicts_with = "without")]
    only: Vec<String>,
    /// All but these alerts
    #[arg(long, value_name = "ALERT", num_args = 1..)]
    without: Vec<String>,
}

impl Selection {
    /// Leaves in `catalogue` what is meant.
    pub(crate) fn apply(&self, catalogue: &mut [Declared]) -> Result<(), Failure> {
        for name in self.only.iter().chain(&self.without) {
            let mut alerts = catalogue.iter().flat_map(|declared| &declared.alerts);
            if !alerts.any(|alert| alert.name == name) {
                return Err(Failure::Ask(unknown(name, catalogue)));
            }
        }
        for declared in &mut *catalogue {
            if !self.only.is_empty() {
                declared.alerts.retain(|alert| self.only.iter().any(|name| name == alert.name));
            }
            declared.alerts.retain(|alert| !self.without.iter().any(|name| name == alert.name));
        }
        if !self.only.is_empty() {
            let needed = needed(catalogue);
            for declared in catalogue {
                declared.recordings.retain(|recording| needed.contains(recording.name));
            }
        }
        Ok(())
    }
}

/// The recorded series that the alerts of `catalogue` read, and those that these are made from.
fn needed(catalogue: &[Declared]) -> BTreeSet<&'static str> {
    let recordings = || catalogue.iter().flat_map(|declared| &declared.recordings);
    let mut needed = BTreeSet::new();
    let alerts = catalogue.iter().flat_map(|declared| &declared.alerts);
    let mut expressions: Vec<&str> = alerts.map(|alert| alert.expression.as_str()).collect();
    while let Some(expression) = expressions.pop() {
        // Names of recorded series have a colon, so they are nothing else in PromQL.
        let words =
            expression.split(|next: char| !(next.is_ascii_alphanumeric() || matches!(next, '_' | ':')));
        let read: BTreeSet<&str> = words.collect();
        for recording in recordings().filter(|recording| read.contains(recording.name)) {
            if needed.insert(recording.name) {
                let parts = recordings().filter(|other| other.name == recording.name);
                expressions.extend(parts.map(|part| part.expression.as_str()));
            }
        }
    }
    needed
}

fn unknown(name: &str, catalogue: &[Declared]) -> String {
    let names = catalogue.iter().flat_map(|declared| &declared.alerts).map(|alert| alert.name);
    let near = lookout_promql::suggestion(name, names);
    format!("there is no alert `{name}`{near}; docs/reference/alerts.md lists them all")
}
