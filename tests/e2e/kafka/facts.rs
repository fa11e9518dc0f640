//! What the exporter must say of a cluster, computed from what the `AdminClient` says of it.
//!
//! Written from the meaning of each family alone, without a line of the exporter: both would be wrong together.

mod disks;
mod groups;
mod nodes;
mod topics;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Series with their values, by text such as `kafka_brokers{}`; labels are sorted, and empty ones are left out.
pub(super) type Series = BTreeMap<String, f64>;

/// Expected series, and the families that are compared, also where they have none.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// What must be there, exactly.
    pub(super) series: Series,
    /// Families of which every row must be expected.
    pub(super) families: BTreeSet<&'static str>,
}

impl Facts {
    /// Everything that follows from a truth.
    pub(super) fn of(truth: &Value) -> Self {
        let mut facts = Self::default();
        nodes::add(truth, &mut facts);
        topics::add(truth, &mut facts);
        groups::add(truth, &mut facts);
        disks::add(truth, &mut facts);
        facts
    }

    /// Says that a family is compared.
    fn family(&mut self, name: &'static str) {
        self.families.insert(name);
    }

    /// Says that a series must be there.
    pub(super) fn row(&mut self, name: &'static str, labels: &[(&str, &str)], value: f64) {
        self.family(name);
        let before = self.series.insert(text(name, labels.iter().copied()), value);
        assert!(before.is_none(), "{name} {labels:?} is expected twice");
    }
}

/// A series as text.
pub(super) fn text<'a>(name: &str, labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<_, _> = labels.filter(|(_, value)| !value.is_empty()).collect();
    let labels: Vec<String> = sorted.iter().map(|(label, value)| format!("{label}={value:?}")).collect();
    format!("{name}{{{}}}", labels.join(","))
}

/// The rows of a field that is an array.
fn list<'a>(value: &'a Value, field: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value[field].as_array().into_iter().flatten()
}

/// A number of a field; the truth has it as an integer.
#[track_caller]
fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or_else(|| panic!("the truth lacks `{field}`: {value}"))
}

/// The text of a field; empty for none.
fn word<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "what the tests count stays far below 2^52")]
fn float(number: i64) -> f64 {
    number as f64
}
