//! What serde finds wrong, with the steps that led to it.
//!
//! An error starts at the value where it is found and gathers its path on the way up, one step per list or mapping it
//! passes through. A text value is not repeated: it may be a secret in the wrong place.

use std::fmt;

use serde::de::{Error, Expected, Unexpected};

use crate::{
    key_path::{KeyPath, Step},
    quote::listed,
};

/// An error of deserialisation. Boxed, for it is returned from every level of a deep descent.
#[derive(Debug)]
pub(crate) struct Mistake(Box<Inner>);

/// A mistake with the way from the root to it.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) path: KeyPath,
    /// The key is wrong, not its value.
    pub(crate) on_key: bool,
    pub(crate) kind: Kind,
}

/// What is wrong.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Nobody reads the key; these would be read.
    UnknownKey { key: String, valid: &'static [&'static str] },
    /// A required key is missing.
    MissingKey(&'static str),
    /// The value, or the key that chooses a variant, is none of these.
    UnknownValue { found: String, valid: &'static [&'static str] },
    /// No placeholder fits a missing key: nothing more can be found out about the section around it.
    Unfillable,
    /// Anything else, in words, with what was probably meant.
    Other { message: String, suggestion: Option<&'static str> },
}

#[derive(Debug)]
struct Inner {
    /// From the error upwards.
    steps: Vec<Step>,
    on_key: bool,
    kind: Kind,
}

// === impl Mistake ===

impl Mistake {
    pub(crate) fn new(kind: Kind) -> Self {
        Self(Box::new(Inner { steps: Vec::new(), on_key: false, kind }))
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::new(Kind::Other { message: message.into(), suggestion: None })
    }

    /// The same mistake seen from one level higher.
    pub(crate) fn below(mut self, step: Step) -> Self {
        self.0.steps.push(step);
        self
    }

    /// The mistake of a key, seen from its mapping.
    pub(crate) fn of_key(mut self, key: &str) -> Self {
        self.0.on_key = true;
        self.below(Step::Key(key.to_owned()))
    }

    pub(crate) fn located(self) -> Located {
        let Inner { mut steps, on_key, kind } = *self.0;
        steps.reverse();
        Located { path: KeyPath(steps), on_key, kind }
    }
}

impl Error for Mistake {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::other(message.to_string())
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::other(format!("expected {expected}, found {}", in_words(found)))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(found, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::other(format!("expected {expected}, found {length} items"))
    }

    fn unknown_variant(found: &str, valid: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownValue { found: found.to_owned(), valid })
    }

    fn unknown_field(key: &str, valid: &'static [&'static str]) -> Self {
        Self::new(Kind::UnknownKey { key: key.to_owned(), valid })
    }

    fn missing_field(key: &'static str) -> Self {
        Self::new(Kind::MissingKey(key))
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::other(format!("`{key}` is given twice, under two of its names"))
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.kind {
            Kind::UnknownKey { valid, .. } => write!(f, "unknown key; valid are {}", listed(valid, "and")),
            Kind::MissingKey(key) => write!(f, "`{key}` is required, but missing"),
            Kind::UnknownValue { valid, .. } => {
                write!(f, "unknown value; valid are {}", listed(valid, "and"))
            }
            Kind::Unfillable => f.write_str("no placeholder fits"),
            Kind::Other { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for Mistake {}

/// What was found, without the content of texts.
fn in_words(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => format!("`{value}`"),
        Unexpected::Unsigned(value) => format!("`{value}`"),
        Unexpected::Signed(value) => format!("`{value}`"),
        Unexpected::Float(value) => format!("`{value}`"),
        Unexpected::Char(_) | Unexpected::Str(_) => "another text".to_owned(),
        Unexpected::Bytes(_) => "bytes".to_owned(),
        Unexpected::Unit | Unexpected::Option => "nothing".to_owned(),
        Unexpected::Seq | Unexpected::TupleVariant => "a list".to_owned(),
        Unexpected::Map | Unexpected::StructVariant => "a mapping".to_owned(),
        Unexpected::NewtypeStruct | Unexpected::NewtypeVariant => "a value with a variant".to_owned(),
        Unexpected::UnitVariant => "a variant without a value".to_owned(),
        Unexpected::Enum => "a variant".to_owned(),
        Unexpected::Other(words) => words.to_owned(),
    }
}
