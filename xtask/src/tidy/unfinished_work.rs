//! Rule: no marks of unfinished work. What is left to do stands in an issue, where it can be found and closed.

use super::{Finding, House};
use crate::tree::{is_fixture, is_generated};

/// Words on their own, and pieces of code. Spelt in two parts here so that this file does not breach its own rule.
const WORDS: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX")];
const CODE: [&str; 3] = [concat!("to", "do!("), concat!("unimple", "mented!("), concat!("#[ig", "nore")];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.texts() {
        if is_fixture(path) || is_generated(path) || path.ends_with("Cargo.lock") {
            continue;
        }
        for (line, contents) in (1..).zip(text.lines()) {
            let word = WORDS.iter().find(|word| has_word(contents, word));
            if let Some(mark) = word.or_else(|| CODE.iter().find(|code| contents.contains(*code))) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("`{mark}` marks unfinished work"),
                    "finish it, or take it out and open an issue",
                ));
            }
        }
    }
    findings
}

/// Whether `word` stands in `text` with nothing alphanumeric beside it.
fn has_word(text: &str, word: &str) -> bool {
    let joins = |character: Option<char>| character.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + word.len()..]);
        !joins(before.chars().next_back()) && !joins(after.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn marks_of_unfinished_work_are_refused() {
        let house = House::of([
            ("a.rs", format!("fn f() {{ {}) }}\n", CODE[0])),
            ("b.md", format!("fine\n{}: later\n", WORDS[0])),
            ("c.rs", format!("{}]\nfn f() {{}}\n", CODE[2])),
            ("d.sh", format!("mktemp -d /tmp/{}{}\n", WORDS[2], WORDS[2])),
            ("tests/fixtures/e.pem", WORDS[2].to_owned()),
        ]);
        assert_finds(check, &house, &[("a.rs:1", CODE[0]), ("b.md:2", WORDS[0]), ("c.rs:1", CODE[2])]);
    }
}
