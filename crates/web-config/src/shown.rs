//! Names of files and users inside a message: bounded, and unable to write to the terminal.

/// The most characters that a message repeats: a path of reasonable depth.
const MAX_SHOWN: usize = 256;

/// `` `text` ``, shortened, with what steers a terminal or the direction of writing escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::from("`");
    for (position, c) in text.chars().enumerate() {
        if position == MAX_SHOWN {
            out.push('…');
            break;
        }
        if c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out.push('`');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_and_nothing_is_endless() {
        assert_eq!(shown("/etc/lookout/größe.crt"), "`/etc/lookout/größe.crt`");
        assert_eq!(shown("a\u{1b}[31m\u{202e}\n"), "`a\\u{1b}[31m\\u{202e}\\n`");
        assert_eq!(shown(&"x".repeat(1000)).chars().count(), MAX_SHOWN + 3);
    }
}
