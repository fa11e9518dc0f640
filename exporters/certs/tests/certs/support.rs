//! What the tests share.

use std::path::PathBuf;

use jiff::Timestamp;
use lookout_certs_spec::SPEC;
use lookout_config::HumanDuration;
use lookout_exposition::{Batch, Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_runtime::Source;
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

/// The bytes of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
}

/// How long an endpoint may take that answers: a machine that stands still for a while is not the endpoint's fault.
pub(crate) const PATIENCE: HumanDuration = HumanDuration::from_secs(60);

/// A moment at which the fixtures' chain is in the middle of its life.
pub(crate) fn fixed_now() -> Timestamp {
    "2026-02-15T12:00:00Z".parse().unwrap()
}

/// What is served of `batch`, as text.
pub(crate) fn text_of(batch: Batch) -> String {
    let families = ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 100_000 };
    let exposition = Exposition::new([families]);
    let mut publisher = exposition.publisher(SPEC.name, "test");
    let report = publisher.publish(batch);
    assert_eq!(report.dropped.total(), 0, "{report:?}");
    let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    answer.buffers.iter().map(|buffer| String::from_utf8(buffer.to_vec()).unwrap()).collect()
}

/// What is served of a batch, read back.
pub(crate) fn scrape_of(batch: Batch) -> Scrape {
    let text = text_of(batch);
    Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// One cycle of a source: what it exposes at `now`, and its faults as `reason subject`.
pub(crate) async fn cycle(source: &mut impl Source, now: Timestamp) -> (Scrape, Vec<String>) {
    let collected = source.collect().await.unwrap();
    let faults = collected.faults.iter().map(|fault| format!("{} {}", fault.reason, fault.subject)).collect();
    let mut batch = Batch::new();
    source.assess(&collected.model, now, &mut batch);
    (scrape_of(batch), faults)
}
