//! VictoriaMetrics with its engine of rules and that engine's tester: the newest release, and the one that Debian 12 ships.
//!
//! The newest is built from the module below `tests/e2e/victoria_metrics`: less than a minute of a core. Debian's stands for
//! the old ones, which refuse rules with `keep_firing_for`; a tester came later than it.
//!
//! How to get it wrong: to ask Debian's programs for their version. They answer with an empty line.

use std::path::PathBuf;

use super::{Variable, debian};
use crate::error::Error;
use crate::go::GoProgram;
use crate::workspace::Workspace;

const MODULE: &str = "github.com/VictoriaMetrics/VictoriaMetrics";
const PINNED: &str = "v1.150.0";
/// What the makers link into it, and show.
const LINKED: [(&str, &str); 1] = [(
    "github.com/VictoriaMetrics/VictoriaMetrics/lib/buildinfo.Version",
    "victoria-metrics-tags-v1.150.0-0-g413f95d65",
)];

/// The server, vmalert and vmalert-tool of the newest release; the server and vmalert of the old one.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 5], Error> {
    let module = workspace.root.join("tests/e2e/victoria_metrics");
    let newest = |name| -> Result<PathBuf, Error> {
        let package = format!("{MODULE}/app/{name}");
        GoProgram { module: &module, package: &package, name, linked: &LINKED, tags: &[] }
            .build_of(MODULE, PINNED)
    };
    let old = debian::provide_version("victoria-metrics", "1.79.")?.join("usr/bin");
    Ok([
        ("LOOKOUT_E2E_VICTORIA_METRICS", newest("victoria-metrics")?),
        ("LOOKOUT_E2E_VMALERT", newest("vmalert")?),
        ("LOOKOUT_E2E_VMALERT_TOOL", newest("vmalert-tool")?),
        ("LOOKOUT_E2E_VICTORIA_METRICS_OLD", old.join("victoria-metrics")),
        ("LOOKOUT_E2E_VMALERT_OLD", old.join("vmalert")),
    ])
}
