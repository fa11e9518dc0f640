//! From when until when a certificate is valid.
//!
//! Always stated by the caller and relative to a `now` of the caller's, never to the machine's clock: what is expired
//! in a test stays expired in ten years.

use jiff::{SignedDuration, Timestamp};
use time::OffsetDateTime;

use crate::SimulatorError;

const DAY: i64 = 24 * 60 * 60;

/// The first and the last second of a certificate's life, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity {
    /// The first second in which it is valid.
    pub not_before: Timestamp,
    /// The last second in which it is valid.
    pub not_after: Timestamp,
}

impl Validity {
    /// From `start` to `end` days after `now`; days before it are negative. A time that no timestamp can hold becomes
    /// the nearest one that can.
    pub fn days(now: Timestamp, start: i64, end: i64) -> Self {
        Self { not_before: days_after(now, start), not_after: days_after(now, end) }
    }

    /// Half of 90 days are over: the middle of a certificate's life, far from every threshold.
    pub fn current(now: Timestamp) -> Self {
        Self::days(now, -45, 45)
    }

    /// Four of 90 days are left: a renewal is long overdue.
    pub fn expires_soon(now: Timestamp) -> Self {
        Self::days(now, -86, 4)
    }

    /// Ran out three days ago, after 90 days.
    pub fn expired(now: Timestamp) -> Self {
        Self::days(now, -93, -3)
    }

    /// Begins in seven days.
    pub fn not_yet(now: Timestamp) -> Self {
        Self::days(now, 7, 97)
    }

    /// An authority's ten years, two of them over.
    pub fn of_authority(now: Timestamp) -> Self {
        Self::days(now, -2 * 365, 8 * 365)
    }
}

fn days_after(now: Timestamp, days: i64) -> Timestamp {
    let whole_seconds = SignedDuration::from_secs(now.as_second().saturating_add(days.saturating_mul(DAY)));
    let clamped = whole_seconds.as_secs().clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    Timestamp::from_second(clamped).unwrap_or(now)
}

/// The same point in time as rcgen takes it, cut to whole seconds.
pub(super) fn certificate_time(at: Timestamp) -> Result<OffsetDateTime, SimulatorError> {
    let seconds = at.as_second();
    OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        // The encoder of DER panics at years before the first.
        .filter(|time| time.year() >= 1)
        .ok_or(SimulatorError::ConvertTime { seconds })
}
