//! One check of PromQL text against the declarations (invariant 1).
//!
//! PromQL never says that a name is wrong: a misspelt metric, a label that the metric lacks or a join whose sides
//! carry different labels is an empty result, and an alert over it stays silent for ever. So every expression of
//! the catalogue is parsed here and followed with the labels that its series can carry, without any server.
//!
//! Invariants:
//! - [`check`] never panics, whatever the text, and its cost is bounded by [`MAXIMUM_LENGTH`].
//! - What is reported is wrong on every server, at the latest when a group has a second row. Where the declarations
//!   cannot tell, the check is silent: it does not know the labels of series that are not ours, nor which labels tell
//!   the rows of an info metric apart.
//! - Series of other exporters are admitted by name only.
//!
//! How to get it wrong: trusting a test with hand-written series for joins. Real series carry `job` and `instance`,
//! which the check knows and a unit test's input often lacks.

mod aggregation;
mod alert;
mod binary;
mod expression;
mod foreign;
mod function;
mod known;
mod labels;
mod places;
mod pretty;
mod problem;
mod selector;
mod shape;
mod template;
mod text;
mod vocabulary;
mod walk;

use std::collections::BTreeSet;

use lookout_declarations::Declaration;

pub use alert::{ADDED, check_alert};
pub use expression::{Expression, name_of};
pub use foreign::{Foreign, check_foreign};
pub use known::suggestion;
pub use labels::LabelSet;
pub use pretty::pretty;
pub use problem::{Place, Problem, Rule};
pub use text::MAXIMUM_LENGTH;
pub use vocabulary::{Recorded, Vocabulary};

/// What a sound expression reads and yields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The labels that the resulting series can carry; none for a scalar.
    pub labels: LabelSet,
    /// The declared metrics that it reads, by their declared names.
    pub metrics: BTreeSet<&'static str>,
}

/// Checks one PromQL text against `declarations`. `foreign` names the series of other exporters that it may read.
///
/// Grafana's `$__rate_interval`, `$__interval` and `$__range` are admitted. The error holds every problem found, in
/// the order of the text.
pub fn check(text: &str, declarations: &[&Declaration], foreign: &[&str]) -> Result<(), Vec<Problem>> {
    inspect(text, declarations, foreign).map(drop)
}

/// The same as [`check`]; says for a sound expression what it reads and which labels its result can carry.
pub fn inspect(text: &str, declarations: &[&Declaration], foreign: &[&str]) -> Result<Outcome, Vec<Problem>> {
    walk::inspect(text, known::Known::new(declarations, foreign))
}
