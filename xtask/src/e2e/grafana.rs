//! What of Grafana can be had: its own types of a dashboard, and its alerting, each in a small program of ours that reads strictly
//! what is rendered for it. Grafana itself cannot be had from the registries.

use super::Variable;
use crate::error::Error;
use crate::go::{self, GoProgram};
use crate::workspace::Workspace;

const MODULE: &str = "github.com/grafana/grafana-foundation-sdk/go";
const PINNED: &str = "v0.0.18";
const ALERTING: &str = "github.com/grafana/alerting";
/// What Grafana 12.3 is made of.
const ALERTING_PINNED: &str = "v0.0.0-20251002141545-d513d62d3210";

/// The program about dashboards, and the sources of the types, from which it takes the values of enums; and the one about
/// alerting.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 3], Error> {
    let module = workspace.root.join("tests/e2e/grafana");
    let schema = GoProgram { module: &module, package: ".", name: "grafana-schema", linked: &[], tags: &[] };
    let alerting = module.join("alerting");
    let alerting =
        GoProgram { module: &alerting, package: ".", name: "grafana-alerting", linked: &[], tags: &[] };
    Ok([
        ("LOOKOUT_E2E_GRAFANA_SCHEMA", schema.build_of(MODULE, PINNED)?),
        ("LOOKOUT_E2E_GRAFANA_SDK", go::sources(&module, MODULE)?),
        ("LOOKOUT_E2E_GRAFANA_ALERTING", alerting.build_of(ALERTING, ALERTING_PINNED)?),
    ])
}
