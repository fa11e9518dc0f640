//! How exact an age has to be: to some milliseconds, or to a share of it, whichever is coarser.

/// How exact the answer has to be, and when it is asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Precision {
    /// Milliseconds since 1970.
    pub(super) now: i64,
    pub(super) millis: i64,
    /// A share of the lag.
    pub(super) relative: f64,
}

/// A duration in milliseconds without what is below one.
#[expect(clippy::cast_possible_truncation, reason = "a duration in milliseconds, computed from two others")]
pub(super) fn whole(millis: f64) -> i64 {
    millis as i64
}

// === impl Precision ===

impl Precision {
    /// How wide a bracket may be at a lag, in milliseconds.
    pub(super) fn at(&self, lag: i64) -> i64 {
        self.millis.max(whole(lag.max(0) as f64 * self.relative))
    }

    /// The lag up to which the precision does not depend on it.
    pub(super) fn straight(&self) -> f64 {
        (self.millis as f64 / self.relative.max(1e-6)).max(1.0)
    }
}
