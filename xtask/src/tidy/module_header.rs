//! Rule: every Rust file begins with a `//!` header that says what it is for.

use super::{Finding, House};
use crate::tree::is_fixture;

/// Programs that must not compile; each is one example, and its file's name says of what.
const PROGRAMS: &str = "/compile_fail/";

/// A header shorter than this says nothing.
const SHORTEST: usize = 20;

pub(super) fn check(house: &House) -> Vec<Finding> {
    house
        .tree
        .rust()
        .filter(|(path, text)| !is_fixture(path) && !path.contains(PROGRAMS) && !has_header(text))
        .map(|(path, _)| {
            Finding::new(
                path,
                1,
                "the file does not say what it is for",
                "begin it with `//!`: what it holds, why, its invariants, how to get it wrong",
            )
        })
        .collect()
}

/// Whether the first thing in the file, inner attributes aside, is a header of some substance.
fn has_header(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).skip_while(|line| line.is_empty() || line.starts_with("#!["));
    lines
        .next()
        .and_then(|line| line.strip_prefix("//!"))
        .is_some_and(|header| header.trim().len() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_file_without_a_header_of_substance_is_refused() {
        let house = House::of([
            ("good.rs", "//! Reads the file that is configured.\nfn f() {}\n"),
            ("attribute.rs", "#![allow(missing_docs)]\n\n//! Reads the file that is configured.\n"),
            ("late.rs", "use std::fs;\n//! Reads the file that is configured.\n"),
            ("none.rs", "fn f() {}\n"),
            ("plain.rs", "// Reads the file that is configured.\n"),
            ("thin.rs", "//! placeholder\n"),
            ("tests/fixtures/program.rs", "fn f() {}\n"),
            ("tests/compile_fail/wrong_kind.rs", "fn main() {}\n"),
        ]);
        let found = [("late.rs:1", ""), ("none.rs:1", ""), ("plain.rs:1", ""), ("thin.rs:1", "")];
        assert_finds(check, &house, &found.map(|(place, _)| (place, "what it is for")));
    }
}
