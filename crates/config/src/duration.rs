//! Durations as people write them: `30s`, `1h30m`, `500ms`, `1d`.
//!
//! The form is PromQL's without years and weeks, so a duration from a file can stand in a rule as it is. That is why
//! no library for human durations is used: theirs print forms (`1h 30m`) that PromQL refuses, and read forms
//! (`1month`) whose length is debatable.

use std::{borrow::Cow, fmt, str::FromStr, time::Duration};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::quote::{quoted, shortened};

/// The units from large to small, in milliseconds.
const UNITS: &[(&str, u64)] = &[("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)];

/// A span of time in whole milliseconds, written `1h30m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HumanDuration {
    milliseconds: u64,
}

/// Why a text is no duration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseDuration {
    /// A bare number.
    #[error("`{number}` has no unit; write `{number}s`, `{number}m` or `{number}h`")]
    NameUnit {
        /// The number.
        number: String,
    },
    /// A unit nobody knows.
    #[error("unknown unit {} in a duration; valid are `d`, `h`, `m`, `s` and `ms`", quoted(unit))]
    KnowUnit {
        /// The unit.
        unit: String,
    },
    /// Below zero.
    #[error("a duration cannot be negative")]
    StayPositive,
    /// `1.5h`.
    #[error("a duration has no fractions; write `1h30m` instead of `1.5h`")]
    AvoidFraction,
    /// `30m1h`, or the same unit twice.
    #[error("the units of a duration go from large to small, each once, as in `1d12h30m`")]
    OrderUnits,
    /// More than 2⁶⁴ milliseconds.
    #[error("the duration is longer than can be counted")]
    CountMilliseconds,
    /// Anything else.
    #[error("not a duration; write for example `30s`, `1h30m` or `500ms`")]
    ReadDuration,
}

// === impl HumanDuration ===

impl HumanDuration {
    /// No time at all.
    pub const ZERO: Self = Self::from_millis(0);

    /// From milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self { milliseconds }
    }

    /// From seconds.
    pub const fn from_secs(seconds: u32) -> Self {
        Self { milliseconds: seconds as u64 * 1000 }
    }

    /// From minutes.
    pub const fn from_minutes(minutes: u32) -> Self {
        Self { milliseconds: minutes as u64 * 60_000 }
    }

    /// From hours.
    pub const fn from_hours(hours: u32) -> Self {
        Self { milliseconds: hours as u64 * 3_600_000 }
    }

    /// From days of 24 hours.
    pub const fn from_days(days: u32) -> Self {
        Self { milliseconds: days as u64 * 86_400_000 }
    }

    /// As the standard library's type.
    pub const fn get(self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }

    /// In seconds, for a sample or a threshold.
    pub fn as_secs_f64(self) -> f64 {
        self.get().as_secs_f64()
    }

    /// Whether it is no time at all.
    pub const fn is_zero(self) -> bool {
        self.milliseconds == 0
    }
}

impl From<HumanDuration> for Duration {
    fn from(duration: HumanDuration) -> Self {
        duration.get()
    }
}

impl fmt::Display for HumanDuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_zero() {
            return f.write_str("0s");
        }
        let mut rest = self.milliseconds;
        for (unit, length) in UNITS {
            if rest >= *length {
                write!(f, "{}{unit}", rest / length)?;
                rest %= length;
            }
        }
        Ok(())
    }
}

impl FromStr for HumanDuration {
    type Err = ParseDuration;

    fn from_str(text: &str) -> Result<Self, ParseDuration> {
        if text.starts_with('-') {
            return Err(ParseDuration::StayPositive);
        }
        let mut rest = text;
        let mut smaller = UNITS;
        let mut milliseconds = 0_u64;
        while !rest.is_empty() {
            let (number, unit, after) = part(rest)?;
            let position = smaller.iter().position(|(name, _)| *name == unit);
            let length = match position {
                Some(position) => smaller[position].1,
                None if UNITS.iter().any(|(name, _)| *name == unit) => return Err(ParseDuration::OrderUnits),
                None if unit.is_empty() => return Err(ParseDuration::NameUnit { number: shortened(number) }),
                None => return Err(ParseDuration::KnowUnit { unit: unit.to_owned() }),
            };
            smaller = &smaller[position.map_or(0, |position| position + 1)..];
            let count: u64 = number.parse().map_err(|_| ParseDuration::CountMilliseconds)?;
            milliseconds = count
                .checked_mul(length)
                .and_then(|part| milliseconds.checked_add(part))
                .ok_or(ParseDuration::CountMilliseconds)?;
            rest = after;
        }
        if text.is_empty() { Err(ParseDuration::ReadDuration) } else { Ok(Self { milliseconds }) }
    }
}

/// The first number of `text`, its unit, and what follows.
fn part(text: &str) -> Result<(&str, &str, &str), ParseDuration> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, after) = text.split_at(digits);
    if number.is_empty() {
        return Err(ParseDuration::ReadDuration);
    }
    if after.starts_with(['.', ',']) {
        return Err(ParseDuration::AvoidFraction);
    }
    let unit = after.find(|c: char| c.is_ascii_digit()).unwrap_or(after.len());
    let (unit, after) = after.split_at(unit);
    Ok((number, unit, after))
}

impl Serialize for HumanDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HumanDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = HumanDuration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a duration such as `30s` or `1h30m`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<HumanDuration, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<HumanDuration, E> {
        self.visit_str(&number.to_string())
    }
}

impl JsonSchema for HumanDuration {
    fn schema_name() -> Cow<'static, str> {
        "HumanDuration".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A duration, such as `30s`, `1h30m` or `500ms`.",
            "pattern": "^([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$",
            "minLength": 2,
            "examples": ["30s"],
        })
    }
}
