//! One line of the log while it is made: its time, its body, its end.
//!
//! Why in parts: the body alone tells whether two lines are the same, and the line that says how often a body was
//! repeated is that body once more, with another time before it and the count after it.

use core::fmt::Write as _;

use jiff::Timestamp;
use tracing::{Event, Level, Metadata};

use super::Format;
use super::fields::{Fields, Value, Which, message_key, pair};

/// What the span is called in which a source works.
pub(super) const SOURCE_SPAN: &str = "source";
/// How many more lines like this one there were.
pub(super) const REPEATED: &str = "repeated";
/// In how many seconds they came.
pub(super) const REPEATED_SECONDS: &str = "repeated_seconds";
/// How many more lines, different ones, there were.
pub(super) const OMITTED: &str = "omitted";
/// In how many seconds they came.
pub(super) const OMITTED_SECONDS: &str = "omitted_seconds";

/// A line without its end.
pub(super) struct Line {
    format: Format,
    text: String,
    /// Where the time ends and the body begins.
    body: usize,
}

impl Line {
    /// Room for a usual line, bytes, so that it grows at most once or twice.
    const CAPACITY: usize = 384;

    /// A line with its time only.
    fn at(format: Format, now: Timestamp) -> Self {
        let mut text = String::with_capacity(Self::CAPACITY);
        // Writing to a String cannot fail.
        let _ = match format {
            Format::Logfmt => write!(text, "ts={now:.6}"),
            Format::Json => write!(text, "{{\"timestamp\":\"{now:.6}\""),
        };
        let body = text.len();
        Self { format, text, body }
    }

    /// A line of the level and target of `metadata`.
    pub(super) fn of(format: Format, now: Timestamp, metadata: &Metadata<'_>) -> Self {
        let mut line = Self::at(format, now);
        line.add("level", &Value::Text(level(format, *metadata.level())));
        line.add("target", &Value::Text(metadata.target()));
        line
    }

    /// A line with a body that was made before.
    pub(super) fn again(format: Format, now: Timestamp, body: &str) -> Self {
        let mut line = Self::at(format, now);
        line.text.push_str(body);
        line
    }

    /// Appends a pair.
    pub(super) fn add(&mut self, key: &str, value: &Value<'_>) {
        pair(self.format, &mut self.text, key, value);
    }

    /// Appends what is the message of the line.
    pub(super) fn message(&mut self, text: &str) {
        self.add(message_key(self.format), &Value::Text(text));
    }

    /// Appends fields of an event.
    pub(super) fn fields(&mut self, event: &Event<'_>, which: Which) {
        event.record(&mut Fields::new(self.format, which, &mut self.text));
    }

    /// Appends the fields of a span, as they were written when the span was made: the outermost span comes first.
    /// JSON has one `span`, the innermost.
    pub(super) fn span(&mut self, name: &str, fields: &str, innermost: bool) {
        match self.format {
            Format::Logfmt if fields.is_empty() => {}
            Format::Logfmt => {
                self.text.push(' ');
                self.text.push_str(fields);
            }
            Format::Json if !innermost => {}
            Format::Json => {
                self.text.push_str(",\"span\":{");
                self.add("name", &Value::Text(name));
                if !fields.is_empty() {
                    self.text.push(',');
                    self.text.push_str(fields);
                }
                self.text.push('}');
            }
        }
    }

    /// The line apart from its time.
    pub(super) fn body(&self) -> &str {
        &self.text[self.body..]
    }

    /// The whole line.
    pub(super) fn end(mut self) -> String {
        self.text.push_str(match self.format {
            Format::Logfmt => "\n",
            Format::Json => "}\n",
        });
        self.text
    }
}

fn level(format: Format, level: Level) -> &'static str {
    match (format, level) {
        (Format::Logfmt, Level::ERROR) => "error",
        (Format::Logfmt, Level::WARN) => "warn",
        (Format::Logfmt, Level::INFO) => "info",
        (Format::Logfmt, Level::DEBUG) => "debug",
        (Format::Logfmt, Level::TRACE) => "trace",
        (Format::Json, level) => level.as_str(),
    }
}
