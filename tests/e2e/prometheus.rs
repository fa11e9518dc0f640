//! A real Prometheus scrapes the demo, evaluates the generated rules, and answers queries about both.

use std::path::PathBuf;
use std::process::Command;

use lookout_declarations::Declared;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::demo::Demo;
use crate::rendering::Rendering;
use crate::rules;
use crate::running::Running;
use crate::tools::{run, tool};

/// A Prometheus that scrapes one address every second.
pub(crate) struct Prometheus {
    process: Running,
    address: String,
    _folder: TempDir,
}

impl Prometheus {
    /// Scrapes `target` in clear and evaluates the generated rules.
    fn start(target: &str) -> Self {
        Self::scraping(&job(target), &rules::generated("prometheus"))
    }

    /// Scrapes by this entry of `scrape_configs`, and evaluates these rules.
    pub(crate) fn scraping(job: &Value, rules: &[PathBuf]) -> Self {
        Self::running("PROMETHEUS", &configuration(job, rules))
    }

    /// Starts the tool of this name with this configuration.
    pub(crate) fn running(name: &str, configuration: &Value) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("prometheus.yml");
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");

        let mut command = Command::new(tool(name));
        command.arg(format!("--config.file={}", file.display()));
        command.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
        command.arg("--web.listen-address=127.0.0.1:0");
        let mut process = Running::start(&mut command, &folder.path().join("prometheus.log"));
        let address = process.until_log("its address", listens_at);
        Self { process, address, _folder: folder }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Asks the HTTP API until `judge` has an answer to what it says.
    fn until<T>(
        &mut self,
        what: &str,
        path: &str,
        parameter: &str,
        judge: impl Fn(&Value) -> Option<T>,
    ) -> T {
        let url = format!("http://{}/api/v1/{path}", self.address);
        self.process.until(what, || {
            let mut curl = Command::new(tool("CURL"));
            curl.args(["--silent", "--get", "--max-time", "60", "--data-urlencode", parameter, &url]);
            let answer: Value = serde_json::from_slice(&run(&mut curl, b"").stdout).ok()?;
            judge(&answer["data"])
        })
    }

    /// The result of an instant query, once it is not empty.
    pub(crate) fn query(&mut self, query: &str) -> Vec<Value> {
        self.until(query, "query", &format!("query={query}"), |data| {
            data["result"].as_array().filter(|result| !result.is_empty()).cloned()
        })
    }
}

/// The address at which a server of the Prometheus family says that it listens.
pub(crate) fn listens_at(line: &str) -> Option<String> {
    let (_, fields) = line.split_once("msg=\"Listening on\"")?;
    Some(fields.split_once("address=")?.1.to_owned())
}

/// Scrapes by this entry of `scrape_configs` and evaluates these rules, every second. JSON is YAML, and quotes what must be
/// quoted.
pub(crate) fn configuration(job: &Value, rules: &[PathBuf]) -> Value {
    json!({
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [job],
        "rule_files": rules,
    })
}

/// The entry of `scrape_configs` for one address in clear.
pub(crate) fn job(target: &str) -> Value {
    json!({"job_name": "lookout", "static_configs": [{"targets": [target]}]})
}

#[test]
fn prometheus_stores_what_the_demo_serves() {
    let demo = Demo::start();
    let mut prometheus = Prometheus::start(&demo.address);
    // A scrape may take a second here, which the first one does not keep to on every machine.
    let health = prometheus.until("a scrape that succeeded", "targets", "state=active", |data| {
        let target = &data["activeTargets"][0];
        (target["health"] == "up").then(|| target.clone())
    });
    assert_eq!(health["lastError"], "");

    let build = prometheus.query("lookout_build_info");
    assert_eq!(build.len(), 1, "{build:?}");
    assert_eq!(build[0]["value"][1], "1");
    // Every series arrived: as many as Lookout says that it serves.
    prometheus.query("scrape_samples_scraped == on () sum(lookout_series)");
    prometheus.query("x509_cert_not_after");
}

#[test]
fn the_newest_prometheus_loads_and_evaluates_every_rule() {
    evaluates_every_rule("PROMETHEUS", "3.15");
}

#[test]
fn the_old_prometheus_loads_and_evaluates_every_rule() {
    evaluates_every_rule("PROMETHEUS_OLD", "2.42");
}

fn evaluates_every_rule(name: &str, version: &str) {
    let demo = Demo::start();
    let rendering = Rendering::new("prometheus", Some(version));
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let rules = rendering.hurried(folder.path());
    let mut prometheus = Prometheus::running(name, &configuration(&job(&demo.address), &rules));
    let catalogue = lookout_catalog::Settings::default().declared();
    let count = |declared: &Declared| declared.alerts.len() + declared.recordings.len();
    let n_declared = catalogue.iter().map(count).sum::<usize>();
    let rules = prometheus.until("evaluated rules", "rules", "exclude_alerts=true", |data| {
        let groups = data["groups"].as_array()?;
        let rules: Vec<Value> =
            groups.iter().filter_map(|group| group["rules"].as_array()).flatten().cloned().collect();
        (!rules.is_empty() && rules.iter().all(|rule| rule["health"] != "unknown")).then_some(rules)
    });
    assert_eq!(rules.len(), n_declared);
    for rule in rules {
        assert_eq!(rule["health"], "ok", "{rule:#}");
    }
}
