//! Keyed changes: objects own rows, and nothing else changes.

use lookout_exposition::{Batch, Changes, Dropped, Family};

use crate::support::{AGE, READS, exposition, scrape, text};

fn ages<'a>(rows: impl IntoIterator<Item = (&'a str, f64)>) -> Batch {
    let mut age = Family::new(&AGE);
    for (thing, value) in rows {
        age.set((thing,), value);
    }
    let mut batch = Batch::new();
    batch.add(age);
    batch
}

#[test]
fn an_object_is_replaced_as_a_whole_and_the_others_stay() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let mut batch = ages([("a1", 1.0), ("a2", 1.0)]);
    let mut reads = Family::new(&READS);
    reads.total(("a",), 5.0);
    batch.add(reads);
    publisher.update(Changes::new().replace("a", batch).replace("b", ages([("b1", 1.0)])));
    assert_eq!(scrape(&exposition).samples().count(), 4);
    let report = publisher.update(Changes::new().replace("a", ages([("a2", 2.0), ("a3", 2.0)])));
    assert_eq!(report.series, 3);
    let scrape = scrape(&exposition);
    assert!(scrape.family("example_reads_total").is_none());
    let rows: Vec<_> =
        scrape.samples().map(|sample| (sample.label("thing").unwrap(), sample.value)).collect();
    assert_eq!(rows, [("a2", 2.0), ("a3", 2.0), ("b1", 1.0)], "rows are ordered by their text");
}

#[test]
fn removing_and_forgetting_objects() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let all = ["a", "b", "c"]
        .into_iter()
        .fold(Changes::new(), |changes, object| changes.replace(object, ages([(object, 1.0)])));
    publisher.update(all);
    publisher.update(Changes::new().remove("a").remove("never was"));
    assert_eq!(scrape(&exposition).samples().count(), 2);
    publisher.update(Changes::complete().replace("b", ages([("b", 2.0)])));
    assert_eq!(scrape(&exposition).samples().count(), 1);
    publisher.update(Changes::complete());
    assert_eq!(text(&exposition), "");
}

#[test]
fn the_last_change_of_an_object_counts() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let changes =
        Changes::new().replace("a", ages([("one", 1.0)])).remove("a").replace("a", ages([("two", 2.0)]));
    assert_eq!(changes.len(), 1);
    publisher.update(changes);
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[]), Some(2.0));
    publisher.update(Changes::new().replace("a", ages([("three", 3.0)])).remove("a"));
    assert_eq!(text(&exposition), "");
}

#[test]
fn an_unchanged_object_costs_no_piece() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.update(Changes::new().replace("a", ages([("a", 1.0)])));
    let report = publisher.update(Changes::new().replace("a", ages([("a", 1.0)])));
    assert_eq!((report.pieces, report.encoded_pieces), (1, 0));
    let report = publisher.update(Changes::new().replace("a", ages([("a", 2.0)])));
    assert_eq!((report.pieces, report.encoded_pieces), (1, 1));
}

#[test]
fn a_row_that_two_objects_have_waits_and_takes_over_at_once() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let value = || scrape(&exposition).value("example_age_seconds", &[("thing", "shared")]);
    let object = |value| ages([("shared", value)]);
    publisher.update(Changes::new().replace("a", object(1.0)));
    let report = publisher.update(Changes::new().replace("b", object(2.0)).replace("c", object(3.0)));
    assert_eq!(report.dropped, Dropped { duplicate: 2, ..Dropped::default() });
    // The owner may change its value and stays the owner.
    publisher.update(Changes::new().replace("a", object(1.5)));
    assert_eq!(value(), Some(1.5));
    // The first in line takes over without being named, and is an ordinary row from then on.
    let report = publisher.update(Changes::new().remove("a"));
    assert_eq!(report.dropped, Dropped::default());
    assert_eq!(value(), Some(2.0));
    publisher.update(Changes::new().replace("b", object(2.5)));
    assert_eq!(value(), Some(2.5));
    // Who waits can leave the line.
    publisher.update(Changes::new().remove("c").remove("b"));
    assert_eq!(value(), None);
}

#[test]
fn a_row_may_move_from_one_object_to_another_in_one_change() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.update(Changes::new().replace("a", ages([("moving", 1.0)])));
    let report = publisher
        .update(Changes::new().replace("b", ages([("moving", 2.0)])).replace("a", ages([("other", 1.0)])));
    assert_eq!((report.series, report.dropped), (2, Dropped::default()));
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[("thing", "moving")]), Some(2.0));
}

#[test]
fn an_object_that_repeats_itself_is_served_once_and_leaves_nothing_behind() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let twice = || ages([("a", 1.0), ("a", 2.0)]);
    let report = publisher.update(Changes::new().replace("one", twice()));
    assert_eq!((report.series, report.dropped.duplicate), (1, 1));
    let report = publisher.update(Changes::new().replace("two", twice()));
    assert_eq!((report.series, report.dropped.duplicate), (1, 2));
    publisher.update(Changes::new().remove("one"));
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[("thing", "a")]), Some(1.0));
    publisher.update(Changes::new().remove("two"));
    assert_eq!(text(&exposition), "");
}

#[test]
fn published_rows_stay_when_objects_change() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(ages([("published", 1.0)]));
    let report = publisher.update(Changes::new().replace("a", ages([("keyed", 2.0)])));
    assert_eq!((report.series, report.pieces), (2, 2));
    publisher.update(Changes::complete());
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[]), Some(1.0));
}
