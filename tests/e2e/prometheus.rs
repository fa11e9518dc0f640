//! A real Prometheus scrapes the demo, evaluates the generated rules, and answers queries about both.

use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::demo::Demo;
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
        let job = json!({"job_name": "lookout", "static_configs": [{"targets": [target]}]});
        Self::scraping(&job, &rules::generated("prometheus"))
    }

    /// Scrapes by this entry of `scrape_configs`, and evaluates these rules.
    pub(crate) fn scraping(job: &Value, rules: &[PathBuf]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // JSON is YAML, and quotes what must be quoted.
        let configuration = json!({
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "scrape_configs": [job],
            "rule_files": rules,
        });
        let file = folder.path().join("prometheus.yml");
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");

        let mut command = Command::new(tool("PROMETHEUS"));
        command.arg(format!("--config.file={}", file.display()));
        command.arg(format!("--storage.tsdb.path={}", folder.path().join("data").display()));
        command.arg("--web.listen-address=127.0.0.1:0");
        let mut process = Running::start(&mut command, &folder.path().join("prometheus.log"));
        let address = process.until_log("its address", |line| {
            Some(line.split_once("msg=\"Listening on\" address=")?.1.to_owned())
        });
        Self { process, address, _folder: folder }
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
            curl.args(["--silent", "--get", "--max-time", "10", "--data-urlencode", parameter, &url]);
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

#[test]
fn prometheus_stores_what_the_demo_serves() {
    let demo = Demo::start();
    let mut prometheus = Prometheus::start(&demo.address);
    let health = prometheus.until("a scrape", "targets", "state=active", |data| {
        let target = &data["activeTargets"][0];
        (target["health"] != "unknown" && target["health"].is_string()).then(|| target.clone())
    });
    assert_eq!((&health["health"], &health["lastError"]), (&Value::from("up"), &Value::from("")));

    let build = prometheus.query("lookout_build_info");
    assert_eq!(build.len(), 1, "{build:?}");
    assert_eq!(build[0]["value"][1], "1");
    // Every series arrived: as many as Lookout says that it serves.
    prometheus.query("scrape_samples_scraped == on () sum(lookout_series)");
    prometheus.query("x509_cert_not_after");
}

#[test]
fn prometheus_loads_and_evaluates_every_rule() {
    let demo = Demo::start();
    let mut prometheus = Prometheus::start(&demo.address);
    let n_declared = lookout_catalog::ALL.iter().map(|spec| (spec.alerts)().len()).sum::<usize>();
    let rules = prometheus.until("evaluated rules", "rules", "type=alert", |data| {
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
