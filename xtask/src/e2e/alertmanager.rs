//! Alertmanager with amtool, in the version that Debian 12 ships and of the newest release.
//!
//! They are built from the modules below `tests/e2e/alertmanager`: half a minute of a core for the old ones, two minutes for the
//! newest. Debian's own Alertmanager reads its templates from a folder of the system, so it starts only where its package is
//! installed. The module of the newest lacks its web interface, which its makers build with other tools; it is built from a copy
//! with an empty page in its place.

use std::path::PathBuf;

use super::Variable;
use crate::cache;
use crate::error::Error;
use crate::go::{self, GoProgram};
use crate::program::Program;
use crate::workspace::{self, Workspace};

const MODULE: &str = "github.com/prometheus/alertmanager";

/// A release: the folder of its module, and what stands there.
struct Release {
    folder: &'static str,
    pinned: &'static str,
    /// What the makers link into it, and show.
    linked: [(&'static str, &'static str); 1],
}

const OLD: Release = Release {
    folder: "old",
    pinned: "v0.25.0",
    linked: [("github.com/prometheus/common/version.Version", "0.25.0")],
};
const NEWEST: Release = Release {
    folder: "newest",
    pinned: "v0.34.2",
    linked: [("github.com/prometheus/common/version.Version", "0.34.2")],
};

/// Where the newest looks for its web interface.
const INTERFACE: &str = "ui/app/dist";
/// What stands there instead.
const PAGE: &[u8] = b"<!doctype html><title>Alertmanager</title>\n";

/// Alertmanager and amtool, old and new.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 4], Error> {
    Ok([
        ("LOOKOUT_E2E_ALERTMANAGER_OLD", OLD.build(workspace, "alertmanager")?),
        ("LOOKOUT_E2E_AMTOOL_OLD", OLD.build(workspace, "amtool")?),
        ("LOOKOUT_E2E_ALERTMANAGER", newest(workspace)?),
        ("LOOKOUT_E2E_AMTOOL", NEWEST.build(workspace, "amtool")?),
    ])
}

/// The newest Alertmanager. Its sources come by the module that pins them, so they are the ones that `go.sum` names.
fn newest(workspace: &Workspace) -> Result<PathBuf, Error> {
    let sources = go::sources(&workspace.root.join("tests/e2e/alertmanager").join(NEWEST.folder), MODULE)?;
    if !sources.to_string_lossy().ends_with(NEWEST.pinned) {
        let why = format!("`{}` is not {}; mend its go.mod", sources.display(), NEWEST.pinned);
        return Err(Error::ProvideTool { tool: "alertmanager", why });
    }
    let copy = cache::provide(&format!("alertmanager-sources-{}", NEWEST.pinned), |folder| {
        // Modules are kept read-only.
        let how = ["--recursive", "--no-preserve=mode", "--no-target-directory"];
        Program::new("cp").args(how).arg(&sources).arg(folder).run()?;
        workspace::write(&folder.join(INTERFACE).join("index.html"), PAGE)
    })?;
    let package = "./cmd/alertmanager";
    GoProgram { module: &copy, package, name: "alertmanager", linked: &NEWEST.linked, tags: &[] }.build()
}

impl Release {
    fn build(&self, workspace: &Workspace, name: &'static str) -> Result<PathBuf, Error> {
        let module = workspace.root.join("tests/e2e/alertmanager").join(self.folder);
        let package = format!("{MODULE}/cmd/{name}");
        let program = GoProgram { module: &module, package: &package, name, linked: &self.linked, tags: &[] };
        program.build_of(MODULE, self.pinned)
    }
}
