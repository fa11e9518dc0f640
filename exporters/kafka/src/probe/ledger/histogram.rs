//! Observations counted in the buckets of a declaration.

use core::time::Duration;

/// Counts of durations by bucket. Cloning copies the counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Latencies {
    bounds: &'static [f64],
    counts: Vec<u64>,
    sum: f64,
}

impl Latencies {
    /// No observation yet. `bounds` are the upper bounds in seconds, ascending.
    pub fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, counts: vec![0; bounds.len() + 1], sum: 0.0 }
    }

    /// Counts one duration; a bucket includes its upper bound, as Prometheus has it.
    pub fn observe(&mut self, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = self.bounds.partition_point(|bound| *bound < seconds);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.sum += seconds;
    }

    /// Observations per bucket, not cumulative, the last of those above all bounds.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The sum of all, in seconds.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_includes_its_upper_bound() {
        let mut latencies = Latencies::new(&[0.001, 0.002]);
        for micros in [1000, 1001, 2000, 2001] {
            latencies.observe(Duration::from_micros(micros));
        }
        assert_eq!(latencies.counts(), [1, 2, 1]);
        assert!((latencies.sum() - 0.006_002).abs() < 1e-12);
        assert_eq!(latencies.total(), 4);
    }
}
