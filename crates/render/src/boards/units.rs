//! Dimensions in Grafana's words: the unit of a field, the words and colours of truth values.

use super::dimension::Dimension;
use super::visualization::{MappedValue, MappedValues, Mapping};

impl Dimension {
    /// Grafana's name of the unit.
    pub(super) fn unit(self) -> &'static str {
        match self {
            Self::Number | Self::Fixed => "short",
            Self::Seconds => "s",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "binBps",
            Self::PerSecond => "cps",
            Self::Ratio => "percentunit",
            Self::Timestamp => "dateTimeAsIso",
            Self::Cores => "suffix: cores",
            Self::Boolean | Self::Yes | Self::Fault => "bool_yes_no",
        }
    }

    /// The words for 0 and 1, coloured where it is known which is good.
    pub(super) fn mappings(self) -> Vec<Mapping> {
        let (no, yes) = match self {
            Self::Boolean => (None, None),
            Self::Yes => (Some("red"), Some("green")),
            Self::Fault => (Some("green"), Some("red")),
            _ => return Vec::new(),
        };
        let word = |index, text, color| MappedValue { color, index, text };
        let options = MappedValues { zero: word(0, "no", no), one: word(1, "yes", yes) };
        vec![Mapping { options, kind: "value" }]
    }

    /// Whether its values have a colour by themselves.
    pub(super) fn is_coloured(self) -> bool {
        matches!(self, Self::Yes | Self::Fault)
    }
}
