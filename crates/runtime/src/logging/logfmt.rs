//! Events as logfmt: `ts=2026-03-01T12:00:00.000000Z level=warn target=… msg="…" key=value …`.
//!
//! Why own code: the crate that does this (`tracing-logfmt`) leaves some control characters as they are, so a peer's
//! message could reach the terminal of whoever reads the log, and it calls the message `message`, where Prometheus
//! and its tools look for `msg`.
//!
//! Invariant: what is printed has no control character but the one line feed at its end.

use core::fmt::{self, Write as _};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::clock::Clock;

/// Formats whole events.
pub(super) struct Events;

/// Formats the fields of a span, once, when it is made.
pub(super) struct Fields;

impl<S, N> FormatEvent<S, N> for Events
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        let level = match *metadata.level() {
            tracing::Level::ERROR => "error",
            tracing::Level::WARN => "warn",
            tracing::Level::INFO => "info",
            tracing::Level::DEBUG => "debug",
            tracing::Level::TRACE => "trace",
        };
        write!(writer, "ts={:.6} level={level} target={}", Clock::system().now(), metadata.target())?;
        let mut message = Pairs::new(writer.by_ref(), Which::Message);
        event.record(&mut message);
        message.result?;
        // Whose event it is comes before what it says, so that `grep 'exporter=certs source=files'` finds it.
        if let Some(scope) = context.event_scope() {
            for span in scope.from_root() {
                if let Some(fields) = span.extensions().get::<FormattedFields<N>>() {
                    writer.write_str(&fields.fields)?;
                }
            }
        }
        let mut others = Pairs::new(writer.by_ref(), Which::Others);
        event.record(&mut others);
        others.result?;
        writeln!(writer)
    }
}

impl<'writer> FormatFields<'writer> for Fields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        let mut pairs = Pairs::new(writer, Which::Others);
        fields.record(&mut pairs);
        pairs.result
    }
}

/// Which fields are written in one pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Message,
    Others,
}

/// Writes fields as ` key=value`.
struct Pairs<'writer> {
    writer: Writer<'writer>,
    which: Which,
    result: fmt::Result,
}

impl<'writer> Pairs<'writer> {
    /// The field that `tracing` keeps an event's text in.
    const MESSAGE: &'static str = "message";

    fn new(writer: Writer<'writer>, which: Which) -> Self {
        Self { writer, which, result: Ok(()) }
    }

    fn pair(&mut self, field: &Field, value: fmt::Arguments<'_>) {
        let is_message = field.name() == Self::MESSAGE;
        if self.result.is_err() || is_message != (self.which == Which::Message) {
            return;
        }
        let key = if is_message { "msg" } else { field.name() };
        self.result =
            write!(self.writer, " {key}=").and_then(|()| write_value(&mut self.writer, &value.to_string()));
    }
}

impl Visit for Pairs<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.pair(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.pair(field, format_args!("{value:?}"));
    }

    /// An error with its whole chain: `Display` of ours never repeats the source.
    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut chain = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            // Writing to a String cannot fail.
            let _ = write!(chain, ": {error}");
            source = error.source();
        }
        self.pair(field, format_args!("{chain}"));
    }
}

/// Writes a value, in quotation marks where a reader would otherwise misread it.
fn write_value(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    let plain = |character: char| {
        !character.is_control() && !character.is_whitespace() && !matches!(character, '"' | '=' | '\\')
    };
    if !value.is_empty() && value.chars().all(plain) {
        return writer.write_str(value);
    }
    writer.write_char('"')?;
    for character in value.chars() {
        match character {
            '"' => writer.write_str("\\\"")?,
            '\\' => writer.write_str("\\\\")?,
            '\n' => writer.write_str("\\n")?,
            '\r' => writer.write_str("\\r")?,
            '\t' => writer.write_str("\\t")?,
            // Line and paragraph separators end a line for some readers.
            '\u{2028}' | '\u{2029}' => write!(writer, "\\u{:04x}", u32::from(character))?,
            control if control.is_control() => write!(writer, "\\u{:04x}", u32::from(control))?,
            other => writer.write_char(other)?,
        }
    }
    writer.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &str) {
        let mut text = String::new();
        write_value(&mut Writer::new(&mut text), value).unwrap();
        assert_eq!(text, expected, "of {value:?}");
    }

    #[test]
    fn values_are_quoted_where_a_reader_would_misread_them() {
        check("plain-1.5/é", "plain-1.5/é");
        check("", r#""""#);
        check("two words", r#""two words""#);
        check("a=b", r#""a=b""#);
        check(r#"say "no""#, r#""say \"no\"""#);
        check(r"C:\x", r#""C:\\x""#);
    }

    #[test]
    fn no_control_character_reaches_the_reader() {
        check("one\ntwo\r\t", r#""one\ntwo\r\t""#);
        check("\u{1b}[31m", r#""\u001b[31m""#);
        check("\u{9b}31m", r#""\u009b31m""#);
        check("\u{7f}", r#""\u007f""#);
        check("a\u{2028}b", r#""a\u2028b""#);
    }
}
