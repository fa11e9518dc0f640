//! An exporter that is measured, whoever it is.

use std::path::Path;
use std::time::{Duration, Instant};

use lookout_certs_spec::metrics;

use super::world::{World, free_address};
use crate::bench::http::{self, Answer};
use crate::bench::process::{self, Process};
use crate::error::Error;
use crate::workspace;

/// An exporter that is measured.
#[derive(Debug)]
pub(super) struct Contender {
    /// What it is called in the table.
    pub(super) name: String,
    address: String,
    path: String,
    /// Its process.
    pub(super) id: u32,
    /// Whether it is the one under test.
    pub(super) is_ours: bool,
    /// The process, if the bench started it; held for its end.
    _process: Option<Process>,
    /// When it was started.
    pub(super) since: Instant,
}

/// How long an answer may take: peers collect while they are scraped.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);
/// What others than us and x509-certificate-exporter, whose name we keep, have a row of for each Secret.
const ROWS_OF_OTHERS: [&str; 2] = ["ssl_kubernetes_cert_not_after{", "kube_secret_info{"];

impl Contender {
    /// Starts Lookout with its defaults.
    pub(super) fn lookout(program: &Path, world: &World, folder: &Path) -> Result<Self, Error> {
        let configuration = folder.join("lookout.yaml");
        let text = format!(
            "{{\"kubernetes\":{{\"access\":{{\"kubeconfig\":\"{}\"}}}}}}",
            world.kubeconfig.display()
        );
        workspace::write(&configuration, text.as_bytes())?;
        let address = free_address()?;
        let mut command = process::command(program);
        command.arg("serve").arg(format!("--config.file={}", configuration.display()));
        command.arg(format!("--web.listen-address={address}"));
        let since = Instant::now();
        let process = Process::start("lookout", &mut command, &folder.join("lookout.log"))?;
        let (id, name, path) = (process.id(), "lookout".to_owned(), "/metrics".to_owned());
        Ok(Self { name, address, path, id, is_ours: true, _process: Some(process), since })
    }

    /// A running exporter, `NAME=URL,PID`.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let parts = text.split_once('=').and_then(|(name, rest)| {
            let (url, id) = rest.rsplit_once(',')?;
            let (address, path) = url.strip_prefix("http://")?.split_once('/')?;
            Some((name, address, path, id.parse::<u32>().ok()?))
        });
        let Some((name, address, path, id)) = parts else {
            let why = "give `NAME=http://HOST:PORT/metrics,PID`".to_owned();
            return Err(Error::MeasureProgram { program: text.to_owned(), why });
        };
        let (name, address, path) = (name.to_owned(), address.to_owned(), format!("/{path}"));
        Ok(Self { name, address, path, id, is_ours: false, _process: None, since: Instant::now() })
    }

    /// Scrapes it as Prometheus does, which asks for gzip; none if it does not answer in time, or not with 200.
    pub(super) fn scrape(&self) -> Option<Answer> {
        self.ask("gzip").filter(|answer| answer.status == 200)
    }

    /// Scrapes it, whatever it answers.
    pub(super) fn ask(&self, encoding: &str) -> Option<Answer> {
        http::get(&self.address, &self.path, encoding, PATIENCE)
    }

    /// How long a scrape takes.
    pub(super) fn time(&self, encoding: &str) -> Result<Duration, Error> {
        let why = || "it did not answer a scrape with 200".to_owned();
        http::time(&self.address, &self.path, encoding, PATIENCE)
            .ok_or_else(|| Error::MeasureProgram { program: self.name.clone(), why: why() })
    }
}

/// How many certificates or Secrets a scrape shows.
pub(super) fn shown(text: &str) -> usize {
    let ours = format!("{}{{", metrics::NOT_AFTER.declaration().name);
    let is_row =
        |line: &&str| line.starts_with(&ours) || ROWS_OF_OTHERS.iter().any(|rows| line.starts_with(rows));
    text.lines().filter(is_row).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_named_by_address_and_process() {
        let peer = Contender::parse("ssl_exporter=http://127.0.0.1:9219/probe?module=kubernetes,42").unwrap();
        let said = (peer.name.as_str(), peer.address.as_str(), peer.path.as_str(), peer.id);
        assert_eq!(said, ("ssl_exporter", "127.0.0.1:9219", "/probe?module=kubernetes", 42));
        assert!(Contender::parse("ssl_exporter=http://127.0.0.1:9219/metrics").is_err());
    }

    #[test]
    fn rows_are_counted_whoever_shows_them() {
        let ours = metrics::NOT_AFTER.declaration().name;
        let text =
            format!("# HELP {ours} x\n{ours}{{a=\"1\"}} 2\n{ours}_x 3\nkube_secret_info{{a=\"1\"}} 1\n");
        assert_eq!(shown(&text), 2);
    }
}
