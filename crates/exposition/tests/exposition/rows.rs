//! Single rows: escaping, numbers, object labels, and what is invalid.

use lookout_exposition::{Batch, Dropped, Family, ObjectLabels};

use crate::support::{
    AGE, BUILD, CLASHING, DEPTH, LATENCY, OBJECT, READS, State, UP, Wide, exposition, scrape, text,
};

/// Publishes one batch and returns the lines of its answer without headers.
fn lines(batch: Batch) -> (Vec<String>, Dropped) {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(batch);
    scrape(&exposition);
    let lines = text(&exposition).lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect();
    (lines, report.dropped)
}

fn batch<K, L>(family: Family<K, L>) -> Batch
where
    K: lookout_declarations::Kinded,
    L: lookout_declarations::Labels,
{
    let mut batch = Batch::new();
    batch.add(family);
    batch
}

#[test]
fn labels_of_every_type_are_written_in_order() {
    let mut family = Family::new(&DEPTH);
    family.set(("a", -3, State::Broken), 4.0);
    assert_eq!(lines(batch(family)).0, ["example_depth{thing=\"a\",part=\"-3\",state=\"broken\"} 4"]);
}

#[test]
fn an_empty_label_is_not_written() {
    let mut family = Family::new(&DEPTH);
    family.set(("", 1, State::Working), 1.0);
    let mut age = Family::new(&AGE);
    age.set(("",), 2.0);
    let mut both = batch(family);
    both.add(age);
    assert_eq!(lines(both).0, ["example_depth{part=\"1\",state=\"working\"} 1", "example_age_seconds 2"]);
}

#[test]
fn a_family_without_labels_has_one_bare_line() {
    let mut family = Family::new(&UP);
    family.set((), 1.0);
    assert_eq!(lines(batch(family)).0, ["example_up 1"]);
}

#[test]
fn what_must_be_escaped_is_read_back_as_it_was() {
    let thing = "\\ \" \n \\n \\\\\" é } ,= \t\r end\\";
    let mut family = Family::new(&AGE);
    family.set((thing,), 1.0);
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    publisher.publish(batch(family));
    assert_eq!(scrape(&exposition).value("example_age_seconds", &[("thing", thing)]), Some(1.0));
}

#[test]
fn values_that_are_not_finite_and_large_integers_are_served() {
    let mut family = Family::new(&AGE);
    let values =
        [("a", f64::NAN), ("b", f64::INFINITY), ("c", f64::NEG_INFINITY), ("d", 9_007_199_254_740_991.0)];
    for (thing, value) in values {
        family.set((thing,), value);
    }
    assert_eq!(
        lines(batch(family)).0,
        [
            "example_age_seconds{thing=\"a\"} NaN",
            "example_age_seconds{thing=\"b\"} +Inf",
            "example_age_seconds{thing=\"c\"} -Inf",
            "example_age_seconds{thing=\"d\"} 9007199254740991",
        ]
    );
}

#[test]
fn long_label_values_are_cut_stay_distinct_and_are_counted() {
    let (one, two) = (format!("{}1", "x".repeat(2_000)), format!("{}2", "x".repeat(2_000)));
    let mut family = Family::new(&AGE);
    family.set((&one,), 1.0);
    family.set((&two,), 2.0);
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let report = publisher.publish(batch(family));
    assert_eq!((report.series, report.dropped), (2, Dropped::default()));
    assert_eq!(exposition.statistics()[0].clipped, 2);
    for sample in scrape(&exposition).samples() {
        assert_eq!(sample.label("thing").unwrap().len(), 1_024);
    }
}

#[test]
fn a_counter_that_is_negative_or_no_number_is_dropped_and_the_rest_served() {
    let mut family = Family::new(&READS);
    family.total(("negative",), -1.0);
    family.total(("nan",), f64::NAN);
    family.total(("good",), 3.5);
    family.total_with(("good too",), &ObjectLabels::new(), f64::INFINITY);
    let (lines, dropped) = lines(batch(family));
    assert_eq!(
        lines,
        ["example_reads_total{thing=\"good\"} 3.5", "example_reads_total{thing=\"good too\"} +Inf"]
    );
    assert_eq!(dropped, Dropped { invalid: 2, ..Dropped::default() });
}

#[test]
fn a_histogram_is_cumulative_and_whole() {
    let mut family = Family::new(&LATENCY);
    family.observations(("a",), &[1, 0, 2, 3], 12.25);
    assert_eq!(
        lines(batch(family)).0,
        [
            "example_latency_seconds_bucket{thing=\"a\",le=\"0.005\"} 1",
            "example_latency_seconds_bucket{thing=\"a\",le=\"1.0\"} 1",
            "example_latency_seconds_bucket{thing=\"a\",le=\"10.0\"} 3",
            "example_latency_seconds_bucket{thing=\"a\",le=\"+Inf\"} 6",
            "example_latency_seconds_sum{thing=\"a\"} 12.25",
            "example_latency_seconds_count{thing=\"a\"} 6",
        ]
    );
}

#[test]
fn a_histogram_with_the_wrong_buckets_or_sum_is_dropped_as_all_its_series() {
    let mut family = Family::new(&LATENCY);
    family.observations(("few",), &[1, 2, 3], 1.0);
    family.observations(("many",), &[1, 2, 3, 4, 5], 1.0);
    family.observations(("negative",), &[0; 4], -1.0);
    family.observations(("nan",), &[0; 4], f64::NAN);
    family.observations(("overflow",), &[u64::MAX, 1, 0, 0], 1.0);
    family.observations(("good",), &[0; 4], 0.0);
    let (lines, dropped) = lines(batch(family));
    assert_eq!(lines.len(), 6);
    assert_eq!(dropped.invalid, 5 * 6);
}

#[test]
fn object_labels_are_prefixed_and_made_valid() {
    let labels: ObjectLabels = [("b.c/d", "2"), ("a", "1")].into_iter().collect();
    let mut family = Family::new(&OBJECT);
    family.set_with(Wide { thing: "t", part: 1, state: State::Working }, &labels, 1.0);
    assert_eq!(
        lines(batch(family)).0,
        ["example_object{thing=\"t\",part=\"1\",state=\"working\",label_a=\"1\",label_b_c_d=\"2\"} 1"]
    );
}

#[test]
fn object_labels_that_clash_or_are_not_declared_are_invalid() {
    let twice: ObjectLabels = [("a.b", "1"), ("a-b", "2")].into_iter().collect();
    let mut object = Family::new(&OBJECT);
    object.set_with(Wide { thing: "t", part: 1, state: State::Working }, &twice, 1.0);
    let mut clashing = Family::new(&CLASHING);
    clashing.set_with(("t",), &[("ing", "clash")].into_iter().collect(), 1.0);
    clashing.set_with(("t",), &[("other", "fine")].into_iter().collect(), 1.0);
    let mut build = Family::new(&BUILD);
    build.present_with(("t",), &[("undeclared", "1")].into_iter().collect());
    let mut all = batch(object);
    all.add(clashing);
    all.add(build);
    let (lines, dropped) = lines(all);
    assert_eq!(lines, ["example_clashing{thing=\"t\",thother=\"fine\"} 1"]);
    assert_eq!(dropped.invalid, 3);
}

#[test]
fn a_family_added_twice_is_one_family() {
    let (mut first, mut second) = (Family::new(&AGE), Family::new(&AGE));
    first.set(("a",), 1.0);
    second.set(("b",), 2.0);
    let mut both = batch(first);
    both.add(second);
    assert_eq!(both.rows(), 2);
    assert_eq!(lines(both).0, ["example_age_seconds{thing=\"a\"} 1", "example_age_seconds{thing=\"b\"} 2"]);
}
