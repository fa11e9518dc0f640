//! Everything that the formats can show, as files to look at.

use lookout_exposition::{Batch, Encoding, Exposition, Family, Format, ObjectLabels};
use lookout_testkit::golden;

use crate::support::{
    AGE, BUILD, DEPTH, LATENCY, OBJECT, OFFSET, READS, State, UP, Wide, answer, bytes, exposition, scrape,
};

/// One row of every kind, and every oddity of labels and values.
fn sample() -> (Exposition, Vec<lookout_exposition::Publisher>) {
    let exposition = exposition();
    let mut first = Batch::new();
    let mut depth = Family::new(&DEPTH);
    depth.set(("plain", 1, State::Working), 1.0);
    depth.set(("C:\\path \"quoted\"\nnext", -7, State::Broken), -0.25);
    depth.set(("", 0, State::Working), 9_007_199_254_740_992.0);
    first.add(depth);
    let mut age = Family::new(&AGE);
    for (thing, value) in
        [("nan", f64::NAN), ("inf", f64::INFINITY), ("neg", f64::NEG_INFINITY), ("tiny", 1e-9)]
    {
        age.set((thing,), value);
    }
    first.add(age);
    let mut reads = Family::new(&READS);
    reads.total(("ünïcödé 世界",), 1e21);
    first.add(reads);
    let mut offset = Family::new(&OFFSET);
    offset.total(("topic",), 12.0);
    first.add(offset);
    let mut second = Batch::new();
    let mut latency = Family::new(&LATENCY);
    latency.observations(("disk",), &[1, 2, 0, 4], 55.5);
    latency.observations(("",), &[0, 0, 0, 0], 0.0);
    second.add(latency);
    let mut build = Family::new(&BUILD);
    build.present(("lookout",));
    second.add(build);
    let mut object = Family::new(&OBJECT);
    let labels: ObjectLabels = [("app.kubernetes.io/name", "web"), ("team", "a \"b\"")].into_iter().collect();
    object.set_with(Wide { thing: "secret", part: 3, state: State::Working }, &labels, 1.5);
    object.set(Wide { thing: "secret", part: 4, state: State::Broken }, 2.0);
    second.add(object);
    let mut up = Family::new(&UP);
    up.set((), 1.0);
    second.add(up);
    // The second source again has rows of a family that the first has.
    let mut depth = Family::new(&DEPTH);
    depth.set(("second source", 1, State::Working), 2.0);
    second.add(depth);
    let mut publishers =
        vec![exposition.publisher("example", "first"), exposition.publisher("example", "second")];
    publishers[0].publish(first);
    publishers[1].publish(second);
    (exposition, publishers)
}

#[test]
fn both_formats_look_as_reviewed() {
    let (exposition, _publishers) = sample();
    for (format, path) in [
        (Format::TEXT, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/sample.text.txt")),
        (Format::OPEN_METRICS, concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/sample.openmetrics.txt")),
    ] {
        let text = String::from_utf8(bytes(&answer(&exposition, format, Encoding::Identity))).unwrap();
        golden::check(path, &text);
    }
    assert_eq!(scrape(&exposition).families.len(), 8);
}
