//! Rule: there is a changelog, and it has a place for what is not released yet.

use super::{Finding, House};

const PATH: &str = "CHANGELOG.md";

pub(super) fn check(house: &House) -> Vec<Finding> {
    match house.tree.text(PATH) {
        None => {
            vec![Finding::new(PATH, 1, "there is no changelog", "write one with a section `## Unreleased`")]
        }
        Some(text) if !text.lines().any(|line| line.trim_matches(['#', ' ', '[', ']']) == "Unreleased") => {
            vec![Finding::new(
                PATH,
                1,
                "the changelog has no section for what comes next",
                "add `## Unreleased` at its head",
            )]
        }
        Some(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_changelog_with_an_unreleased_section_is_required() {
        assert_finds(check, &House::of([("README.md", "")]), &[("CHANGELOG.md:1", "no changelog")]);
        assert_finds(
            check,
            &House::of([(PATH, "# Changes\n## 0.1.0\n")]),
            &[("CHANGELOG.md:1", "no section")],
        );
        assert_finds(check, &House::of([(PATH, "# Changes\n\n## Unreleased\n")]), &[]);
        assert_finds(check, &House::of([(PATH, "# Changes\n\n## [Unreleased]\n")]), &[]);
    }
}
