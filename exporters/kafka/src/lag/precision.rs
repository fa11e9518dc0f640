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

    /// How many times the precision fits into a lag: a bracket is narrow if its ends differ by 1.
    pub(super) fn steps(&self, lag: i64) -> f64 {
        let (lag, straight) = (lag.max(0) as f64, self.straight());
        if lag <= straight {
            return lag / self.millis as f64;
        }
        straight / self.millis as f64 + (lag / straight).ln() / self.share().ln_1p()
    }

    /// The lag, in milliseconds, that the precision fits into so often.
    pub(super) fn lag_of(&self, steps: f64) -> i64 {
        let straight = self.straight();
        let above = steps - straight / self.millis as f64;
        whole(if above <= 0.0 {
            steps * self.millis as f64
        } else {
            straight * (above * self.share().ln_1p()).exp()
        })
    }

    /// How often what is so many steps wide has to be halved to be narrow; a little more than a step is not.
    pub(super) fn halvings(steps: f64) -> usize {
        const A_STEP: f64 = 0.99;
        let widths = core::iter::successors(Some(steps), |steps| Some(steps / 2.0));
        widths.take_while(|steps| *steps > A_STEP).take(64).count()
    }

    /// The lag up to which the precision does not depend on it.
    fn straight(&self) -> f64 {
        (self.millis as f64 / self.share()).max(1.0)
    }

    fn share(&self) -> f64 {
        self.relative.max(1e-6)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRECISION: Precision = Precision { now: 1_000_000, millis: 1_000, relative: 0.05 };

    #[test]
    fn a_step_is_as_wide_as_the_precision_at_every_lag() {
        for lag in [0, 500, 19_000, 19_999, 20_000, 20_001, 3_600_000, 86_400_000, 1_800_000_000_000] {
            let wider = PRECISION.lag_of(PRECISION.steps(lag) + 1.0);
            let (width, precision) = (wider - lag, PRECISION.at(lag));
            assert!(
                (precision - 2..=precision + precision / 1000 + 2).contains(&width),
                "{lag}: {width} {precision}"
            );
        }
    }

    #[test]
    fn nine_halvings_suffice_from_1970_on() {
        assert_eq!(Precision::halvings(PRECISION.steps(1_800_000_000_000)), 9);
        assert_eq!([0.0, 0.9, 1.0, 1.9, 2.1].map(Precision::halvings), [0, 0, 1, 1, 2]);
    }
}
