//! Programs that every Linux machine has or can have from its distribution.

use std::path::PathBuf;

use super::Variable;
use crate::error::Error;
use crate::program::Program;

/// curl, gunzip, openssl, and systemd's launcher for socket activation.
pub(super) fn provide() -> Result<[Variable; 4], Error> {
    Ok([
        ("LOOKOUT_E2E_CURL", locate("curl", "--version")?),
        ("LOOKOUT_E2E_GUNZIP", locate("gunzip", "--version")?),
        ("LOOKOUT_E2E_OPENSSL", locate("openssl", "version")?),
        ("LOOKOUT_E2E_SOCKET_ACTIVATE", locate("systemd-socket-activate", "--version")?),
    ])
}

/// The program `tool`, which answers to `version`.
fn locate(tool: &'static str, version: &str) -> Result<PathBuf, Error> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders).map(|folder| folder.join(tool)).find(|path| path.is_file());
    let path = found.ok_or_else(|| Error::ProvideTool {
        tool,
        why: "it is not on the PATH; install the package of your distribution that has it".to_owned(),
    })?;
    Program::new(&path).arg(version).read()?;
    Ok(path)
}
