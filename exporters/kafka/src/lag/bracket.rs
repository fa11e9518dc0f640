//! The search for the timestamp of one offset: what the answers so far say, and what to ask next. Pure arithmetic.
//!
//! With `o(T)` the offset of the first record whose timestamp is T or later, and `c` the offset that is searched:
//!
//! ```text
//! o ≤ c    a record up to c is of time t        low  = t   (o = c: it is that record, and t its timestamp)
//! o > c    every record up to c is before T     high = T   and a record behind c is of time t: next = t
//! none     every record is before T             high = T
//! ```
//!
//! That there is none may not be true of records that were deleted by request (`DeleteRecords`, as Kafka Streams does all the time):
//! they stay on disk until their segment goes, and a broker looks for T in the first segment that has had something so late, and
//! in no other. So below the largest timestamp of what was deleted there is "none", above it answers are right. A "none" is
//! believed only if something earlier than T has an answer that is not deleted; else the largest timestamp of the partition is
//! asked for, and "none" before that is taken for a deleted record: as one up to `c` that is of T or later.
//!
//! `o(T)` only grows, so the bracket `low ≤ timestamp < high` only narrows. An answer that contradicts what is known (the log
//! has been truncated or cleaned in between) wins, and the other side is forgotten.
//!
//! The next question is the interpolation in offsets, moved by half the precision to the side that is farther, so that two
//! good guesses close the bracket. Where that does not halve what is open (a rate that changes a lot), the next one halves it:
//! in seconds while the lag is small, in orders of magnitude where the precision is a share of the lag. A guess is made only while
//! halving alone still ends in the rounds that are left: so a search ends, however records come.

use super::precision::{Precision, whole};
use super::search::ROUNDS;

/// What is known of the timestamp of an offset, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bracket {
    /// The latest timestamp that is known of a record up to the offset, and that record's offset; [`NOT_LOW`] if none.
    low: i64,
    low_offset: i64,
    /// A time that every record up to the offset is before, and the first offset that is not, or −1 if no record was found that
    /// is not; [`NOT_HIGH`] if none.
    high: i64,
    high_offset: i64,
    /// The earliest timestamp that is known of a record behind the offset; [`NOT_HIGH`] if none.
    next: i64,
}

/// An offset whose timestamp is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sought {
    pub(super) offset: i64,
    /// Where the partition begins, as far as is known.
    pub(super) first: i64,
    /// Where the partition ends.
    pub(super) end: i64,
    /// The offset is the first of the partition, and what is searched is whatever is still there.
    pub(super) is_first: bool,
    /// The record may be gone though others before it are not.
    pub(super) is_compacted: bool,
    /// When it may have come.
    pub(super) guess: Option<i64>,
}

/// How much was asked in this cycle.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// How many answers were taken.
    pub(super) answers: u8,
    /// Whether the last one did not halve what is open.
    pub(super) has_stalled: bool,
    /// Whether the largest timestamp of the partition was among them.
    pub(super) has_largest: bool,
    /// How many rounds are left, with that of the next question.
    pub(super) rounds_left: usize,
}

/// How far a search is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The timestamp, and whether it is that of another record than the one at the offset, which is gone.
    Found { timestamp: i64, is_gone: bool },
    /// Ask for this time.
    Ask(i64),
    /// Ask for the largest timestamp of the partition.
    AskLargest,
    /// Timestamps do not tell it.
    Unknowable,
}

const NOT_LOW: i64 = i64::MIN;
const NOT_HIGH: i64 = i64::MAX;

/// A timestamp that is later than now by less than this is a clock that is a little fast: the lag is 0. One of a farther future says
/// nothing about the lag at it, and behind it nothing can be found.
const FAST_CLOCK_MILLIS: i64 = 60_000;

// === impl Bracket ===

impl Bracket {
    /// Nothing is known.
    pub(super) const EMPTY: Self =
        Self { low: NOT_LOW, low_offset: -1, high: NOT_HIGH, high_offset: -1, next: NOT_HIGH };

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::EMPTY
    }

    /// Whether no record up to the offset has a timestamp, and none behind it: what may change while the offset does not.
    pub(super) fn is_hopeless(&self) -> bool {
        self.high <= 0 && self.next == NOT_HIGH
    }

    /// What is known of a partition of which an early record is of the far future, or has no timestamp.
    pub(super) fn above(low: i64, low_offset: i64) -> Self {
        Self { low, low_offset, ..Self::EMPTY }
    }

    /// The latest timestamp that is known of a record up to the offset, and that record's offset.
    pub(super) fn low(&self) -> (i64, i64) {
        (self.low, self.low_offset)
    }

    /// Whether a record up to the offset is of this time or later, if that is known.
    pub(super) fn reaches(&self, time: i64) -> Option<bool> {
        if self.low >= time { Some(true) } else { (self.high <= time).then_some(false) }
    }

    /// Whether it is known that a record was found, and that it is still there.
    fn is_low_retained(&self, sought: &Sought) -> bool {
        self.low != NOT_LOW && self.low_offset >= sought.first
    }

    /// There was none at this time because of what was deleted.
    fn pass_deleted(&mut self, time: i64, sought: &Sought) {
        if time > self.low {
            (self.low, self.low_offset) = (time, sought.first - 1);
        }
    }

    /// Takes in the answer to the question for `time`: the offset and the timestamp of the first record so late.
    pub(super) fn take(&mut self, sought: &Sought, time: i64, answer: Option<(i64, i64)>) {
        if answer.is_some() && self.high_offset < 0 && self.high <= time {
            // That there is none so late was not true.
            self.pass_deleted(self.high, sought);
            self.high = NOT_HIGH;
        }
        match answer {
            Some((found, timestamp)) if found <= sought.offset => {
                // No record that was asked for is earlier than what was asked for.
                let timestamp = timestamp.max(time);
                if timestamp > self.low || (timestamp == self.low && found > self.low_offset) {
                    (self.low, self.low_offset) = (timestamp, found);
                }
                if self.low >= self.high {
                    (self.high, self.high_offset) = (NOT_HIGH, -1);
                }
            }
            None if self.high_offset >= 0 && time < self.high => self.pass_deleted(time, sought),
            None if time <= self.low && self.is_low_retained(sought) => {}
            other => {
                if time < self.high {
                    (self.high, self.high_offset) = (time, other.map_or(-1, |(found, _)| found));
                }
                self.next = self.next.min(other.map_or(NOT_HIGH, |(_, timestamp)| timestamp.max(time)));
                if self.high <= self.low {
                    (self.low, self.low_offset) = (NOT_LOW, -1);
                }
            }
        }
    }

    /// What is known of a lower offset of the same partition is a lower bound.
    pub(super) fn inherit_below(&mut self, below: &Self) {
        if below.low > self.low {
            (self.low, self.low_offset) = (below.low, below.low_offset);
        }
    }

    /// What is known of a higher offset of the same partition is an upper bound.
    pub(super) fn inherit_above(&mut self, offset: i64, above: &Self) {
        let (mut high, mut high_offset, mut next) = (above.high, above.high_offset, above.next);
        if above.low_offset == offset && above.low < high {
            (high, high_offset) = (above.low.saturating_add(1), offset);
            next = next.min(above.low);
        }
        if high < self.high && high > self.low {
            (self.high, self.high_offset) = (high, high_offset);
        }
        self.next = self.next.min(next);
    }

    /// How far the search is.
    pub(super) fn judge(&self, sought: &Sought, precision: &Precision, asked: Asked) -> Verdict {
        let now = precision.now;
        let found = |timestamp: i64, is_gone| match timestamp {
            _ if timestamp > now + FAST_CLOCK_MILLIS => Verdict::Unknowable,
            _ => Verdict::Found { timestamp: timestamp.min(now), is_gone: is_gone || sought.is_first },
        };
        if self.high <= 0 && self.high_offset >= 0 {
            // Of all records that have a timestamp, this is the first.
            return found(self.next, true);
        }
        let guess = sought.guess.filter(|guess| !sought.is_first && (1..self.high).contains(guess));
        if self.low == NOT_LOW && self.high > 0 {
            return Verdict::Ask(guess.filter(|_| asked.answers == 0).unwrap_or(0));
        }
        if self.low != NOT_LOW && self.low_offset == sought.offset {
            return found(self.low, false);
        }
        if sought.is_first && asked.answers == 0 && self.high_offset < 0 {
            return Verdict::Ask(0);
        }
        if self.low > now + FAST_CLOCK_MILLIS {
            return Verdict::Unknowable;
        }
        if self.high != NOT_HIGH && self.high_offset < 0 && !self.is_low_retained(sought) {
            return if asked.has_largest { Verdict::Unknowable } else { Verdict::AskLargest };
        }
        if let (0, Some(guess)) = (self.low, guess) {
            // All that is known is that something was deleted.
            return Verdict::Ask(guess);
        }
        // Nothing follows from the offset of what was deleted.
        let has_stalled = asked.has_stalled || self.low_offset < sought.first;
        self.narrow(sought, precision, Asked { has_stalled, ..asked })
    }

    /// Goes on between two bounds.
    fn narrow(&self, sought: &Sought, precision: &Precision, asked: Asked) -> Verdict {
        let Asked { answers, rounds_left, .. } = asked;
        let now = precision.now;
        // A precision that no cycle suffices for is found by guesses, or in the next cycles.
        let halvings = Precision::halvings(self.openness(precision));
        let has_stalled = asked.has_stalled || (rounds_left..=ROUNDS).contains(&halvings);
        let found = |timestamp: i64, is_gone| Verdict::Found {
            timestamp: timestamp.min(now),
            is_gone: is_gone || sought.is_first,
        };
        let high = self.high_until(now);
        let is_narrow = |last: i64| last - self.low <= precision.at(now - last);
        if !sought.is_compacted {
            if is_narrow(high - 1) {
                return found(midpoint(self.low, high - 1), false);
            }
            return Verdict::Ask(self.next_question(sought, precision, has_stalled));
        }
        if self.next < NOT_HIGH && is_narrow(self.next) {
            return found(midpoint(self.low, self.next), false);
        }
        if high - 1 <= self.low {
            // Nothing between the record before and the next one.
            return if self.next < NOT_HIGH { found(self.next, true) } else { found(self.low, false) };
        }
        // What is left is to find the last record before the gap: by halves, with a try whether it is found already.
        if is_narrow(high - 1) && answers.is_multiple_of(3) {
            return Verdict::Ask(self.low + 1);
        }
        Verdict::Ask(self.next_question(sought, precision, has_stalled || is_narrow(high - 1)))
    }

    /// How much is open, in steps of the precision: 0 is a point.
    pub(super) fn openness(&self, precision: &Precision) -> f64 {
        if self.low == NOT_LOW {
            return f64::INFINITY;
        }
        let last = self.high_until(precision.now) - 1;
        precision.steps(precision.now - self.low) - precision.steps(precision.now - last)
    }

    fn next_question(&self, sought: &Sought, precision: &Precision, has_stalled: bool) -> i64 {
        let now = precision.now;
        let high = self.high_until(now);
        let time = if has_stalled {
            now - precision.lag_of(precision.steps(now - self.low).midpoint(precision.steps(now - high)))
        } else {
            let is_known = high == self.high && self.high_offset > sought.offset;
            let high_offset = if is_known { self.high_offset } else { sought.end };
            let records = (high_offset - self.low_offset).max(1) as f64;
            let share = ((sought.offset - self.low_offset) as f64 - 0.5) / records;
            let guess = self.low + whole((high - self.low) as f64 * share.clamp(0.0, 1.0));
            // To the side that is farther away.
            let nudge = precision.at(now - guess) * 9 / 20;
            if guess - self.low > high - guess { guess - nudge } else { guess + nudge }
        };
        time.max(self.low + 1).min(high - 1).max(0)
    }

    /// The time that the timestamp is before, with the present, which bounds what is said of it.
    fn high_until(&self, now: i64) -> i64 {
        self.high.min(now + 1)
    }
}

fn midpoint(low: i64, high: i64) -> i64 {
    low + (high - low).max(0) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRECISION: Precision = Precision { now: 1_000_000, millis: 1_000, relative: 0.05 };

    fn sought(offset: i64) -> Sought {
        Sought { offset, first: 0, end: 1_000, is_first: false, is_compacted: false, guess: None }
    }

    fn asked(answers: u8) -> Asked {
        Asked { answers, ..Asked::default() }
    }

    #[test]
    fn answers_narrow_the_bracket_from_both_sides() {
        let mut bracket = Bracket::EMPTY;
        assert_eq!(bracket.judge(&sought(500), &PRECISION, asked(0)), Verdict::Ask(0));
        bracket.take(&sought(500), 0, Some((0, 100_000)));
        bracket.take(&sought(500), 400_000, Some((400, 400_100)));
        let before = bracket.openness(&PRECISION);
        bracket.take(&sought(500), 410_000, Some((600, 410_500)));
        assert!(bracket.openness(&PRECISION) < before);
        let Verdict::Found { timestamp, is_gone } = bracket.judge(&sought(500), &PRECISION, asked(3)) else {
            panic!()
        };
        assert!((400_100..410_000).contains(&timestamp) && !is_gone);
        // What comes in between is as well known.
        let mut other = Bracket::EMPTY;
        other.inherit_below(&bracket);
        other.inherit_above(500, &bracket);
        assert_eq!(other, bracket);
    }

    #[test]
    fn the_record_itself_is_exact_however_wide_the_bracket_is() {
        let mut bracket = Bracket::EMPTY;
        bracket.take(&sought(500), 7, Some((500, 123_456)));
        let found = Verdict::Found { timestamp: 123_456, is_gone: false };
        assert_eq!(bracket.judge(&sought(500), &PRECISION, asked(1)), found);
    }

    #[test]
    fn an_answer_that_contradicts_what_is_known_wins() {
        let mut bracket = Bracket::EMPTY;
        bracket.take(&sought(500), 300_000, Some((600, 300_100)));
        // The log was truncated and written again.
        bracket.take(&sought(500), 310_000, Some((400, 500_000)));
        assert_eq!((bracket.low, bracket.high), (500_000, NOT_HIGH));
        // What was known of a record that is gone since does not count against it.
        bracket.take(&Sought { first: 450, ..sought(500) }, 200_000, None);
        assert_eq!((bracket.low, bracket.high), (NOT_LOW, 200_000));
    }

    #[test]
    fn that_there_is_none_is_believed_only_if_something_earlier_is_there() {
        let sought = Sought { first: 450, ..sought(500) };
        let mut bracket = Bracket::EMPTY;
        bracket.take(&sought, 0, None);
        assert_eq!(bracket.judge(&sought, &PRECISION, asked(1)), Verdict::AskLargest);
        let has_largest = Asked { has_largest: true, ..asked(2) };
        assert_eq!(bracket.judge(&sought, &PRECISION, has_largest), Verdict::Unknowable);
        // There is one: what is earlier was deleted.
        bracket.take(&sought, 900_000, Some((900, 900_000)));
        assert_eq!((bracket.low, bracket.high), (0, 900_000));
        bracket.take(&sought, 300_000, None);
        assert_eq!((bracket.low, bracket.high), (300_000, 900_000));
        // From here on they are those of records.
        bracket.take(&sought, 400_000, Some((460, 400_100)));
        bracket.take(&sought, 950_000, None);
        assert_eq!((bracket.low, bracket.low_offset, bracket.high), (400_100, 460, 900_000));
    }

    #[test]
    fn a_record_of_the_far_future_is_not_of_now() {
        let year = 365 * 86_400_000;
        let mut bracket = Bracket::EMPTY;
        bracket.take(&sought(0), 0, Some((0, year)));
        assert_eq!(bracket.judge(&sought(0), &PRECISION, asked(1)), Verdict::Unknowable);
        assert_eq!(bracket.judge(&sought(1), &PRECISION, asked(1)), Verdict::Unknowable);
    }

    #[test]
    fn every_question_is_inside_the_bracket() {
        for (low, high) in [(10, 12), (10, 999_999), (999_000, 999_900), (0, 1_000_001)] {
            for has_stalled in [false, true] {
                let bracket = Bracket { low, low_offset: 1, high, high_offset: 900, next: high };
                let asked = bracket.next_question(&sought(2), &PRECISION, has_stalled);
                assert!(low < asked && asked < high, "{low} {asked} {high}");
            }
        }
    }
}
