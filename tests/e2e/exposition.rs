//! What independent readers make of the exposition: curl, gunzip, promtool, and both parsers of Python's
//! `prometheus_client`.

use std::collections::BTreeSet;
use std::process::Command;

use crate::demo::Demo;
use crate::scrape::{self, Answer, OPEN_METRICS, TEXT};
use crate::tools::{run, succeed, tool, words};

/// Python that reads one scrape: see the file.
const READER: &str = include_str!("read_scrape.py");

#[test]
fn curl_gets_what_it_asks_for() {
    let demo = Demo::start();
    let url = demo.url("/metrics");
    let text = scrape::get(&url, TEXT, "");
    assert!(
        text.header("content-type").is_some_and(|found| found.starts_with("text/plain; version=0.0.4")),
        "{text:?}"
    );
    assert_eq!(text.header("content-encoding"), None);
    assert_eq!(text.header("content-length"), Some(text.body.len().to_string().as_str()));

    let open_metrics = scrape::get(&url, OPEN_METRICS, "gzip");
    let content_type = open_metrics.header("content-type");
    assert!(
        content_type.is_some_and(|found| found.starts_with("application/openmetrics-text; version=1.0.0"))
    );
    assert_eq!(open_metrics.header("content-encoding"), Some("gzip"));
    assert_eq!(open_metrics.header("content-length"), Some(open_metrics.body.len().to_string().as_str()));
    assert!(open_metrics.body.len() < text.body.len());
}

#[test]
fn gunzip_reads_what_is_served_compressed() {
    let mut demo = Demo::start();
    let url = demo.url("/metrics");
    for accept in [TEXT, OPEN_METRICS] {
        // The values of the self-metrics move between two scrapes; the families do only shortly after the start.
        let (plain, unpacked) = demo.process.until("two scrapes with the same families", || {
            let plain = || headers(&scrape::get(&url, accept, "").body);
            let (before, unpacked) = (plain(), gunzip(&scrape::get(&url, accept, "gzip")));
            (before == plain()).then_some((before, unpacked))
        });
        assert_eq!(plain, headers(&unpacked));
        assert!(plain.iter().any(|line| line.contains("lookout_build")));
    }
}

#[test]
fn promtool_objects_only_to_names_that_are_not_ours() {
    let demo = Demo::start();
    let scrape = scrape::get(&demo.url("/metrics"), TEXT, "");
    let output = run(Command::new(tool("PROMTOOL")).args(["check", "metrics"]), &scrape.body);
    let foreign: BTreeSet<&str> = lookout_catalog::ALL
        .iter()
        .flat_map(|spec| spec.metrics)
        .filter(|metric| metric.compatible_with.is_some())
        .map(|metric| metric.name)
        .collect();
    let objections = words(&output);
    let ours: Vec<&str> = objections
        .lines()
        .filter(|line| !line.split(' ').next().is_some_and(|name| foreign.contains(name)))
        .collect();
    assert!(ours.is_empty(), "promtool objects: {ours:#?}");
    // 3 is its status for objections; anything else would mean that it could not read the scrape.
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {objections}", output.status);
}

#[test]
fn both_parsers_of_prometheus_client_read_the_same_series() {
    let mut demo = Demo::start();
    let url = demo.url("/metrics");
    let forms = [
        (TEXT, "gzip", "gzip-text"),
        (OPEN_METRICS, "", "openmetrics"),
        (OPEN_METRICS, "gzip", "gzip-openmetrics"),
    ];
    // Shortly after the start series of single sources still appear; only scrapes between two equal ones compare.
    let (text, others) = demo.process.until("two equal scrapes", || {
        let before = read_series(&url, TEXT, "", "text");
        let others = forms.map(|(accept, encoding, form)| (form, read_series(&url, accept, encoding, form)));
        (before == read_series(&url, TEXT, "", "text")).then_some((before, others))
    });
    assert!(text.iter().any(|series| series.starts_with("lookout_build_info{")), "{text:?}");
    for (form, other) in others {
        let differences: Vec<&String> = text.symmetric_difference(&other).collect();
        assert!(differences.is_empty(), "{form}: {differences:#?}");
    }
}

/// The series of a scrape, as a parser of `prometheus_client` reads them.
fn read_series(url: &str, accept: &str, encoding: &str, form: &str) -> BTreeSet<String> {
    let answer = scrape::get(url, accept, encoding);
    let mut python = Command::new(tool("PYTHON"));
    let series = succeed(python.args(["-c", READER, form]), &answer.body);
    serde_json::from_slice(&series).expect("the reader writes JSON")
}

fn gunzip(answer: &Answer) -> Vec<u8> {
    succeed(Command::new(tool("GUNZIP")).arg("--stdout"), &answer.body)
}

/// The lines that describe families.
fn headers(body: &[u8]) -> Vec<String> {
    let text = String::from_utf8(body.to_vec()).expect("a scrape is text");
    text.lines().filter(|line| line.starts_with('#')).map(str::to_owned).collect()
}
