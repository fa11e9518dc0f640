//! `lookout rules backtest` on a week of known history, in a real Prometheus and a real VictoriaMetrics.
//!
//! The week is written here, so what each alert would have done in it can be worked out by hand from its `for` and
//! `keep_firing_for`, and both servers must lead to exactly that.

use core::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Output};

use lookout_catalog::Settings;
use lookout_declarations::Alert;
use serde_json::Value;
use tempfile::TempDir;

use crate::ports;
use crate::prometheus::listens_at;
use crate::running::Running;
use crate::tools::{run, succeed, tool, words};

/// 2025-01-08T00:00:00Z: the end of the week.
const END: i64 = 1_736_294_400;
const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
/// How long the quorum is behind each day, from six o'clock on, in minutes.
const BEHIND: i64 = 20;
/// How long there is no controller, once, in minutes.
const GONE: i64 = 10;

/// One sample a minute: a replica that is behind every morning, by more on the third day, and a controller that is gone once.
fn week() -> Vec<(&'static str, Vec<(i64, i64)>)> {
    let moments = || (0..=7 * DAY / MINUTE).map(|minute| END - 7 * DAY + minute * MINUTE);
    let behind = moments().map(|at| {
        let is_morning = (6 * 60..6 * 60 + BEHIND).contains(&(at % DAY / MINUTE));
        let height = if (END - 5 * DAY..END - 4 * DAY).contains(&at) { 500 } else { 100 };
        (at, if is_morning { height } else { 1 })
    });
    let gone =
        moments().map(|at| (at, if (0..GONE * MINUTE).contains(&(at - (END - DAY / 2))) { -1 } else { 3 }));
    vec![
        (
            r#"kafka_quorum_replica_lag_seconds{kafka_cluster="main",node_id="2",role="voter",instance="a:1",job="lookout"}"#,
            behind.collect(),
        ),
        (r#"kafka_controller_id{kafka_cluster="main",instance="a:1",job="lookout"}"#, gone.collect()),
    ]
}

fn declared(name: &str) -> Alert {
    let catalogue = Settings::default().declared();
    let mut alerts = catalogue.into_iter().flat_map(|declared| declared.alerts);
    alerts.find(|alert| alert.name == name).unwrap_or_else(|| panic!("there is no alert `{name}`"))
}

/// How long the alert fires for a condition that holds at `n` evaluations, a minute apart.
fn firing_seconds(alert: &Alert, n: i64) -> i64 {
    let seconds = |duration: core::time::Duration| i64::try_from(duration.as_secs()).expect("it is short");
    n * MINUTE - seconds(alert.hold) + seconds(alert.keep_firing_for)
}

fn backtest(url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(tool("LOOKOUT"));
    command.args(["rules", "backtest", "--url", url, "--until", "2025-01-08T00:00:00Z", "--days", "7"]);
    run(command.args(arguments), b"")
}

/// What both servers must lead to.
fn judges_the_week(url: &str) {
    let output = backtest(url, &["--format", "json"]);
    assert!(output.status.success(), "{}", words(&output));
    let document: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
    assert_eq!(document["start"], "2025-01-01T00:00:00Z");
    let of = |name: &str| {
        let mut alerts = document["alerts"].as_array().expect("a list").iter();
        alerts.find(|alert| alert["alert"] == name).unwrap_or_else(|| panic!("{name} is not judged")).clone()
    };

    let behind = of("LookoutKafkaQuorumReplicaBehind");
    let alert = declared("LookoutKafkaQuorumReplicaBehind");
    assert_eq!(behind["n_episodes"], 7, "{behind}");
    assert_eq!(behind["total_seconds"], 7 * firing_seconds(&alert, BEHIND), "{behind}");
    let first = &behind["firings"][0]["episodes"][0];
    let fires_at = 6 * 60 + alert.hold.as_secs() / 60;
    assert_eq!(first["start"], format!("2025-01-01T{:02}:{:02}:00Z", fires_at / 60, fires_at % 60));
    // Every morning but one would be left alone.
    let proposal = &behind["threshold"]["proposal"];
    assert_eq!(proposal["bound"], 100.0, "{behind}");
    assert_eq!(proposal["n_episodes"], 1, "{behind}");
    assert_eq!(proposal["quantiles"][3]["value"], 500.0, "{behind}");

    let gone = of("LookoutKafkaControllerMissing");
    let alert = declared("LookoutKafkaControllerMissing");
    assert_eq!(gone["n_episodes"], 1, "{gone}");
    assert_eq!(gone["total_seconds"], firing_seconds(&alert, GONE), "{gone}");
    assert_eq!(gone["firings"][0]["labels"]["kafka_cluster"], "main", "{gone}");

    // Nothing was ever said of brokers: that is not "it would never have fired".
    let blind = of("LookoutKafkaBrokerMissing");
    assert_eq!(blind["judged"], false, "{blind}");
    assert_eq!(blind["absent_series"][0], "kafka_brokers", "{blind}");
    assert_eq!(of("LookoutWatchdog")["always"], true);

    let text = backtest(url, &["--only", "LookoutKafkaQuorumReplicaBehind", "LookoutKafkaBrokerMissing"]);
    let text = words(&text);
    println!("{text}");
    for expected in
        ["1 of 2 alerts would have fired", "7 times", "kafka_cluster=\"main\"", "Not judged", "kafka_brokers"]
    {
        assert!(text.contains(expected), "no `{expected}` in\n{text}");
    }
}

#[test]
fn a_week_in_prometheus_is_judged_to_the_minute() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path().join("data");
    let mut text = String::new();
    for (series, samples) in week() {
        let name = series.split('{').next().unwrap_or_default();
        writeln!(text, "# TYPE {name} gauge").expect("a String takes it");
        for (at, value) in samples {
            writeln!(text, "{series} {value} {at}").expect("a String takes it");
        }
    }
    text.push_str("# EOF\n");
    let file = folder.path().join("week.txt");
    std::fs::write(&file, text).expect("the week can be written");
    let mut create = Command::new(tool("PROMTOOL"));
    succeed(create.args(["tsdb", "create-blocks-from", "openmetrics"]).arg(&file).arg(&data), b"");

    let configuration = folder.path().join("prometheus.yml");
    std::fs::write(&configuration, "{}").expect("the configuration can be written");
    let mut command = Command::new(tool("PROMETHEUS"));
    command.arg(format!("--config.file={}", configuration.display()));
    command.arg(format!("--storage.tsdb.path={}", data.display()));
    command.args(["--web.listen-address=127.0.0.1:0", "--storage.tsdb.retention.time=100y"]);
    let mut prometheus = Running::start(&mut command, &folder.path().join("prometheus.log"));
    let address = prometheus.until_log("its address", listens_at);
    prometheus.until_log("readiness", |line| line.contains("Server is ready").then_some(()));
    judges_the_week(&format!("http://{address}/"));
}

#[test]
fn a_week_in_victoria_metrics_is_judged_to_the_minute() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let (_server, address) = victoria_metrics(&folder);
    let mut text = String::new();
    for (series, samples) in week() {
        for (at, value) in samples {
            writeln!(text, "{series} {value} {}", at * 1_000).expect("a String takes it");
        }
    }
    let mut import = Command::new(tool("CURL"));
    import.args(["--fail", "--silent", "--show-error", "--data-binary", "@-"]);
    succeed(import.arg(format!("http://{address}/api/v1/import/prometheus")), text.as_bytes());
    // What was written is to be found a moment later.
    succeed(
        Command::new(tool("CURL")).args([
            "--fail",
            "--silent",
            &format!("http://{address}/internal/force_flush"),
        ]),
        b"",
    );
    judges_the_week(&format!("http://{address}"));
}

#[test]
fn a_server_that_is_away_or_no_prometheus_is_said_so() {
    let output = backtest("http://127.0.0.1:9", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    assert!(
        words(&output).contains("`http://127.0.0.1:9/api/v1/query_range` does not answer"),
        "{}",
        words(&output)
    );
    let output = backtest("http://user:password@127.0.0.1:9", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("--password-file"), "{}", words(&output));
    let output = backtest("http://127.0.0.1:9", &["--only", "LookoutKafkaBrokerMising"]);
    assert_eq!(output.status.code(), Some(2), "{}", words(&output));
    assert!(words(&output).contains("did you mean `LookoutKafkaBrokerMissing`"), "{}", words(&output));
}

/// A VictoriaMetrics with an empty storage, and its address.
fn victoria_metrics(folder: &TempDir) -> (Running, String) {
    let address = ports::free_address();
    let mut command = Command::new(tool("VICTORIA_METRICS"));
    command.arg(format!("-storageDataPath={}", folder.path().join("data").display()));
    command.arg(format!("-httpListenAddr={address}"));
    command.args(["-retentionPeriod=100y", "-loggerLevel=INFO"]);
    let mut server = Running::start(&mut command, &log(folder.path()));
    server.until("health", || {
        let mut health = Command::new(tool("CURL"));
        let output = run(health.args(["--fail", "--silent", &format!("http://{address}/health")]), b"");
        output.status.success().then_some(())
    });
    (server, address)
}

fn log(folder: &Path) -> std::path::PathBuf {
    folder.join("victoria-metrics.log")
}
