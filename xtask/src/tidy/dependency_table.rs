//! Rule: each entry of the workspace's table of dependencies is used, and each pinned or restricted one says why.
//!
//! Without the reason nobody dares to lift the restriction; with it, one can look whether it still holds.

use std::collections::BTreeSet;

use super::manifest::{Dependency, Manifest};
use super::{Finding, House};

pub(super) fn check(house: &House) -> Vec<Finding> {
    const PATH: &str = "Cargo.toml";
    let Some(root) = house.tree.text(PATH).and_then(|text| Manifest::parse(PATH, text).ok()) else {
        // A broken manifest is `workspace_lints`' finding.
        return Vec::new();
    };
    let used = used_names(house);
    let mut findings = Vec::new();
    for entry in root.dependencies(&["workspace", "dependencies"]) {
        let name = &entry.name;
        if !used.contains(name) {
            findings.push(Finding::new(
                PATH,
                entry.line,
                format!("no package uses `{name}`"),
                "take it out of the table, or use it",
            ));
        }
        if let Some(restriction) = restriction(&entry)
            && root.comment_at(entry.line).is_none()
        {
            findings.push(Finding::new(
                PATH,
                entry.line,
                format!("`{name}` {restriction} and does not say why"),
                "give the reason in a comment on its line",
            ));
        }
    }
    findings
}

/// The names that the members take from the table.
fn used_names(house: &House) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (path, text) in house.tree.manifests() {
        if let Ok(manifest) = Manifest::parse(path, text) {
            used.extend(manifest.all_dependencies().into_iter().map(|dependency| dependency.name));
        }
    }
    used
}

/// What is unusual about an entry, where anything is.
fn restriction(entry: &Dependency<'_>) -> Option<&'static str> {
    let version = entry.version().unwrap_or_default();
    if version.contains(['=', '<', '~', '*', ',']) {
        Some("is pinned")
    } else if version.contains('-') {
        Some("is a preview")
    } else if entry.flag("default-features") == Some(false) {
        Some("leaves out its default features")
    } else if entry.has("package") {
        Some("goes by another name")
    } else if entry.has("git") || entry.has("branch") || entry.has("rev") {
        Some("does not come from the registry")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn an_entry_that_nobody_uses_is_refused() {
        let house = House::of([
            ("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\ntime = \"0.3\"\n"),
            ("crates/a/Cargo.toml", "[dev-dependencies]\nserde.workspace = true\n"),
        ]);
        assert_finds(check, &house, &[("Cargo.toml:3", "no package uses `time`")]);
    }

    #[test]
    fn a_restriction_without_a_reason_is_refused() {
        let table = "[workspace.dependencies]\n\
            a = \"=1.2\"\n\
            b = { version = \"1\", default-features = false }\n\
            c = { version = \"1\", package = \"d\" }\n\
            e = \"=1.2\" # 1.3 does not build with our compiler\n\
            f = \"1.2\"\n";
        let member = "[dependencies]\na.workspace = true\nb.workspace = true\nc.workspace = true\ne.workspace = true\nf.workspace = true\n";
        let house = House::of([("Cargo.toml", table), ("crates/a/Cargo.toml", member)]);
        assert_finds(
            check,
            &house,
            &[
                ("Cargo.toml:2", "`a` is pinned"),
                ("Cargo.toml:3", "`b` leaves out its default features"),
                ("Cargo.toml:4", "`c` goes by another name"),
            ],
        );
    }
}
