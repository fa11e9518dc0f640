//! Objectives from their settings: what is refused, what is recorded, and at which rate a budget burns.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_config::{Complaints, load};
use lookout_declarations::{Declares as _, Recording};
use lookout_objectives::{Settings, alerts, recordings, series};

#[track_caller]
fn settings(text: &str) -> Settings {
    load::<Settings>("objectives.yaml", text).unwrap_or_else(|faults| panic!("{faults}"))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let faults = load::<Settings>("objectives.yaml", text).expect_err("it is wrong").to_string();
    assert!(faults.contains(expected), "{faults}");
}

fn recorded(settings: &Settings, name: &str) -> Vec<Recording> {
    recordings(settings).into_iter().filter(|recording| recording.name == name).collect()
}

const PORTAL: &str = "probes:
  - name: portal
    select: { job: probe-edge, instance: 'https://portal\\.example/.*' }
    measured_at: edge
    availability: 0.999
    latency: { limit: 100ms, target: 0.99 }
";

#[test]
fn without_objectives_there_is_health_and_repair_and_no_target() {
    let settings = Settings::default();
    assert_eq!(Complaints::of(&settings), Vec::<String>::new());
    assert_eq!(recorded(&settings, series::TARGET), []);
    assert_eq!(recorded(&settings, series::PLATFORM_HEALTH).len(), 1);
    assert_eq!(recorded(&settings, series::REPAIR_TIME).len(), 1);
}

#[test]
fn an_objective_records_a_target_and_its_errors_with_the_same_labels() {
    let settings = settings(PORTAL);
    let (targets, errors) = (recorded(&settings, series::TARGET), recorded(&settings, series::ERRORS));
    let labels = |recordings: &[Recording]| -> Vec<_> {
        recordings.iter().map(|recording| recording.labels.clone()).collect()
    };
    assert_eq!(labels(&targets), labels(&errors));
    assert_eq!(targets.len(), 2, "availability and latency");
    assert_eq!(
        errors[0].expression,
        "1 - avg(probe_success{instance=~\"https://portal\\\\.example/.*\",job=~\"probe-edge\"})"
    );
    assert!(errors[1].expression.contains("> bool 0.1) and probe_success"), "{}", errors[1].expression);
    assert_eq!(recorded(&settings, series::PROBES).len(), 1);
}

#[test]
fn a_kafka_objective_reads_its_cluster_and_a_bucket_that_exists() {
    let settings = settings(
        "kafka:\n  - name: kafka\n    kafka_cluster: main\n    latency: { limit: 5ms, target: 0.95 }\n",
    );
    let errors = recorded(&settings, series::ERRORS);
    assert!(
        errors[0].expression.contains("{kafka_cluster=\"main\",le=\"0.005\"}"),
        "{}",
        errors[0].expression
    );
}

#[test]
fn the_rates_of_burning_follow_from_the_window() {
    let rates = |text: &str| {
        let settings = settings(text);
        let alerts = alerts(&settings);
        alerts.iter().take(2).map(|alert| alert.expression.clone()).collect::<Vec<_>>()
    };
    let month = rates("window: 30d\n");
    for (expression, expected) in month.iter().zip([["> 14.4 ", "> 6)"], ["> 3 ", "> 1)"]]) {
        assert!(expected.iter().all(|rate| expression.contains(rate)), "{expression}");
    }
    assert!(rates("window: 15d\n")[0].contains("> 7.2 "));
}

#[test]
fn health_looks_back_for_as_long_as_removed_parts_count() {
    let settings = settings("removed_parts_for: 6h\n");
    assert!(recorded(&settings, series::PLATFORM_HEALTH)[0].expression.contains("[6h]"));
}

#[test]
fn no_two_recordings_write_the_same_series() {
    let text = format!("{PORTAL}kafka:\n  - name: kafka\n    availability: 0.999\n");
    let declared = settings(&text).declared();
    let findings = lookout_declarations::lint::recordings(&declared.recordings);
    assert_eq!(findings, []);
}

#[test]
fn what_no_outage_could_miss_is_refused() {
    let probe = |rest: &str| {
        format!("probes:\n  - name: portal\n    select: {{ job: a }}\n    measured_at: edge\n{rest}")
    };
    refused(&probe("    availability: 1\n"), "without a budget of errors none can burn");
    refused(&probe("    availability: 0.5\n"), "must be from 0.9 to below 1");
    refused(&probe(""), "promises nothing");
    refused(&probe("    latency: { limit: 0s, target: 0.99 }\n"), "must be from 1ms to 1m");
}

#[test]
fn selections_and_names_that_cannot_be_are_refused() {
    let probe = |name: &str, select: &str| {
        format!(
            "probes:\n  - name: {name}\n    select: {select}\n    measured_at: edge\n    availability: 0.99\n"
        )
    };
    refused(&probe("Portal", "{ job: a }"), "lower case");
    refused(&probe("portal", "{}"), "at least one label");
    refused(&probe("portal", "{ 'my-job': a }"), "is no name of a label");
    refused(&probe("portal", "{ job: '(' }"), "is no pattern");
    refused(&format!("{PORTAL}kafka:\n  - name: portal\n    availability: 0.99\n"), "each needs its own");
    refused("kafka:\n  - name: a\n    latency: { limit: 7ms, target: 0.95 }\n", "must be a bound");
    refused("window: 90d\n", "must be from 7d to 31d");
}

#[test]
fn a_pattern_that_prometheus_would_refuse_or_read_otherwise_is_refused() {
    let of = |pattern: &str| {
        let pattern = pattern.replace('\'', "''");
        format!(
            "probes:\n  - {{name: a, select: {{job: '{pattern}'}}, measured_at: edge, availability: 0.9}}\n"
        )
    };
    for pattern in [
        "(",
        "a**",
        r"\d+{2}",
        "[a&&b]",
        "[a[b]]",
        "(?x)a",
        "(?u:a)",
        r"\b{start}a",
        r"\<a",
        r"\p{sc=Greek}",
        "a{1001}",
        r"\u{41}",
    ] {
        refused(&of(pattern), "is no pattern");
    }
    for pattern in [
        "https://portal[.]example/.*",
        r"(a|b)+\d{2,3}?",
        "(?i)A",
        "(?s:.)",
        r"[\w.-]+",
        "[[:alpha:]]*",
        r"\bx\B",
        r"\pL\p{Lu}",
        "(?P<name>a)",
        r"\x{41}",
        "(a*)*",
        "a{1000}",
    ] {
        settings(&of(pattern));
    }
}
