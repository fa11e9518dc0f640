//! Text from a file inside a message: bounded, and unable to write to the terminal.

/// The most characters of a value that a message repeats.
pub(crate) const MAX_QUOTED: usize = 60;

/// `` `text` ``, shortened, with control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    format!("`{}`", shortened(text))
}

/// `"text"`, shortened, with control characters and quotation marks escaped.
pub(crate) fn double_quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text).replace('"', "\\\""))
}

/// `` `a`, `b` and `c` ``, all of them.
pub(crate) fn listed<S: AsRef<str>>(names: &[S], last: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((only, [])) => only.clone(),
        Some((end, front)) => format!("{} {last} {end}", front.join(", ")),
    }
}

/// `text`, shortened, with control characters escaped.
pub(crate) fn shortened(text: &str) -> String {
    let mut out = String::new();
    for (position, c) in text.chars().enumerate() {
        if position == MAX_QUOTED {
            out.push('…');
            break;
        }
        if c.is_control() || steers_text(c) {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// Whether a terminal or editor would show what follows in another order.
fn steers_text(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(quoted("a\u{1b}[31m\n"), "`a\\u{1b}[31m\\n`");
    }

    #[test]
    fn long_text_is_shortened() {
        assert_eq!(quoted(&"x".repeat(70)), format!("`{}…`", "x".repeat(60)));
    }

    #[test]
    fn a_list_reads_as_a_sentence() {
        assert_eq!(listed(&["a", "b", "c"], "and"), "`a`, `b` and `c`");
        assert_eq!(listed(&["a"], "and"), "`a`");
    }
}
