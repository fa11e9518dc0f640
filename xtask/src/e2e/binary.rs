//! The program under test, as it is released, with the simulator for `lookout demo`.

use super::Variable;
use crate::error::Error;
use crate::workspace::Workspace;

/// Builds the binary with the feature `demo`.
pub(super) fn provide(workspace: &Workspace) -> Result<Variable, Error> {
    workspace
        .cargo()
        .args(["build", "--locked", "--release", "--package", "lookout", "--features", "demo"])
        .run()?;
    Ok(("LOOKOUT_E2E_LOOKOUT", workspace.target.join("release").join("lookout")))
}
