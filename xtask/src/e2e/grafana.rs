//! Grafana's own types of a dashboard, in a small program of ours that reads dashboards strictly. Grafana itself cannot be had
//! from the registries.

use super::Variable;
use crate::error::Error;
use crate::go::{self, GoProgram};
use crate::workspace::Workspace;

const MODULE: &str = "github.com/grafana/grafana-foundation-sdk/go";
const PINNED: &str = "v0.0.18";

/// The program, and the sources of the types, from which it takes the values of enums.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 2], Error> {
    let module = workspace.root.join("tests/e2e/grafana");
    let program = GoProgram { module: &module, package: ".", name: "grafana-schema", linked: &[], tags: &[] };
    Ok([
        ("LOOKOUT_E2E_GRAFANA_SCHEMA", program.build_of(MODULE, PINNED)?),
        ("LOOKOUT_E2E_GRAFANA_SDK", go::sources(&module, MODULE)?),
    ])
}
