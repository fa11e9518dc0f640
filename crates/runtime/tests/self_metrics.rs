//! What Lookout says of itself, as it is exposed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_exposition::{
    Batch, Dropped, Encoding, ExporterFamilies, ExporterStatistics, Exposition, Format, Selection,
};
use lookout_runtime::http::{HttpMetrics, Limits};
use lookout_runtime::{
    BuildInfo, ConfigurationFigures, DataKind, Failure, Fault, Faults, ProbeLoad, ProcessFigures, Reloads,
    RuntimeFigures, SelfModel, SourceDescription, SourceFigures, SourceState, SourceStatus,
};
use lookout_self_metrics::metrics::Configuration;
use lookout_self_metrics::{NAME, SPEC};
use lookout_testkit::golden;
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

fn description(
    exporter: &'static str,
    name: &str,
    data: DataKind,
    reasons: &'static [Reason],
) -> SourceDescription {
    let (period, deadline) = (Duration::from_mins(1), Duration::from_millis(12_500));
    SourceDescription { exporter, name: name.to_owned(), data, period, deadline, reasons }
}

/// A source that works, one whose measurements are withdrawn, and one that has not begun.
fn sources() -> Vec<SourceFigures> {
    let reasons = &[Reason::Malformed, Reason::NotFound];
    let mut files = SourceStatus::new(Arc::new(description("certs", "files", DataKind::Facts, reasons)));
    files.state = SourceState::Up;
    files.last_success = Some("2026-03-01T12:00:00.25Z".parse().unwrap());
    files.last_duration = Some(Duration::from_micros(1500));
    let fault = Fault {
        reason: Reason::Malformed,
        subject: "a.pem".to_owned(),
        message: "it is truncated".to_owned(),
    };
    files.faults = Some(Faults::of(&files.description, &[fault]));

    let lag = description("kafka", "lag of \"billing\"", DataKind::Measurements, &[Reason::Unreachable]);
    let mut lag = SourceStatus::new(Arc::new(lag));
    lag.state = SourceState::Withdrawn;
    lag.last_success = Some("2026-03-01T11:00:00Z".parse().unwrap());
    lag.last_duration = Some(Duration::from_millis(12_500));
    lag.errors.insert(Reason::Timeout, 21);
    lag.restarts = 1;
    lag.last_failure = Some(Failure {
        reason: Reason::Timeout,
        message: "no answer".to_owned(),
        at: "2026-03-01T11:59:00Z".parse().unwrap(),
    });

    let edge = SourceStatus::new(Arc::new(description("tunnel", "edge", DataKind::Measurements, &[])));
    vec![
        SourceFigures { status: files, data_age: Some(Duration::from_millis(2250)) },
        SourceFigures { status: lag, data_age: None },
        SourceFigures { status: edge, data_age: None },
    ]
}

/// A main configuration whose last reading failed, and a web configuration in force.
fn configurations() -> BTreeMap<Configuration, ConfigurationFigures> {
    let reloads = Reloads::default();
    let (start, later) = ("2026-03-01T11:00:00Z".parse().unwrap(), "2026-03-01T11:30:00Z".parse().unwrap());
    reloads.succeeded(Configuration::Main, start);
    reloads.failed(Configuration::Main, later, "line 3".to_owned());
    reloads.succeeded(Configuration::Web, start);
    reloads.figures()
}

fn model() -> SelfModel {
    let statistics = |exporter, series, dropped, withheld| ExporterStatistics {
        exporter,
        series,
        budget: 10_000,
        dropped,
        clipped: 0,
        withheld,
    };
    let dropped = Dropped { budget: 400, duplicate: 2, invalid: 0 };
    let mut http = HttpMetrics::new(&Limits::default()).figures();
    http.connections = 3;
    http.response_bytes = 123_456;
    http.probes = Some(ProbeLoad { in_flight: 2, limit: 20 });
    http.certificate_not_after = Some(1_793_000_000);
    for path in &mut http.paths {
        path.requests[0].1 = 7;
        path.buckets[0] = 6;
        path.buckets[9] = 1;
        path.seconds = 0.5;
    }
    SelfModel {
        build: BuildInfo { version: "0.1.0", revision: "4f1c2d3", rustc: "1.95.0" },
        sources: sources(),
        exporters: vec![
            statistics("certs", 12, Dropped::default(), vec![]),
            statistics("kafka", 9600, dropped, vec!["kafka_consumergroup_current_offset"]),
        ],
        http,
        process: Some(ProcessFigures {
            cpu_seconds: Some(1.25),
            resident_bytes: Some(20_000_000),
            virtual_bytes: Some(1_000_000_000),
            open_fds: Some(20),
            max_fds: Some(1024.0),
            start_seconds: Some(1_772_366_400.0),
            threads: Some(4),
        }),
        runtime: RuntimeFigures { workers: 2, alive_tasks: 11, queue_depth: 0, busy_seconds: 0.75 },
        configurations: configurations(),
        log_lines_suppressed: 5,
    }
}

fn exposed(model: &SelfModel, format: Format) -> String {
    let families = ExporterFamilies { exporter: NAME, families: SPEC.metrics, series_budget: 10_000 };
    let exposition = Exposition::new([families]);
    let mut batch = Batch::new();
    model.write(&mut batch);
    let mut publisher = exposition.publisher(NAME, "self");
    assert_eq!(publisher.publish(batch).dropped, Dropped::default());
    let answer = exposition.snapshot().answer(Selection::All, format, Encoding::Identity).unwrap();
    String::from_utf8(answer.buffers.concat()).unwrap()
}

#[test]
fn they_are_exposed_as_they_were_reviewed() {
    let text = exposed(&model(), Format::TEXT);
    golden::check(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/self-metrics.txt"), &text);
    Scrape::parse(ScrapeFormat::Text, &text).unwrap();
    let open_metrics = exposed(&model(), Format::OPEN_METRICS);
    Scrape::parse(ScrapeFormat::OpenMetrics, &open_metrics).unwrap();
}

#[test]
fn every_declared_metric_is_exposed() {
    let scrape = Scrape::parse(ScrapeFormat::Text, &exposed(&model(), Format::TEXT)).unwrap();
    let exposed: BTreeSet<_> = scrape.families.iter().map(|family| family.name.as_str()).collect();
    let declared: BTreeSet<_> = SPEC.metrics.iter().map(|metric| metric.name).collect();
    assert_eq!(exposed, declared);
}

#[test]
fn what_is_not_known_is_not_exposed() {
    let scrape =
        |model: &SelfModel| Scrape::parse(ScrapeFormat::Text, &exposed(model, Format::TEXT)).unwrap();
    let known = scrape(&model());
    let edge: &[_] = &[("source", "edge")];
    for name in [
        "lookout_source_up",
        "lookout_source_last_success_timestamp_seconds",
        "lookout_source_data_age_seconds",
        "lookout_source_collect_duration_seconds",
    ] {
        assert_eq!(known.value(name, edge), None, "{name} of a source that has not begun");
    }
    assert_eq!(
        known.value("lookout_source_errors_total", &[("source", "edge"), ("reason", "timeout")]),
        Some(0.0)
    );
    assert_eq!(
        known.value("lookout_source_withdrawn", &[("source", "files")]),
        None,
        "facts are never withdrawn"
    );
    assert_eq!(known.value("lookout_source_data_age_seconds", &[("exporter", "kafka")]), None);

    let bare = scrape(&SelfModel { process: None, ..model() });
    assert!(bare.samples().all(|sample| !sample.name.starts_with("process_")));
    let partly = ProcessFigures { threads: Some(4), ..ProcessFigures::default() };
    let partly = scrape(&SelfModel { process: Some(partly), ..model() });
    assert_eq!(partly.value("process_threads", &[]), Some(4.0));
    assert!(partly.family("process_open_fds").is_none());
}
