//! Durations in texts that people read: summaries, descriptions, runbooks.
//!
//! They are written as Prometheus writes them, never in words, and from the value that is in force. A duration in words is one that
//! somebody forgets when the value changes.

use core::fmt::Write as _;
use core::time::Duration;

/// The units, from large to small, in milliseconds.
const UNITS: &[(u128, &str)] = &[(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];

/// A duration as Prometheus and people write it: `1h30m`, `0s`.
pub fn duration(duration: Duration) -> String {
    let mut rest = duration.as_millis();
    let mut text = String::new();
    for (length, unit) in UNITS {
        if rest >= *length {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}{unit}", rest / length);
            rest %= length;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_written_as_prometheus_reads_them() {
        for (duration_given, expected) in [
            (Duration::ZERO, "0s"),
            (Duration::from_millis(1500), "1s500ms"),
            (Duration::from_mins(90), "1h30m"),
            (Duration::from_hours(48), "2d"),
            (Duration::from_secs(86_400 + 61), "1d1m1s"),
        ] {
            assert_eq!(duration(duration_given), expected);
        }
    }
}
