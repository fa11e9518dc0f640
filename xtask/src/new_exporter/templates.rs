//! The templates of a new exporter: every file below `xtask/templates`, whose path there, without `.tmpl`, is the path
//! of what it becomes. The ending keeps rustfmt, cargo and tidy from taking them for what they are not yet.

use super::name::ExporterName;
use crate::error::Error;
use crate::workspace::Workspace;

const FOLDER: &str = "xtask/templates/";

/// The files of the exporter: path and text.
pub(super) fn render(workspace: &Workspace, name: &ExporterName) -> Result<Vec<(String, String)>, Error> {
    let mut files = Vec::new();
    for template in workspace.files()? {
        if let Some(path) = template.strip_prefix(FOLDER).and_then(|path| path.strip_suffix(".tmpl")) {
            files.push((name.fill(path), name.fill(&workspace.read_text(&template)?)));
        }
    }
    Ok(files)
}
