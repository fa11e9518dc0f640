//! Parts of a whole, written from 0 to 1 as Prometheus has them.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A part of a whole, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Ratio {
    value: f64,
}

/// A number that is no part of a whole.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("a ratio is a number from 0 to 1, not {value}{}", in_percent(*value))]
pub struct OutOfRange {
    value: f64,
}

// === impl Ratio ===

impl Ratio {
    /// From hundredths, for constants.
    ///
    /// # Panics
    /// Above 100; at compile time if the ratio is a constant.
    pub const fn from_percent(percent: u8) -> Self {
        assert!(percent <= 100, "a ratio is at most 100 percent");
        Self { value: percent as f64 / 100.0 }
    }

    /// From a number from 0 to 1.
    pub fn new(value: f64) -> Result<Self, OutOfRange> {
        if (0.0..=1.0).contains(&value) { Ok(Self { value }) } else { Err(OutOfRange { value }) }
    }

    /// From 0 to 1.
    pub const fn get(self) -> f64 {
        self.value
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value.fmt(f)
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.value)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Any: `25%` must arrive as the text it is, to be answered with the number to write.
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Ratio;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number from 0 to 1")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Ratio, E> {
        Ratio::new(value).map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Ratio, E> {
        self.visit_f64(value as f64)
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Ratio, E> {
        self.visit_f64(value as f64)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Ratio, E> {
        let percent = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
        let message = match percent.map(|percent| Ratio::new(percent / 100.0)) {
            Some(Ok(ratio)) => format!("write percentages as a number from 0 to 1: {ratio}"),
            Some(Err(_)) => "a ratio is from 0 to 1, which is 0 % to 100 %".to_owned(),
            None => "expected a number from 0 to 1, without quotation marks".to_owned(),
        };
        Err(E::custom(message))
    }
}

impl JsonSchema for Ratio {
    fn schema_name() -> Cow<'static, str> {
        "Ratio".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "number",
            "description": "A part of a whole, from 0 to 1.",
            "minimum": 0,
            "maximum": 1,
            "examples": [0.25],
        })
    }
}

/// What to write if percent were meant.
fn in_percent(value: f64) -> String {
    if value > 1.0 && value <= 100.0 {
        format!("; for {value} % write {}", value / 100.0)
    } else {
        String::new()
    }
}
