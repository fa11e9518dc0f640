//! The operators of Prometheus and of VictoriaMetrics, built as they are released, and the definitions of the objects that they
//! read: of their newest releases, and of the oldest prometheus-operator that rules are rendered for.
//!
//! The modules below `tests/e2e/kubernetes/operators` pin them. They are built after the API server, with which they share most of
//! what they are made of. Old releases of the other operator cannot be had from the registry.

use super::Variable;
use crate::error::Error;
use crate::go::{self, GoProgram};
use crate::workspace::Workspace;

const PROMETHEUS: &str = "github.com/prometheus-operator/prometheus-operator";
const PROMETHEUS_PINNED: &str = "v0.93.0";
const VICTORIA_METRICS: &str = "github.com/VictoriaMetrics/operator";
const VICTORIA_METRICS_PINNED: &str = "v0.74.1";
/// Where prometheus-operator keeps its definitions.
const DEFINITIONS: &str = "example/prometheus-operator-crd";

/// Both operators, and the definitions of each.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 5], Error> {
    let folder = workspace.root.join("tests/e2e/kubernetes/operators");
    let module = folder.join("prometheus");
    let package = format!("{PROMETHEUS}/cmd/operator");
    let prometheus =
        GoProgram { module: &module, package: &package, name: "prometheus-operator", linked: &[], tags: &[] };
    let others = folder.join("victoria_metrics");
    let package = format!("{VICTORIA_METRICS}/cmd");
    let victoria_metrics = GoProgram {
        module: &others,
        package: &package,
        name: "victoria-metrics-operator",
        linked: &[],
        tags: &[],
    };
    let old = go::sources(&folder.join("prometheus_old"), PROMETHEUS)?;
    Ok([
        ("LOOKOUT_E2E_PROMETHEUS_OPERATOR", prometheus.build_of(PROMETHEUS, PROMETHEUS_PINNED)?),
        ("LOOKOUT_E2E_PROMETHEUS_OPERATOR_CRDS", go::sources(&module, PROMETHEUS)?.join(DEFINITIONS)),
        ("LOOKOUT_E2E_PROMETHEUS_OPERATOR_OLD_CRDS", old.join(DEFINITIONS)),
        (
            "LOOKOUT_E2E_VICTORIA_METRICS_OPERATOR",
            victoria_metrics.build_of(VICTORIA_METRICS, VICTORIA_METRICS_PINNED)?,
        ),
        (
            "LOOKOUT_E2E_VICTORIA_METRICS_OPERATOR_CRDS",
            go::sources(&others, VICTORIA_METRICS)?.join("config/crd/overlay/crd.descriptionless.yaml"),
        ),
    ])
}
