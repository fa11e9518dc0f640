//! Logfmt: `ts=2026-03-01T12:00:00.000000Z level=warn target=… msg="…" key=value …`.
//!
//! Why own code: the crate that does this (`tracing-logfmt`) leaves some control characters as they are, so a peer's
//! message could reach the terminal of whoever reads the log, and it calls the message `message`, where Prometheus
//! and its tools look for `msg`.

use core::fmt::Write as _;

use super::fields::Value;
use super::quoting::{is_unsafe, quote};

/// Appends ` key=value`.
pub(super) fn pair(out: &mut String, key: &str, value: &Value<'_>) {
    if !out.is_empty() {
        out.push(' ');
    }
    out.push_str(key);
    out.push('=');
    match value {
        // Writing to a String cannot fail.
        Value::Bare(value) => drop(write!(out, "{value}")),
        Value::Text(value) => text(out, value),
    }
}

/// Appends a value, in quotation marks where a reader would otherwise misread it.
fn text(out: &mut String, value: &str) {
    let plain = |character: char| {
        !is_unsafe(character) && !character.is_whitespace() && !matches!(character, '"' | '=' | '\\')
    };
    if !value.is_empty() && value.chars().all(plain) {
        out.push_str(value);
    } else {
        quote(out, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &str) {
        let mut out = String::new();
        text(&mut out, value);
        assert_eq!(out, expected, "of {value:?}");
    }

    #[test]
    fn values_are_quoted_where_a_reader_would_misread_them() {
        check("plain-1.5/é", "plain-1.5/é");
        check("", r#""""#);
        check("two words", r#""two words""#);
        check("a=b", r#""a=b""#);
        check(r#"say "no""#, r#""say \"no\"""#);
        check(r"C:\x", r#""C:\\x""#);
        check("a\u{9b}b", r#""a\u009bb""#);
    }
}
