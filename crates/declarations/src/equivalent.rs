//! Equivalent mutants: changes of an alert that make no difference, and why.
//!
//! `lookout rules test --mutate` changes every alert in every place where a fault could be, and wants a case that notices.
//! Where no case can, because the changed alert says the same, the reason is declared beside the alert.
//!
//! How to get it wrong: declaring a change that does make a difference, to be rid of it. The reason must say why nobody,
//! with any data that the exporter can write, could tell the two apart.

/// Changes that make no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equivalent {
    /// The alerts that it concerns.
    pub alerts: &'static [&'static str],
    /// What the report of the change says, or a part of it: `threshold: x == 1 → x == 2`. Without numbers that somebody can
    /// set.
    pub part: &'static str,
    /// Why it makes no difference.
    pub why: &'static str,
}
