//! Rule: every folder that the workspace's globs match is a package. One that is not breaks every cargo command.

use super::{Finding, House};

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for parent in ["crates/", "exporters/"] {
        for path in house.tree.below(parent).filter(|path| !path.contains('/')) {
            findings.push(Finding::new(
                &format!("{parent}{path}"),
                1,
                format!("a file directly in `{parent}`"),
                "move it into the package that it belongs to",
            ));
        }
        for folder in house.tree.folders(parent) {
            let path = format!("{parent}{folder}/Cargo.toml");
            if !house.tree.has(&path) {
                findings.push(Finding::new(
                    &path,
                    1,
                    format!("the folder `{parent}{folder}` has no manifest"),
                    "give it one, or move its files: shared fixtures belong into `crates/simulator`",
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
    fn a_folder_without_manifest_is_refused() {
        let house = House::of([
            ("crates/config/Cargo.toml", ""),
            ("crates/config/src/lib.rs", ""),
            ("crates/shared/data.json", ""),
            ("exporters/notes.md", ""),
        ]);
        assert_finds(
            check,
            &house,
            &[
                ("crates/shared/Cargo.toml:1", "`crates/shared` has no manifest"),
                ("exporters/notes.md:1", "a file"),
            ],
        );
    }
}
