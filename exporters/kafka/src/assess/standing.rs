//! Where a group stands: arithmetic on one partition, and over the partitions of a topic.
//!
//! Invariants: nothing overflows and nothing is below zero, whatever the offsets; a ratio lies between 0 and 1; a sum with an
//! unknown part is unknown.
//!
//! How to get it wrong: taking the low watermark for as new as the end. It is read less often, so after a truncation it can lie
//! beyond the end; nothing follows from the two then.

use jiff::Timestamp;
use lookout_kafka_spec::labels::LagMethod;

use crate::model::{Commit, Cycle, Group, LagSeconds};

/// Where a group stands in one partition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Standing {
    /// Records that it has not read: end minus commit, 0 if the commit is beyond the end; of a share group, what it is told.
    pub lag: Option<u64>,
    /// Whether the commit is beyond the end, so that the lag is not what it says.
    pub is_beyond_end: bool,
    /// Records that were deleted before it has read them.
    pub lost: Option<u64>,
    /// The share of the retained records that it has not read, 0 to 1; 1 if it has lost some.
    pub retention_used: Option<f64>,
}

/// Where a group stands in one topic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TopicStanding {
    /// The sum of its commits.
    pub offsets: u128,
    /// Records that it has not read; none if one end is not known.
    pub lag: Option<u128>,
    /// Partitions in which its commit is beyond the end, as far as ends are known.
    pub beyond_end: u64,
    /// Records that were deleted before it has read them; none if one low watermark is not known.
    pub lost: Option<u128>,
    /// The largest share of retained records that it has not read; none if one is not known.
    pub retention_used: Option<f64>,
}

// === impl Standing ===

impl Standing {
    /// Judges a commit against the high and the low watermark, as far as they are known.
    pub fn new(commit: i64, end: Option<i64>, low: Option<i64>) -> Self {
        // After a truncation, the low watermark may still be of the time before.
        let low = low.filter(|low| end.is_none_or(|end| *low <= end));
        let lost = low.map(|low| above(low, commit));
        Self {
            lag: end.map(|end| above(end, commit)),
            is_beyond_end: end.is_some_and(|end| commit > end),
            lost,
            retention_used: end.zip(low).map(|(end, low)| {
                match (above(end, low), above(end, commit.max(low))) {
                    _ if lost > Some(0) => 1.0,
                    (0, _) => 0.0,
                    (retained, unread) => unread as f64 / retained as f64,
                }
            }),
        }
    }

    /// The standing by a commit of a cycle, the one at `index` of the group's. Of a share group there is the lag that it is told,
    /// and nothing else: what it has read does not follow from an offset.
    pub(crate) fn of(cycle: &Cycle, group: &Group, index: usize, commit: &Commit) -> Self {
        if let Some(lags) = &group.told_lags {
            return Self { lag: lags.get(index).copied().flatten(), ..Self::default() };
        }
        let before = cycle.low_before.get(commit.slot);
        let low = before.zip(cycle.low.get(commit.slot)).map(|(before, now)| before.min(now));
        Self::new(commit.offset, cycle.end.get(commit.slot), low)
    }
}

/// How far `high` is above `low`; 0 if it is not.
fn above(high: i64, low: i64) -> u64 {
    if high > low { high.abs_diff(low) } else { 0 }
}

// === impl TopicStanding ===

impl Default for TopicStanding {
    fn default() -> Self {
        Self { offsets: 0, lag: Some(0), beyond_end: 0, lost: Some(0), retention_used: Some(0.0) }
    }
}

impl TopicStanding {
    /// Adds a partition.
    pub fn add(&mut self, commit: i64, standing: &Standing) {
        let sum = |sum: Option<u128>, part: Option<u64>| Some(sum? + u128::from(part?));
        self.offsets += u128::try_from(commit).unwrap_or(0);
        self.lag = sum(self.lag, standing.lag);
        self.beyond_end += u64::from(standing.is_beyond_end);
        self.lost = sum(self.lost, standing.lost);
        self.retention_used = larger(self.retention_used, standing.retention_used);
    }

    /// The time until the lag is gone, in seconds, if it goes on changing by `velocity` records per second.
    pub fn drain_time(&self, velocity: Option<f64>) -> Option<f64> {
        match (self.lag?, velocity) {
            (0, _) => Some(0.0),
            (lag, Some(velocity)) if velocity < 0.0 => {
                Some(lag as f64 / -velocity).filter(|time| time.is_finite())
            }
            _ => None,
        }
    }
}

/// The larger of two values; none if one is not known.
pub(crate) fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    one.zip(other).map(|(one, other)| one.max(other))
}

/// The age at `now`, in seconds, of the first record that a group has not read, and how that was found. A record of the future,
/// of a producer whose clock is wrong, is of now.
pub fn lag_seconds(lag: LagSeconds, now: Timestamp) -> Option<(f64, LagMethod)> {
    match lag {
        LagSeconds::Unknown => None,
        LagSeconds::CaughtUp => Some((0.0, LagMethod::CaughtUp)),
        LagSeconds::Since { timestamp, method } => {
            // Below zero is Kafka's "no timestamp".
            let age = (timestamp >= 0).then(|| above(now.as_millisecond(), timestamp))?;
            Some((age as f64 / 1e3, method))
        }
    }
}
