//! The range that is looked at, as a grid of evaluations, in pieces that a server answers gladly.

use core::time::Duration;

use jiff::Timestamp;

/// A grid of moments, both ends included, in whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    start: i64,
    end: i64,
    step: i64,
}

impl Window {
    /// The most steps of one question. Prometheus refuses more than 11,000 points a series; a tenth of that is answered
    /// fast and keeps its other users unharmed.
    pub const POINTS: i64 = 1_000;

    /// The `length` before `end`, looked at every `step` (at least a second). The grid is that of Unix time, so that the
    /// same range asked twice gives the same.
    pub fn before(end: Timestamp, length: Duration, step: Duration) -> Self {
        let seconds = |duration: Duration| i64::try_from(duration.as_secs()).unwrap_or(i64::MAX);
        let step = seconds(step).max(1);
        let end = end.as_second().div_euclid(step) * step;
        let steps = seconds(length) / step;
        Self { start: end.saturating_sub(steps.saturating_mul(step)), end, step }
    }

    /// The first moment.
    pub fn start(&self) -> i64 {
        self.start
    }

    /// The last moment.
    pub fn end(&self) -> i64 {
        self.end
    }

    /// The distance between two moments.
    pub fn step(&self) -> i64 {
        self.step
    }

    /// How many moments there are.
    pub fn n_moments(&self) -> i64 {
        (self.end - self.start) / self.step + 1
    }

    /// Every moment, ascending.
    pub fn moments(&self) -> impl Iterator<Item = i64> + use<> {
        let Self { start, step, .. } = *self;
        (0..self.n_moments()).map(move |index| start + index * step)
    }

    /// The same range, looked at about `n` times: for questions whose answer need not be exact.
    #[must_use]
    pub fn coarse(&self, n: i64) -> Self {
        let step = (self.n_moments() / n.max(1)).max(1) * self.step;
        let start = self.end - (self.end - self.start) / step * step;
        Self { start, step, ..*self }
    }

    /// The pieces that are asked for one by one; together they are the window, and no moment is in two.
    pub fn pieces(&self) -> Vec<Self> {
        let Self { end, step, .. } = *self;
        let mut pieces = Vec::new();
        let mut start = self.start;
        while start <= end {
            let last = (start + (Self::POINTS - 1) * step).min(end);
            pieces.push(Self { start, end: last, step });
            start = last + step;
        }
        pieces
    }

    /// The two halves of a piece that is too much for one answer, unless it is a single moment.
    pub fn halves(&self) -> Option<[Self; 2]> {
        let n = self.n_moments();
        let middle = self.start + (n / 2 - 1) * self.step;
        (n > 1).then(|| [Self { end: middle, ..*self }, Self { start: middle + self.step, ..*self }])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn window(days: u64, step: u64) -> Window {
        let end = Timestamp::from_second(1_700_000_017).expect("a moment");
        Window::before(end, Duration::from_secs(days * 86_400), Duration::from_secs(step))
    }

    #[test]
    fn a_week_by_minutes_is_eleven_pieces_on_whole_minutes() {
        let week = window(7, 60);
        assert_eq!(week.n_moments(), 7 * 1440 + 1);
        assert_eq!((week.start() % 60, week.end() % 60), (0, 0));
        assert_eq!(week.pieces().len(), 11);
    }

    proptest! {
        #[test]
        fn pieces_and_halves_hold_each_moment_once(days in 0_u64..40, step in 0_u64..5000) {
            let whole = window(days, step);
            let all: Vec<i64> = whole.moments().collect();
            let pieces: Vec<i64> = whole.pieces().iter().flat_map(Window::moments).collect();
            prop_assert_eq!(&pieces, &all);
            prop_assert!(whole.pieces().iter().all(|piece| piece.n_moments() <= Window::POINTS));
            if let Some(halves) = whole.halves() {
                prop_assert_eq!(&halves.iter().flat_map(Window::moments).collect::<Vec<_>>(), &all);
            } else {
                prop_assert_eq!(all.len(), 1);
            }
        }

        #[test]
        fn a_coarse_look_ends_where_the_fine_one_does(days in 0_u64..40, step in 1_u64..5000, n in 1_i64..500) {
            let (whole, coarse) = (window(days, step), window(days, step).coarse(n));
            prop_assert_eq!(whole.end(), coarse.end());
            prop_assert!(coarse.start() >= whole.start());
            prop_assert!(coarse.n_moments() <= 2 * n + 1);
        }
    }
}
