//! Recording rules: series that rule evaluation writes, for boards and for other rules.
//!
//! They are named `level:metric:operations`, as Prometheus' best practices have it: which labels are left, what it is
//! about, and what was done to it, newest first (<https://prometheus.io/docs/practices/rules/>).
//!
//! How to get it wrong: reading one recording from another of the same group under vmalert, whose results are stored a
//! little later than they are computed. Renderers put each level into a group of its own; a chain is a level late.

use core::time::Duration;

/// One recording rule for given settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recording {
    /// The name of the series that is written.
    pub name: &'static str,
    /// What is computed, PromQL.
    pub expression: String,
    /// Labels that are put on every series of the result.
    pub labels: Vec<(&'static str, String)>,
    /// What the series says, a sentence for the reference.
    pub help: &'static str,
    /// How often it is computed, where that is not the interval of all rules: for windows of days.
    pub interval: Option<Duration>,
}
