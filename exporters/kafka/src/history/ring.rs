//! The end offsets of the last minutes, of the partitions that a group has committed for.
//!
//! ```text
//! times     t0   t1   t2  …  now          one for all partitions
//! columns   Δ0   Δ1   Δ2  …  Δn           growth since the sample before, 4 bytes for each partition
//! ```
//!
//! A record at offset `c` came between the last sample that ends at or before `c` and the first that ends behind it. Looking
//! it up walks from the present end backwards. So nothing of what is behind the first lag is touched, and the present end
//! itself need not be kept.
//!
//! Invariants:
//! - A sample at which the end was not known says nothing; the growth over it belongs to the sample after it.
//! - Nothing is said of what was before an end went back (truncation), or before the partition was first seen.
//! - There are at most [`CAPACITY`] samples. If they would span less than the window, older ones are thinned out, never the
//!   newest [`NEWEST`].

use std::collections::VecDeque;

use super::slot_set::SlotSet;
use crate::model::{OffsetColumn, Slot, SlotMap, Topology};

/// The end offsets of the last minutes.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    members: SlotSet,
    /// Milliseconds since 1970.
    times: VecDeque<i64>,
    columns: VecDeque<Vec<u32>>,
    /// Whether samples had to be thinned out.
    is_thinned: bool,
    /// The partitions whose end went back in the last cycle, in ascending order.
    went_back: Vec<Slot>,
}

/// What the ring knows of an offset below the present end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// The record at the offset came between two samples, in milliseconds since 1970.
    Between {
        /// It was not there yet.
        after: i64,
        /// It was there.
        until: i64,
        /// When it came if records came evenly in between.
        interpolated: i64,
        /// Whether the earlier sample may be gone in one of the next cycles.
        is_old: bool,
    },
    /// It was there at the oldest sample, at which the partition ended at `end`.
    Before {
        /// Milliseconds since 1970.
        time: i64,
        /// The end offset then.
        end: i64,
    },
}

/// How many samples are kept: 48 bytes for each partition, and three minutes at a period of 15 s.
const CAPACITY: usize = 12;

/// How many of the newest are never thinned out: most lags are within them.
const NEWEST: usize = 6;

/// The end was not known.
const UNKNOWN: u32 = u32::MAX;

/// The end was known, and nothing before it is comparable with it.
const BROKEN: u32 = u32::MAX - 1;

/// The end was not known, and what was before it was thinned out.
const LOST: u32 = u32::MAX - 2;

// === impl Ring ===

impl Ring {
    /// When the record at an offset came; none if the ring knows nothing of the partition. The end is the present one.
    pub fn find(&self, slot: Slot, offset: i64, end: i64) -> Option<Appended> {
        let number = self.members.number(slot)?;
        let mut end = end;
        let mut later: Option<(i64, i64)> = None;
        for (index, (time, column)) in self.times.iter().zip(&self.columns).enumerate().rev() {
            let growth = column.get(number).copied().unwrap_or(LOST);
            match growth {
                UNKNOWN => continue,
                LOST => break,
                _ => {}
            }
            if let Some((later_time, later_end)) = later
                && end <= offset
            {
                let interpolated = interpolate((*time, end), (later_time, later_end), offset);
                let is_full = self.times.len() == CAPACITY;
                let is_old = is_full && (index == 0 || (self.is_thinned && index < CAPACITY - NEWEST));
                return Some(Appended::Between { after: *time, until: later_time, interpolated, is_old });
            }
            later = Some((*time, end));
            if growth == BROKEN {
                break;
            }
            end -= i64::from(growth);
        }
        later.map(|(time, end)| Appended::Before { time, end })
    }

    /// The partitions whose end went back in the last cycle, in ascending order: what was known of their offsets is void.
    pub fn went_back(&self) -> &[Slot] {
        &self.went_back
    }

    pub(super) fn set_went_back(&mut self, went_back: Vec<Slot>) {
        self.went_back = went_back;
    }

    /// Takes in a sample: the ends before, as they were last known, and the ends now.
    pub(super) fn push(&mut self, time: i64, window_millis: i64, before: &[i64], end: &OffsetColumn) {
        if self.times.back().is_some_and(|last| *last >= time) {
            // The clock went back: what was sampled before means nothing now.
            self.times.clear();
            self.columns.clear();
        }
        let mut column = self.make_room(time, window_millis).unwrap_or_default();
        column.clear();
        column.reserve_exact(self.members.len());
        column.extend(self.members.iter().map(|slot| {
            let before = before.get(slot as usize).copied().unwrap_or(-1);
            growth(before, end.get(slot))
        }));
        self.columns.push_back(column);
        self.times.push_back(time);
    }

    /// Makes room for a sample; gives a column that can be used again.
    fn make_room(&mut self, now: i64, window_millis: i64) -> Option<Vec<u32>> {
        if self.times.len() < CAPACITY {
            return None;
        }
        let spans_without_oldest = self.times.get(1).is_some_and(|time| now - time >= window_millis);
        self.is_thinned = !spans_without_oldest;
        if spans_without_oldest {
            self.times.pop_front();
            return self.columns.pop_front();
        }
        let width = |index: usize| self.times[index + 1] - self.times[index - 1];
        let removed = (1..CAPACITY - NEWEST).min_by_key(|index| width(*index)).unwrap_or(1);
        self.times.remove(removed);
        let older = self.columns.remove(removed)?;
        for (newer, older) in self.columns[removed].iter_mut().zip(&older) {
            *newer = merged(*older, *newer);
        }
        Some(older)
    }

    /// Follows the partitions that groups have committed for. Some that no group has any more stay for a while.
    pub(super) fn follow(&mut self, committed: SlotSet) {
        let few = 2 * committed.len() + 1024;
        if self.members.covers(&committed) && self.members.len() <= few {
            return;
        }
        let members = core::mem::replace(&mut self.members, committed);
        self.gather(|slot| members.number(slot));
    }

    /// Follows the topology.
    pub(super) fn carry(&mut self, map: &SlotMap, newer: &Topology, partitions_before: usize) {
        let slots: Vec<Slot> = (0..).take(partitions_before).collect();
        let before = map.carry(newer, &slots, Slot::MAX);
        let mut carried = SlotSet::new(before.len());
        for (slot, before) in (0..).zip(&before) {
            if self.members.number(*before).is_some() {
                carried.insert(slot);
            }
        }
        carried.count();
        let members = core::mem::replace(&mut self.members, carried);
        self.gather(|slot| members.number(before.get(slot as usize).copied().unwrap_or(Slot::MAX)));
    }

    /// Reorders the columns; nothing is known of a partition that had no number.
    fn gather(&mut self, number_before: impl Fn(Slot) -> Option<usize>) {
        let numbers: Vec<_> = self.members.iter().map(number_before).collect();
        for column in &mut self.columns {
            let known = |number: &Option<usize>| number.and_then(|number| column.get(number).copied());
            *column = numbers.iter().map(|number| known(number).unwrap_or(UNKNOWN)).collect();
        }
    }
}

/// How much a partition has grown.
fn growth(before: i64, now: Option<i64>) -> u32 {
    match now {
        None => UNKNOWN,
        Some(now) if before >= 0 && now >= before => {
            u32::try_from(now - before).ok().filter(|growth| *growth < LOST).unwrap_or(BROKEN)
        }
        Some(_) => BROKEN,
    }
}

/// The growth over two samples of which the older one is thinned out.
fn merged(older: u32, newer: u32) -> u32 {
    match (older, newer) {
        (_, LOST) => LOST,
        (_, BROKEN) => BROKEN,
        (UNKNOWN, newer) => newer,
        (_, UNKNOWN) => LOST,
        (LOST | BROKEN, _) => BROKEN,
        (older, newer) => older.checked_add(newer).filter(|growth| *growth < LOST).unwrap_or(BROKEN),
    }
}

/// When the record at an offset came if records came evenly between two samples of (time, end).
fn interpolate(earlier: (i64, i64), later: (i64, i64), offset: i64) -> i64 {
    // The middle of what one record takes: half a record of error at most, also if there was one only.
    let share = ((offset - earlier.1) as f64 + 0.5) / (later.1 - earlier.1).max(1) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "a share below 1 of a duration")]
    let after = ((later.0 - earlier.0) as f64 * share.clamp(0.0, 1.0)) as i64;
    earlier.0 + after
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A ring over partitions 0 and 1, of which 1 is a member, that saw these ends of it.
    fn ring(window_millis: i64, samples: &[(i64, i64)]) -> Ring {
        let mut ring = Ring::default();
        let mut members = SlotSet::new(2);
        members.insert(1);
        members.count();
        ring.follow(members);
        let mut before = [-1, -1];
        for (time, end) in samples {
            let mut column = OffsetColumn::unknown(2);
            column.set(1, *end);
            ring.push(*time, window_millis, &before, &column);
            before[1] = column.get(1).unwrap_or(before[1]);
        }
        ring
    }

    fn between(after: i64, until: i64, interpolated: i64) -> Appended {
        Appended::Between { after, until, interpolated, is_old: false }
    }

    #[test]
    fn an_offset_is_interpolated_between_two_samples() {
        let ring = ring(100_000, &[(1_000, 10), (2_000, 20), (3_000, 20), (4_000, 24)]);
        assert_eq!(ring.find(1, 10, 24), Some(between(1_000, 2_000, 1_050)));
        assert_eq!(ring.find(1, 19, 24), Some(between(1_000, 2_000, 1_950)));
        assert_eq!(ring.find(1, 20, 24), Some(between(3_000, 4_000, 3_125)));
        assert_eq!(ring.find(1, 9, 24), Some(Appended::Before { time: 1_000, end: 10 }));
        assert_eq!(ring.find(0, 9, 24), None, "nobody has committed for it");
    }

    #[test]
    fn an_unknown_end_widens_the_bracket() {
        let ring = ring(100_000, &[(1_000, 10), (2_000, -1), (3_000, 20), (4_000, 24)]);
        assert_eq!(ring.find(1, 12, 24), Some(between(1_000, 3_000, 1_500)));
    }

    #[test]
    fn nothing_is_said_of_what_was_before_a_truncation() {
        let ring = ring(100_000, &[(1_000, 10), (2_000, 50), (3_000, 20), (4_000, 60)]);
        assert_eq!(ring.find(1, 15, 60), Some(Appended::Before { time: 3_000, end: 20 }));
        assert_eq!(ring.find(1, 30, 60), Some(between(3_000, 4_000, 3_262)));
    }

    #[test]
    fn older_samples_are_thinned_out_until_the_window_is_spanned() {
        let samples: Vec<(i64, i64)> = (0..400).map(|cycle| (cycle * 1_000, cycle * 10)).collect();
        let ring = ring(60_000, &samples);
        assert_eq!(ring.times.len(), CAPACITY);
        assert!(ring.times[0] <= 399_000 - 60_000, "{:?}", ring.times);
        assert_eq!(ring.times.iter().rev().take(NEWEST).min(), Some(&394_000));
        // The records of 1,000 ms came 100 ms apart; a wide bracket is as exact when they come evenly.
        for offset in (ring.times[0] / 100)..3_990 {
            let Some(Appended::Between { interpolated, .. }) = ring.find(1, offset, 3_990) else { panic!() };
            assert!((interpolated - offset * 100).abs() <= 100, "{offset} {interpolated}");
        }
    }

    #[test]
    fn a_clock_that_goes_back_begins_anew() {
        let ring = ring(60_000, &[(5_000, 10), (6_000, 20), (2_000, 30)]);
        assert_eq!(ring.find(1, 15, 30), Some(Appended::Before { time: 2_000, end: 30 }));
    }

    #[test]
    fn members_keep_what_is_known_of_them() {
        let mut ring = ring(60_000, &[(1_000, 10), (2_000, 20)]);
        let mut both = SlotSet::new(2);
        both.insert(0);
        both.insert(1);
        both.count();
        ring.follow(both);
        assert_eq!(ring.find(1, 15, 20), Some(between(1_000, 2_000, 1_550)));
        assert_eq!(ring.find(0, 15, 20), None);
    }
}
