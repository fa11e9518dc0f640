//! Names of other alerts in a text become links to their runbooks.
//!
//! Whoever writes a runbook writes the name; where it leads is the same for all. Code blocks, headings and what is a link
//! already stay as they are.

use core::fmt::Write as _;
use core::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// `markdown` with each name that `is_known` linked to `NAME.md`.
pub(super) fn linked(markdown: &str, is_known: impl Fn(&str) -> bool) -> String {
    let mut linked = String::with_capacity(markdown.len());
    let mut done = 0;
    for range in places(markdown, is_known) {
        let text = &markdown[range.clone()];
        linked.push_str(&markdown[done..range.start]);
        // Writing to a String cannot fail.
        let _ = write!(linked, "[{text}]({}.md)", text.trim_matches('`'));
        done = range.end;
    }
    linked.push_str(&markdown[done..]);
    linked
}

/// Where such names stand, in order: as words, or as the whole of a piece of code with its backticks.
fn places(markdown: &str, is_known: impl Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    // How many elements are open whose text is not to be touched.
    let mut n_closed_to = 0_usize;
    for (event, range) in Parser::new_ext(markdown, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::Heading { .. } | Tag::Link { .. }) => n_closed_to += 1,
            Event::End(TagEnd::CodeBlock | TagEnd::Heading(_) | TagEnd::Link) => n_closed_to -= 1,
            Event::Code(code) if n_closed_to == 0 && is_known(&code) => places.push(range),
            Event::Text(_) if n_closed_to == 0 => {
                let start = range.start;
                let words = words(&markdown[range]);
                let known = words.filter(|word| is_known(word.text));
                places.extend(known.map(|word| start + word.start..start + word.start + word.text.len()));
            }
            _ => {}
        }
    }
    places
}

struct Word<'a> {
    start: usize,
    text: &'a str,
}

fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let is_word = |character: char| character.is_ascii_alphanumeric();
    text.match_indices(is_word)
        .map(|(start, _)| start)
        .filter(move |start| !text[..*start].ends_with(is_word))
        .map(move |start| {
            let length = text[start..].find(|character| !is_word(character));
            Word { start, text: length.map_or(&text[start..], |length| &text[start..start + length]) }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(markdown: &str) -> String {
        linked(markdown, |name| name == "LookoutLate" || name == "LookoutLost")
    }

    #[test]
    fn a_name_in_a_text_and_a_name_as_code_are_links() {
        assert_eq!(
            link("See LookoutLate, `LookoutLost` (or LookoutLater)."),
            "See [LookoutLate](LookoutLate.md), [`LookoutLost`](LookoutLost.md) (or LookoutLater)."
        );
        let table = |cell| format!("- one\n\n| a |\n|---|\n| {cell} |\n");
        assert_eq!(link(&table("LookoutLost")), table("[LookoutLost](LookoutLost.md)"));
    }

    #[test]
    fn code_headings_and_links_stay_as_they_are() {
        for text in [
            "## LookoutLate\n",
            "```promql\nALERTS{alertname=\"LookoutLate\"}\n```\n",
            "`ALERTS{alertname=\"LookoutLate\"}`",
            "[LookoutLate](https://example.org)",
        ] {
            assert_eq!(link(text), text);
        }
    }
}
