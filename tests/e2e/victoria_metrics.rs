//! A real VictoriaMetrics scrapes the demo, and a real vmalert evaluates the rules that are rendered for it.

use std::process::Command;

use lookout_declarations::Declared;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::demo::Demo;
use crate::ports;
use crate::prometheus;
use crate::receiver::Receiver;
use crate::rendering::Rendering;
use crate::running::Running;
use crate::scrape;
use crate::tools::{run, tool};

/// A VictoriaMetrics that scrapes one address every second.
#[derive(Debug)]
pub(crate) struct VictoriaMetrics {
    _process: Running,
    /// Where it listens.
    pub(crate) address: String,
    _folder: TempDir,
}

impl VictoriaMetrics {
    /// Starts the tool of this name, and waits until it answers.
    pub(crate) fn scraping(name: &str, target: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("scrape.yml");
        let configuration =
            json!({"global": {"scrape_interval": "1s"}, "scrape_configs": [prometheus::job(target)]});
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");
        let mut command = Command::new(tool(name));
        command.arg(format!("-storageDataPath={}", folder.path().join("data").display()));
        command.arg(format!("-promscrape.config={}", file.display()));
        // What was scraped is seen at once, not half a minute later.
        command.args(["-search.latencyOffset=0s", "-search.disableCache"]);
        let (process, address) = listening(&mut command, &folder, "victoria-metrics.log");
        Self { _process: process, address, _folder: folder }
    }
}

/// A vmalert that asks a VictoriaMetrics and writes back to it.
#[derive(Debug)]
struct Vmalert {
    process: Running,
    address: String,
    _folder: TempDir,
}

impl Vmalert {
    /// Starts the tool of this name with rules in which what lasts a minute lasts a second.
    fn evaluating(name: &str, rules: &Rendering, victoria_metrics: &VictoriaMetrics) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let url = format!("http://{}", victoria_metrics.address);
        let mut command = Command::new(tool(name));
        command.args([format!("-datasource.url={url}"), format!("-remoteWrite.url={url}")]);
        // The old one does not start without somebody to notify.
        command.arg(format!("-notifier.url={}", Receiver::start().url("")));
        command.arg("-evaluationInterval=1s");
        command.args(rules.hurried(folder.path()).iter().map(|file| format!("-rule={}", file.display())));
        let (process, address) = listening(&mut command, &folder, "vmalert.log");
        Self { process, address, _folder: folder }
    }

    /// Every rule as it says it, once all have been evaluated, and one of them for what the database has scraped.
    fn rules(&mut self) -> Vec<Value> {
        let url = format!("http://{}/api/v1/rules", self.address);
        self.process.until("evaluated rules", || {
            let mut curl = Command::new(tool("CURL"));
            let answer = run(curl.args(["--silent", "--max-time", "60", &url]), b"");
            let answer: Value = serde_json::from_slice(&answer.stdout).ok()?;
            let groups = answer["data"]["groups"].as_array()?;
            let rules: Vec<Value> =
                groups.iter().filter_map(|group| group["rules"].as_array()).flatten().cloned().collect();
            let is_evaluated = |rule: &Value| {
                rule["lastEvaluation"].as_str().is_some_and(|moment| !moment.starts_with("0001"))
            };
            // The watchdog fires whatever the metrics are; anything else that fires has seen those of the demo.
            let has_seen = |rule: &Value| rule["state"] == "firing" && rule["name"] != "LookoutWatchdog";
            (rules.iter().all(is_evaluated) && rules.iter().any(has_seen)).then_some(rules)
        })
    }
}

#[test]
fn the_newest_vmalert_evaluates_every_rule() {
    evaluates_every_rule("VICTORIA_METRICS", "VMALERT", "1.150");
}

#[test]
fn the_old_vmalert_evaluates_every_rule() {
    evaluates_every_rule("VICTORIA_METRICS_OLD", "VMALERT_OLD", "1.79");
}

fn evaluates_every_rule(database: &str, engine: &str, version: &str) {
    let demo = Demo::start();
    let victoria_metrics = VictoriaMetrics::scraping(database, &demo.address);
    let rendering = Rendering::new("vmalert", Some(version));
    let mut vmalert = Vmalert::evaluating(engine, &rendering, &victoria_metrics);
    let rules = vmalert.rules();
    let catalogue = lookout_catalog::Settings::default().declared();
    let count = |declared: &Declared| declared.alerts.len() + declared.recordings.len();
    assert_eq!(rules.len(), catalogue.iter().map(count).sum::<usize>());
    for rule in &rules {
        assert_eq!(rule["lastError"].as_str().unwrap_or_default(), "", "{rule:#}");
    }
}

/// Starts a program of VictoriaMetrics on a free port; it does not say which, so one is chosen for it.
fn listening(command: &mut Command, folder: &TempDir, log: &str) -> (Running, String) {
    let address = ports::free_address();
    command.arg(format!("-httpListenAddr={address}"));
    let mut process = Running::start(command, &folder.path().join(log));
    let url = format!("http://{address}/health");
    process.until("its health", || (scrape::status(&url) == Some(200)).then_some(()));
    (process, address)
}
