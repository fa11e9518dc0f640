//! A real Alertmanager, with a configuration that Lookout rendered.

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::prometheus::listens_at;
use crate::running::Running;
use crate::tools::{run, tool};

/// An Alertmanager on its own, without peers.
#[derive(Debug)]
pub(crate) struct Alertmanager {
    process: Running,
    /// Where it listens.
    pub(crate) address: String,
    _folder: TempDir,
}

impl Alertmanager {
    /// Starts the old one with this configuration, and waits until it takes alerts.
    pub(crate) fn start(configuration: &Path) -> Self {
        Self::running("ALERTMANAGER_OLD", configuration)
    }

    /// The same for the program of this name.
    pub(crate) fn running(name: &str, configuration: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(tool(name));
        command.arg(format!("--config.file={}", configuration.display()));
        command.arg(format!("--storage.path={}", folder.path().join("data").display()));
        command.args(["--web.listen-address=127.0.0.1:0", "--cluster.listen-address="]);
        let mut process = Running::start(&mut command, &folder.path().join("alertmanager.log"));
        let address = process.until_log("its address", listens_at);
        Self { process, address, _folder: folder }
    }

    /// The alerts of this name that it holds, once `judge` says that they are what is waited for.
    #[track_caller]
    pub(crate) fn alerts(&mut self, name: &str, judge: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let url = format!("http://{}/api/v2/alerts", self.address);
        let filter = format!("filter=alertname=\"{name}\"");
        self.process.until(name, || {
            let mut curl = Command::new(tool("CURL"));
            curl.args(["--silent", "--get", "--max-time", "60", "--data-urlencode", &filter, &url]);
            let alerts: Vec<Value> = serde_json::from_slice(&run(&mut curl, b"").stdout).ok()?;
            judge(&alerts).then_some(alerts)
        })
    }
}
