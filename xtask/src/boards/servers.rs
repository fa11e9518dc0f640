//! The demo, and a Prometheus by the configuration that the demo writes for one: it scrapes the demo, has the platform's services
//! probed, and evaluates the rules.
//!
//! Invariant: all end with this task, however that ends: the kernel kills them when their parent dies.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::answers::Prometheus;
use crate::error::Error;
use crate::workspace::{Workspace, write};

/// How long the demo may take to say where it listens.
const PATIENCE: Duration = Duration::from_mins(1);

/// A Prometheus with data, and what it needs.
pub(super) struct Watching {
    pub(super) prometheus: Prometheus,
    /// The folder in which the demo has its files.
    pub(super) folder: String,
    _servers: [Server; 2],
}

/// A process that is killed and awaited when this is dropped.
struct Server(Child);

impl Server {
    fn start(name: &str, program: &Path, arguments: &[String], log: &Path) -> Result<Self, Error> {
        let failed = |source| Error::StartProgram { program: name.to_owned(), source };
        let output = File::create(log).map_err(failed)?;
        let errors = output.try_clone().map_err(failed)?;
        let mut command = Command::new("setpriv");
        command.args(["--pdeathsig", "KILL"]).arg(program).args(arguments);
        command.stdin(Stdio::null()).stdout(output).stderr(errors).spawn().map(Self).map_err(failed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already, which is what we want.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts all of them and lets them run for `watched`.
pub(super) fn watch_demo(
    workspace: &Workspace,
    incident: Option<&str>,
    watched: Duration,
    folder: &Path,
) -> Result<Watching, Error> {
    let failed = |why: String| Error::DrawBoard { board: "all".to_owned(), why };
    let log = folder.join("demo.log");
    let mut arguments = vec!["demo".to_owned(), "--web.listen-address=127.0.0.1:0".to_owned()];
    arguments.extend(incident.map(|name| format!("--incident={name}")));
    let lookout = binary(workspace)?;
    let demo = Server::start("lookout demo", &lookout, &arguments, &log)?;
    let begun = Instant::now();
    let files = loop {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let found = text.lines().find_map(|line| line.trim().strip_suffix("/prometheus.yaml"));
        if let Some(files) = found {
            break files.to_owned();
        }
        if begun.elapsed() > PATIENCE {
            return Err(failed(format!("the demo does not say where its files are:\n{text}")));
        }
        sleep(Duration::from_millis(100));
    };
    let address = free_address().map_err(|source| failed(format!("no port is free: {source}")))?;
    let configuration = folder.join("prometheus.yaml");
    let of_demo = Path::new(&files).join("prometheus.yaml");
    let text = std::fs::read_to_string(&of_demo)
        .map_err(|source| Error::ReadFile { path: of_demo.clone(), source })?;
    let scraped = without_ports(&text).map_err(|why| failed(format!("{}: {why}", of_demo.display())))?;
    write(&configuration, scraped.as_bytes())?;
    let arguments = [
        format!("--config.file={}", configuration.display()),
        format!("--storage.tsdb.path={}", folder.join("data").display()),
        format!("--web.listen-address={address}"),
    ];
    let server = Server::start(
        "prometheus",
        &crate::e2e::old_prometheus()?,
        &arguments,
        &folder.join("prometheus.log"),
    )?;
    println!("watching the demo for {} s", watched.as_secs());
    sleep(watched);
    Ok(Watching { prometheus: Prometheus { address }, folder: files, _servers: [demo, server] })
}

/// What was built last, released or not; if there is nothing, the released binary is built.
fn binary(workspace: &Workspace) -> Result<PathBuf, Error> {
    let built = ["release", "debug"].map(|profile| workspace.target.join(profile).join("lookout"));
    let built_at = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    match built.into_iter().filter(|path| path.is_file()).max_by_key(built_at) {
        Some(path) => Ok(path),
        None => crate::e2e::lookout(workspace),
    }
}

fn free_address() -> std::io::Result<String> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().map(|address| address.to_string())
}

/// The configuration with names in which no port stands that was free on this machine: those of a platform.
fn without_ports(configuration: &str) -> Result<String, String> {
    let mut configuration: Value = serde_yaml::from_str(configuration).map_err(|error| error.to_string())?;
    for job in configuration["scrape_configs"].as_array_mut().into_iter().flatten() {
        for relabel in job["relabel_configs"].as_array_mut().into_iter().flatten() {
            if relabel["target_label"] == "instance" {
                relabel["regex"] = json!("(https://[^:]+):.+");
            }
        }
        if job["job_name"] == "lookout" {
            job["static_configs"][0]["labels"] = json!({ "instance": "lookout-0:10940" });
        }
    }
    // JSON is YAML.
    Ok(configuration.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_show_the_names_of_a_platform_and_no_ports() {
        let configuration = "scrape_configs:\n- job_name: lookout\n  static_configs:\n  - targets: ['127.0.0.1:1']\n\
                             - job_name: probe-edge\n  relabel_configs:\n  - target_label: instance\n";
        let shown: Value = serde_json::from_str(&without_ports(configuration).unwrap()).unwrap();
        let jobs = &shown["scrape_configs"];
        assert_eq!(jobs[0]["static_configs"][0]["labels"]["instance"], "lookout-0:10940");
        assert_eq!(jobs[1]["relabel_configs"][0]["regex"], "(https://[^:]+):.+");
    }
}
