//! Answers: what is selected, in which order, and that a snapshot does not change.

use lookout_exposition::{Batch, Changes, Encoding, Exposition, Family, Format, Selection};

use crate::support::{
    AGE, DEPTH, METRICS, READS, State, answer, bytes, exposition, gunzip, other, scrape, text,
};

fn one_row(thing: &str, value: f64) -> Batch {
    let mut age = Family::new(&AGE);
    age.set((thing,), value);
    let mut batch = Batch::new();
    batch.add(age);
    batch
}

#[test]
fn without_rows_there_are_no_headers() {
    let exposition = exposition();
    assert_eq!(text(&exposition), "");
    let open_metrics = answer(&exposition, Format::OPEN_METRICS, Encoding::Identity);
    assert_eq!(bytes(&open_metrics), b"# EOF\n");
    assert_eq!(gunzip(&bytes(&answer(&exposition, Format::TEXT, Encoding::Gzip))), b"");
    let mut publisher = exposition.publisher("example", "source");
    let mut batch = Batch::new();
    batch.add(Family::new(&AGE));
    let report = publisher.publish(batch);
    assert_eq!((text(&exposition).as_str(), report.series), ("", 0));
}

#[test]
fn families_stand_in_order_of_declaration_and_sources_in_order_of_registration() {
    let exposition = exposition();
    let mut late = exposition.publisher("other", "late");
    let mut first = exposition.publisher("example", "first");
    let mut second = exposition.publisher("example", "second");
    let mut batch = one_row("of the second", 2.0);
    let mut depth = Family::new(&DEPTH);
    depth.set(("d", 1, State::Working), 1.0);
    batch.add(depth);
    second.publish(batch);
    let mut width = Family::new(&other::WIDTH);
    width.set(("w",), 3.0);
    let mut batch = Batch::new();
    batch.add(width);
    late.publish(batch);
    first.publish(one_row("of the first", 1.0));
    scrape(&exposition);
    let text = text(&exposition);
    let order =
        ["# TYPE example_depth", "# TYPE example_age", "of the first", "of the second", "# TYPE other_width"];
    let places: Vec<_> = order.iter().map(|part| text.find(part).expect(part)).collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn one_exporter_can_be_selected_and_an_unknown_one_cannot() {
    let exposition = exposition();
    let mut example = exposition.publisher("example", "source");
    let mut other = exposition.publisher("other", "source");
    example.publish(one_row("a", 1.0));
    let mut width = Family::new(&other::WIDTH);
    width.set(("w",), 3.0);
    let mut batch = Batch::new();
    batch.add(width);
    other.publish(batch);
    let snapshot = exposition.snapshot();
    let select = |selection, format, encoding| {
        snapshot.answer(selection, format, encoding).map(|answer| bytes(&answer))
    };
    let alone = select(Selection::Exporter("other"), Format::OPEN_METRICS, Encoding::Identity).unwrap();
    assert_eq!(
        String::from_utf8(alone.clone()).unwrap(),
        "# TYPE other_width gauge\n# HELP other_width How wide it is.\nother_width{thing=\"w\"} 3\n# EOF\n"
    );
    let zipped = select(Selection::Exporter("other"), Format::OPEN_METRICS, Encoding::Gzip).unwrap();
    assert_eq!(gunzip(&zipped), alone);
    assert!(select(Selection::Exporter("nobody"), Format::TEXT, Encoding::Identity).is_none());
    let example = select(Selection::Exporter("example"), Format::TEXT, Encoding::Identity).unwrap();
    let all = select(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    assert!(all.starts_with(&example) && all.len() > example.len());
}

#[test]
fn an_answer_says_what_it_is() {
    let answer = answer(&exposition(), Format::OPEN_METRICS, Encoding::Gzip);
    assert_eq!(answer.content_type, "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert_eq!(answer.content_encoding, Some("gzip"));
}

#[test]
fn a_snapshot_does_not_change_after_it_was_taken() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(one_row("a", 1.0));
    let snapshot = exposition.snapshot();
    let mut publish = |value| publisher.publish(one_row("a", value));
    publish(2.0);
    let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    assert!(String::from_utf8(bytes(&answer)).unwrap().ends_with("{thing=\"a\"} 1\n"));
    assert!(text(&exposition).ends_with("{thing=\"a\"} 2\n"));
}

#[test]
fn dropping_or_withdrawing_a_publisher_takes_its_rows_and_no_others() {
    let exposition = exposition();
    let mut first = exposition.publisher("example", "first");
    let mut second = exposition.publisher("example", "second");
    first.publish(one_row("a", 1.0));
    second.publish(one_row("b", 2.0));
    second.update(Changes::new().replace("object", one_row("c", 3.0)));
    assert_eq!(scrape(&exposition).samples().count(), 3);
    second.withdraw();
    assert_eq!(scrape(&exposition).samples().count(), 1);
    second.publish(one_row("b", 2.0));
    assert_eq!(scrape(&exposition).samples().count(), 2);
    drop(second);
    assert_eq!(scrape(&exposition).samples().count(), 1);
    assert_eq!(exposition.statistics()[0].series, 1);
    drop(first);
    assert_eq!(text(&exposition), "");
}

#[test]
fn a_publish_replaces_what_its_source_said_as_a_whole_and_leaves_its_objects() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let mut batch = one_row("a", 1.0);
    let mut reads = Family::new(&READS);
    reads.total(("r",), 1.0);
    batch.add(reads);
    publisher.publish(batch);
    publisher.update(Changes::new().replace("object", one_row("c", 3.0)));
    let report = publisher.publish(one_row("b", 2.0));
    assert_eq!((report.series, report.pieces, report.encoded_pieces), (2, 2, 1));
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[("thing", "b")]), Some(2.0));
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[("thing", "c")]), Some(3.0));
    assert_eq!(scrape(&exposition).samples().count(), 2);
}

#[test]
fn rows_of_undeclared_families_and_unknown_exporters_are_dropped_and_counted() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("other", "source");
    assert_eq!(publisher.publish(one_row("a", 1.0)).dropped.invalid, 1);
    assert_eq!(exposition.statistics()[1].dropped.invalid, 1);
    let mut nobody = exposition.publisher("nobody", "source");
    assert_eq!(nobody.publish(one_row("a", 1.0)).dropped.invalid, 1);
    assert_eq!(nobody.update(Changes::new().replace("o", one_row("a", 1.0))).dropped.invalid, 1);
    nobody.withdraw();
    assert_eq!(text(&exposition), "");
}

#[test]
fn a_family_declared_by_two_exporters_appears_once() {
    let families =
        |exporter| lookout_exposition::ExporterFamilies { exporter, families: METRICS, series_budget: 100 };
    let exposition = Exposition::new([families("example"), families("copy")]);
    let mut first = exposition.publisher("example", "source");
    let mut second = exposition.publisher("copy", "source");
    first.publish(one_row("a", 1.0));
    assert_eq!(second.publish(one_row("b", 1.0)).dropped.invalid, 1);
    assert_eq!(scrape(&exposition).samples().count(), 1);
}
