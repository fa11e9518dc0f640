//! The slope of a number over the last minutes, in 24 bytes.
//!
//! A least-squares line through all samples, whose weight falls to 1/e over half the window: a soft window that needs no
//! samples to be kept, and that gaps do no harm. The moments are relative to the last sample, so that `f32` is exact
//! enough however long it goes on.

/// The moments of a line through samples.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Trend {
    /// Sum of the weights, of the times, of the squared times, of the values, of times by values.
    weight: f32,
    time: f32,
    square: f32,
    value: f32,
    product: f32,
    /// From the first sample to the last, in seconds.
    span: f32,
}

// === impl Trend ===

impl Trend {
    /// Takes in a sample that comes `seconds` after the last one and is larger than it by `growth`. Both mean nothing for
    /// the first sample.
    pub(super) fn add(&mut self, seconds: f32, growth: f64, window_seconds: f32) {
        if self.weight == 0.0 {
            self.weight = 1.0;
            return;
        }
        #[expect(clippy::cast_possible_truncation, reason = "seven digits are enough for a rate")]
        let growth = growth as f32;
        // Relative to the new sample: everything else is `seconds` earlier and smaller by `growth`.
        let Self { weight, time, square, value, product, .. } = *self;
        let decay = (-seconds / (window_seconds / 2.0).max(seconds)).exp();
        self.product = decay * (product - seconds * value - growth * time + seconds * growth * weight);
        self.square = decay * (square - 2.0 * seconds * time + seconds * seconds * weight);
        self.time = decay * (time - seconds * weight);
        self.value = decay * (value - growth * weight);
        self.weight = decay * weight + 1.0;
        self.span += seconds;
    }

    /// Growth per second; none before the samples span half the window.
    pub(super) fn slope(&self, window_seconds: f32) -> Option<f64> {
        if self.span <= 0.0 || self.span < window_seconds / 2.0 {
            return None;
        }
        let (weight, time, square) = (f64::from(self.weight), f64::from(self.time), f64::from(self.square));
        let determinant = weight * square - time * time;
        let slope = (weight * f64::from(self.product) - time * f64::from(self.value)) / determinant;
        slope.is_finite().then_some(slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trend(samples: &[(f32, f64)]) -> Trend {
        let mut trend = Trend::default();
        let mut before = samples[0];
        for sample in samples {
            trend.add(sample.0 - before.0, sample.1 - before.1, 120.0);
            before = *sample;
        }
        trend
    }

    #[test]
    fn a_line_has_its_slope_also_with_gaps_and_after_a_day() {
        let line = |seconds: f32| (seconds, 1e9 - 250.0 * f64::from(seconds));
        let with_gaps = [0.0, 15.0, 30.0, 90.0, 105.0, 400.0, 410.0].map(line);
        let day: Vec<_> = (0_u16..6000).map(|cycle| line(f32::from(cycle) * 15.0)).collect();
        for trend in [trend(&with_gaps), trend(&day)] {
            let slope = trend.slope(120.0).unwrap();
            assert!((slope + 250.0).abs() < 0.5, "{slope}");
        }
    }

    #[test]
    fn nothing_is_said_before_half_the_window() {
        assert_eq!(trend(&[(0.0, 5.0)]).slope(120.0), None);
        assert_eq!(trend(&[(0.0, 5.0), (45.0, 9.0)]).slope(120.0), None);
        assert_eq!(trend(&[(0.0, 5.0), (60.0, 65.0)]).slope(120.0).map(f64::round), Some(1.0));
    }

    #[test]
    fn a_trend_that_turns_is_seen_within_the_window() {
        let turning = |cycle: u16| {
            let seconds = f32::from(cycle) * 15.0;
            (seconds, f64::from(if seconds < 600.0 { seconds } else { 1200.0 - seconds }) * 100.0)
        };
        let samples: Vec<_> = (0..48).map(turning).collect(); // 105 s after the turn
        assert!(trend(&samples).slope(120.0).unwrap() < 0.0);
    }

    #[test]
    fn a_saw_tooth_has_no_slope() {
        // Commits every few seconds let the lag jump by what came in between.
        let samples: Vec<_> =
            (0_u16..40).map(|cycle| (f32::from(cycle) * 15.0, f64::from(cycle % 3) * 300.0)).collect();
        assert!(trend(&samples).slope(120.0).unwrap().abs() < 3.0);
    }
}
