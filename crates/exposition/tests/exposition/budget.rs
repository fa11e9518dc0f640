//! The series budget: whole families, by detail, counted, listed, and back when there is room.

use lookout_exposition::{Batch, Changes, Family};

use crate::support::{AGE, DEPTH, LATENCY, READS, State, scrape, with_budget};

/// `fine` rows of a fine family, `standard` of a standard one, `essential` of an essential one.
fn rows(fine: u32, standard: i32, essential: u32) -> Batch {
    let (mut age, mut depth, mut reads) = (Family::new(&AGE), Family::new(&DEPTH), Family::new(&READS));
    for number in 0..fine {
        age.set((&number.to_string(),), 1.0);
    }
    for number in 0..standard {
        depth.set(("d", number, State::Working), 1.0);
    }
    for number in 0..essential {
        reads.total((&number.to_string(),), 1.0);
    }
    let mut batch = Batch::new();
    batch.add(age);
    batch.add(depth);
    batch.add(reads);
    batch
}

#[test]
fn the_finest_family_is_withheld_whole_and_comes_back() {
    let exposition = with_budget(10);
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(rows(3, 4, 4));
    assert_eq!((report.series, report.dropped.budget), (11, 3));
    let statistics = &exposition.statistics()[0];
    assert_eq!((statistics.series, statistics.budget, statistics.dropped.budget), (8, 10, 3));
    assert_eq!(statistics.withheld, ["example_age_seconds"]);
    assert!(scrape(&exposition).family("example_age_seconds").is_none());

    let report = publisher.publish(rows(3, 4, 3));
    assert_eq!(report.dropped.budget, 0);
    let statistics = &exposition.statistics()[0];
    assert_eq!((statistics.series, statistics.dropped.budget), (10, 3));
    assert!(statistics.withheld.is_empty());
    assert_eq!(scrape(&exposition).samples().count(), 10);
}

#[test]
fn essential_families_go_last() {
    let exposition = with_budget(5);
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(rows(3, 4, 5));
    assert_eq!(exposition.statistics()[0].withheld, ["example_depth", "example_age_seconds"]);
    assert_eq!(scrape(&exposition).samples().count(), 5);
    let report = publisher.publish(rows(0, 0, 6));
    assert_eq!(report.dropped.budget, 6);
    assert_eq!(scrape(&exposition).samples().count(), 0);
}

#[test]
fn a_family_of_several_sources_is_withheld_for_all_of_them() {
    let exposition = with_budget(10);
    let mut first = exposition.publisher("example", "first");
    let mut second = exposition.publisher("example", "second");
    first.publish(rows(4, 0, 3));
    let mut age = Family::new(&AGE);
    for number in 100..104 {
        age.set((&number.to_string(),), 1.0);
    }
    let mut batch = Batch::new();
    batch.add(age);
    assert_eq!(second.publish(batch).dropped.budget, 4);
    assert_eq!(scrape(&exposition).samples().count(), 3);
    drop(second);
    assert_eq!(scrape(&exposition).samples().count(), 7);
}

#[test]
fn an_update_counts_only_its_own_rows() {
    let exposition = with_budget(3);
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.update(Changes::new().replace("a", rows(2, 0, 2)));
    assert_eq!(report.dropped.budget, 2);
    let mut age = Family::new(&AGE);
    age.set(("another",), 1.0);
    let mut batch = Batch::new();
    batch.add(age);
    assert_eq!(publisher.update(Changes::new().replace("b", batch)).dropped.budget, 1);
    let report = publisher.update(Changes::new().remove("a"));
    assert_eq!((report.dropped.budget, report.series), (0, 1));
    assert_eq!(scrape(&exposition).samples().count(), 1);
}

#[test]
fn a_histogram_counts_as_all_its_series() {
    let exposition = with_budget(5);
    let mut publisher = exposition.publisher("example", "source");
    let mut latency = Family::new(&LATENCY);
    latency.observations(("a",), &[0; 4], 0.0);
    let mut batch = Batch::new();
    batch.add(latency);
    let report = publisher.publish(batch);
    assert_eq!((report.series, report.dropped.budget), (6, 6));
    assert_eq!(exposition.statistics()[0].withheld, ["example_latency_seconds"]);
}

#[test]
fn another_budget_holds_at_once_in_both_directions() {
    let exposition = with_budget(11);
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(rows(3, 4, 4));
    let withheld = |budget| {
        assert!(exposition.set_series_budget("example", budget));
        let statistics = exposition.statistics().swap_remove(0);
        // Read in all four forms, and held against what is said of it.
        assert_eq!((statistics.budget, scrape(&exposition).samples().count()), (budget, statistics.series));
        statistics.withheld
    };
    assert!(withheld(11).is_empty());
    assert_eq!(withheld(10), ["example_age_seconds"]);
    assert_eq!(withheld(7), ["example_depth", "example_age_seconds"]);
    assert_eq!(withheld(8), ["example_age_seconds"]);
    assert!(withheld(usize::MAX).is_empty());
    assert_eq!(exposition.statistics()[0].series, 11);
    // It holds for what is published later, too.
    assert!(withheld(11).is_empty());
    assert_eq!(publisher.publish(rows(3, 4, 5)).dropped.budget, 3);
    assert!(!exposition.set_series_budget("nobody", 1));
    assert_eq!(exposition.statistics()[1].budget, 1_000);
}

#[test]
fn a_budget_below_everything_withholds_everything_and_gives_it_back() {
    let exposition = with_budget(100);
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(rows(1, 1, 1));
    let before = crate::support::text(&exposition);
    exposition.set_series_budget("example", 0);
    assert_eq!(scrape(&exposition).samples().count(), 0);
    exposition.set_series_budget("example", 3);
    assert_eq!(crate::support::text(&exposition), before);
}
