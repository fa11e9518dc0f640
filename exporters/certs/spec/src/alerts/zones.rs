//! Sample certificates on both sides of the thresholds that are in force.
//!
//! A threshold is a time left and a share of life, and the smaller one counts. So which of the two decides is a matter of the
//! lifetime, and there is a sample lifetime for each.
//!
//! How to get it wrong: taking for granted that there is a sample for everything. Between two thresholds that are equal, or nearly,
//! nothing is due that is not critical, and such a case is then left out.

use core::time::Duration;

use super::samples::{DAY, Dates, HOUR};
use crate::config::{AlertSettings, ExpiryThreshold};

/// How long the cases last, and what is left grows less meanwhile: see [`HALF_HOUR`](super::samples::HALF_HOUR).
const LASTS: i64 = HOUR / 2;

/// By how much a sample is away from a threshold, as a part of it: nearer than the faults that a mutation makes.
const NEAR: i64 = 40;

/// What begins to hold after this time has not held for a quarter of an hour when a case ends.
const TOO_LATE: i64 = 18 * 60;

/// Longer than any certificate is valid, in seconds, and some of them still are a number.
const FOR_EVER: u64 = 1 << 50;

/// The sample lifetimes.
#[derive(Debug)]
pub(super) struct Zones {
    /// Of this life, the shares decide.
    pub(super) short: Zone,
    /// Of this life, the times left decide.
    pub(super) long: Zone,
    /// So short that it is due in its last hour only.
    pub(super) hours: Zone,
}

/// What the thresholds say of certificates of one lifetime, in seconds.
#[derive(Debug)]
pub(super) struct Zone {
    life: i64,
    /// With less left, it should have been renewed.
    due: i64,
    /// With less left, somebody is paged.
    paged: i64,
}

impl Zones {
    pub(super) fn new(AlertSettings { warning, critical }: &AlertSettings) -> Self {
        let turns = [warning, critical]
            .map(|threshold| threshold.remaining.as_secs_f64() / threshold.life_left.get());
        let (first, last) = (turns[0].min(turns[1]), turns[0].max(turns[1]));
        let of = |life: f64| {
            let left = |threshold: &ExpiryThreshold| {
                seconds((threshold.life_left.get() * life).min(threshold.remaining.as_secs_f64()))
            };
            Zone { life: seconds(life), due: left(warning), paged: left(critical) }
        };
        Self {
            short: of(first * 0.8),
            // More than any threshold is left of it when it is new, also where a threshold is all of its life.
            long: of(last * 4.0),
            hours: of(3600.0 / warning.life_left.get()),
        }
    }
}

/// Whole seconds.
fn seconds(seconds: f64) -> i64 {
    let seconds = Duration::try_from_secs_f64(seconds).map_or(FOR_EVER, |duration| duration.as_secs());
    i64::try_from(seconds.min(FOR_EVER)).unwrap_or(i64::MAX)
}

impl Zone {
    /// What a threshold on the time left alone says of roots.
    pub(super) fn of_roots(warning: &ExpiryThreshold) -> Self {
        let due = seconds(warning.remaining.as_secs_f64());
        Self { life: (due * 4).max(3650 * DAY), due, paged: 0 }
    }

    /// A little less is left than should be; it does not become critical meanwhile.
    pub(super) fn just_due(&self) -> Option<Dates> {
        let left = self.due - self.due / NEAR;
        (left - LASTS >= self.paged).then(|| self.left(left))
    }

    /// A little more is left than is critical.
    pub(super) fn nearly_paged(&self) -> Option<Dates> {
        let left = self.paged + self.paged / NEAR + LASTS;
        (left < self.due).then(|| self.left(left))
    }

    /// A little more is left than should be.
    pub(super) fn not_due(&self) -> Dates {
        self.left(self.due + (self.due / NEAR).max(TOO_LATE))
    }

    /// A little less is left than is critical; it does not expire meanwhile.
    pub(super) fn just_paged(&self) -> Option<Dates> {
        let left = self.paged - self.paged / NEAR;
        (left >= LASTS).then(|| self.left(left))
    }

    /// A little more is left than is critical, be it due or not.
    pub(super) fn not_paged(&self) -> Dates {
        self.left(self.paged + (self.paged / NEAR).max(TOO_LATE))
    }

    /// Less than an hour is left, and more than the cases last.
    pub(super) fn last_hour(&self) -> Dates {
        self.left(HOUR - 120)
    }

    /// A little less is left than should be, until it is renewed after an hour.
    pub(super) fn renewed_when_due(&self) -> Dates {
        self.renewed(self.due - self.due / NEAR)
    }

    /// A little less is left than is critical, until it is renewed after an hour.
    pub(super) fn renewed_when_paged(&self) -> Dates {
        self.renewed(self.paged - self.paged / NEAR)
    }

    fn left(&self, left: i64) -> Dates {
        Dates::left_of(self.life, left)
    }

    fn renewed(&self, left: i64) -> Dates {
        Dates::left_of_and_renewed(self.life, left)
    }
}
