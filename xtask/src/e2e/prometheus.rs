//! Prometheus and promtool: the newest release, and the one that Debian 12 ships. The newest is what rules must live with
//! tomorrow; the old one is what many run, and refuses what it does not know.
//!
//! The newest is built from the module below `tests/e2e/prometheus`, with nothing but the discovery of Kubernetes and DNS and
//! without the web interface: five minutes of a core, once.
//!
//! How to get it wrong: to trust what such a program says of its version. That was linked into it by us; the module that it was
//! built from is written down by the linker.

use std::path::{Path, PathBuf};

use super::{Variable, debian};
use crate::error::Error;
use crate::go::GoProgram;
use crate::program::Program;
use crate::workspace::Workspace;

const MODULE: &str = "github.com/prometheus/prometheus";
/// The version of the module; Prometheus 3.15.0 is 0.315.0 there.
const PINNED: &str = "v0.315.0";
/// What the makers link into it, and show.
const LINKED: [(&str, &str); 1] = [("github.com/prometheus/common/version.Version", "3.15.0")];
const TAGS: [&str; 3] = ["remove_all_sd", "enable_kubernetes_sd", "enable_dns_sd"];
/// What Debian's must say.
const OLD: &str = "version 2.42.";

/// Prometheus and promtool, new and old.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 4], Error> {
    let module = workspace.root.join("tests/e2e/prometheus");
    let newest = |name| {
        let package = format!("{MODULE}/cmd/{name}");
        GoProgram { module: &module, package: &package, name, linked: &LINKED, tags: &TAGS }
            .build_of(MODULE, PINNED)
    };
    Ok([
        ("LOOKOUT_E2E_PROMETHEUS", newest("prometheus")?),
        ("LOOKOUT_E2E_PROMTOOL", newest("promtool")?),
        ("LOOKOUT_E2E_PROMETHEUS_OLD", old("prometheus")?),
        ("LOOKOUT_E2E_PROMTOOL_OLD", old("promtool")?),
    ])
}

/// Debian's `tool`.
pub(super) fn old(tool: &'static str) -> Result<PathBuf, Error> {
    let path = debian::provide("prometheus")?.join("usr/bin").join(tool);
    verify(tool, &path)?;
    Ok(path)
}

fn verify(tool: &'static str, path: &Path) -> Result<(), Error> {
    let version = Program::new(path).arg("--version").read()?;
    if version.contains(OLD) {
        return Ok(());
    }
    let first = version.lines().next().unwrap_or_default();
    Err(Error::ProvideTool { tool, why: format!("`{}` says `{first}`, wanted {OLD}x", path.display()) })
}
