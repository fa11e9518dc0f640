//! A Prometheus or VictoriaMetrics beside the demo, if one is on the PATH: started with a scrape configuration that is
//! ready, ended with the demo.
//!
//! Invariant: only the process started here is ended, by its own handle.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::ValueEnum;
use tokio::process::{Child, Command};

use crate::exit::{Failure, chain};

/// What to start beside the demo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scraper {
    /// Prometheus, with the shipped rules loaded
    Prometheus,
    /// VictoriaMetrics, single node
    VictoriaMetrics,
}

/// How much of its log is shown when it ends by itself.
const LAST_LINES: usize = 5;

/// A running scraper; dropping it ends it.
pub(super) struct Running {
    child: Child,
    /// Where its log is.
    log: PathBuf,
    /// Where it listens.
    pub(super) url: String,
}

impl Scraper {
    /// The names under which its binary is packaged.
    fn binaries(self) -> &'static [&'static str] {
        match self {
            Self::Prometheus => &["prometheus"],
            Self::VictoriaMetrics => &["victoria-metrics", "victoria-metrics-prod"],
        }
    }

    /// Starts it on a free port of this machine by `configuration`, with everything it writes in `directory`.
    pub(super) fn start(self, configuration: &Path, directory: &Path) -> Result<Running, Failure> {
        let binary = self.find_binary()?;
        let address = free_address()?;
        let data = directory.join("scraper-data");
        let mut command = Command::new(&binary);
        match self {
            Self::Prometheus => command
                .arg(format!("--config.file={}", configuration.display()))
                .arg(format!("--storage.tsdb.path={}", data.display()))
                .arg(format!("--web.listen-address={address}")),
            Self::VictoriaMetrics => command
                .arg(format!("-promscrape.config={}", configuration.display()))
                // It has no rules to evaluate, and refuses what is said of them unless it is told to pass over it.
                .arg("-promscrape.config.strictParse=false")
                .arg(format!("-storageDataPath={}", data.display()))
                .arg(format!("-httpListenAddr={address}")),
        };
        let log = directory.join("scraper.log");
        let output = std::fs::File::create(&log).map_err(|error| {
            Failure::Run(format!("cannot create the scraper's log file: {}", chain(&error)))
        })?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Failure::Run(format!("cannot start {}: {}", binary.display(), chain(&error))))?;
        let page = if self == Self::VictoriaMetrics { "/vmui" } else { "/" };
        Ok(Running { child, log, url: format!("http://{address}{page}") })
    }

    fn find_binary(self) -> Result<PathBuf, Failure> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .flat_map(|folder| self.binaries().iter().map(move |name| folder.join(name)))
            .find(|candidate| candidate.is_file())
            .ok_or_else(|| {
                let names = self.binaries().join("` or `");
                Failure::Ask(format!("there is no `{names}` on the PATH; install it, or leave out --with"))
            })
    }
}

impl Running {
    /// Completes when it ends by itself, with what it said last.
    pub(super) async fn ended(&mut self) -> Failure {
        let status = self.child.wait().await.map_or_else(|error| chain(&error), |status| status.to_string());
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<&str> = log.lines().rev().take(LAST_LINES).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        Failure::Run(format!("the scraper ended by itself ({status}); it said last:\n{}", last.join("\n")))
    }
}

/// A port that is free now; the scraper binds it a moment later.
fn free_address() -> Result<SocketAddr, Failure> {
    std::net::TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .map_err(|error| Failure::Run(format!("cannot find a free port: {}", chain(&error))))
}
