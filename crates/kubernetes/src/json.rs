//! A place in a JSON text, read without copying what nobody asks for.
//!
//! Which keys of a Secret are wanted is known at run time only, and everything else must not leave the buffer it came in. So
//! there is no type per kind: a reader walks from place to place and takes what it wants.
//!
//! Invariants:
//! - The syntax of the text was checked once, by [`Json::check`]. Walking is total: a wrong type is "nothing there".
//! - What is absent is [`Json::NULL`]; Kubernetes makes no difference between the two.
//! - Only [`text`](Json::text) with an escape in it allocates.
//!
//! How to get it wrong: asking one object for many names by [`get`](Json::get), which reads from its beginning each time. Walk
//! [`entries`](Json::entries) where there are many.

use std::borrow::Cow;
use std::fmt;

use serde_json::value::RawValue;

use crate::scan::{Scan, inner_text};

/// A value inside a JSON text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Json<'a>(&'a str);

/// The members of an object, in the order of the text. A name that occurs twice comes twice.
#[derive(Clone)]
pub struct Entries<'a>(Values<'a>);

/// The items of an array.
#[derive(Clone)]
pub struct Items<'a>(Values<'a>);

/// The values inside an object or array, names and values alike.
#[derive(Clone)]
struct Values<'a> {
    text: &'a str,
    scan: Scan<'a>,
}

// === impl Json ===

impl<'a> Json<'a> {
    /// What stands for all that is absent.
    pub const NULL: Json<'static> = Json("null");

    /// Checks that `text` is one JSON value in UTF-8, with space around it at most.
    ///
    /// # Errors
    /// That it is none. The error repeats nothing of the text.
    pub fn check(text: &'a [u8]) -> Result<Self, NotJson> {
        let raw: &RawValue = serde_json::from_slice(text)
            .map_err(|error| NotJson { line: error.line(), column: error.column() })?;
        Ok(Self(raw.get()))
    }

    /// The text of a string, without its escapes. Borrowed unless it has some; half a surrogate pair becomes U+FFFD.
    pub fn text(self) -> Option<Cow<'a, str>> {
        inner_text(self.0)
    }

    /// A whole number that fits.
    pub fn integer(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// Any number, as the nearest double.
    pub fn number(self) -> Option<f64> {
        let is_number = self.0.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        is_number.then(|| self.0.parse().ok())?
    }

    /// A truth value.
    pub fn boolean(self) -> Option<bool> {
        self.0.parse().ok()
    }

    /// Whether there is nothing.
    pub fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// The value, unless there is nothing.
    pub fn present(self) -> Option<Self> {
        (!self.is_null()).then_some(self)
    }

    /// The member of that name; [`Json::NULL`] if there is none, or this is no object. Of several it is the first: servers
    /// write each once, and metadata stands before the data, which need not be gone through.
    #[must_use]
    pub fn get(self, name: &str) -> Json<'a> {
        self.entries().find(|(found, _)| found == name).map_or(Self::NULL, |(_, value)| value)
    }

    /// The member at the end of a path of names.
    #[must_use]
    pub fn at(self, path: &[&str]) -> Json<'a> {
        path.iter().fold(self, |place, name| place.get(name))
    }

    /// The members of an object; none if this is no object.
    pub fn entries(self) -> Entries<'a> {
        Entries(Values { text: self.0, scan: Scan::within(self.0.as_bytes(), b'{') })
    }

    /// The items of an array; none if this is no array.
    pub fn items(self) -> Items<'a> {
        Items(Values { text: self.0, scan: Scan::within(self.0.as_bytes(), b'[') })
    }

    /// How many bytes the value has as it was sent.
    pub fn size(self) -> usize {
        self.0.len()
    }
}

/// Without its content: that may be a key.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0.as_bytes().first() {
            Some(b'{') => "object",
            Some(b'[') => "array",
            Some(b'"') => "string",
            Some(b't' | b'f') => "boolean",
            Some(b'n') | None => "null",
            Some(_) => "number",
        };
        write!(formatter, "Json({kind} of {} bytes)", self.0.len())
    }
}

impl<'a> Values<'a> {
    fn value(&mut self) -> Option<&'a str> {
        self.text.get(self.scan.next_range()?)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (Cow<'a, str>, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let name = inner_text(self.0.value()?)?;
        let value = self.0.value()?;
        Some((name, Json(value)))
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.value().map(Json)
    }
}

/// Without their content.
impl fmt::Debug for Entries<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Entries")
    }
}

/// Without their content.
impl fmt::Debug for Items<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Items")
    }
}

/// A text that is no JSON, and where that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no JSON at line {line}, column {column}")]
pub struct NotJson {
    /// The line, from 1.
    pub line: usize,
    /// The column in bytes, from 1.
    pub column: usize,
}
