//! The fields of spans and events, as the format writes them: the one place where values become text.
//!
//! Invariants:
//! - Numbers and booleans are written as they are, everything else as text: bounded and escaped.
//! - No field can pass for one that the line has anyway: such a name gets a prefix.

use core::fmt;
use std::error::Error;

use tracing::field::{Field, Visit};

use super::quoting::Bounded;
use super::{Format, json, logfmt};

/// The field in which `tracing` keeps the text of an event.
const MESSAGE: &str = "message";
/// The fields of a span that say whose event it is.
pub(super) const SOURCE_FIELDS: [&str; 2] = ["exporter", "source"];
/// The names that a line has of its own, in either format. A probe's `target` is not the target of the line.
const TAKEN: [&str; 8] = [
    "ts",
    "timestamp",
    "level",
    "target",
    "msg",
    "span",
    super::line::REPEATED,
    super::line::REPEATED_SECONDS,
];

/// Which fields are written in one pass.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// Only the text of the event.
    Message,
    /// All others.
    Others,
    /// Only those that say whose event it is.
    Source,
}

/// A value of a field.
pub(super) enum Value<'a> {
    /// A number or a boolean.
    Bare(fmt::Arguments<'a>),
    /// Text, not yet escaped.
    Text(&'a str),
}

/// Appends fields to a line.
pub(super) struct Fields<'a> {
    format: Format,
    which: Which,
    out: &'a mut String,
}

impl<'a> Fields<'a> {
    /// Appends to `out`.
    pub(super) fn new(format: Format, which: Which, out: &'a mut String) -> Self {
        Self { format, which, out }
    }

    fn pair(&mut self, field: &Field, value: &Value<'_>) {
        // A field that is called `type` in the log is `r#type` in the code.
        let name = field.name().strip_prefix("r#").unwrap_or_else(|| field.name());
        let wanted = match self.which {
            Which::Message => name == MESSAGE,
            Which::Others => name != MESSAGE,
            Which::Source => SOURCE_FIELDS.contains(&name),
        };
        if !wanted {
            return;
        }
        match self.which {
            Which::Message => pair(self.format, self.out, message_key(self.format), value),
            Which::Others if TAKEN.contains(&name) => {
                pair(self.format, self.out, &format!("field_{name}"), value);
            }
            Which::Others | Which::Source => pair(self.format, self.out, name, value),
        }
    }

    fn text(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        self.pair(field, &Value::Text(&Bounded::of(value).text()));
    }
}

/// Appends one pair, with what separates it from the one before.
pub(super) fn pair(format: Format, out: &mut String, key: &str, value: &Value<'_>) {
    match format {
        Format::Logfmt => logfmt::pair(out, key, value),
        Format::Json => json::pair(out, key, value),
    }
}

/// What the text of an event is called in the log.
pub(super) const fn message_key(format: Format) -> &'static str {
    match format {
        // Where Prometheus and its tools look for it.
        Format::Logfmt => "msg",
        Format::Json => MESSAGE,
    }
}

impl Visit for Fields<'_> {
    fn record_f64(&mut self, field: &Field, value: f64) {
        if value.is_finite() {
            self.pair(field, &Value::Bare(format_args!("{value}")));
        } else {
            // JSON has no such numbers.
            self.text(field, format_args!("{value}"));
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.pair(field, &Value::Bare(format_args!("{value}")));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.pair(field, &Value::Bare(format_args!("{value}")));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.pair(field, &Value::Bare(format_args!("{value}")));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, format_args!("{value:?}"));
    }

    /// An error with its whole chain: `Display` of ours never repeats the source.
    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.text(field, format_args!("{}", Chain(value)));
    }
}

struct Chain<'a>(&'a (dyn Error + 'static));

impl fmt::Display for Chain<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut source = self.0.source();
        while let Some(error) = source {
            write!(formatter, ": {error}")?;
            source = error.source();
        }
        Ok(())
    }
}
