//! The whole path against a model so simple that it is plainly right, with pieces of a few rows.
//!
//! Sources publish, change objects and withdraw at random, over so few labels that they collide all the time. After
//! each step the snapshot must hold each label set once, with the value of whoever had it first.

use std::collections::BTreeMap;

use lookout_declarations::{Gauge, label, metrics};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use proptest::prelude::{Just, ProptestConfig, Strategy, prop, prop_oneof};
use proptest::{prop_assert_eq, proptest};

use crate::piece::{MERGE_BELOW, SPLIT_ABOVE};
use crate::{
    Batch, Changes, Encoding, ExporterFamilies, Exposition, Family, Format, PublishReport, Publisher,
    Selection,
};

label! {
    /// The thing.
    pub Thing: u32 = "thing";
}
metrics! {
    /// One.
    ONE: Gauge<(Thing,)> = Gauge::new("model_one", "One.");
    /// Another.
    TWO: Gauge<(Thing,)> = Gauge::new("model_two", "Two.");
}

const SOURCES: usize = 3;

/// A row: which family, which label value, which value.
type Row = (bool, u32, u32);

#[derive(Clone, Debug)]
enum Step {
    Publish(usize, Vec<Row>),
    Update {
        source: usize,
        complete: bool,
        objects: Vec<(u8, Vec<Row>)>,
    },
    Withdraw(usize),
    /// Somebody asks for plain text.
    AskPlainly,
    Forget,
}

fn rows(things: u32, most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((prop::bool::weighted(0.7), 0..things, 0..5_u32), 0..most)
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let source = || 0..SOURCES;
    let step = prop_oneof![
        3 => (source(), prop_oneof![rows(150, 200), rows(150, 10)]).prop_map(|(source, rows)| Step::Publish(source, rows)),
        6 => (source(), prop::bool::weighted(0.05), prop::collection::vec((0..12_u8, rows(150, 30)), 0..6))
            .prop_map(|(source, complete, objects)| Step::Update { source, complete, objects }),
        1 => (source(), Just(())).prop_map(|(source, ())| Step::Withdraw(source)),
        1 => Just(Step::AskPlainly),
        2 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 1..25)
}

fn batch(rows: &[Row]) -> Batch {
    let (mut one, mut two) = (Family::new(&ONE), Family::new(&TWO));
    for (first, thing, value) in rows {
        (if *first { &mut one } else { &mut two }).set((*thing,), f64::from(*value));
    }
    let mut batch = Batch::new();
    batch.add(one);
    batch.add(two);
    batch
}

type Labels = (bool, u32);
/// What each part has: the first row of each label set.
type Part = BTreeMap<Labels, u32>;

/// Who has which labels, in the order in which they came: first among the objects of a source, then among the parts.
#[derive(Default)]
struct Model {
    /// By source: objects with their rows; and per label set the line of objects.
    objects: [BTreeMap<u8, Part>; SOURCES],
    lines: [BTreeMap<Labels, Vec<u8>>; SOURCES],
    parts: BTreeMap<(usize, bool), Part>,
    claims: BTreeMap<Labels, Vec<(usize, bool)>>,
}

fn part(rows: &[Row]) -> Part {
    let mut part = Part::new();
    for (first, thing, value) in rows {
        part.entry((*first, *thing)).or_insert(*value);
    }
    part
}

impl Model {
    fn set_part(&mut self, id: (usize, bool), rows: &Part) {
        let before = self.parts.insert(id, rows.clone()).unwrap_or_default();
        for labels in before.keys().filter(|labels| !rows.contains_key(labels)) {
            self.claims.entry(*labels).or_default().retain(|claimant| *claimant != id);
        }
        for labels in rows.keys().filter(|labels| !before.contains_key(labels)) {
            self.claims.entry(*labels).or_default().push(id);
        }
    }

    fn publish(&mut self, source: usize, rows: &[Row]) {
        self.set_part((source, false), &part(rows));
    }

    fn withdraw(&mut self, source: usize) {
        self.publish(source, &[]);
        self.set_part((source, true), &Part::new());
        self.objects[source].clear();
        self.lines[source].clear();
    }

    fn update(&mut self, source: usize, complete: bool, changes: &[(u8, Vec<Row>)]) {
        let (objects, lines) = (&mut self.objects[source], &mut self.lines[source]);
        // The last change of an object counts, in the place of its first.
        let mut order: Vec<u8> = Vec::new();
        for (object, _) in changes {
            if !order.contains(object) {
                order.push(*object);
            }
        }
        let last = |object: u8| changes.iter().rev().find(|(other, _)| *other == object);
        let mut new: Vec<(u8, Part)> = order
            .iter()
            .filter_map(|object| last(*object))
            .map(|(object, rows)| (*object, part(rows)))
            .collect();
        if complete {
            new.extend(
                objects.keys().filter(|object| !order.contains(object)).map(|object| (*object, Part::new())),
            );
        }
        // Whoever is replaced leaves the line, but keeps the head of it if it has the labels again.
        let named: BTreeMap<u8, Part> = new.iter().cloned().collect();
        for (labels, line) in lines.iter_mut() {
            let head = line.first().copied();
            line.retain(|object| match named.get(object) {
                None => true,
                Some(rows) => head == Some(*object) && rows.contains_key(labels),
            });
        }
        for (object, rows) in new {
            for labels in rows.keys() {
                let line = lines.entry(*labels).or_default();
                if !line.contains(&object) {
                    line.push(object);
                }
            }
            objects.insert(object, rows);
        }
        let served = lines.iter().filter_map(|(labels, line)| {
            let object = line.first()?;
            Some((*labels, objects[object][labels]))
        });
        let served: Part = served.collect();
        self.set_part((source, true), &served);
    }

    /// The value that is served for each label set.
    fn served(&self) -> Part {
        let winner = |(labels, claimants): (&Labels, &Vec<(usize, bool)>)| {
            let winner = claimants.first()?;
            Some((*labels, self.parts[winner][labels]))
        };
        self.claims.iter().filter_map(winner).collect()
    }
}

fn exposition() -> Exposition {
    Exposition::new([ExporterFamilies { exporter: "model", families: METRICS, series_budget: 1_000 }])
}

/// What is served; asked for compressed only, unless `plainly`.
fn served(exposition: &Exposition, plainly: bool) -> Part {
    let snapshot = exposition.snapshot();
    let answer = |encoding| snapshot.answer(Selection::All, Format::TEXT, encoding).unwrap().buffers.concat();
    let mut inflated = Vec::new();
    let zipped = answer(Encoding::Gzip);
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&zipped[..]), &mut inflated).unwrap();
    if plainly {
        assert_eq!(answer(Encoding::Identity), inflated);
    }
    let text = String::from_utf8(inflated).unwrap();
    let scrape = Scrape::parse(ScrapeFormat::Text, &text).unwrap();
    let samples = scrape.samples().map(|sample| {
        let thing = sample.label("thing").unwrap().parse().unwrap();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        ((sample.name == "model_one", thing), sample.value as u32)
    });
    samples.collect()
}

fn play(
    step: &Step,
    exposition: &Exposition,
    publishers: &mut [Publisher],
    model: &mut Model,
) -> Option<PublishReport> {
    match step {
        Step::Publish(source, rows) => {
            model.publish(*source, rows);
            Some(publishers[*source].publish(batch(rows)))
        }
        Step::Update { source, complete, objects } => {
            model.update(*source, *complete, objects);
            let changes = if *complete { Changes::complete() } else { Changes::new() };
            let changes = objects
                .iter()
                .fold(changes, |changes, (object, rows)| changes.replace(&object.to_string(), batch(rows)));
            Some(publishers[*source].update(changes))
        }
        Step::Withdraw(source) => {
            model.withdraw(*source);
            publishers[*source].withdraw();
            None
        }
        Step::AskPlainly => {
            served(exposition, true);
            None
        }
        Step::Forget => {
            exposition.forget_plain_text();
            None
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 48 } else { 2_000 }))]

    #[test]
    fn the_snapshot_is_what_the_model_says(steps in steps()) {
        let (exposition, mut model) = (exposition(), Model::default());
        let mut publishers: Vec<Publisher> = (0..SOURCES).map(|_| exposition.publisher("model", "source")).collect();
        for step in &steps {
            play(step, &exposition, &mut publishers, &mut model);
            let expected = model.served();
            prop_assert_eq!(served(&exposition, false), expected.clone(), "after {:?}", step);
            prop_assert_eq!(exposition.statistics()[0].series, expected.len());
        }
        prop_assert_eq!(served(&exposition, true), model.served());
        drop(publishers);
        prop_assert_eq!(served(&exposition, true), Part::new());
    }
}

#[test]
fn pieces_keep_their_sizes_and_their_places() {
    let exposition = exposition();
    let mut publisher = exposition.publisher("model", "source");
    let sizes = |exposition: &Exposition| -> Vec<usize> {
        let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        answer.buffers.iter().skip(1).map(bytes::Bytes::len).collect()
    };
    for number in (0..200).chain((0..200).rev()) {
        let rows: Vec<Row> = if number % 3 == 0 { vec![] } else { vec![(true, number, 1)] };
        let report = publisher.update(Changes::new().replace(&number.to_string(), batch(&rows)));
        let sizes = sizes(&exposition);
        assert!(sizes.iter().all(|size| *size <= SPLIT_ABOVE), "{sizes:?}");
        assert!(report.encoded_pieces <= 2, "a change costs its piece, or the two that it becomes");
    }
    for number in 0..200 {
        publisher.update(Changes::new().remove(&number.to_string()));
        let sizes = sizes(&exposition);
        assert!(sizes.len() <= 1 || sizes.iter().sum::<usize>() >= MERGE_BELOW, "{sizes:?}");
    }
    assert_eq!(sizes(&exposition), [] as [usize; 0]);
}
