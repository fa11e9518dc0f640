//! Text from outside, escaped and bounded where it leaves.

/// The most characters of a text from outside: a sentence or two, which is what a server has to say.
const MOST: usize = 300;

/// `text` on one line, without control characters, cut after [`MOST`] characters.
pub(crate) fn bounded(text: &str) -> String {
    let mut shown = String::new();
    for (number, character) in text.chars().enumerate() {
        if number == MOST {
            shown.push('…');
            break;
        }
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_says_stays_on_one_line_and_short() {
        assert_eq!(bounded("a\nb\u{1b}[31mc"), "a\\nb\\u{1b}[31mc");
        assert_eq!(bounded(&"ä".repeat(1_000)).chars().count(), MOST + 1);
    }
}
