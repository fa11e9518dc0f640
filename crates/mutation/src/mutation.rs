//! The kinds of fault, each one that a person could make while writing a rule.

use core::fmt;

use serde::Serialize;

/// What was done to an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// A comparison turned round, or with or without equality.
    Comparator,
    /// A number a step higher or lower.
    Threshold,
    /// A parameter of a function or aggregation, such as a quantile, higher or lower.
    Parameter,
    /// One of `and`, `or` and `unless` without one of its sides.
    Arm,
    /// A matcher that is gone.
    Matcher,
    /// A label that is gone from `by` or `without`.
    Grouping,
    /// A label that is gone from `on` or `ignoring`.
    Matching,
    /// A range that is half or twice as long.
    Window,
    /// `for` gone, or twice as long.
    Hold,
    /// `keep_firing_for` gone.
    KeepFiring,
}

impl Mutation {
    /// What a person calls it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Comparator => "comparator",
            Self::Threshold => "threshold",
            Self::Parameter => "parameter",
            Self::Arm => "arm",
            Self::Matcher => "matcher",
            Self::Grouping => "grouping",
            Self::Matching => "matching",
            Self::Window => "window",
            Self::Hold => "for",
            Self::KeepFiring => "keep_firing_for",
        }
    }
}

impl fmt::Display for Mutation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}
