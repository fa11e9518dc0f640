//! The one way by which text from outside gets into a page.
//!
//! Invariant: whatever the text is, it stays within its element or quoted attribute, cannot turn the direction of what
//! follows it, and is no longer than its place allows.
//!
//! How to get it wrong: writing a text of a source with `{}` into the page without [`Text`].

use core::fmt::{self, Write as _};

/// A text, escaped for HTML: as content and within quoted attributes.
pub(super) struct Text<'a>(pub(super) &'a str);

/// A text that is cut with an ellipsis if it has more than this many characters, and escaped.
pub(super) struct Clipped<'a>(pub(super) &'a str, pub(super) usize);

/// A sentence of ours, or one that is written like ours: escaped, with what is between backticks as code.
pub(super) struct Prose<'a>(pub(super) &'a str, pub(super) usize);

impl fmt::Display for Prose<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut left = self.1;
        let mut pieces = self.0.split('`').enumerate().peekable();
        while let Some((place, piece)) = pieces.next() {
            // A backtick that has no partner is a backtick.
            let code = place % 2 == 1 && pieces.peek().is_some();
            let lone = place % 2 == 1 && !code;
            let (before, after) =
                if code { ("<code>", "</code>") } else { (if lone { "`" } else { "" }, "") };
            write!(formatter, "{before}{}{after}", Clipped(piece, left))?;
            left = left.saturating_sub(piece.chars().count());
            if left == 0 {
                break;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| escape(character, formatter))
    }
}

impl fmt::Display for Clipped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars();
        characters.by_ref().take(self.1).try_for_each(|character| escape(character, formatter))?;
        if characters.next().is_some() { formatter.write_char('…') } else { Ok(()) }
    }
}

/// The character, or the sign that stands for one that would hide something or turn what follows it.
pub(super) fn plain(character: char) -> char {
    let is_shown =
        matches!(character, '\n' | '\t') || !(character.is_control() || turns_direction(character));
    if is_shown { character } else { char::REPLACEMENT_CHARACTER }
}

fn escape(character: char, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    match character {
        '&' => formatter.write_str("&amp;"),
        '<' => formatter.write_str("&lt;"),
        '>' => formatter.write_str("&gt;"),
        '"' => formatter.write_str("&quot;"),
        '\'' => formatter.write_str("&#39;"),
        other => formatter.write_char(plain(other)),
    }
}

/// The characters by which a text can make what stands after it look like another.
const fn turns_direction(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element_or_attribute() {
        let text = Text("<script>\"'&").to_string();
        assert_eq!(text, "&lt;script&gt;&quot;&#39;&amp;");
    }

    #[test]
    fn text_cannot_turn_what_follows_it_or_hide_in_control_characters() {
        assert_eq!(Text("a\u{202e}b\0c\u{1b}[31m\n").to_string(), "a\u{fffd}b\u{fffd}c\u{fffd}[31m\n");
    }

    #[test]
    fn what_is_between_backticks_is_code_and_a_lone_one_is_itself() {
        assert_eq!(
            Prose("set `a<b` and `c`.", 99).to_string(),
            "set <code>a&lt;b</code> and <code>c</code>."
        );
        assert_eq!(Prose("a ` b", 99).to_string(), "a ` b");
        assert_eq!(Prose("ab `cdef` g", 5).to_string(), "ab <code>cd…</code>");
    }

    #[test]
    fn a_long_text_is_cut_by_characters_and_not_within_an_escape() {
        assert_eq!(Clipped("<<<<", 3).to_string(), "&lt;&lt;&lt;…");
        assert_eq!(Clipped("ééé", 3).to_string(), "ééé");
    }
}
