//! The records of one partition as a pure function of time: which offset arrived when, and what is left of it.
//!
//! Invariants:
//! - Offsets and times of arrival grow together, over all pieces; so each can be told from the other exactly.
//! - All arithmetic is of integers: milliseconds, and records per 1,000 seconds.

use super::Cleanup;
use super::clock::millis;

/// What arrived in a partition, piece by piece: each at a rate of its own.
#[derive(Clone, Debug)]
pub(super) struct Log {
    /// At least one, in the order of time.
    pieces: Vec<Piece>,
    /// The first offset that has not been deleted by hand.
    pub(super) deleted_before: i64,
    /// The first offset of a transaction that is still open.
    pub(super) open_transaction: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    first: i64,
    since: i64,
    rate: i64,
}

/// Records per second in the unit of [`Log`].
pub(super) fn rate(records_per_second: f64) -> i64 {
    // Truncated on purpose; what is no number is 0.
    #[expect(clippy::cast_possible_truncation, reason = "a rate is far below 2^53")]
    let rate = (records_per_second * 1_000.0).round() as i64;
    rate.max(0)
}

/// Records at a rate of 1 per 1,000 seconds in one millisecond.
const PER_MILLI: i128 = 1_000_000;

// === impl Log ===

impl Log {
    /// A log that begins with offset 0 at `since`.
    pub(super) fn new(since: i64, rate: i64) -> Self {
        Self { pieces: vec![Piece { first: 0, since, rate }], deleted_before: 0, open_transaction: None }
    }

    /// The offset that the next record got at `at`, or would have.
    pub(super) fn end(&self, at: i64) -> i64 {
        let later = self.pieces.partition_point(|piece| piece.since <= at);
        let Some(piece) = later.checked_sub(1).and_then(|place| self.pieces.get(place)) else { return 0 };
        let end = piece.end(at);
        self.pieces.get(later).map_or(end, |next| end.min(next.first))
    }

    /// The first offset that can be read at `now`.
    pub(super) fn start(&self, now: i64, cleanup: Cleanup, retention: Option<core::time::Duration>) -> i64 {
        let end = self.end(now);
        let by_age = match (cleanup, retention) {
            (Cleanup::Delete | Cleanup::CompactAndDelete { .. }, Some(retention)) => {
                self.first_since(now.saturating_sub(millis(retention)), now).unwrap_or(end)
            }
            _ => 0,
        };
        by_age.max(self.deleted_before).min(end)
    }

    /// When the record at `offset` arrived.
    pub(super) fn arrived(&self, offset: i64) -> Option<i64> {
        let later = self.pieces.partition_point(|piece| piece.first <= offset);
        self.pieces.get(later.checked_sub(1)?)?.arrived(offset)
    }

    /// The first offset that arrived at `at` or later, if there is one at `now`; whether it has been removed since, or
    /// not.
    pub(super) fn first_since(&self, at: i64, now: i64) -> Option<i64> {
        let offset = self.end(at.saturating_sub(1));
        (offset < self.end(now)).then_some(offset)
    }

    /// What `ListOffsets` finds for a time: offset and time of the first record that is left.
    pub(super) fn find(&self, at: i64, now: i64, start: i64, cleanup: Cleanup) -> Option<(i64, i64)> {
        let mut offset = self.first_since(at, now)?.max(start);
        if let Cleanup::Compact { keep, after } | Cleanup::CompactAndDelete { keep, after } = cleanup {
            let keep = i64::from(keep.max(1));
            let compacted_before = self.end(now.saturating_sub(millis(after)));
            let left = offset.checked_add(keep - 1)? / keep * keep;
            if offset < compacted_before {
                offset = left.min(compacted_before);
            }
        }
        if offset >= self.end(now) {
            return None;
        }
        Some((offset, self.arrived(offset)?))
    }

    /// Produced to at this rate from now on.
    pub(super) fn change_rate(&mut self, now: i64, rate: i64) {
        let first = self.end(now);
        self.begin_piece(Piece { first, since: now, rate });
    }

    /// Loses all from `offset` on, and goes on from there.
    pub(super) fn truncate(&mut self, now: i64, offset: i64) {
        let first = offset.clamp(0, self.end(now));
        let rate = self.pieces.last().map_or(0, |piece| piece.rate);
        self.begin_piece(Piece { first, since: now, rate });
    }

    fn begin_piece(&mut self, piece: Piece) {
        self.pieces.retain(|earlier| earlier.first < piece.first);
        self.pieces.push(piece);
    }
}

impl Piece {
    fn end(&self, at: i64) -> i64 {
        let passed = at.saturating_sub(self.since).max(0);
        let records = match passed.checked_mul(self.rate) {
            Some(product) => product / 1_000_000,
            None => i64::try_from(i128::from(passed) * i128::from(self.rate) / PER_MILLI).unwrap_or(i64::MAX),
        };
        self.first.saturating_add(records)
    }

    fn arrived(&self, offset: i64) -> Option<i64> {
        if self.rate == 0 {
            return None;
        }
        let number = i128::from(offset) - i128::from(self.first) + 1;
        let rate = i128::from(self.rate);
        let passed = (number * PER_MILLI + rate - 1).checked_div(rate)?;
        self.since.checked_add(i64::try_from(passed).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use super::*;

    #[test]
    fn offsets_and_times_of_arrival_can_be_told_from_each_other() {
        for rate in [1, 7, 333, 1_000, 2_500, 50_000_000] {
            let log = Log::new(1_000, rate);
            let now = 1_000 + 10_000_000;
            let end = log.end(now);
            for offset in (0..end).step_by(usize::try_from(end / 50 + 1).unwrap()) {
                let arrived = log.arrived(offset).unwrap();
                assert!(log.end(arrived) > offset && log.end(arrived - 1) <= offset, "{rate} {offset}");
                let found = log.first_since(arrived, now).unwrap();
                assert_eq!(log.arrived(found), Some(arrived));
                assert!(found <= offset);
            }
        }
    }

    #[test]
    fn a_truncated_log_goes_on_from_where_it_was_cut() {
        let mut log = Log::new(0, 1_000);
        assert_eq!(log.end(100_000), 100);
        log.truncate(100_000, 40);
        assert_eq!((log.end(100_000), log.end(110_000)), (40, 50));
        assert_eq!((log.arrived(39), log.arrived(40)), (Some(40_000), Some(101_000)));
        // Between the two there is nothing.
        assert_eq!(log.first_since(40_001, 110_000), Some(40));
        assert_eq!(log.first_since(110_001, 110_000), None);
    }

    #[test]
    fn a_paused_log_stands_and_goes_on() {
        let mut log = Log::new(0, 1_000);
        log.change_rate(10_000, 0);
        assert_eq!((log.end(60_000), log.first_since(10_001, 60_000)), (10, None));
        log.change_rate(60_000, 2_000);
        assert_eq!(log.end(61_000), 12);
        assert_eq!(log.arrived(10), Some(60_500));
        assert_eq!(log.find(10_001, 61_000, 0, Cleanup::Delete), Some((10, 60_500)));
    }

    #[test]
    fn a_compacted_log_answers_with_the_next_record_that_is_left() {
        let log = Log::new(0, 1_000);
        let cleanup = Cleanup::Compact { keep: 10, after: Duration::from_secs(50) };
        assert_eq!(log.find(11_500, 100_000, 0, cleanup), Some((20, 21_000)));
        assert_eq!(log.find(49_500, 100_000, 0, cleanup), Some((50, 51_000)));
        assert_eq!(log.find(62_500, 100_000, 0, cleanup), Some((62, 63_000)));
    }

    #[test]
    fn old_records_are_removed() {
        let log = Log::new(0, 1_000);
        let week = Some(Duration::from_secs(30));
        assert_eq!(log.start(100_000, Cleanup::Delete, week), 69);
        assert_eq!(log.start(100_000, Cleanup::Delete, None), 0);
        assert_eq!(log.find(5, 100_000, 69, Cleanup::Delete), Some((69, 70_000)));
    }
}
