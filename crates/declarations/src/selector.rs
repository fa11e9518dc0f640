//! PromQL selectors built from declarations, so that a matcher cannot name a value that does not exist.

use core::fmt::{self, Write as _};

use crate::{Label, LabelText};

/// A metric name with matchers; prints as PromQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    name: String,
    matchers: String,
}

impl Selector {
    pub(crate) fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), matchers: String::new() }
    }

    /// Adds `label="value"`.
    #[must_use]
    pub fn at<M: Label>(self, _label: M, value: M::Value<'_>) -> Self {
        self.matcher(M::NAME, "=", value.into())
    }

    /// Adds `label!="value"`.
    #[must_use]
    pub fn not_at<M: Label>(self, _label: M, value: M::Value<'_>) -> Self {
        self.matcher(M::NAME, "!=", value.into())
    }

    /// Adds `label=~"pattern"`; the pattern is RE2, anchored at both ends, and is checked with the whole text.
    #[must_use]
    pub fn matching<M: Label>(self, _label: M, pattern: &str) -> Self {
        self.matcher(M::NAME, "=~", LabelText::Text(pattern))
    }

    fn matcher(mut self, label: &str, operator: &str, value: LabelText<'_>) -> Self {
        if !self.matchers.is_empty() {
            self.matchers.push(',');
        }
        // Writing to a String cannot fail.
        let _ = match value {
            LabelText::Text(text) => write!(self.matchers, "{label}{operator}\"{}\"", escaped(text)),
            LabelText::Known(text) => write!(self.matchers, "{label}{operator}\"{text}\""),
            LabelText::Integer(integer) => write!(self.matchers, "{label}{operator}\"{integer}\""),
        };
        self
    }
}

/// The three escapes of a PromQL string (and of an exposition's label value).
fn escaped(text: &str) -> String {
    text.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n")
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name)?;
        if self.matchers.is_empty() { Ok(()) } else { write!(formatter, "{{{}}}", self.matchers) }
    }
}
