//! Prometheus and promtool, of the version that Debian 12 ships. Newer ones accept more; who satisfies this one
//! satisfies those.

use std::path::Path;

use super::{Variable, debian};
use crate::error::Error;
use crate::program::Program;

/// What the version output must hold.
const VERSION: &str = "version 2.42.";

/// Prometheus and promtool.
pub(super) fn provide() -> Result<[Variable; 2], Error> {
    let programs = debian::provide("prometheus")?.join("usr/bin");
    let (prometheus, promtool) = (programs.join("prometheus"), programs.join("promtool"));
    verify("prometheus", &prometheus)?;
    verify("promtool", &promtool)?;
    Ok([("LOOKOUT_E2E_PROMETHEUS", prometheus), ("LOOKOUT_E2E_PROMTOOL", promtool)])
}

fn verify(tool: &'static str, path: &Path) -> Result<(), Error> {
    let version = Program::new(path).arg("--version").read()?;
    if version.contains(VERSION) {
        return Ok(());
    }
    let first = version.lines().next().unwrap_or_default();
    Err(Error::ProvideTool { tool, why: format!("`{}` says `{first}`, wanted {VERSION}x", path.display()) })
}
