//! What is exposed, read back.

use lookout_exposition::{Batch, Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_kafka::probe::{PROBE_REASONS, ProbeSource, assess};
use lookout_kafka_spec::config::ClusterSettings;
use lookout_kafka_spec::{SPEC, metrics::METRICS};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use super::stage::{mock, received, settings, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_is_exposed_and_each_reason_has_a_row_from_the_start() {
    let mock = mock(1, 1);
    let settings = ClusterSettings { name: "orders".to_owned(), ..settings(&mock.bootstrap_servers()) };
    let mut source = ProbeSource::new(settings);
    let seen = until(&mut source, |seen| received(seen, &[1], 3) && seen.uncovered == Some(0)).await;

    let families = ExporterFamilies { exporter: SPEC.name, families: METRICS, series_budget: 10_000 };
    let exposition = Exposition::new([families]);
    let mut batch = Batch::new();
    assess(&seen, &mut batch);
    let mut publisher = exposition.publisher(SPEC.name, "probe");
    publisher.publish(batch);
    let snapshot = exposition.snapshot();
    let answer = snapshot.answer(Selection::Exporter(SPEC.name), Format::TEXT, Encoding::Identity).unwrap();
    let text = String::from_utf8(answer.buffers.concat()).unwrap();
    let scrape = Scrape::parse(ScrapeFormat::Text, &text).unwrap();

    let of_broker = [("kafka_cluster", "orders"), ("broker", "1")];
    let account = &seen.accounts[0].1;
    let value = |name: &str| scrape.value(name, &of_broker);
    assert_eq!(value("kafka_probe_produced_records_total"), Some(account.produced as f64));
    assert_eq!(value("kafka_probe_received_records_total"), Some(account.received as f64));
    assert_eq!(value("kafka_probe_lost_records_total"), Some(0.0));
    assert_eq!(value("kafka_probe_late_records_total"), Some(0.0));
    assert_eq!(value("kafka_probe_duplicate_records_total"), Some(0.0));
    assert_eq!(value("kafka_probe_in_flight_records"), Some(account.in_flight as f64));
    assert_eq!(value("kafka_probe_produce_latency_seconds_count"), Some(account.produced as f64));
    assert_eq!(value("kafka_probe_end_to_end_latency_seconds_count"), Some(account.received as f64));
    assert_eq!(scrape.value("kafka_probe_uncovered_brokers", &[("kafka_cluster", "orders")]), Some(0.0));
    for reason in PROBE_REASONS {
        let labels = [("kafka_cluster", "orders"), ("broker", "1"), ("reason", reason.as_str())];
        assert_eq!(scrape.value("kafka_probe_failed_records_total", &labels), Some(0.0));
        let labels = [("kafka_cluster", "orders"), ("reason", reason.as_str())];
        assert_eq!(scrape.value("kafka_probe_failed_commits_total", &labels), Some(0.0));
    }
}
