//! Duplicates: never served twice, always counted, and back when the winner is gone.

use lookout_exposition::{Batch, Changes, Dropped, Family};

use crate::support::{AGE, LATENCY, exposition, scrape};

fn ages<'a>(rows: impl IntoIterator<Item = (&'a str, f64)>) -> Batch {
    let mut age = Family::new(&AGE);
    for (thing, value) in rows {
        age.set((thing,), value);
    }
    let mut batch = Batch::new();
    batch.add(age);
    batch
}

fn duplicate(duplicate: u64) -> Dropped {
    Dropped { duplicate, ..Dropped::default() }
}

#[test]
fn within_a_publish_the_first_wins() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(ages([("a", 1.0), ("b", 2.0), ("a", 3.0), ("a", 4.0)]));
    assert_eq!((report.series, report.dropped), (2, duplicate(2)));
    let scrape = scrape(&exposition);
    assert_eq!(scrape.value("example_age_seconds", &[("thing", "a")]), Some(1.0));
    // It is the same part once more, so nothing is compressed again, but it is counted again.
    let report = publisher.publish(ages([("a", 1.0), ("b", 2.0), ("a", 3.0), ("a", 4.0)]));
    assert_eq!((report.encoded_pieces, report.dropped), (0, duplicate(2)));
    assert_eq!(exposition.statistics()[0].dropped, duplicate(4));
}

#[test]
fn among_many_rows_the_duplicates_are_found_and_the_rest_is_whole() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let names: Vec<String> = (0..20_000).map(|number| format!("thing-{number}")).collect();
    let rows = names.iter().chain(names.iter().step_by(100)).map(|name| (name.as_str(), 1.0));
    let report = publisher.publish(ages(rows));
    assert_eq!((report.series, report.dropped), (20_000, duplicate(200)));
    assert_eq!(scrape(&exposition).samples().count(), 20_000);
}

#[test]
fn one_row_repeated_without_end_is_one_row() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(ages(std::iter::repeat_n(("again", 1.0), 50_000)));
    assert_eq!((report.series, report.dropped), (1, duplicate(49_999)));
    assert_eq!(scrape(&exposition).samples().count(), 1);
}

#[test]
fn across_sources_the_first_to_publish_wins_and_the_loser_comes_back() {
    let exposition = exposition();
    let mut first = exposition.publisher("example", "first");
    let mut second = exposition.publisher("example", "second");
    let value = || scrape(&exposition).value("example_age_seconds", &[("thing", "a")]);
    // The second source publishes first, so it wins, whatever the order of registration.
    assert_eq!(second.publish(ages([("a", 2.0), ("b", 2.0)])).dropped, duplicate(0));
    let report = first.publish(ages([("a", 1.0), ("c", 1.0)]));
    assert_eq!((report.series, report.dropped), (1, duplicate(1)));
    assert_eq!(value(), Some(2.0));
    // It keeps winning while both publish on.
    assert_eq!(second.publish(ages([("a", 3.0), ("b", 2.0)])).dropped, duplicate(0));
    assert_eq!(first.publish(ages([("a", 1.5), ("c", 1.0)])).dropped, duplicate(1));
    assert_eq!(value(), Some(3.0));
    // The moment it lets go, the other is served.
    second.publish(ages([("b", 2.0)]));
    assert_eq!(value(), Some(1.5));
    assert_eq!(exposition.statistics()[0].series, 3);
    // Coming back, it is the later one.
    assert_eq!(second.publish(ages([("a", 4.0), ("b", 2.0)])).dropped, duplicate(1));
    assert_eq!(value(), Some(1.5));
    drop(first);
    assert_eq!(value(), Some(4.0));
}

#[test]
fn two_sources_with_the_same_rows_are_served_once() {
    let exposition = exposition();
    let mut publishers: Vec<_> = (0..3).map(|_| exposition.publisher("example", "source")).collect();
    let names: Vec<String> = (0..10_000).map(|number| format!("thing-{number}")).collect();
    let rows = |value: f64| ages(names.iter().map(|name| (name.as_str(), value)));
    for (publisher, value) in publishers.iter_mut().zip([1.0, 2.0, 3.0]) {
        publisher.publish(rows(value));
    }
    assert_eq!(exposition.statistics()[0].dropped, duplicate(20_000));
    let values = || scrape(&exposition).samples().map(|sample| sample.value).collect::<Vec<_>>();
    assert_eq!(values(), [1.0].repeat(10_000));
    publishers.remove(0);
    assert_eq!(values(), [2.0].repeat(10_000));
    publishers[0].publish(rows(4.0));
    assert_eq!(values(), [4.0].repeat(10_000));
    publishers.remove(0);
    assert_eq!(values(), [3.0].repeat(10_000));
}

#[test]
fn a_histogram_is_dropped_as_a_whole_and_counted_as_all_its_series() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let mut latency = Family::new(&LATENCY);
    latency.observations(("a",), &[1, 1, 1, 1], 1.0);
    latency.observations(("a",), &[2, 2, 2, 2], 2.0);
    let mut batch = Batch::new();
    batch.add(latency);
    assert_eq!(publisher.publish(batch).dropped, duplicate(6));
    assert_eq!(scrape(&exposition).samples().count(), 6);
}

#[test]
fn published_and_keyed_rows_of_one_source_are_never_both_served() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.update(Changes::new().replace("object", ages([("a", 1.0)])));
    let mut other = exposition.publisher("example", "other");
    assert_eq!(other.publish(ages([("a", 2.0)])).dropped, duplicate(1));
    assert_eq!(other.update(Changes::new().replace("object", ages([("a", 3.0)]))).dropped, duplicate(1));
    let value = || scrape(&exposition).value("example_age_seconds", &[("thing", "a")]);
    assert_eq!(value(), Some(1.0));
    publisher.update(Changes::new().remove("object"));
    assert_eq!(value(), Some(2.0));
    other.publish(ages([]));
    assert_eq!(value(), Some(3.0), "the row of its object has been waiting");
    other.update(Changes::complete());
    assert_eq!(value(), None);
}

#[test]
fn a_row_that_moves_from_an_object_to_the_published_part_is_served_throughout() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.update(Changes::new().replace("object", ages([("a", 1.0)])));
    assert_eq!(publisher.publish(ages([("a", 2.0)])).dropped, duplicate(1));
    let value = || scrape(&exposition).value("example_age_seconds", &[("thing", "a")]);
    assert_eq!(value(), Some(1.0));
    publisher.update(Changes::new().remove("object"));
    assert_eq!(value(), Some(2.0));
}
