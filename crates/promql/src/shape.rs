//! What an expression yields: a number, or series with their labels and the way their values move.

use std::collections::BTreeMap;

use crate::labels::{LabelSet, TARGET_LABELS};

/// How the value of a series moves, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Movement {
    /// It only grows until its process restarts.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counters put together: it falls whenever one of them restarts.
    Aggregated,
    /// Not known, or it does not matter.
    Unknown,
}

/// The series that an expression yields.
#[derive(Clone, Debug)]
pub(crate) struct Vector {
    /// The labels that a series can carry.
    pub(crate) labels: LabelSet,
    /// The labels that are equal on all series, with their value, or that follow from the others (no value).
    pub(crate) fixed: BTreeMap<String, Option<String>>,
    /// Whether it is known which labels tell the series apart.
    pub(crate) identified: bool,
    /// How their values move.
    pub(crate) movement: Movement,
}

impl Vector {
    /// Nothing is known: what follows from a problem must not cause another.
    pub(crate) fn unknown() -> Self {
        Self {
            labels: LabelSet::any(),
            fixed: BTreeMap::new(),
            identified: false,
            movement: Movement::Unknown,
        }
    }

    /// Derived values with exactly these labels.
    pub(crate) fn derived(labels: LabelSet) -> Self {
        Self { labels, fixed: BTreeMap::new(), identified: true, movement: Movement::Unknown }
    }

    /// The labels that tell the series apart, as far as they are known; what the scrape adds is not counted, because
    /// an exporter is usually one target.
    pub(crate) fn distinguishing(&self) -> Vec<&str> {
        let counts = |name: &&str| !self.fixed.contains_key(*name) && !TARGET_LABELS.contains(name);
        if self.identified { self.labels.names().filter(counts).collect() } else { Vec::new() }
    }

    /// The value that the label has on every series.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.fixed.get(name)?.as_deref()
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.labels.remove(name);
        self.fixed.remove(name);
    }
}

/// What an expression yields.
#[derive(Clone, Debug)]
pub(crate) enum Shape {
    /// A number or a text: no labels.
    Value,
    /// Series, at one moment or over a range.
    Series(Vector),
}
