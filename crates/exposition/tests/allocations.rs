//! What a scrape and a change allocate: nothing that grows with the number of series.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use allocation_counter::{AllocationInfo, measure};
use lookout_declarations::{Gauge, label, metrics};
use lookout_exposition::{Batch, Changes, Encoding, ExporterFamilies, Exposition, Family, Format, Selection};

label! {
    /// The thing.
    pub Thing = "thing";
    /// Its part.
    pub Part: u32 = "part";
}
metrics! {
    /// How deep it is.
    DEPTH: Gauge<(Thing, Part)> = Gauge::new("example_depth", "How deep it is.");
}

const FORMS: [(Format, Encoding); 4] = [
    (Format::TEXT, Encoding::Identity),
    (Format::TEXT, Encoding::Gzip),
    (Format::OPEN_METRICS, Encoding::Identity),
    (Format::OPEN_METRICS, Encoding::Gzip),
];

fn exposition() -> Exposition {
    Exposition::new([ExporterFamilies { exporter: "example", families: METRICS, series_budget: usize::MAX }])
}

fn rows(numbers: impl IntoIterator<Item = u32>, value: f64) -> Batch {
    let mut depth = Family::new(&DEPTH);
    for number in numbers {
        depth.set(("a thing of some length", number), value);
    }
    let mut batch = Batch::new();
    batch.add(depth);
    batch
}

/// The first answer of a snapshot in one form that has been asked for before, and the second.
fn scrapes(count: u32, form: (Format, Encoding)) -> (AllocationInfo, AllocationInfo) {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    exposition.snapshot().answer(Selection::All, form.0, form.1);
    publisher.publish(rows(0..count, 1.0));
    let scrape = || {
        measure(|| {
            let answer = exposition.snapshot().answer(Selection::All, form.0, form.1).unwrap();
            assert!(answer.content_length > 0);
        })
    };
    (scrape(), scrape())
}

#[test]
fn a_scrape_allocates_nothing_per_series_and_nothing_per_piece() {
    for form in FORMS {
        let (few, _) = scrapes(1_000, form);
        let (first, second) = scrapes(100_000, form);
        assert_eq!(first.count_total, few.count_total, "{form:?}");
        assert!(first.count_total <= 12, "{form:?}: {first:?}");
        // One entry per piece and selection, but no bytes of the body.
        assert!(first.bytes_total < 16 * 1_024, "{form:?}: {first:?}");
        assert_eq!(second.count_total, 0, "{form:?}: {second:?}");
    }
}

/// What changing one object of `count` allocates.
fn change(count: u32) -> AllocationInfo {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let all = (0..count)
        .fold(Changes::new(), |changes, number| changes.replace(&number.to_string(), rows([number], 1.0)));
    publisher.update(all);
    let mut one = |number: u32, value| {
        let changes = Changes::new().replace(&number.to_string(), rows([number], value));
        let mut changes = Some(changes);
        measure(|| {
            let report = publisher.update(changes.take().unwrap());
            assert_eq!(report.encoded_pieces, 1);
        })
    };
    one(count / 2, 2.0);
    one(count / 2, 3.0)
}

#[test]
fn a_changed_row_costs_its_piece_and_not_its_family() {
    let (few, many) = (change(8_000), change(80_000));
    // The piece, its index and its compressed form, each at most a few hundred KiB.
    assert!(many.bytes_total < 2 * 1_024 * 1_024, "{many:?}");
    // A few nodes more, because the way to the piece is longer.
    assert!(many.count_total <= few.count_total + 8 && many.count_total < 64, "{few:?} {many:?}");
}

/// What publishing the same rows again allocates.
fn publish_again(form: (Format, Encoding)) -> AllocationInfo {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    exposition.snapshot().answer(Selection::All, form.0, form.1);
    publisher.publish(rows(0..50_000, 1.0));
    let mut batch = Some(rows(0..50_000, 1.0));
    measure(|| {
        publisher.publish(batch.take().unwrap());
    })
}

#[test]
fn an_unchanged_publish_copies_no_text_that_is_at_hand() {
    let publish = publish_again((Format::TEXT, Encoding::Identity));
    // Sixteen bytes per row to sort the index into pieces; the text itself is some fifty bytes per row.
    assert!(publish.bytes_total < 50_000 * 20, "{publish:?}");
}

#[test]
fn an_unchanged_publish_inflates_one_piece_at_a_time() {
    let publish = publish_again((Format::TEXT, Encoding::Gzip));
    assert!(publish.bytes_max < 50_000 * 20 + 512 * 1_024, "{publish:?}");
}

#[test]
fn plain_text_is_kept_while_it_is_asked_for() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(rows(0..50_000, 1.0));
    let ask = || exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    let first = measure(|| drop(ask()));
    let text = i64::try_from(ask().content_length).unwrap();
    assert!(first.bytes_current > text, "{first:?} of {text}");
    let second = measure(|| exposition.forget_plain_text());
    assert_eq!(second.bytes_current, 0, "it was asked for since the last call: {second:?}");
    let third = measure(|| exposition.forget_plain_text());
    assert!(third.bytes_current < -text, "{third:?} of {text}");
    let fourth = measure(|| exposition.forget_plain_text());
    assert_eq!(fourth.count_total, 0, "there is nothing to let go: {fourth:?}");
}

#[test]
fn an_inventory_that_is_told_for_the_first_time_does_not_stand_in_memory_twice() {
    const OBJECTS: u32 = 30_000;
    let long = "of some length ".repeat(20);
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let publish = measure(|| {
        let mut revision = publisher.revise(true);
        for number in 0..OBJECTS {
            let mut depth = Family::new(&DEPTH);
            depth.set((&long, number), 1.0);
            let mut batch = Batch::new();
            batch.add(depth);
            revision.replace(&number.to_string(), batch);
        }
        revision.finish();
    });
    let (most, kept) = (publish.bytes_max, u64::try_from(publish.bytes_current).unwrap());
    let plain = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    let text = plain.content_length;
    assert!(text > 9_000_000 && kept < text / 2, "{publish:?} of {text}");
    assert!(most < text * 7 / 4, "{publish:?} of {text}");
}
