//! A threshold at which an alert would have been heard about once a week, from what was measured.
//!
//! How to get it wrong: taking it for advice. Where the threshold is a promise (a certificate's last two weeks, an offline
//! partition), it is the world that must change; so the proposal comes with the figures that led to it.

use crate::{Direction, Holds, Movable, Row, Window, episodes};

/// Another threshold, and what it would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The strictest threshold beyond the present one that would have been quiet enough; none if the present one is, or none would.
    pub bound: Option<f64>,
    /// How often the alert would have fired with it, or with the present one if there is none.
    pub n_episodes: usize,
    /// How often it may.
    pub n_allowed: usize,
    /// Whether the present threshold is quiet enough.
    pub is_quiet: bool,
    /// The values that were compared, at the shares of [`Proposal::SHARES`].
    pub quantiles: [f64; 4],
}

impl Proposal {
    /// The shares of the values that lie below [`Proposal::quantiles`].
    pub const SHARES: [f64; 4] = [0.5, 0.9, 0.99, 1.0];
}

/// How many thresholds are looked at: as fine as anybody sets one.
const CANDIDATES: usize = 100;

/// What `rows`, the values that `movable` compares, propose. None without values.
pub fn propose(rows: &[Row], movable: &Movable, holds: Holds, window: &Window) -> Option<Proposal> {
    /// A week, in seconds.
    const WEEK: i64 = 7 * 86_400;
    let direction = movable.direction;
    let mut values: Vec<f64> = rows.iter().flat_map(|row| &row.samples).map(|sample| sample.value).collect();
    values.retain(|value| value.is_finite());
    // The worst last, whichever side is bad.
    values.sort_by(|left, right| match direction {
        Direction::Above => left.total_cmp(right),
        Direction::Below => right.total_cmp(left),
    });
    values.last()?;
    let n_allowed =
        usize::try_from((window.end() - window.start()).div_euclid(WEEK)).unwrap_or_default().max(1);
    let quantiles = Proposal::SHARES.map(|share| at_share(&values, share));
    // Rows that never were bad are not with a milder threshold either.
    let is_bad_now = |value: f64| movable.is_bad(value, movable.bound);
    let was_bad = |row: &&Row| row.samples.iter().any(|sample| is_bad_now(sample.value));
    let rows: Vec<&Row> = rows.iter().filter(was_bad).collect();
    let count = |bound: f64| count(&rows, movable, bound, holds, window);
    let n_now = count(movable.bound);
    let proposal =
        |bound, n_episodes, is_quiet| Proposal { bound, n_episodes, n_allowed, is_quiet, quantiles };
    if n_now <= n_allowed {
        return Some(proposal(None, n_now, true));
    }
    values.retain(|value| is_bad_now(*value));
    values.dedup();
    let mut candidates: Vec<f64> = if values.len() <= CANDIDATES {
        values
    } else {
        (0..=CANDIDATES).map(|step| at_share(&values, step as f64 / CANDIDATES as f64)).collect()
    };
    for value in &mut candidates {
        *value = beyond(*value, movable);
    }
    candidates.dedup();
    // The number of episodes need not fall with the threshold (one long episode breaks into several), but beyond the worst
    // value there are none, unless it is infinite.
    let found = candidates.into_iter().map(|bound| (bound, count(bound))).find(|(_, n)| *n <= n_allowed);
    Some(match found {
        Some((bound, n_episodes)) => proposal(Some(bound), n_episodes, false),
        None => proposal(None, n_now, false),
    })
}

/// How often it would have fired with the threshold `bound`.
fn count(rows: &[&Row], movable: &Movable, bound: f64, holds: Holds, window: &Window) -> usize {
    let is_bad = |value: f64| movable.is_bad(value, bound);
    rows.iter()
        .map(|row| {
            let held: Vec<i64> =
                row.samples.iter().filter(|sample| is_bad(sample.value)).map(|sample| sample.at).collect();
            episodes(&held, holds, window).len()
        })
        .sum()
}

/// The threshold nearest to `value` with which it is not bad.
fn beyond(value: f64, movable: &Movable) -> f64 {
    let bound = rounded(value, movable.direction);
    if !movable.is_bad(value, bound) || value == 0.0 {
        return bound;
    }
    let step = unit(value);
    rounded(
        if movable.direction == Direction::Above { bound + step } else { bound - step },
        movable.direction,
    )
}

/// The third digit of `value`.
fn unit(value: f64) -> f64 {
    10_f64.powf(value.abs().log10().floor() - 2.0)
}

/// The value below which `share` of the sorted `values` lie.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn at_share(values: &[f64], share: f64) -> f64 {
    let last = values.len().saturating_sub(1);
    let index = (last as f64 * share).round() as usize;
    values.get(index.min(last)).copied().unwrap_or(f64::NAN)
}

/// To three digits, which is as exact as a threshold ever is; never to the stricter side.
fn rounded(value: f64, direction: Direction) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let unit = unit(value);
    let n_units = value / unit;
    // A quotient that should be whole misses it by its last bits.
    let whole = n_units.round();
    let n_units = match direction {
        _ if (n_units - whole).abs() < 1e-9 => whole,
        Direction::Above => n_units.ceil(),
        Direction::Below => n_units.floor(),
    };
    // The product carries the last bits of the power of ten; its shortest text does not.
    let rounded = n_units * unit;
    format!("{rounded:.12e}").parse().unwrap_or(rounded)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::*;
    use crate::Sample;

    const HOLDS: Holds = Holds { hold: Duration::from_mins(5), keep_firing_for: Duration::ZERO };

    fn week() -> Window {
        let end = Timestamp::from_second(7 * 86_400).expect("a moment");
        Window::before(end, Duration::from_hours(24 * 7), Duration::from_mins(5))
    }

    /// A quiet series that is at `height` for half an hour of each day.
    fn daily(height: f64) -> Row {
        let samples =
            week().moments().map(|at| Sample { at, value: if at % 86_400 < 1_800 { height } else { 10.0 } });
        Row { labels: BTreeMap::new(), samples: samples.collect() }
    }

    fn movable(bound: f64, direction: Direction, is_inclusive: bool) -> Movable {
        Movable { bound, direction, is_inclusive, without_bound: "x".to_owned() }
    }

    fn proposed(rows: &[Row], movable: &Movable) -> (Option<f64>, usize, bool) {
        let proposal = propose(rows, movable, HOLDS, &week()).expect("there are values");
        assert_eq!(proposal.n_allowed, 1);
        (proposal.bound, proposal.n_episodes, proposal.is_quiet)
    }

    #[test]
    fn peaks_of_every_day_are_left_below_the_proposed_threshold() {
        let mut row = daily(100.0);
        // And one that deserves a notification.
        for sample in &mut row.samples[500..510] {
            sample.value = 900.0;
        }
        let above = |bound| movable(bound, Direction::Above, false);
        let rows = [row];
        assert_eq!(proposed(&rows, &above(50.0)), (Some(100.0), 1, false));
        assert_eq!(proposed(&rows, &above(100.0)), (None, 1, true));
        let quantiles = propose(&rows, &above(50.0), HOLDS, &week()).expect("there are values").quantiles;
        assert_eq!(quantiles.map(|value| value.to_string()), ["10", "10", "100", "900"]);
        // Where the number itself is bad, the proposed one must be beyond the peaks.
        assert_eq!(proposed(&rows, &movable(50.0, Direction::Above, true)), (Some(101.0), 1, false));
    }

    #[test]
    fn rare_peaks_among_many_quiet_values_are_told_apart() {
        // Of two thousand values six are bad, each of another height.
        let mut row = daily(10.0);
        for (at, height) in [(100, 20.0), (400, 30.0), (800, 40.0), (1200, 50.0), (1600, 60.0), (1900, 70.0)]
        {
            row.samples[at].value = height;
            row.samples[at + 1].value = height;
        }
        assert_eq!(proposed(&[row], &movable(15.0, Direction::Above, false)), (Some(60.0), 1, false));
    }

    #[test]
    fn low_values_are_bad_where_the_alert_says_so() {
        let mut row = daily(3.0);
        row.samples[500].value = 1.0;
        let rows = [row];
        assert_eq!(proposed(&rows, &movable(5.0, Direction::Below, false)), (Some(3.0), 0, false));
        assert_eq!(proposed(&rows, &movable(5.0, Direction::Below, true)), (Some(2.99), 0, false));
    }

    #[test]
    fn where_no_threshold_would_do_none_is_proposed() {
        let row = daily(f64::INFINITY);
        assert_eq!(proposed(&[row], &movable(50.0, Direction::Above, false)), (None, 7, false));
    }

    #[test]
    fn without_values_nothing_is_proposed() {
        let movable = movable(5.0, Direction::Above, false);
        assert_eq!(propose(&[], &movable, HOLDS, &week()), None);
        let row = Row { labels: BTreeMap::new(), samples: vec![Sample { at: 0, value: f64::NAN }] };
        assert_eq!(propose(&[row], &movable, HOLDS, &week()), None);
    }

    #[test]
    fn a_threshold_has_three_digits_and_is_never_stricter_than_the_value() {
        for (value, above, below) in [
            (0.123_456, 0.124, 0.123),
            (1234.5, 1240.0, 1230.0),
            (-0.000_987_65, -0.000_987, -0.000_988),
            (100.0, 100.0, 100.0),
            (0.3, 0.3, 0.3),
            (0.0, 0.0, 0.0),
        ] {
            assert_eq!(rounded(value, Direction::Above).to_string(), f64::to_string(&above));
            assert_eq!(rounded(value, Direction::Below).to_string(), f64::to_string(&below));
        }
    }
}
