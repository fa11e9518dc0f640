//! The labels that a series can carry, as far as the declarations tell.

use std::collections::BTreeSet;

use lookout_declarations::{Declaration, Kind};

/// What the scrape adds to every series.
pub(crate) const TARGET_LABELS: [&str; 2] = ["job", "instance"];

/// A set of labels that a series can carry: listed ones, open families with a prefix, or any at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabelSet {
    names: BTreeSet<String>,
    prefixes: BTreeSet<&'static str>,
    /// Any label can be there, but for those in `removed`.
    open: bool,
    removed: BTreeSet<String>,
}

impl LabelSet {
    /// Any label at all: a series that is not ours.
    pub(crate) fn any() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// No label.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// Exactly `names`.
    pub(crate) fn exactly<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self { names: names.into_iter().map(ToOwned::to_owned).collect(), ..Self::default() }
    }

    /// The labels of a scraped series of `declaration`; its buckets have `le` too.
    pub(crate) fn of(declaration: &Declaration, is_bucket: bool) -> Self {
        let declared = declaration.labels.iter().map(|label| label.name);
        let mut labels = Self::exactly(declared.chain(TARGET_LABELS));
        labels.prefixes.extend(declaration.object_labels);
        if is_bucket && declaration.kind == Kind::Histogram {
            labels.add("le");
        }
        labels
    }

    /// Whether a series may carry the label `name`.
    pub fn may_have(&self, name: &str) -> bool {
        let in_family = |prefix: &&str| name.len() > prefix.len() && name.starts_with(*prefix);
        !self.removed.contains(name)
            && (self.open || self.names.contains(name) || self.prefixes.iter().any(in_family))
    }

    /// The labels that are known by name, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(crate) fn add(&mut self, name: &str) {
        self.removed.remove(name);
        self.names.insert(name.to_owned());
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.names.remove(name);
        self.removed.insert(name.to_owned());
    }

    /// Only those of `names` that may be there.
    pub(crate) fn only(&self, names: &[String]) -> Self {
        Self::exactly(names.iter().map(String::as_str).filter(|name| self.may_have(name)))
    }

    /// What a series of either set can carry.
    pub(crate) fn or(&self, other: &Self) -> Self {
        let removed = self.removed.union(&other.removed);
        Self {
            removed: removed.filter(|name| !self.may_have(name) && !other.may_have(name)).cloned().collect(),
            names: self.names.union(&other.names).cloned().collect(),
            prefixes: self.prefixes.union(&other.prefixes).copied().collect(),
            open: self.open || other.open,
        }
    }

    /// What a series of this set can carry and one of `other` cannot, for messages: names, or families by prefix.
    pub(crate) fn beyond(&self, other: &Self) -> Vec<String> {
        let names = self.names.iter().filter(|name| !other.may_have(name)).cloned();
        let families = self.prefixes.iter().filter(|prefix| !other.open && !other.prefixes.contains(*prefix));
        names.chain(families.map(|prefix| format!("{prefix}…"))).collect()
    }
}
