//! Every query of every board, asked of a real Prometheus and of a real VictoriaMetrics over what the demo serves: it has data,
//! or its declaration says what it means that there is none.
//!
//! Prometheus scrapes, evaluates the rules and passes everything on, so both hold the same. Variables stand at "All", as the
//! board itself defines that: where the pattern for it did not match an absent label, boards would be empty here.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lookout_catalog::Settings;
use serde_json::{Value, json};

use crate::demo::Demo;
use crate::prometheus::Prometheus;
use crate::rendering::Rendering;
use crate::running::{PATIENCE, until};
use crate::serve::Serve;
use crate::tools::{run, succeed, tool};
use crate::victoria_metrics::VictoriaMetrics;

/// What `$__rate_interval` is with a scrape a second, and enough of them for every counter of the demo to move.
const RATE_INTERVAL: &str = "10s";

/// The time that a board shows.
const RANGE: &str = "60s";

/// A query of a panel, with its variables filled in.
struct Asked {
    place: String,
    query: String,
    of_range: bool,
    /// What an empty result means, if it may be empty.
    when_empty: Option<&'static str>,
}

#[test]
fn every_query_of_every_board_has_data_on_both_engines() {
    let demo = Demo::start();
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let probing = folder.path().join("lookout.yaml");
    std::fs::write(&probing, "probe: { targets: [127.0.0.0/8], allow_networks: [127.0.0.0/8] }\n")
        .expect("it can be written");
    let prober = Serve::start([format!("--config.file={}", probing.display())]);
    let victoria_metrics = VictoriaMetrics::scraping("VICTORIA_METRICS", &demo.address);
    let rules = Rendering::new("prometheus", None).hurried(folder.path());
    let configuration = json!({
        "global": { "scrape_interval": "1s", "evaluation_interval": "1s" },
        "rule_files": rules,
        "remote_write": [{ "url": format!("http://{}/api/v1/write", victoria_metrics.address) }],
        "scrape_configs": jobs(&demo.address, &prober.address),
    });
    let prometheus = Prometheus::running("PROMETHEUS", &configuration);
    let queries = queries(&folder.path().join("boards"));
    assert!(queries.len() > 100, "{} queries", queries.len());
    // Some figures are there after minutes only, as the speed at which a lag grows.
    let deadline = Instant::now() + PATIENCE;
    let mut empty = Vec::new();
    for (engine, address) in
        [("Prometheus", prometheus.address()), ("VictoriaMetrics", &victoria_metrics.address)]
    {
        for asked in &queries {
            if let Some(what) = fault(address, asked, deadline) {
                empty.push(format!("{engine}: {}: {what}: {}", asked.place, asked.query));
            }
        }
    }
    assert!(empty.is_empty(), "{} of {}:\n{}", empty.len(), queries.len(), empty.join("\n"));
}

/// "All" of the variable `cluster` must match series that have no such label, and those that have one.
#[test]
fn a_missing_cluster_label_empties_no_board() {
    let demo = Demo::start();
    let jobs = json!([
        { "job_name": "bare", "static_configs": [{ "targets": [demo.address] }] },
        { "job_name": "labelled", "static_configs": [{ "targets": [demo.address], "labels": { "cluster": "one" } }] },
    ]);
    let victoria_metrics = VictoriaMetrics::scraping("VICTORIA_METRICS", &demo.address);
    let configuration = json!({
        "global": { "scrape_interval": "1s" },
        "remote_write": [{ "url": format!("http://{}/api/v1/write", victoria_metrics.address) }],
        "scrape_configs": jobs,
    });
    let prometheus = Prometheus::running("PROMETHEUS", &configuration);
    let name = lookout_catalog::ALL[0].metrics[0].name;
    for address in [prometheus.address(), &victoria_metrics.address] {
        let jobs = |matcher: &str| {
            let answer = get(
                address,
                "query",
                &[format!("query=count by (job) ({name}{{job=~\"bare|labelled\",{matcher}}})")],
            );
            let result = answer["result"].as_array().cloned().unwrap_or_default();
            result
                .iter()
                .map(|row| row["metric"]["job"].as_str().unwrap_or_default().to_owned())
                .collect::<Vec<_>>()
        };
        until("both jobs by the pattern of the boards", || {
            let mut found = jobs("cluster=~\".*\"");
            found.sort();
            (found == ["bare", "labelled"]).then_some(())
        });
        // The pattern that other boards use would lose the one without the label.
        let labelled = until("a job by the pattern of other boards", || {
            Some(jobs("cluster=~\".+\"")).filter(|found| !found.is_empty())
        });
        assert_eq!(labelled, ["labelled"]);
    }
}

/// The demo, and probes of which one fails.
fn jobs(demo: &str, prober: &str) -> Value {
    let targets = ["/-/healthy", "/metrics", "/missing"].map(|path| format!("http://{demo}{path}"));
    let label = |name: &str| json!({ "source_labels": ["__address__"], "target_label": name });
    json!([
        { "job_name": "lookout", "honor_labels": true, "static_configs": [{ "targets": [demo, prober] }] },
        {
            "job_name": "probe",
            "metrics_path": "/probe",
            "static_configs": [{ "targets": targets }],
            "relabel_configs": [
                label("__param_target"),
                label("instance"),
                { "target_label": "__address__", "replacement": prober },
            ],
        },
    ])
}

/// Every query of the boards that the real binary writes.
fn queries(folder: &Path) -> Vec<Asked> {
    succeed(Command::new(tool("LOOKOUT")).args(["dashboards", "--minify", "--out"]).arg(folder), b"");
    let declared = Settings::default().declared();
    let mut queries = Vec::new();
    for board in declared.iter().flat_map(|declared| &declared.boards) {
        let path = folder.join(format!("{}.json", board.slug));
        let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let written: Value = serde_json::from_slice(&text).expect("a board is JSON");
        let all = all_values(&written);
        let panels: Vec<&Value> = panels(&written);
        assert_eq!(panels.len(), board.panels().count(), "{}", board.slug);
        for (panel, written) in board.panels().zip(panels) {
            let targets = written["targets"].as_array().expect("a panel has queries");
            for (query, target) in panel.queries.iter().zip(targets) {
                queries.push(Asked {
                    place: format!("{} / {} / {}", board.slug, panel.title, target["refId"]),
                    query: filled(target["expr"].as_str().expect("a query is text"), &all),
                    of_range: target["range"] == true,
                    when_empty: query.when_empty,
                });
            }
        }
    }
    queries
}

fn panels(board: &Value) -> Vec<&Value> {
    let mut panels = Vec::new();
    for item in board["panels"].as_array().expect("a board has panels") {
        match item["type"].as_str() {
            Some("row") => panels.extend(item["panels"].as_array().expect("a row has panels")),
            _ => panels.push(item),
        }
    }
    panels
}

/// What each variable is when it stands at "All".
fn all_values(board: &Value) -> BTreeMap<String, String> {
    let variables = board["templating"]["list"].as_array().expect("a board has variables");
    let value = |variable: &Value| {
        Some((variable["name"].as_str()?.to_owned(), variable["allValue"].as_str()?.to_owned()))
    };
    variables.iter().filter_map(value).collect()
}

/// The query with everything filled in that Grafana would fill in.
fn filled(query: &str, all: &BTreeMap<String, String>) -> String {
    let mut query = query.replace("$__rate_interval", RATE_INTERVAL).replace("$__range", RANGE);
    for (name, value) in all {
        query = query.replace(&format!("\"${name}\""), &format!("\"{value}\""));
    }
    assert!(!query.contains("\"$"), "a variable that the board does not have: {query}");
    query
}

/// What is wrong with the answer, asked for until there is data; one that may be empty is asked once.
fn fault(address: &str, asked: &Asked, deadline: Instant) -> Option<String> {
    let answer = ask(address, asked);
    if let Some(error) = answer["error"].as_str() {
        return Some(error.to_owned());
    }
    let has_data = |answer: &Value| answer["result"].as_array().is_some_and(|result| !result.is_empty());
    if has_data(&answer) || asked.when_empty.is_some() {
        return None;
    }
    while Instant::now() < deadline {
        if has_data(&ask(address, asked)) {
            return None;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Some("no data, and the declaration does not say what that means".to_owned())
}

fn ask(address: &str, asked: &Asked) -> Value {
    let query = format!("query={}", asked.query);
    if !asked.of_range {
        return get(address, "query", &[query]);
    }
    // The engine's own time: one answers with a number, the other with a series of one.
    let time = &get(address, "query", &["query=time()".to_owned()])["result"][0];
    let now = time.as_f64().or_else(|| time["value"][0].as_f64()).expect("it knows the time");
    get(
        address,
        "query_range",
        &[query, format!("start={}", now - 60.0), format!("end={now}"), "step=1".to_owned()],
    )
}

/// The field `data` of an answer, or one with the field `error`.
fn get(address: &str, path: &str, parameters: &[String]) -> Value {
    let mut curl = Command::new(tool("CURL"));
    curl.args(["--silent", "--get", "--max-time", "120"]);
    for parameter in parameters {
        curl.args(["--data-urlencode", parameter]);
    }
    let answer = run(curl.arg(format!("http://{address}/api/v1/{path}")), b"");
    match serde_json::from_slice::<Value>(&answer.stdout) {
        Ok(answer) if answer["status"] == "success" => answer["data"].clone(),
        Ok(answer) => json!({ "error": answer["error"] }),
        Err(error) => json!({ "error": format!("it answers no JSON: {error}") }),
    }
}
