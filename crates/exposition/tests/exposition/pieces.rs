//! Pieces: a change stays in its piece, and everything else keeps its place in memory.

use std::collections::HashSet;

use bytes::Bytes;
use lookout_exposition::{Batch, Changes, Encoding, Exposition, Family, Format, Selection};

use crate::support::{DEPTH, State, exposition, scrape};

const LIMIT: usize = 256 * 1_024;

fn family(rows: impl IntoIterator<Item = (i32, f64)>) -> Batch {
    let mut depth = Family::new(&DEPTH);
    for (number, value) in rows {
        depth.set((&format!("a-thing-with-a-name-{}", number % 100), number, State::Working), value);
    }
    let mut batch = Batch::new();
    batch.add(depth);
    batch
}

fn buffers(exposition: &Exposition, encoding: Encoding) -> Vec<Bytes> {
    let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, encoding).unwrap();
    answer.buffers.to_vec()
}

/// The buffers of `after` that are at no place where one of `before` is.
fn moved(before: &[Bytes], after: &[Bytes]) -> Vec<Bytes> {
    let places: HashSet<_> = before.iter().map(|buffer| buffer.as_ptr()).collect();
    after.iter().filter(|buffer| !places.contains(&buffer.as_ptr())).cloned().collect()
}

#[test]
fn a_small_part_is_one_piece_in_order_of_emission() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(family([(5, 1.0), (3, 1.0), (9, 1.0)]));
    assert_eq!(report.pieces, 1);
    let parts: Vec<String> =
        scrape(&exposition).samples().map(|sample| sample.label("part").unwrap().to_owned()).collect();
    assert_eq!(parts, ["5", "3", "9"]);
}

#[test]
fn a_large_part_is_split_below_the_limit_and_nothing_is_lost() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(family((0..50_000).map(|number| (number, 1.0))));
    assert_eq!(report.series, 50_000);
    assert!(report.pieces > 10, "{report:?}");
    let buffers = buffers(&exposition, Encoding::Identity);
    assert_eq!(buffers.len(), report.pieces + 1);
    assert!(buffers.iter().all(|buffer| buffer.len() <= LIMIT));
    assert_eq!(scrape(&exposition).samples().count(), 50_000);
}

#[test]
fn one_changed_row_of_many_changes_exactly_one_piece() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let rows = |changed: i32| {
        family((0..50_000).map(move |number| (number, if number == changed { 2.0 } else { 1.0 })))
    };
    publisher.publish(rows(-1));
    for encoding in [Encoding::Identity, Encoding::Gzip] {
        buffers(&exposition, encoding);
    }
    for changed in [0, 777, 49_999] {
        publisher.publish(rows(-1));
        let before = [Encoding::Identity, Encoding::Gzip].map(|encoding| buffers(&exposition, encoding));
        let report = publisher.publish(rows(changed));
        assert_eq!(report.encoded_pieces, 1);
        let after = [Encoding::Identity, Encoding::Gzip].map(|encoding| buffers(&exposition, encoding));
        let plain = moved(&before[0], &after[0]);
        assert_eq!(plain.len(), 1);
        let part = format!("part=\"{changed}\"");
        assert!(String::from_utf8_lossy(&plain[0]).contains(&part), "the piece is that of the row");
        // The compressed piece, and the trailer with its new checksum.
        assert_eq!(moved(&before[1], &after[1]).len(), 2);
    }
    scrape(&exposition);
}

#[test]
fn an_unchanged_publish_keeps_every_piece() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let rows = || family((0..20_000).map(|number| (number, f64::from(number))));
    publisher.publish(rows());
    let before = buffers(&exposition, Encoding::Gzip);
    let report = publisher.publish(rows());
    assert_eq!(report.encoded_pieces, 0);
    let after = buffers(&exposition, Encoding::Gzip);
    // The trailer is made per snapshot; it is the same text.
    assert_eq!(moved(&before, &after).len(), 1);
    assert_eq!(before, after);
}

#[test]
fn the_split_is_the_same_in_another_exposition() {
    let split = || {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        publisher.publish(family((0..20_000).map(|number| (number, 1.0))));
        buffers(&exposition, Encoding::Gzip)
    };
    assert_eq!(split(), split());
}

#[test]
fn a_part_that_shrinks_merges_late_and_one_that_grows_again_splits() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let mut pieces = |rows: i32| publisher.publish(family((0..rows).map(|number| (number, 1.0)))).pieces;
    let (limit, row) = (256 * 1_024, 75);
    let fits = limit / row;
    assert_eq!(pieces(fits - 300), 1);
    assert_eq!(pieces(fits + 300), 2, "above the limit it splits");
    assert_eq!(pieces(fits - 300), 2, "a little below it stays split");
    assert_eq!(pieces(fits / 3), 2);
    assert_eq!(pieces(fits / 5), 1, "below a quarter of the limit it is one again");
    assert_eq!(scrape(&exposition).samples().count(), usize::try_from(fits / 5).unwrap());
}

#[test]
fn an_update_changes_the_pieces_of_its_rows_only() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let object = |number: i32, value: f64| (format!("object-{number}"), family([(number, value)]));
    let all = (0..30_000).map(|number| object(number, 1.0));
    let all = all.fold(Changes::new(), |changes, (name, batch)| changes.replace(&name, batch));
    let report = publisher.update(all);
    assert!(report.pieces > 8 && report.encoded_pieces == report.pieces, "{report:?}");
    let before = buffers(&exposition, Encoding::Identity);
    let (name, batch) = object(12_345, 2.0);
    let report = publisher.update(Changes::new().replace(&name, batch));
    assert_eq!((report.series, report.encoded_pieces), (30_000, 1));
    let after = buffers(&exposition, Encoding::Identity);
    let changed = moved(&before, &after);
    assert_eq!(changed.len(), 1);
    assert!(changed[0].windows(13).any(|window| window == b"part=\"12345\","));
    assert!(after.iter().all(|buffer| buffer.len() <= LIMIT));
    // Removing all but a few brings it back to one piece.
    let few = (0..100).map(|number| object(number, 1.0));
    let few = few.fold(Changes::complete(), |changes, (name, batch)| changes.replace(&name, batch));
    assert_eq!(publisher.update(few).pieces, 1);
    assert_eq!(scrape(&exposition).samples().count(), 100);
}

#[test]
fn keyed_bytes_do_not_depend_on_the_order_of_changes() {
    let publish = |order: &mut dyn Iterator<Item = i32>| {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        for number in order {
            publisher.update(Changes::new().replace(&number.to_string(), family([(number, 1.0)])));
        }
        buffers(&exposition, Encoding::Identity).concat()
    };
    assert_eq!(publish(&mut (0..300)), publish(&mut (0..300).rev()));
}

#[test]
fn a_row_larger_than_a_piece_is_a_piece() {
    use lookout_declarations::{Histogram, label, metrics};
    label! {
        /// A long text.
        Long = "long";
    }
    const BOUNDS: &[f64] = &{
        let mut bounds = [0.0; 400];
        let mut index = 0;
        while index < 400 {
            bounds[index] = index as f64;
            index += 1;
        }
        bounds
    };
    metrics! {
        /// A histogram of many buckets.
        HUGE: Histogram<(Long,)> = Histogram::new("huge", "Huge.").buckets(BOUNDS);
    }
    let exposition = Exposition::new([lookout_exposition::ExporterFamilies {
        exporter: "huge",
        families: METRICS,
        series_budget: 100_000,
    }]);
    let mut publisher = exposition.publisher("huge", "source");
    let mut family = Family::new(&HUGE);
    for number in 0..3 {
        family.observations((&format!("{number}{}", "\\".repeat(1_000)),), &[1; 401], 1.0);
    }
    let mut batch = Batch::new();
    batch.add(family);
    let report = publisher.publish(batch);
    assert_eq!((report.series, report.encoded_pieces), (3 * 403, 3));
    let buffers = buffers(&exposition, Encoding::Identity);
    assert!(buffers.len() == 4 && buffers[1..].iter().all(|buffer| buffer.len() > LIMIT));
    assert_eq!(scrape(&exposition).samples().count(), 3 * 403);
}
