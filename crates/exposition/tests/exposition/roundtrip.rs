//! Whatever is written is read back, by a parser that shares nothing with the writer.

use std::collections::BTreeMap;

use lookout_exposition::{Batch, Family, ObjectLabels};
use lookout_testkit::scrape::Scrape;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use crate::support::{AGE, BUILD, LATENCY, OBJECT, OFFSET, READS, State, Wide, exposition, scrape};

/// Texts of all kinds: plain ones, any Unicode, and those made of what must be escaped.
fn texts() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z0-9.-]{0,20}", any::<String>(), "[\\\\\"\n{},= ]{0,12}", "[\u{0}-\u{1f}é世]{0,8}"]
}

fn values() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        any::<i64>().prop_map(|integer| integer as f64),
        (-10_i32..1_000).prop_map(f64::from),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(f64::NEG_INFINITY),
    ]
}

/// Series by name and labels, as bits so that NaN is equal to itself.
type Series = BTreeMap<(String, Vec<(String, String)>), u64>;

fn bits(value: f64) -> u64 {
    // Any NaN is as good as another, and zero has no sign in the exposition.
    if value.is_nan() { f64::NAN.to_bits() } else { (value + 0.0).to_bits() }
}

fn series(scrape: &Scrape) -> Series {
    let samples = scrape.samples();
    samples.map(|sample| ((sample.name.clone(), sample.labels.clone()), bits(sample.value))).collect()
}

/// Enters what is expected; the first of a label set wins.
fn expect(series: &mut Series, name: &str, labels: &[(&str, &str)], value: f64) {
    let labels = labels.iter().filter(|(_, value)| !value.is_empty());
    let labels = labels.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    series.entry((name.to_owned(), labels)).or_insert(bits(value));
}

fn single<K: lookout_declarations::Kinded, L: lookout_declarations::Labels>(family: Family<K, L>) -> Scrape {
    let exposition = exposition();
    let mut publisher = exposition.publisher("example", "source");
    let mut batch = Batch::new();
    batch.add(family);
    publisher.publish(batch);
    scrape(&exposition)
}

proptest! {
    // Each case encodes, compresses, inflates and reads four answers.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn gauges(rows in prop::collection::vec((texts(), values()), 0..40)) {
        let (mut family, mut expected) = (Family::new(&AGE), Series::new());
        for (thing, value) in &rows {
            family.set((thing,), *value);
            expect(&mut expected, "example_age_seconds", &[("thing", thing)], *value);
        }
        prop_assert_eq!(series(&single(family)), expected);
    }

    #[test]
    fn counters_of_both_namings(rows in prop::collection::vec((texts(), values()), 0..40)) {
        let (mut reads, mut offset) = (Family::new(&READS), Family::new(&OFFSET));
        let mut expected = [Series::new(), Series::new()];
        for (thing, value) in &rows {
            reads.total((thing,), *value);
            offset.total((thing,), *value);
            if *value >= 0.0 {
                expect(&mut expected[0], "example_reads_total", &[("thing", thing)], *value);
                expect(&mut expected[1], "example_offset", &[("thing", thing)], *value);
            }
        }
        prop_assert_eq!([series(&single(reads)), series(&single(offset))], expected);
    }

    #[test]
    fn infos_and_wide_rows_with_object_labels(
        rows in prop::collection::vec((texts(), any::<i32>(), any::<bool>(), texts()), 0..40),
    ) {
        let (mut build, mut object) = (Family::new(&BUILD), Family::new(&OBJECT));
        let mut expected = [Series::new(), Series::new()];
        for (thing, part, works, own) in &rows {
            let state = if *works { State::Working } else { State::Broken };
            build.present((thing,));
            let labels: ObjectLabels = [("own", own)].into_iter().collect();
            object.set_with(Wide { thing, part: *part, state }, &labels, 1.0);
            let (part, state) = (part.to_string(), state.as_str());
            let all = [("thing", thing.as_str()), ("part", &part), ("state", state), ("label_own", own)];
            expect(&mut expected[0], "example_build_info", &all[..1], 1.0);
            expect(&mut expected[1], "example_object", &all, 1.0);
        }
        prop_assert_eq!([series(&single(build)), series(&single(object))], expected);
    }

    #[test]
    fn histograms(
        rows in prop::collection::vec((texts(), prop::array::uniform4(any::<u32>()), 0.0..1e12_f64), 0..20),
    ) {
        let (mut family, mut expected) = (Family::new(&LATENCY), Series::new());
        for (thing, counts, sum) in &rows {
            let counts = counts.map(u64::from);
            family.observations((thing,), &counts, *sum);
            let mut cumulative = 0;
            for (count, le) in counts.iter().zip(["0.005", "1.0", "10.0", "+Inf"]) {
                cumulative += count;
                let labels = [("thing", thing.as_str()), ("le", le)];
                expect(&mut expected, "example_latency_seconds_bucket", &labels, cumulative as f64);
            }
            let labels = [("thing", thing.as_str())];
            expect(&mut expected, "example_latency_seconds_sum", &labels, *sum);
            expect(&mut expected, "example_latency_seconds_count", &labels, cumulative as f64);
        }
        prop_assert_eq!(series(&single(family)), expected);
    }
}
