//! Rule: members take every dependency from the workspace's table, so that each has one version with one reason,
//! and the layers of the workspace point one way.
//!
//! The fuzz targets are a workspace of their own, which cannot inherit: they take our packages by path, others in the
//! version of the table, and libFuzzer's library, which nobody else has.

use std::collections::BTreeMap;

use super::manifest::{Dependency, Manifest};
use super::{Finding, House};

pub(super) fn check(house: &House) -> Vec<Finding> {
    let table = versions_of_table(house);
    let mut findings = Vec::new();
    for (path, text) in house.tree.manifests() {
        let Ok(manifest) = Manifest::parse(path, text) else { continue };
        let has_own_workspace = manifest.has("workspace");
        for dependency in manifest.all_dependencies() {
            let outside = if has_own_workspace {
                unlike_table(path, &dependency, &table)
            } else {
                outside_table(path, &dependency)
            };
            findings.extend(outside);
            findings.extend(against_layers(path, &dependency));
        }
    }
    findings
}

/// The version of each entry of the workspace's table.
fn versions_of_table(house: &House) -> BTreeMap<String, String> {
    const PATH: &str = "Cargo.toml";
    let root = house.tree.text(PATH).and_then(|text| Manifest::parse(PATH, text).ok());
    let entries = root.iter().flat_map(|root| root.dependencies(&["workspace", "dependencies"]));
    entries.filter_map(|entry| Some((entry.name.clone(), entry.version()?.to_owned()))).collect()
}

fn outside_table(path: &str, dependency: &Dependency<'_>) -> Option<Finding> {
    let name = &dependency.name;
    let fits = dependency.flag("workspace") == Some(true) && dependency.version().is_none();
    (!fits).then(|| {
        Finding::new(
            path,
            dependency.line,
            format!("`{name}` does not come from the workspace's table"),
            format!("declare it in the root `Cargo.toml` and write `{name}.workspace = true` here"),
        )
    })
}

/// In a workspace of its own: a version that the table does not have.
fn unlike_table(
    path: &str,
    dependency: &Dependency<'_>,
    table: &BTreeMap<String, String>,
) -> Option<Finding> {
    const OF_FUZZING: [&str; 2] = ["libfuzzer-sys", "arbitrary"];
    let name = &dependency.name;
    let fits = dependency.has("path")
        || OF_FUZZING.contains(&name.as_str())
        || dependency.version().is_some_and(|version| table.get(name).is_some_and(|known| known == version));
    (!fits).then(|| {
        let what = format!("`{name}` has another version than in the workspace's table");
        Finding::new(path, dependency.line, what, "write the version that the root `Cargo.toml` has")
    })
}

/// An exporter never imports another, and a spec imports neither IO nor a runtime: rules, boards and documentation
/// must build without TLS or the client of any system.
fn against_layers(path: &str, dependency: &Dependency<'_>) -> Option<Finding> {
    let name = dependency.name.as_str();
    let exporter = path.strip_prefix("exporters/")?.split('/').next()?;
    let finding = |what: String, mend: &str| Some(Finding::new(path, dependency.line, what, mend));
    if path.ends_with("/spec/Cargo.toml") {
        const IO: [&str; 7] =
            ["tokio", "hyper", "rustls", "tracing", "lookout-runtime", "lookout-exposition", "notify"];
        if IO.contains(&name) {
            return finding(format!("a spec imports `{name}`"), "keep IO in the exporter; a spec is data");
        }
    }
    let ours = format!("lookout-{exporter}");
    let is_exporter =
        name.ends_with("-spec") || dependency.text("path").is_some_and(|path| path.contains("exporters/"));
    (is_exporter && name != format!("{ours}-spec") && name != ours)
        .then(|| finding(format!("an exporter imports `{name}`"), "move what both need into `crates/`"))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::assert_finds;

    #[test]
    fn a_version_outside_the_table_is_refused() {
        let manifest = "[dependencies]\na.workspace = true\nb = \"1\"\nc = { path = \"../c\" }\nd = { workspace = true, features = [\"x\"] }\n\
            [dev-dependencies]\ne = { workspace = true, version = \"2\" }\n";
        let house = House::of([("crates/a/Cargo.toml", manifest)]);
        assert_finds(
            check,
            &house,
            &[
                ("crates/a/Cargo.toml:3", "`b` does not come"),
                ("crates/a/Cargo.toml:4", "`c` does not come"),
                ("crates/a/Cargo.toml:7", "`e` does not come"),
            ],
        );
    }

    #[test]
    fn fuzz_targets_have_the_versions_of_the_table() {
        let manifest = "[workspace]\n[dependencies]\nlibfuzzer-sys = \"0.4\"\na = { path = \"../crates/a\" }\n\
            serde = { version = \"1\", features = [\"derive\"] }\nbytes = \"2\"\nother = \"1\"\n";
        let root = "[workspace.dependencies]\nserde = \"1\"\nbytes = \"1\"\n";
        assert_finds(
            check,
            &House::of([("Cargo.toml", root), ("fuzz/Cargo.toml", manifest)]),
            &[
                ("fuzz/Cargo.toml:6", "`bytes` has another version"),
                ("fuzz/Cargo.toml:7", "`other` has another version"),
            ],
        );
    }

    #[test]
    fn an_exporter_imports_no_other_and_a_spec_no_io() {
        let house = House::of([
            (
                "exporters/a/Cargo.toml",
                "[dependencies]\nlookout-a-spec.workspace = true\nlookout-b-spec.workspace = true\n",
            ),
            (
                "exporters/a/spec/Cargo.toml",
                "[dependencies]\nserde.workspace = true\ntokio.workspace = true\n",
            ),
        ]);
        assert_finds(
            check,
            &house,
            &[
                ("exporters/a/Cargo.toml:3", "imports `lookout-b-spec`"),
                ("exporters/a/spec/Cargo.toml:3", "imports `tokio`"),
            ],
        );
    }
}
