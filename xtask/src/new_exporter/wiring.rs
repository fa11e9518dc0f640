//! The lines by which the rest of the workspace knows an exporter. Each goes above an anchor, a comment
//! `new-exporter: add above`, so that the order of what is there stays the one that people chose.

use super::name::ExporterName;
use crate::error::Error;
use crate::workspace::Workspace;

/// The words that mark a place.
const ANCHOR: &str = "new-exporter: add above";

/// What goes where: a file, and for each of its anchors, in their order, the lines to add.
const EDITS: &[(&str, &[&str])] = &[
    (
        "Cargo.toml",
        &[
            "lookout-{{name}}-spec = { path = \"exporters/{{name}}/spec\" }\nlookout-{{name}} = { path = \"exporters/{{name}}\" }",
        ],
    ),
    ("crates/catalog/Cargo.toml", &["lookout-{{name}}-spec.workspace = true"]),
    ("crates/catalog/src/lib.rs", &["&lookout_{{name_snake}}_spec::SPEC,"]),
    (
        "crates/catalog/src/settings.rs",
        &["/// The exporter `{{name}}`.\npub {{name_snake}}: lookout_{{name_snake}}_spec::Settings,"],
    ),
    (
        "lookout/Cargo.toml",
        &[
            "\"{{name}}\",",
            "{{name}} = [\"dep:lookout-{{name}}\"]",
            "lookout-{{name}} = { workspace = true, optional = true }",
        ],
    ),
    (
        "lookout/src/exporters.rs",
        &[
            "#[cfg(feature = \"{{name}}\")]\n\"{{name}}\" => lookout_{{name_snake}}::start(&settings.{{name_snake}}, sources),",
        ],
    ),
];

/// The files with the lines added: path and text.
pub(super) fn edit(workspace: &Workspace, name: &ExporterName) -> Result<Vec<(String, String)>, Error> {
    EDITS
        .iter()
        .map(|(path, additions)| {
            let additions: Vec<String> = additions.iter().map(|addition| name.fill(addition)).collect();
            let text = add_above(&workspace.read_text(path)?, &additions);
            let missing = || Error::FindAnchor {
                path: (*path).to_owned(),
                anchor: ANCHOR.to_owned(),
                n_wanted: additions.len(),
            };
            Ok(((*path).to_owned(), text.ok_or_else(missing)?))
        })
        .collect()
}

/// `text` with each addition above its anchor, indented as the anchor is. Nothing unless there are exactly as many
/// anchors as additions.
fn add_above(text: &str, additions: &[String]) -> Option<String> {
    let mut remaining = additions.iter();
    let mut edited = String::with_capacity(text.len());
    for line in text.lines() {
        if line.contains(ANCHOR) {
            let indent = &line[..line.len() - line.trim_start().len()];
            for added in remaining.next()?.lines() {
                edited.extend([indent, added, "\n"]);
            }
        }
        edited += line;
        edited.push('\n');
    }
    remaining.next().is_none().then_some(edited)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn additions_stand_above_their_anchors_with_their_indentation() {
        let text = "a = [\n    \"one\",\n    # new-exporter: add above\n]\n# new-exporter: add above\n";
        let edited = add_above(text, &["\"two\",".to_owned(), "b\nc".to_owned()]).unwrap();
        assert_eq!(
            edited,
            "a = [\n    \"one\",\n    \"two\",\n    # new-exporter: add above\n]\nb\nc\n# new-exporter: add above\n"
        );
    }

    #[test]
    fn a_missing_or_an_unknown_anchor_changes_nothing() {
        let addition = ["x".to_owned()];
        assert_eq!(add_above("a\n", &addition), None);
        assert_eq!(add_above("# new-exporter: add above\n# new-exporter: add above\n", &addition), None);
    }
}
