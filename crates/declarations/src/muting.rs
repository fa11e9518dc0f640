//! Mutings: alerts that are noise while another one fires, told by the values of their labels.
//!
//! [`Alert::inhibits`](crate::Alert) is for pairs that share labels: the cause of one cluster mutes the consequences in that cluster. Where
//! the two have no label in common, the configuration may know all the same which consequence belongs to which cause.
//!
//! How to get it wrong: patterns that also fit what the source says nothing of. Nobody is told of that then.

/// While `source` fires with these labels, `target` is noise where its labels fit these patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Muting {
    /// The alert that mutes.
    pub source: &'static str,
    /// The labels that it must have.
    pub labels: Vec<(String, String)>,
    /// The alert that is muted.
    pub target: &'static str,
    /// For each of these labels, a pattern (RE2) that the whole value must fit.
    pub patterns: Vec<(String, String)>,
}
