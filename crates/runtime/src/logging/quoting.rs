//! Values in quotation marks, as both formats write them: one way of escaping, which logfmt and JSON both understand.
//!
//! Invariant: what comes out has no character that ends a line, moves a cursor or turns the direction of writing.
//!
//! How to get it wrong: escaping only what the grammar demands. JSON allows U+009B as it is, and a terminal takes it
//! for the beginning of a command.

use core::fmt::{self, Write};

/// The longest value that is written, bytes before escaping. Messages are bounded at 1 KiB where they are made; this
/// is for what libraries say.
pub(super) const MAX_VALUE: usize = 8 * 1024;

/// Appends `value` in quotation marks.
pub(super) fn quote(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // All of these have at most four hexadecimal digits. Writing to a String cannot fail.
            other if is_unsafe(other) => drop(write!(out, "\\u{:04x}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
}

/// Whether a reader, a terminal or a collector could be misled by the character as it is.
pub(super) fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            // Marks and overrides of the direction: they show a line in another order than it has.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line and paragraph separators end a line for some readers; the byte order mark is for none.
            | '\u{2028}' | '\u{2029}' | '\u{feff}'
        )
}

/// Text that takes no more than [`MAX_VALUE`] bytes; what comes after them is not even made.
#[derive(Default)]
pub(super) struct Bounded {
    text: String,
    cut: bool,
}

impl Bounded {
    /// The text of `value`.
    pub(super) fn of(value: fmt::Arguments<'_>) -> Self {
        let mut bounded = Self::default();
        // It ends with an error where it is cut, on purpose; a `Debug` that fails has written what it could.
        let _ = bounded.write_fmt(value);
        bounded
    }

    /// The text, with an ellipsis if something of it is missing.
    pub(super) fn text(mut self) -> String {
        if self.cut {
            self.text.push('…');
        }
        self.text
    }
}

impl Write for Bounded {
    fn write_str(&mut self, more: &str) -> fmt::Result {
        let room = MAX_VALUE - self.text.len();
        if more.len() <= room {
            self.text.push_str(more);
            return Ok(());
        }
        let end = (0..=room).rev().find(|&end| more.is_char_boundary(end)).unwrap_or(0);
        self.text.push_str(&more[..end]);
        self.cut = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, expected: &str) {
        let mut text = String::new();
        quote(&mut text, value);
        assert_eq!(text, expected, "of {value:?}");
        let read: String = serde_json::from_str(&text).unwrap();
        assert_eq!(read, value, "JSON reads it as it was");
    }

    #[test]
    fn no_control_character_reaches_the_reader() {
        check("one\ntwo\r\t", r#""one\ntwo\r\t""#);
        check("\u{1b}[31m", r#""\u001b[31m""#);
        check("\u{9b}31m", r#""\u009b31m""#);
        check("\u{7f}\0", r#""\u007f\u0000""#);
        check("a\u{2028}b", r#""a\u2028b""#);
        check("user\u{202e}nimda", r#""user\u202enimda""#);
        check(r#"say "no" C:\x é"#, r#""say \"no\" C:\\x é""#);
    }

    #[test]
    fn a_value_is_cut_between_characters_and_says_so() {
        let long = Bounded::of(format_args!("{}", "é".repeat(MAX_VALUE))).text();
        assert_eq!(long.chars().count(), MAX_VALUE / 2 + 1);
        assert!(long.ends_with('…'));
        assert_eq!(Bounded::of(format_args!("{:?}", [1, 2])).text(), "[1, 2]");
    }
}
