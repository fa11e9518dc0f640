//! Sizes as people write them: `64KiB`, `1MiB`, `10MB`, `1024B`.

use std::{borrow::Cow, fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{
    nearest::nearest,
    quote::{quoted, shortened},
};

/// The units in the order in which one is chosen for printing: binary before decimal, large before small.
const UNITS: &[(&str, u64)] = &[
    ("TiB", 1 << 40),
    ("GiB", 1 << 30),
    ("MiB", 1 << 20),
    ("KiB", 1 << 10),
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1000),
    ("B", 1),
];

/// A number of bytes, written `64KiB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HumanSize {
    bytes: u64,
}

/// Why a text is no size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSize {
    /// A bare number.
    #[error("`{number}` has no unit; write `{number}B`, `{number}KiB` or `{number}MiB`")]
    NameUnit {
        /// The number.
        number: String,
    },
    /// A unit nobody knows.
    #[error("unknown unit {} in a size; {hint}", quoted(unit))]
    KnowUnit {
        /// The unit.
        unit: String,
        /// Which are known.
        hint: String,
    },
    /// Below zero.
    #[error("a size cannot be negative")]
    StayPositive,
    /// `1.5MiB`.
    #[error("a size has no fractions; write `1536KiB` instead of `1.5MiB`")]
    AvoidFraction,
    /// 2⁶⁴ bytes or more.
    #[error("the size is larger than can be counted")]
    CountBytes,
    /// Anything else.
    #[error("not a size; write for example `64KiB`, `10MB` or `1024B`")]
    ReadSize,
}

// === impl HumanSize ===

impl HumanSize {
    /// From bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self { bytes }
    }

    /// From units of 1024 bytes.
    pub const fn from_kibibytes(kibibytes: u32) -> Self {
        Self { bytes: kibibytes as u64 * 1024 }
    }

    /// From units of 1024² bytes.
    pub const fn from_mebibytes(mebibytes: u32) -> Self {
        Self { bytes: mebibytes as u64 * 1024 * 1024 }
    }

    /// In bytes.
    pub const fn get(self) -> u64 {
        self.bytes
    }

    /// In bytes as a length in memory; as much as memory can address if it is more.
    pub fn as_usize(self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }
}

impl fmt::Display for HumanSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = UNITS.iter().find(|(_, size)| self.bytes >= *size && self.bytes.is_multiple_of(*size));
        let (unit, size) = exact.unwrap_or(&("B", 1));
        write!(f, "{}{unit}", self.bytes / size)
    }
}

impl FromStr for HumanSize {
    type Err = ParseSize;

    fn from_str(text: &str) -> Result<Self, ParseSize> {
        if text.starts_with('-') {
            return Err(ParseSize::StayPositive);
        }
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        if number.is_empty() {
            return Err(ParseSize::ReadSize);
        }
        if unit.is_empty() {
            return Err(ParseSize::NameUnit { number: shortened(number) });
        }
        if unit.starts_with(['.', ',']) {
            return Err(ParseSize::AvoidFraction);
        }
        let known = UNITS.iter().find(|(name, _)| *name == unit || (*name == "kB" && unit == "KB"));
        let Some((_, size)) = known else { return Err(unknown(unit)) };
        let count: u64 = number.parse().map_err(|_| ParseSize::CountBytes)?;
        count.checked_mul(*size).map(Self::from_bytes).ok_or(ParseSize::CountBytes)
    }
}

fn unknown(unit: &str) -> ParseSize {
    let names: Vec<&str> = UNITS.iter().map(|(name, _)| *name).collect();
    let same = names.iter().find(|name| name.eq_ignore_ascii_case(unit)).copied();
    let hint = same.or_else(|| nearest(unit, &names)).map_or_else(
        || "valid are `B`, `KiB`, `MiB`, `GiB`, `TiB` and `kB`, `MB`, `GB`, `TB`".to_owned(),
        |meant| format!("did you mean `{meant}`?"),
    );
    ParseSize::KnowUnit { unit: unit.to_owned(), hint }
}

impl Serialize for HumanSize {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for HumanSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Visitor)
    }
}

struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = HumanSize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a size such as `64KiB` or `10MB`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<HumanSize, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<HumanSize, E> {
        self.visit_str(&number.to_string())
    }
}

impl JsonSchema for HumanSize {
    fn schema_name() -> Cow<'static, str> {
        "HumanSize".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A number of bytes, such as `64KiB`, `10MB` or `1024B`.",
            "pattern": "^[0-9]+([KMGT]iB|[kKMGT]?B)$",
            "examples": ["64KiB"],
        })
    }
}
