//! Counters of produced records for the cases of the alert on throughput, around the share and the floor that are in force.
//!
//! How to get it wrong: a rate exactly at the limit, for any limit. What an engine computes is exact to the last bit for some
//! numbers only; for others the sample must be a little beside it.

use crate::config::AlertSettings;

/// Beside a limit that cannot be met exactly.
const A_LITTLE: f64 = 0.001;

/// The rates of the cases, in records within five minutes: 300 are one per second.
pub(super) struct Rates {
    share: f64,
    floor: f64,
    /// What is usual in the cases is ten of this per second, so that it is above the floor. A power of two changes no rounding.
    unit: f64,
}

impl Rates {
    pub(super) fn new(settings: &AlertSettings) -> Self {
        let floor = settings.throughput_floor;
        let unit = if floor > 0.0 { floor.log2().ceil().exp2() } else { 1.0 };
        Self { share: settings.throughput_drop.get(), floor, unit }
    }

    /// So many, where enough is worth looking at.
    pub(super) fn usual(&self, records: f64) -> f64 {
        records * self.unit
    }

    /// So many of the records that the share leaves of what is usual.
    pub(super) fn left(&self, records: f64) -> f64 {
        self.usual(records) * self.share
    }

    /// As many as the share leaves of `records`, or a little more.
    pub(super) fn just_enough(&self, records: f64) -> f64 {
        let is_exact = self.share.log2().fract() == 0.0;
        self.left(records) * if is_exact { 1.0 } else { 1.0 + A_LITTLE }
    }

    /// Records per second that are not worth it: the floor, or a little less.
    pub(super) fn at_floor(&self) -> f64 {
        let is_exact = self.floor.fract() == 0.0;
        self.floor * if is_exact { 1.0 } else { 1.0 - A_LITTLE }
    }

    /// Records per second that are just worth it.
    pub(super) fn above_floor(&self) -> f64 {
        if self.floor > 0.0 { self.floor * 1.05 } else { 0.5 }
    }

    /// The share of that, times `factor`, in records within five minutes.
    pub(super) fn left_of_floor(&self, factor: f64) -> f64 {
        300.0 * self.share * self.floor * factor
    }
}

/// A counter in promtool's notation, run by run.
#[derive(Clone, Default)]
pub(super) struct Counter {
    runs: Vec<String>,
    last: f64,
}

impl Counter {
    /// Where it is, and `n` values more that are larger by `step` each.
    pub(super) fn grows(mut self, step: f64, n: u32) -> Self {
        self.runs.push(format!("{}+{step}x{n}", self.last));
        self.last += step * f64::from(n);
        self
    }

    /// The same, beginning with the first that is larger.
    pub(super) fn goes_on(mut self, step: f64, n: u32) -> Self {
        self.last += step;
        self.grows(step, n)
    }

    /// It is larger by `step` at once, and stays so for `n` values more.
    pub(super) fn jumps(mut self, step: f64, n: u32) -> Self {
        self.last += step;
        self.stays(n)
    }

    /// Where it is, and `n` times more.
    pub(super) fn stays(mut self, n: u32) -> Self {
        self.runs.push(format!("{}x{n}", self.last));
        self
    }

    /// `n` values that are not there.
    pub(super) fn vanishes(mut self, n: u32) -> Self {
        self.runs.push(format!("_x{n}"));
        self
    }

    pub(super) fn values(&self) -> String {
        self.runs.join(" ")
    }
}
