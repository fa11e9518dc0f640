//! Mimir's own reader of rule files, in a small program of ours: a quarter of a minute of a core. Mimir itself is not run.

use super::Variable;
use crate::error::Error;
use crate::go::GoProgram;
use crate::workspace::Workspace;

const MODULE: &str = "github.com/grafana/mimir";
/// Of April 2026; releases of Mimir have no version that Go knows.
const PINNED: &str = "v1.3.1-0.20260423142704-aced80d74930";

/// The program.
pub(super) fn provide(workspace: &Workspace) -> Result<Variable, Error> {
    let module = workspace.root.join("tests/e2e/mimir");
    let program = GoProgram { module: &module, package: ".", name: "mimir-rules", linked: &[], tags: &[] };
    Ok(("LOOKOUT_E2E_MIMIR", program.build_of(MODULE, PINNED)?))
}
