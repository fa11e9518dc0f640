//! A Python with `prometheus_client`, whose two parsers read our exposition independently of us.

use super::Variable;
use crate::cache;
use crate::error::Error;
use crate::program::Program;

/// The version whose parsers the tests are written for.
const PROMETHEUS_CLIENT: &str = "0.26.0";

/// The interpreter of a virtual environment that has the package.
pub(super) fn provide() -> Result<Variable, Error> {
    let folder = cache::provide(&format!("python-prometheus-client-{PROMETHEUS_CLIENT}"), |folder| {
        println!("installing prometheus_client {PROMETHEUS_CLIENT} into a virtual environment in the cache");
        Program::new("python3").args(["-m", "venv"]).arg(folder).read()?;
        let requirement = format!("prometheus_client=={PROMETHEUS_CLIENT}");
        Program::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", &requirement])
            .read()
            .map(drop)
    })?;
    let python = folder.join("bin/python");
    let code = "import importlib.metadata as m; print(m.version('prometheus_client'))";
    let version = Program::new(&python).args(["-c", code]).read()?;
    if version.trim() != PROMETHEUS_CLIENT {
        let why = format!("the environment has version {}, wanted {PROMETHEUS_CLIENT}", version.trim());
        return Err(Error::ProvideTool { tool: "prometheus_client", why });
    }
    Ok(("LOOKOUT_E2E_PYTHON", python))
}
