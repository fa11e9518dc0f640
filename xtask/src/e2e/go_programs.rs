//! Programs in Go that Lookout is held against, and the hostile clients, built from the modules below `tests/e2e`.

use std::path::PathBuf;

use super::Variable;
use crate::error::Error;
use crate::go;
use crate::workspace::Workspace;

const TOOLKIT: &str = "github.com/prometheus/exporter-toolkit";

/// exporter-toolkit's own server and clients, its test configurations, `blackbox_exporter`, and hostile clients.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 4], Error> {
    let folder = workspace.root.join("tests/e2e");
    let module = folder.join("toolkit");
    Ok([
        ("LOOKOUT_E2E_TOOLKIT", go::build(&module, ".", "toolkit")?),
        ("LOOKOUT_E2E_TOOLKIT_TESTDATA", go::sources(&module, TOOLKIT)?.join("web/testdata")),
        ("LOOKOUT_E2E_BLACKBOX", blackbox(workspace)?),
        ("LOOKOUT_E2E_HOSTILE", go::build(&folder.join("hostile"), ".", "hostile")?),
    ])
}

/// `blackbox_exporter` as released, for other tasks that compare with it.
pub(crate) fn blackbox(workspace: &Workspace) -> Result<PathBuf, Error> {
    peer(workspace, "blackbox_exporter")
}

/// `node_exporter` as released, likewise.
pub(crate) fn node(workspace: &Workspace) -> Result<PathBuf, Error> {
    peer(workspace, "node_exporter")
}

fn peer(workspace: &Workspace, name: &'static str) -> Result<PathBuf, Error> {
    let module = workspace.root.join("tests/e2e/peers").join(name);
    go::build(&module, &format!("github.com/prometheus/{name}"), name)
}
