//! An exporter that is measured, whoever it is.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lookout_kafka_spec::metrics;
use lookout_self_metrics::metrics as own;

use super::http::{self, Answer};
use super::process::{self, Process};
use super::scrape;
use crate::error::Error;
use crate::workspace;

/// An exporter that is measured.
#[derive(Debug)]
pub(super) struct Contender {
    /// What it is called in the table.
    pub(super) name: String,
    /// Where it listens, `host:port`.
    pub(super) address: String,
    /// Where its metrics are.
    pub(super) path: String,
    /// Its process.
    pub(super) id: u32,
    pub(super) kind: Kind,
    /// The process, if the bench started it; held for its end.
    _process: Option<Process>,
    /// When it was started.
    pub(super) since: Instant,
}

/// How an exporter works, as far as measuring must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// In the background; it says all of itself.
    Lookout,
    /// In the background; it says how long a cycle took.
    Klag,
    /// When it is scraped, as far as is known.
    Peer,
}

/// What an exporter says of its own work.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Own {
    /// How long the last cycle took.
    pub(super) cycle: Option<f64>,
    /// When the last cycle ended, by its own clock.
    pub(super) ended: Option<f64>,
    /// Requests to the brokers, bytes to them and bytes from them, since its start.
    pub(super) traffic: Option<[f64; 3]>,
}

/// How long an answer may take: peers hang for a minute when a broker is gone.
pub(super) const PATIENCE: Duration = Duration::from_secs(90);
/// Between two cycles of klag-exporter, its default.
const KLAG_PERIOD: Duration = Duration::from_secs(30);

// === impl Contender ===

impl Contender {
    /// Starts Lookout; `section` is the rest of its section `kafka`, in JSON.
    pub(super) fn lookout(
        program: &Path,
        brokers: &str,
        section: &str,
        folder: &Path,
    ) -> Result<Self, Error> {
        let brokers: Vec<String> = brokers.split(',').map(|broker| format!("\"{broker}\"")).collect();
        let brokers = brokers.join(",");
        let configuration = folder.join("lookout.yaml");
        let text = format!(
            "{{\"kafka\":{{\"clusters\":[{{\"name\":\"bench\",\"brokers\":[{brokers}]}}]{section}}}}}"
        );
        workspace::write(&configuration, text.as_bytes())?;
        let address = free_address("lookout")?;
        let mut command = process::command(program);
        command.arg("serve").arg(format!("--config.file={}", configuration.display()));
        command.arg(format!("--web.listen-address={address}"));
        Self::start("lookout", Kind::Lookout, address, &mut command, folder)
    }

    /// Starts klag-exporter with series per partition, and with rates instead of reading records, its default.
    pub(super) fn klag(program: &Path, brokers: &str, folder: &Path) -> Result<Self, Error> {
        let address = free_address("klag-exporter")?;
        let (host, port) = address.split_once(':').unwrap_or_default();
        let configuration = folder.join("klag.toml");
        let text = format!(
            "[exporter]\npoll_interval = \"30s\"\nhttp_host = \"{host}\"\nhttp_port = {port}\n\
             granularity = \"partition\"\n[[clusters]]\nname = \"bench\"\nbootstrap_servers = \"{brokers}\"\n"
        );
        workspace::write(&configuration, text.as_bytes())?;
        let mut command = process::command(program);
        command.arg("--config").arg(&configuration);
        Self::start("klag-exporter 0.1.29", Kind::Klag, address, &mut command, folder)
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
        Ok(Self { name, address, path, id, kind: Kind::Peer, _process: None, since: Instant::now() })
    }

    fn start(
        name: &str,
        kind: Kind,
        address: String,
        command: &mut Command,
        folder: &Path,
    ) -> Result<Self, Error> {
        let log = folder.join(format!("{}.log", name.split(' ').next().unwrap_or(name)));
        let process = Process::start(name, command, &log)?;
        let (name, path, id) = (name.to_owned(), "/metrics".to_owned(), process.id());
        Ok(Self { name, address, path, id, kind, _process: Some(process), since: Instant::now() })
    }

    /// Scrapes it as Prometheus does, which asks for gzip; none if it does not answer in time, or not with 200.
    pub(super) fn scrape(&self) -> Option<Answer> {
        self.ask("gzip").filter(|answer| answer.status == 200)
    }

    /// Scrapes it, whatever it answers.
    pub(super) fn ask(&self, encoding: &str) -> Option<Answer> {
        http::get(&self.address, &self.path, encoding, PATIENCE)
    }

    /// How long a scrape takes; none if it does not answer in time, or not with 200.
    pub(super) fn time(&self, encoding: &str) -> Option<Duration> {
        http::time(&self.address, &self.path, encoding, PATIENCE)
    }

    /// How often it reads the cluster; none if it does so when it is scraped.
    pub(super) fn period(&self) -> Option<Duration> {
        match self.kind {
            Kind::Lookout => Some(lookout_kafka_spec::Settings::default().period.get()),
            Kind::Klag => Some(KLAG_PERIOD),
            Kind::Peer => None,
        }
    }

    /// What it says of its own work in this scrape.
    pub(super) fn own(&self, text: &str) -> Own {
        let cycle = "source=\"bench\"";
        let clients =
            [&metrics::CLIENT_REQUESTS, &metrics::CLIENT_SENT_BYTES, &metrics::CLIENT_RECEIVED_BYTES];
        match self.kind {
            Kind::Lookout => Own {
                cycle: scrape::value(text, own::SOURCE_COLLECT_DURATION.declaration().name, cycle),
                ended: scrape::value(text, own::SOURCE_LAST_SUCCESS.declaration().name, cycle),
                traffic: match clients.map(|client| scrape::value(text, client.declaration().name, "")) {
                    [Some(requests), Some(sent), Some(received)] => Some([requests, sent, received]),
                    _ => None,
                },
            },
            Kind::Klag => Own {
                cycle: scrape::value(text, "kafka_lag_exporter_scrape_duration_seconds", ""),
                ended: scrape::value(text, "kafka_lag_exporter_last_update_timestamp_seconds", ""),
                traffic: None,
            },
            Kind::Peer => Own::default(),
        }
    }
}

/// A port that was free a moment ago: not every exporter says which one it has chosen.
pub(super) fn free_address(who: &str) -> Result<String, Error> {
    let failed = |source| Error::StartProgram { program: who.to_owned(), source };
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(failed)?;
    listener.local_addr().map(|address| address.to_string()).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_named_by_address_and_process() {
        let peer = Contender::parse("kminion=http://127.0.0.1:8080/metrics,42").unwrap();
        let said = (peer.name.as_str(), peer.address.as_str(), peer.path.as_str(), peer.id);
        assert_eq!(said, ("kminion", "127.0.0.1:8080", "/metrics", 42));
        assert!(Contender::parse("kminion=http://127.0.0.1:8080/metrics").is_err());
    }
}
