//! Alertmanager with amtool in the version that Debian 12 ships, and amtool of the newest release.
//!
//! They are built from the modules below `tests/e2e/alertmanager`: half a minute of a core for the old ones, two minutes for the
//! newest. Debian's own Alertmanager reads its templates from a folder of the system, so it starts only where its package is
//! installed; the newest cannot be built from its module, in which its web interface is missing. amtool loads a configuration
//! as Alertmanager does.

use std::path::PathBuf;

use super::Variable;
use crate::error::Error;
use crate::go::GoProgram;
use crate::workspace::Workspace;

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

/// Alertmanager and amtool, old, and amtool, new.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 3], Error> {
    Ok([
        ("LOOKOUT_E2E_ALERTMANAGER_OLD", OLD.build(workspace, "alertmanager")?),
        ("LOOKOUT_E2E_AMTOOL_OLD", OLD.build(workspace, "amtool")?),
        ("LOOKOUT_E2E_AMTOOL", NEWEST.build(workspace, "amtool")?),
    ])
}

impl Release {
    fn build(&self, workspace: &Workspace, name: &'static str) -> Result<PathBuf, Error> {
        let module = workspace.root.join("tests/e2e/alertmanager").join(self.folder);
        let package = format!("{MODULE}/cmd/{name}");
        let program = GoProgram { module: &module, package: &package, name, linked: &self.linked, tags: &[] };
        program.build_of(MODULE, self.pinned)
    }
}
