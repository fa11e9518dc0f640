//! `lookout demo` as a process: the simulator and all exporters, listening on 127.0.0.1.

use std::process::Command;

use tempfile::TempDir;

use crate::running::Running;
use crate::scrape;
use crate::tools::tool;

/// A demo that is ready to be scraped.
#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) process: Running,
    pub(crate) address: String,
    _folder: TempDir,
}

impl Demo {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// The same with more flags.
    pub(crate) fn with(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(tool("LOOKOUT"));
        command.args(["demo", "--web.listen-address", "127.0.0.1:0"]).args(flags);
        let mut process = Running::start(&mut command, &folder.path().join("demo.log"));
        let address = process.until_log("the address", |line| {
            Some(line.trim().strip_prefix("http://")?.strip_suffix("/metrics")?.to_owned())
        });
        process.until("readiness", || {
            (scrape::status(&format!("http://{address}/-/ready")) == Some(200)).then_some(())
        });
        Self { process, address, _folder: folder }
    }

    /// The URL of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}
