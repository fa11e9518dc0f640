//! Rule: a test's name says the behaviour, without `test_`: the list of tests is read as a specification.

use super::{Finding, House};
use crate::tree::is_fixture;

const PREFIX: &str = "fn test_";

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in house.tree.rust().filter(|(path, _)| !is_fixture(path)) {
        for (line, contents) in (1..).zip(text.lines()) {
            let declared = contents.trim_start().trim_start_matches("async ");
            if let Some(name) = declared.strip_prefix(PREFIX) {
                findings.push(Finding::new(
                    path,
                    line,
                    format!("a test called `test_{}`", name.split('(').next().unwrap_or_default()),
                    "say what holds: `a_truncated_file_loses_only_itself`",
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_test_with_the_prefix_is_refused() {
        let text = format!(
            "    {PREFIX}parse() {{}}\n    async {PREFIX}serve() {{}}\n    fn a_file_is_read() {{}}\n"
        );
        let found = [("src/a.rs:1", "`test_parse`"), ("src/a.rs:2", "`test_serve`")];
        assert_finds(check, &House::of([("src/a.rs", text)]), &found);
    }
}
