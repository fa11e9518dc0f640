//! Rule: an exporter is wired completely: folder, both packages, the workspace's table, the catalogue, the settings,
//! the binary's feature, dependency and `match` arm, documentation with generated parts, golden test.
//!
//! Each piece alone compiles without the others; a forgotten one shows as an exporter that nobody can switch on.

use super::manifest::Manifest;
use super::{Finding, House};

/// The manifest of the binary.
const MANIFEST: &str = "lookout/Cargo.toml";

/// Specs without an exporter: what Lookout says of itself, which the runtime collects, and of its use of the Kubernetes API,
/// which the client collects that exporters share.
const WITHOUT_EXPORTER: [&str; 2] = ["lookout", "kubernetes"];

/// What `codegen` looks for in an exporter's page.
const MARKERS: [&str; 4] = [
    "<!-- generated: metrics -->",
    "<!-- generated: alerts -->",
    "<!-- generated: reasons -->",
    "<!-- generated: permissions -->",
];

pub(super) fn check(house: &House) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in house.tree.folders("exporters/") {
        Wiring { house, name, snake: name.replace('-', "_"), findings: &mut findings }.check();
    }
    for spec in &house.catalogue {
        if !WITHOUT_EXPORTER.contains(&spec.name)
            && !house.tree.has(&format!("exporters/{}/Cargo.toml", spec.name))
        {
            findings.push(Finding::new(
                "crates/catalog/src/lib.rs",
                1,
                format!("`{}` is in the catalogue and has no folder", spec.name),
                format!("write `exporters/{}`, or take its spec out of `ALL`", spec.name),
            ));
        }
    }
    findings
}

/// The check of one exporter.
struct Wiring<'a> {
    house: &'a House,
    name: &'a str,
    snake: String,
    findings: &'a mut Vec<Finding>,
}

impl Wiring<'_> {
    fn check(mut self) {
        self.packages();
        self.workspace_table();
        self.catalogue();
        self.binary();
        self.documentation();
        self.golden_test();
    }

    fn packages(&mut self) {
        let Self { name, .. } = *self;
        for (path, package) in [
            (format!("exporters/{name}/Cargo.toml"), format!("lookout-{name}")),
            (format!("exporters/{name}/spec/Cargo.toml"), format!("lookout-{name}-spec")),
        ] {
            let named =
                self.with_manifest(&path, |manifest| manifest.string(&["package", "name"]) == Some(&package));
            self.require(
                named,
                &path,
                &format!("it is not the manifest of `{package}`"),
                "call the package so",
            );
        }
        for file in ["metrics.rs", "config.rs", "alerts.rs", "board.rs"] {
            let path = format!("exporters/{name}/spec/src/{file}");
            self.require(self.house.tree.has(&path), &path, "the spec lacks this file", "write it");
        }
    }

    fn workspace_table(&mut self) {
        let Self { name, .. } = *self;
        for (package, folder) in [
            (format!("lookout-{name}"), format!("exporters/{name}")),
            (format!("lookout-{name}-spec"), format!("exporters/{name}/spec")),
        ] {
            let declared = self.with_manifest("Cargo.toml", |root| {
                root.string(&["workspace", "dependencies", &package, "path"]) == Some(&folder)
            });
            let mend = format!("add `{package} = {{ path = \"{folder}\" }}`");
            self.require(declared, "Cargo.toml", &format!("the workspace's table lacks `{package}`"), &mend);
        }
    }

    fn catalogue(&mut self) {
        let Self { name, ref snake, .. } = *self;
        let in_all = self.house.catalogue.iter().any(|spec| spec.name == name);
        let field = format!("pub {snake}: lookout_{snake}_spec::Settings");
        let has_field = self.contains("crates/catalog/src/", &field);
        let path = "crates/catalog/src/lib.rs";
        self.require(
            in_all,
            path,
            &format!("`ALL` lacks `{name}`"),
            "add its `SPEC` at its place in the story",
        );
        self.require(
            has_field,
            path,
            &format!("the settings lack a section `{name}`"),
            &format!("add `{field}`"),
        );
    }

    fn binary(&mut self) {
        let Self { name, ref snake, .. } = *self;
        let (package, start) = (format!("lookout-{name}"), format!("lookout_{snake}::start"));
        let optional =
            self.with_manifest(MANIFEST, |manifest| manifest.flag(&["dependencies", &package, "optional"]));
        let feature = self.with_manifest(MANIFEST, |manifest| {
            manifest.strings(&["features", name]).contains(&format!("dep:{package}").as_str())
                && manifest.strings(&["features", "exporters"]).contains(&name)
        });
        let arm = self.contains("lookout/src/exporters.rs", &start);
        self.require(
            optional,
            MANIFEST,
            &format!("the binary has no optional dependency `{package}`"),
            "add it",
        );
        let mend = format!("add `{name} = [\"dep:{package}\"]` and list it in `exporters`");
        self.require(
            feature,
            MANIFEST,
            &format!("the binary has no feature `{name}` among `exporters`"),
            &mend,
        );
        let mend = format!("call `{start}` under its feature");
        self.require(arm, "lookout/src/exporters.rs", &format!("nothing starts `{name}`"), &mend);
    }

    fn documentation(&mut self) {
        let path = format!("exporters/{}/README.md", self.name);
        let text = self.house.tree.text(&path).unwrap_or_default();
        let fits = MARKERS.iter().all(|marker| text.contains(marker));
        let mend =
            format!("write one with the lines {}", MARKERS.map(|marker| format!("`{marker}`")).join(" and "));
        self.require(fits, &path, "there is no page with a place for the generated tables", &mend);
    }

    fn golden_test(&mut self) {
        let folder = format!("exporters/{}/tests/", self.name);
        let below = || self.house.tree.below(&folder);
        let has_golden = below().any(|path| path.split('/').any(|part| part == "golden"));
        let has_test = below().any(|path| path.rsplit('/').next() == Some("golden.rs"));
        let mend =
            "write `tests/golden.rs`, which compares a whole exposition with a file in `tests/golden/`";
        self.require(has_golden && has_test, &format!("{folder}golden.rs"), "there is no golden test", mend);
    }

    fn with_manifest(&self, path: &str, holds: impl FnOnce(&Manifest<'_>) -> bool) -> bool {
        let text = self.house.tree.text(path).unwrap_or_default();
        Manifest::parse(path, text).is_ok_and(|manifest| holds(&manifest))
    }

    fn contains(&self, prefix: &str, part: &str) -> bool {
        self.house.tree.rust().any(|(path, text)| path.starts_with(prefix) && text.contains(part))
    }

    fn require(&mut self, holds: bool, path: &str, what: &str, mend: &str) {
        if !holds {
            self.findings.push(Finding::new(path, 1, format!("exporter `{}`: {what}", self.name), mend));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{assert_finds, example};

    /// A complete exporter `example`, as paths and texts.
    fn complete() -> Vec<(&'static str, String)> {
        let spec = "exporters/example/spec/src/";
        let table = "[workspace.dependencies]\nlookout-example = { path = \"exporters/example\" }\n\
            lookout-example-spec = { path = \"exporters/example/spec\" }\n";
        let binary = "[features]\nexporters = [\"example\"]\nexample = [\"dep:lookout-example\"]\n\
            [dependencies]\nlookout-example = { workspace = true, optional = true }\n";
        vec![
            ("Cargo.toml", table.to_owned()),
            ("exporters/example/Cargo.toml", "[package]\nname = \"lookout-example\"\n".to_owned()),
            ("exporters/example/spec/Cargo.toml", "[package]\nname = \"lookout-example-spec\"\n".to_owned()),
            ("exporters/example/spec/src/metrics.rs", spec.to_owned()),
            ("exporters/example/spec/src/config.rs", spec.to_owned()),
            ("exporters/example/spec/src/alerts.rs", spec.to_owned()),
            ("exporters/example/spec/src/board.rs", spec.to_owned()),
            ("crates/catalog/src/settings.rs", "pub example: lookout_example_spec::Settings,".to_owned()),
            ("lookout/Cargo.toml", binary.to_owned()),
            ("lookout/src/exporters.rs", "\"example\" => lookout_example::start(settings),".to_owned()),
            ("exporters/example/README.md", MARKERS.concat()),
            ("exporters/example/tests/golden.rs", String::new()),
            ("exporters/example/tests/golden/metrics.txt", String::new()),
        ]
    }

    fn house(files: Vec<(&'static str, String)>) -> House {
        House { catalogue: vec![&example::SPEC], ..House::of(files) }
    }

    #[test]
    fn a_complete_exporter_passes() {
        assert_finds(check, &house(complete()), &[]);
    }

    #[test]
    fn each_missing_piece_is_named() {
        for (missing, _) in complete().into_iter().filter(|(path, _)| *path != "exporters/example/Cargo.toml")
        {
            let files = complete().into_iter().filter(|(path, _)| *path != missing).collect();
            let findings = check(&house(files));
            assert!(!findings.is_empty(), "nobody misses {missing}");
            assert!(findings.iter().all(|finding| finding.what.contains("`example`")), "{findings:?}");
        }
        let house = House { catalogue: Vec::new(), ..House::of(complete()) };
        assert_finds(check, &house, &[("crates/catalog/src/lib.rs:1", "`ALL` lacks `example`")]);
    }

    #[test]
    fn a_spec_without_a_folder_is_refused() {
        let findings = [("crates/catalog/src/lib.rs:1", "`example` is in the catalogue and has no folder")];
        assert_finds(check, &house(vec![("README.md", String::new())]), &findings);
    }
}
