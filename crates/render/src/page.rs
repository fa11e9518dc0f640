//! An exporter's own page: text by hand, with generated tables between markers.

use lookout_declarations::Declared;

use crate::{GeneratedFile, RenderError, generated, reference};

/// The page of an exporter with its tables new, if it has one.
pub(crate) fn render(
    declared: &Declared,
    existing: impl Fn(&str) -> Option<String>,
) -> Result<Option<GeneratedFile>, RenderError> {
    let exporter = declared.spec;
    let Some(path) = generated::page(exporter) else { return Ok(None) };
    let parts = [
        ("metrics", reference::metrics(exporter.metrics)),
        ("alerts", reference::alerts(&declared.alerts, "../../rules/generated/runbooks")),
        ("reasons", reference::reasons(exporter.reasons)),
        ("permissions", reference::permissions(exporter.permissions)),
    ];
    let Some(mut contents) = existing(&path) else {
        return Err(RenderError::ReadPage { path, marker: begin(parts[0].0) });
    };
    for (part, text) in parts {
        contents = splice(&contents, part, &text).ok_or_else(|| RenderError::FindMarkers {
            path: path.clone(),
            begin: begin(part),
            end: end(part),
        })?;
    }
    Ok(Some(GeneratedFile { path, contents }))
}

fn begin(part: &str) -> String {
    format!("<!-- generated: {part} -->")
}

fn end(part: &str) -> String {
    format!("<!-- end of generated: {part} -->")
}

/// `page` with `text` between the markers of `part`; nothing unless both are there once, in order.
fn splice(page: &str, part: &str, text: &str) -> Option<String> {
    let (begin, end) = (begin(part), end(part));
    let (before, rest) = page.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    let once = !before.contains(&end)
        && !after.contains(&begin)
        && !after.contains(&end)
        && !rest[..rest.len() - after.len()].contains(&begin);
    once.then(|| format!("{before}{begin}\n\n{}\n\n{end}{after}", text.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "# A\n\n<!-- generated: metrics -->\nold\n<!-- end of generated: metrics -->\n\ntext\n";

    #[test]
    fn only_what_stands_between_the_markers_changes() {
        let spliced = splice(PAGE, "metrics", "new\n").expect("the markers are there");
        assert_eq!(
            spliced,
            "# A\n\n<!-- generated: metrics -->\n\nnew\n\n<!-- end of generated: metrics -->\n\ntext\n"
        );
        assert_eq!(
            splice(&spliced, "metrics", "new\n"),
            Some(spliced.clone()),
            "rendering again changes nothing"
        );
    }

    #[test]
    fn markers_that_do_not_pair_are_refused() {
        assert_eq!(splice(PAGE, "alerts", "new"), None);
        assert_eq!(splice(&PAGE.repeat(2), "metrics", "new"), None);
        assert_eq!(splice("<!-- end of generated: a -->\n<!-- generated: a -->", "a", "new"), None);
        assert_eq!(
            splice("<!-- generated: a -->\n<!-- generated: a -->\n<!-- end of generated: a -->", "a", "new"),
            None
        );
        assert_eq!(splice("<!-- generated: a -->", "a", "new"), None);
    }
}
