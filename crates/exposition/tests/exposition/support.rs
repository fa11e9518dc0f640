//! Metrics, and ways to look at an answer, for the tests of this package.

use std::io::Read as _;

use lookout_declarations::{Counter, Detail, Gauge, Histogram, Info, Unit, label, labels, metrics};
use lookout_exposition::{Answer, Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

label! {
    /// The thing.
    pub Thing = "thing";
    /// Its part.
    pub Part: i32 = "part";
    /// Its state.
    pub StateLabel = "state" in State {
        /// It works.
        Working = "working",
        /// It does not.
        Broken = "broken",
    }
}

labels! {
    /// A wide set.
    pub struct Wide { pub thing: Thing, pub part: Part, pub state: StateLabel }
}

metrics! {
    /// A gauge of three labels.
    pub DEPTH: Gauge<(Thing, Part, StateLabel)> = Gauge::new("example_depth", "How deep it is.");
    /// A gauge of one label, in a unit.
    pub AGE: Gauge<(Thing,)> = Gauge::new("example_age_seconds", "How \"old\" it is,\nwith \\.").unit(Unit::Seconds).detail(Detail::Fine);
    /// A counter.
    pub READS: Counter<(Thing,)> = Counter::new("example_reads_total", "Reads.").detail(Detail::Essential);
    /// A counter with somebody else's name.
    pub OFFSET: Counter<(Thing,)> = Counter::new("example_offset", "The offset.").compatible_with("somebody 1.0");
    /// A histogram.
    pub LATENCY: Histogram<(Thing,)> = Histogram::new("example_latency_seconds", "Latency.").unit(Unit::Seconds).buckets(&[0.005, 1.0, 10.0]);
    /// An info metric.
    pub BUILD: Info<(Thing,)> = Info::new("example_build_info", "The build.");
    /// A wide gauge with object labels.
    pub OBJECT: Gauge<Wide<'static>> = Gauge::new("example_object", "An object.").with_object_labels("label_");
    /// Nothing but a value.
    pub UP: Gauge<()> = Gauge::new("example_up", "Whether it is up.");
    /// Object labels that can clash with a declared one.
    pub CLASHING: Gauge<(Thing,)> = Gauge::new("example_clashing", "A clash.").with_object_labels("th");
}

pub(crate) mod other {
    //! A second exporter.
    use super::Thing;
    use lookout_declarations::{Gauge, metrics};

    metrics! {
        /// A gauge.
        pub WIDTH: Gauge<(Thing,)> = Gauge::new("other_width", "How wide it is.");
    }
}

pub(crate) fn with_budget(series_budget: usize) -> Exposition {
    Exposition::new([
        ExporterFamilies { exporter: "example", families: METRICS, series_budget },
        ExporterFamilies { exporter: "other", families: other::METRICS, series_budget: 1_000 },
    ])
}

pub(crate) fn exposition() -> Exposition {
    with_budget(10_000_000)
}

pub(crate) fn answer(exposition: &Exposition, format: Format, encoding: Encoding) -> Answer {
    exposition.snapshot().answer(Selection::All, format, encoding).expect("all is always there")
}

pub(crate) fn bytes(answer: &Answer) -> Vec<u8> {
    let bytes = answer.buffers.concat();
    assert_eq!(bytes.len() as u64, answer.content_length, "the length is that of the buffers");
    bytes
}

/// The one gzip member that the bytes must be.
pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let (mut decoder, mut output) = (flate2::bufread::GzDecoder::new(bytes), Vec::new());
    decoder.read_to_end(&mut output).expect("a valid member");
    assert!(decoder.into_inner().is_empty(), "nothing follows the member");
    output
}

pub(crate) fn text(exposition: &Exposition) -> String {
    String::from_utf8(bytes(&answer(exposition, Format::TEXT, Encoding::Identity))).expect("UTF-8")
}

/// Reads all four forms of the answer, which must agree, and returns what the text says.
pub(crate) fn scrape(exposition: &Exposition) -> Scrape {
    let snapshot = exposition.snapshot();
    let read = |format, scrape_format| {
        let plain = bytes(&snapshot.answer(Selection::All, format, Encoding::Identity).expect("all"));
        let gzip = bytes(&snapshot.answer(Selection::All, format, Encoding::Gzip).expect("all"));
        assert_eq!(gunzip(&gzip), plain);
        let plain = String::from_utf8(plain).expect("UTF-8");
        Scrape::parse(scrape_format, &plain).unwrap_or_else(|fault| panic!("{fault}\n{plain}"))
    };
    let text = read(Format::TEXT, ScrapeFormat::Text);
    let open_metrics = read(Format::OPEN_METRICS, ScrapeFormat::OpenMetrics);
    let lines = |scrape: &Scrape| scrape.samples().map(|sample| format!("{sample:?}")).collect::<Vec<_>>();
    assert_eq!(lines(&text), lines(&open_metrics));
    text
}
