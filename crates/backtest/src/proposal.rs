//! A threshold at which an alert would have been heard about once a week, from what was measured.
//!
//! How to get it wrong: taking it for advice. Where the threshold is a promise (a certificate's last two weeks, an offline
//! partition), it is the world that must change; so the proposal comes with the figures that led to it.

use crate::{Direction, Holds, Row, Window, episodes};

/// Another threshold, and what it would have done.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The mildest threshold that would have been quiet enough; none if no value of the window is.
    pub bound: Option<f64>,
    /// How often the alert would have fired with it.
    pub n_episodes: usize,
    /// How often it may.
    pub n_allowed: usize,
    /// The values that were compared, at the shares of [`Proposal::SHARES`].
    pub quantiles: [f64; 4],
}

impl Proposal {
    /// The shares of the values that lie below [`Proposal::quantiles`].
    pub const SHARES: [f64; 4] = [0.5, 0.9, 0.99, 1.0];
}

/// How many thresholds are looked at: as fine as anybody sets one.
const CANDIDATES: usize = 200;

/// What `rows`, the values that are compared, propose. None without values.
pub fn propose(rows: &[Row], direction: Direction, holds: Holds, window: &Window) -> Option<Proposal> {
    /// A week, in seconds.
    const WEEK: i64 = 7 * 86_400;
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
    let mut candidates: Vec<f64> =
        (0..=CANDIDATES).map(|step| at_share(&values, step as f64 / CANDIDATES as f64)).collect();
    candidates.dedup();
    let count = |bound: f64| count(rows, bound, direction, holds, window);
    // The number of episodes need not fall with the threshold (one long episode breaks into several), but the last
    // candidate, the worst value itself, has none.
    let mildest = candidates
        .into_iter()
        .map(|value| rounded(value, direction))
        .map(|bound| (bound, count(bound)))
        .find(|(_, n)| *n <= n_allowed);
    let (bound, n_episodes) = mildest.map_or((None, 0), |(bound, n)| (Some(bound), n));
    Some(Proposal { bound, n_episodes, n_allowed, quantiles })
}

/// How often it would have fired with the threshold `bound`.
fn count(rows: &[Row], bound: f64, direction: Direction, holds: Holds, window: &Window) -> usize {
    let is_bad = |value: f64| match direction {
        Direction::Above => value > bound,
        Direction::Below => value < bound,
    };
    rows.iter()
        .map(|row| {
            let held: Vec<i64> =
                row.samples.iter().filter(|sample| is_bad(sample.value)).map(|sample| sample.at).collect();
            episodes(&held, holds, window).len()
        })
        .sum()
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
    let unit = 10_f64.powf(value.abs().log10().floor() - 2.0);
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

    #[test]
    fn peaks_of_every_day_are_left_below_the_proposed_threshold() {
        let mut row = daily(100.0);
        // And one that deserves a notification.
        for sample in &mut row.samples[500..510] {
            sample.value = 900.0;
        }
        let proposal = propose(&[row], Direction::Above, HOLDS, &week()).expect("there are values");
        assert_eq!((proposal.bound, proposal.n_episodes, proposal.n_allowed), (Some(100.0), 1, 1));
        assert_eq!(proposal.quantiles.map(|value| value.to_string()), ["10", "10", "100", "900"]);
    }

    #[test]
    fn low_values_are_bad_where_the_alert_says_so() {
        let mut row = daily(3.0);
        row.samples[500].value = 1.0;
        let proposal = propose(&[row], Direction::Below, HOLDS, &week()).expect("there are values");
        assert_eq!((proposal.bound, proposal.n_episodes), (Some(3.0), 0));
    }

    #[test]
    fn without_values_nothing_is_proposed() {
        assert_eq!(propose(&[], Direction::Above, HOLDS, &week()), None);
        let row = Row { labels: BTreeMap::new(), samples: vec![Sample { at: 0, value: f64::NAN }] };
        assert_eq!(propose(&[row], Direction::Above, HOLDS, &week()), None);
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
