//! The program under test, as it is released: with the simulator for `lookout demo`, or without, as a container image holds it.

use std::path::PathBuf;

use super::Variable;
use crate::error::Error;
use crate::workspace::Workspace;

/// Builds the binary with everything.
pub(super) fn provide(workspace: &Workspace) -> Result<Variable, Error> {
    Ok(("LOOKOUT_E2E_LOOKOUT", build(workspace, &["--features", "demo"])?))
}

/// Builds the binary with all exporters and without the demo. It takes the place of the other one.
pub(super) fn build_as_in_an_image(workspace: &Workspace) -> Result<PathBuf, Error> {
    build(workspace, &["--no-default-features", "--features", "exporters"])
}

fn build(workspace: &Workspace, features: &[&str]) -> Result<PathBuf, Error> {
    workspace
        .cargo()
        .args(["build", "--locked", "--release", "--package", "lookout"])
        .args(features)
        .run()?;
    Ok(workspace.target.join("release").join("lookout"))
}
