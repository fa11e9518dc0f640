//! Durations as Go writes them: `1s`, `1m30s`, `1.5h`, `250ms`.
//!
//! `rate_limit.interval` alone is one. Go's grammar differs from that of the rest of the configuration (fractions, `us`
//! and `ns`, units in any order), and files that are there must go on being read. Unlike Go's YAML, a bare number is no
//! count of nanoseconds: nobody who writes `interval: 5` means those.

use std::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, de};

/// A span of time that is not negative, in nanoseconds, at most 2⁶³ - 1 of them as in Go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct GoDuration(pub(crate) Duration);

/// The units in nanoseconds. Both letters for micro are in use.
const UNITS: &[(&str, u128)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000), // U+00B5
    ("μs", 1_000), // U+03BC
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// The longest that Go has: 292 years.
const MAX_NANOSECONDS: u128 = i64::MAX as u128;

/// More decimals than any unit has nanoseconds; further ones change nothing.
const MAX_DECIMALS: usize = 16;

/// What to write instead.
const EXAMPLES: &str = "write for example `1s`, `250ms` or `1m30s`, or `0` for no limit";

impl GoDuration {
    /// Reads what Go's `time.ParseDuration` reads, except what is negative.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let nanoseconds = if text == "0" { 0 } else { sum(text)? };
        if negative && nanoseconds > 0 {
            return Err("a duration cannot be negative here".to_owned());
        }
        let nanoseconds =
            u64::try_from(nanoseconds).map_err(|_| "the duration is longer than 292 years".to_owned())?;
        Ok(Self(Duration::from_nanos(nanoseconds)))
    }
}

/// The sum of one or more numbers with units.
fn sum(text: &str) -> Result<u128, String> {
    let wrong = || format!("not a duration; {EXAMPLES}");
    if text.is_empty() {
        return Err(wrong());
    }
    let mut rest = text;
    let mut sum = 0_u128;
    while !rest.is_empty() {
        let number = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(number);
        let unit = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        if unit.is_empty() && !number.is_empty() {
            return Err(format!("the duration has no unit; {EXAMPLES}"));
        }
        let (_, length) = UNITS.iter().find(|(name, _)| *name == unit).ok_or_else(wrong)?;
        sum += nanoseconds(number, *length).ok_or_else(wrong)?;
        if sum > MAX_NANOSECONDS {
            return Err("the duration is longer than 292 years".to_owned());
        }
        rest = after;
    }
    Ok(sum)
}

/// `number` units of `length` nanoseconds, rounded down; `None`: not a number. Too many are more than the maximum.
fn nanoseconds(number: &str, length: u128) -> Option<u128> {
    let (whole, decimals) = number.split_once('.').unwrap_or((number, ""));
    if decimals.contains('.') || whole.is_empty() && decimals.is_empty() {
        return None;
    }
    let whole = if whole.is_empty() { 0 } else { whole.parse().unwrap_or(MAX_NANOSECONDS + 1) };
    let decimals = &decimals[..decimals.len().min(MAX_DECIMALS)];
    let digits = u32::try_from(decimals.len()).ok()?;
    let part =
        if decimals.is_empty() { 0 } else { decimals.parse::<u128>().ok()? * length / 10_u128.pow(digits) };
    Some(whole.saturating_mul(length).saturating_add(part))
}

impl<'de> Deserialize<'de> for GoDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = GoDuration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<GoDuration, E> {
        GoDuration::parse(text).map_err(E::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn nanoseconds_of(text: &str) -> Option<u128> {
        GoDuration::parse(text).ok().map(|duration| duration.0.as_nanos())
    }

    #[test]
    fn the_durations_of_go_are_read() {
        for (text, nanoseconds) in [
            ("0", 0),
            ("+0", 0),
            ("-0", 0),
            ("0s", 0),
            ("1s", 1_000_000_000),
            ("1m30s", 90_000_000_000),
            ("30s1m", 90_000_000_000),
            ("1.5h", 5_400_000_000_000),
            (".5s", 500_000_000),
            ("5.s", 5_000_000_000),
            ("100ms", 100_000_000),
            ("10us10µs10μs", 30_000),
            ("7ns", 7),
            ("+3s", 3_000_000_000),
            ("1s1s", 2_000_000_000),
            ("0.1000000000000000000000000000000000001s", 100_000_000),
            ("9223372036854775807ns", 9_223_372_036_854_775_807),
        ] {
            assert_eq!(nanoseconds_of(text), Some(nanoseconds), "{text}");
        }
    }

    #[test]
    fn what_is_no_duration_is_answered_with_what_to_write() {
        for text in [
            "", "+", "-", "s", ".", ".s", "1", "5", "1.2.3s", "1d", "1 s", " 1s", "1S", "٣s", "-1s",
            "2562048h",
        ] {
            let message = GoDuration::parse(text).unwrap_err();
            assert!(message.contains("duration"), "{text}: {message}");
        }
    }

    proptest! {
        #[test]
        fn every_text_gets_an_answer(text in "[-+0-9.hmnsuµ]{0,30}") {
            let _ = GoDuration::parse(&text);
        }

        #[test]
        fn what_a_duration_is_made_of_is_what_it_comes_to(h in 0_u64..2000, m in 0_u64..100, s in 0_u64..100, ms in 0_u64..10_000) {
            let text = format!("{h}h{m}m{s}s{ms}ms");
            let expected = Duration::from_secs(h * 3600 + m * 60 + s) + Duration::from_millis(ms);
            prop_assert_eq!(GoDuration::parse(&text), Ok(GoDuration(expected)));
        }

        #[test]
        fn decimals_are_parts_of_the_unit(whole in 0_u64..1000, thousandths in 0_u64..1000) {
            let text = format!("{whole}.{thousandths:03}s");
            let expected = Duration::from_millis(whole * 1000 + thousandths);
            prop_assert_eq!(GoDuration::parse(&text), Ok(GoDuration(expected)));
        }
    }
}
