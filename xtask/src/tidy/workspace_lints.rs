//! Rule: every package obeys the workspace's lints. Cargo applies them only where the manifest asks for it.

use super::{Finding, House};
use crate::tidy::manifest::Manifest;

pub(super) fn check(house: &House) -> Vec<Finding> {
    house
        .tree
        .manifests()
        .filter_map(|(path, text)| {
            let manifest = match Manifest::parse(path, text) {
                Ok(manifest) => manifest,
                Err(finding) => return Some(finding),
            };
            // A manifest with a workspace of its own (the root, the fuzz targets) has nobody to inherit from.
            let obeys = manifest.has("workspace") || manifest.flag(&["lints", "workspace"]);
            (!obeys).then(|| {
                Finding::new(
                    path,
                    1,
                    "the package ignores the workspace's lints",
                    "add `[lints]` with `workspace = true`",
                )
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_package_without_the_workspace_lints_is_refused() {
        let house = House::of([
            ("Cargo.toml", "[workspace]\n"),
            ("crates/bad/Cargo.toml", "[package]\nname = \"bad\"\n"),
            ("crates/own/Cargo.toml", "[package]\nname = \"own\"\n[lints.rust]\nunsafe_code = \"allow\"\n"),
            ("crates/good/Cargo.toml", "[package]\nname = \"good\"\n[lints]\nworkspace = true\n"),
            ("crates/broken/Cargo.toml", "[package\n"),
        ]);
        assert_finds(
            check,
            &house,
            &[
                ("crates/bad/Cargo.toml:1", "ignores the workspace's lints"),
                ("crates/broken/Cargo.toml:1", "not TOML"),
                ("crates/own/Cargo.toml:1", "ignores the workspace's lints"),
            ],
        );
    }
}
