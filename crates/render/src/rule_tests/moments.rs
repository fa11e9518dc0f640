//! Values that are moments, for a tester whose clock does not begin in 1970.
//!
//! A case says "expires at 3600" and means an hour after the test has begun. The values of metrics that are moments are
//! therefore moved by where the tester's clock begins.
//!
//! How to get it wrong: moving the step of `3600+60x10`. Only the first value of a run is a moment; the step is a
//! duration.

use std::borrow::Cow;
use std::collections::BTreeSet;

use lookout_declarations::{Declared, Given, Unit};

/// Which series are moments, and by how much they are moved.
pub(super) struct Moments<'a> {
    names: BTreeSet<&'a str>,
    start: i64,
}

impl<'a> Moments<'a> {
    pub(super) fn new(catalogue: &'a [Declared], start: i64) -> Self {
        let metrics = catalogue.iter().flat_map(|declared| declared.spec.metrics);
        let moments = metrics.filter(|metric| metric.unit == Unit::TimestampSeconds);
        Self { names: moments.map(|metric| metric.name).collect(), start }
    }

    /// The values of `given`, as the tester must be told them.
    pub(super) fn shifted<'g>(&self, given: &'g Given) -> Cow<'g, str> {
        let name = given.series.split('{').next().unwrap_or_default().trim();
        if self.start == 0 || !self.names.contains(name) {
            return Cow::Borrowed(&given.values);
        }
        let values = given.values.split_whitespace().map(|run| shift(run, self.start));
        Cow::Owned(values.collect::<Vec<_>>().join(" "))
    }
}

/// One run of values: `_x3` and `stale` hold no value; of `a`, `axN`, `a+bxN` and `a-bxN`, `a` is moved.
fn shift(run: &str, start: i64) -> String {
    let body = run.strip_prefix('-').unwrap_or(run);
    let digits = body.find(|next: char| !(next.is_ascii_digit() || next == '.')).unwrap_or(body.len());
    let (first, rest) = run.split_at(run.len() - body.len() + digits);
    if let Ok(first) = first.parse::<i64>() {
        return format!("{}{rest}", first + start);
    }
    match first.parse::<f64>() {
        Ok(first) => format!("{}{rest}", first + start as f64),
        Err(_) => run.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::shift;

    #[test]
    fn only_the_first_value_of_a_run_is_moved() {
        let runs =
            [("3600x5", "4600x5"), ("-3600+60x5", "-2600+60x5"), ("0-1x5", "1000-1x5"), ("1.5", "1001.5")];
        for (run, moved) in runs {
            assert_eq!(shift(run, 1000), moved);
        }
    }

    #[test]
    fn what_is_no_value_stays() {
        for run in ["_", "_x3", "stale"] {
            assert_eq!(shift(run, 1000), run);
        }
    }
}
