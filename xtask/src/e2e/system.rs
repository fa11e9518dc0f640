//! Programs that every Linux machine has or can have from its distribution.

use std::path::PathBuf;

use super::Variable;
use crate::error::Error;
use crate::program::Program;

/// curl and gunzip.
pub(super) fn provide() -> Result<[Variable; 2], Error> {
    Ok([("LOOKOUT_E2E_CURL", locate("curl")?), ("LOOKOUT_E2E_GUNZIP", locate("gunzip")?)])
}

fn locate(tool: &'static str) -> Result<PathBuf, Error> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(tool)).find(|path| path.is_file());
    let path = found.ok_or_else(|| Error::ProvideTool {
        tool,
        why: format!("it is not on the PATH; install your distribution's package `{tool}`"),
    })?;
    Program::new(&path).arg("--version").read()?;
    Ok(path)
}
