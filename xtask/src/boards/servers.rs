//! The demo, a Lookout that probes, and a Prometheus that scrapes both and evaluates the generated rules.
//!
//! Invariant: all end with this task, however that ends: the kernel kills them when their parent dies.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lookout_declarations::Declared;
use lookout_render::{RuleOptions, RuleTarget, rules};
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
    _servers: [Server; 3],
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

/// What the Lookout beside the demo does: it answers `/probe`, and nothing else.
const PROBING: &str = "probe: { targets: [127.0.0.0/8], allow_networks: [127.0.0.0/8] }\ncerts: { enabled: false }\n\
                       kubernetes: { enabled: false }\nkafka: { enabled: false }\n";

/// Starts all of them and lets them run for `watched`.
pub(super) fn watch_demo(
    workspace: &Workspace,
    catalogue: &[Declared],
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
    let target = loop {
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let found =
            text.lines().find_map(|line| line.trim().strip_prefix("http://")?.strip_suffix("/metrics"));
        if let Some(target) = found {
            break target.to_owned();
        }
        if begun.elapsed() > PATIENCE {
            return Err(failed(format!("the demo does not say where it listens:\n{text}")));
        }
        sleep(Duration::from_millis(100));
    };
    let free = || free_address().map_err(|source| failed(format!("no port is free: {source}")));
    let text = std::fs::read_to_string(&log).unwrap_or_default();
    let files = text.lines().find_map(|line| line.trim().strip_suffix("/lookout.yaml"));
    let files = files.ok_or_else(|| failed("the demo does not say where its configuration is".to_owned()))?;
    let (prober, address) = (free()?, free()?);
    let probing = folder.join("lookout.yaml");
    write(&probing, PROBING.as_bytes())?;
    let arguments = [
        "serve".to_owned(),
        format!("--config.file={}", probing.display()),
        format!("--web.listen-address={prober}"),
    ];
    let beside = Server::start("lookout serve", &lookout, &arguments, &folder.join("probes.log"))?;
    let configuration = folder.join("prometheus.yml");
    let scraped = scraping(&target, &prober, &rule_files(catalogue, folder)?);
    write(&configuration, scraped.to_string().as_bytes())?;
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
    let folder = files.to_owned();
    Ok(Watching { prometheus: Prometheus { address }, folder, _servers: [demo, beside, server] })
}

/// The released binary if it is there, else that of a debug build.
fn binary(workspace: &Workspace) -> Result<PathBuf, Error> {
    let built = ["release", "debug"].map(|profile| workspace.target.join(profile).join("lookout"));
    match built.into_iter().find(|path| path.is_file()) {
        Some(path) => Ok(path),
        None => crate::e2e::lookout(workspace),
    }
}

fn free_address() -> std::io::Result<String> {
    TcpListener::bind("127.0.0.1:0")?.local_addr().map(|address| address.to_string())
}

/// The generated rules, so that recordings and `ALERTS` are there too.
fn rule_files(catalogue: &[Declared], folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let rendered = rules(RuleTarget::Prometheus, catalogue, &RuleOptions::default())?;
    let mut paths = Vec::new();
    for file in rendered.files {
        let path = folder.join(file.path);
        write(&path, file.contents.as_bytes())?;
        paths.push(path);
    }
    Ok(paths)
}

/// The demo itself, and some probes: two that succeed and one that fails. The names are those of a platform, not of the
/// machine that this runs on. JSON is YAML.
fn scraping(demo: &str, prober: &str, rules: &[PathBuf]) -> Value {
    let named = |target: &str, name: &str| json!({ "targets": [target], "labels": { "instance": name } });
    let targets = ["/-/healthy", "/metrics", "/missing"].map(|path| format!("http://{demo}{path}"));
    let label = |name: &str| json!({ "source_labels": ["__address__"], "target_label": name });
    let renamed = json!({
        "source_labels": ["__address__"],
        "regex": "http://[^/]+(.+)",
        "target_label": "instance",
        "replacement": "https://portal.example.org$1",
    });
    json!({
        "global": { "scrape_interval": "5s", "evaluation_interval": "5s" },
        "rule_files": rules,
        "scrape_configs": [
            {
                "job_name": "lookout",
                "honor_labels": true,
                "static_configs": [named(demo, "lookout-0:10940"), named(prober, "lookout-1:10940")],
            },
            {
                "job_name": "probe",
                "metrics_path": "/probe",
                "static_configs": [{ "targets": targets }],
                "relabel_configs": [
                    label("__param_target"),
                    renamed,
                    { "target_label": "__address__", "replacement": prober },
                ],
            },
        ],
    })
}
