//! Rule: Rust files are short enough to be read in one sitting. The median to aim at is 150 lines; functions are
//! clippy's business. Generated files and fixtures are nobody's reading.

use super::{Finding, House};
use crate::tree::{is_fixture, is_generated};

/// Above this a file is mentioned.
const BUDGET: usize = 400;
/// Above this it is refused.
const LIMIT: usize = 800;

pub(super) fn check(house: &House) -> Vec<Finding> {
    house
        .tree
        .rust()
        .filter(|(path, _)| !is_fixture(path) && !is_generated(path))
        .filter_map(|(path, text)| {
            let n_lines = text.lines().count();
            let finding = Finding::new(
                path,
                n_lines,
                format!("it has {n_lines} lines, the budget is {BUDGET} and the limit {LIMIT}"),
                "split it by what its parts are about",
            );
            (n_lines > BUDGET).then(|| if n_lines > LIMIT { finding } else { finding.into_warning() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_long_file_is_mentioned_and_a_very_long_one_refused() {
        let lines = |n: usize| "\n".repeat(n);
        let house = House::of([
            ("a.rs", lines(BUDGET)),
            ("b.rs", lines(BUDGET + 1)),
            ("c.rs", lines(LIMIT + 1)),
            ("fixtures/d.rs", lines(LIMIT + 1)),
            ("generated/e.rs", lines(LIMIT + 1)),
            ("f.md", lines(LIMIT + 1)),
        ]);
        assert_finds(
            check,
            &house,
            &[("b.rs:401", "warning: it has 401 lines"), ("c.rs:801", "801: it has 801 lines")],
        );
    }
}
