//! Publishing and scraping at the same time: every answer is whole.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use lookout_exposition::{Batch, Changes, Encoding, Exposition, Family, Format, Publisher, Selection};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use crate::support::{AGE, DEPTH, State, bytes, exposition, gunzip};

const ROWS: i32 = 3_000;
const CYCLES: i32 = 40;

/// The rows of one source in one cycle. All its rows, in both families, have the cycle's number as value.
fn rows(source: &str, cycle: i32, shared: bool) -> Batch {
    let (mut age, mut depth) = (Family::new(&AGE), Family::new(&DEPTH));
    for number in 0..ROWS {
        depth.set((source, number, State::Working), f64::from(cycle));
    }
    age.set((source,), f64::from(cycle));
    if shared {
        age.set(("shared",), -1.0);
    }
    let mut batch = Batch::new();
    batch.add(age);
    batch.add(depth);
    batch
}

fn publish(publisher: &mut Publisher, source: &str, keyed: bool) {
    for cycle in 1..=CYCLES {
        let batch = rows(source, cycle, true);
        if keyed {
            publisher.update(Changes::new().replace("object", batch));
        } else if cycle % 7 == 0 {
            publisher.withdraw();
        } else {
            publisher.publish(batch);
        }
    }
    publisher.publish(rows(source, CYCLES + 1, true));
}

/// Every source is there with all its rows of one cycle, or not at all; the shared row at most once.
fn check(scrape: &Scrape) {
    for source in ["first", "second", "keyed"] {
        let of_source = |family: &str| -> Vec<f64> {
            let samples = scrape.family(family).into_iter().flat_map(|family| &family.samples);
            samples
                .filter(|sample| sample.label("thing") == Some(source))
                .map(|sample| sample.value)
                .collect()
        };
        let (ages, depths) = (of_source("example_age_seconds"), of_source("example_depth"));
        match ages[..] {
            [] => assert!(depths.is_empty()),
            [cycle] => assert_eq!(depths, [cycle].repeat(usize::try_from(ROWS).unwrap())),
            _ => panic!("{ages:?}"),
        }
    }
}

fn scrape_until(exposition: &Exposition, done: &AtomicBool) -> usize {
    let mut scrapes = 0;
    let mut last = false;
    while !last {
        last = done.load(Ordering::Acquire);
        let snapshot = exposition.snapshot();
        let forms = [
            (Format::TEXT, ScrapeFormat::Text, Encoding::Identity),
            (Format::OPEN_METRICS, ScrapeFormat::OpenMetrics, Encoding::Gzip),
        ];
        for (format, scrape_format, encoding) in forms {
            let mut body = bytes(&snapshot.answer(Selection::Exporter("example"), format, encoding).unwrap());
            if encoding == Encoding::Gzip {
                body = gunzip(&body);
            }
            check(&Scrape::parse(scrape_format, std::str::from_utf8(&body).unwrap()).unwrap());
        }
        scrapes += 1;
    }
    scrapes
}

#[test]
fn every_answer_is_whole_while_sources_publish() {
    let (exposition, done) = (exposition(), AtomicBool::new(false));
    let mut publishers = ["first", "second", "keyed"].map(|source| exposition.publisher("example", source));
    thread::scope(|scope| {
        let scraping: Vec<_> = (0..2).map(|_| scope.spawn(|| scrape_until(&exposition, &done))).collect();
        let sources = publishers.iter_mut().zip(["first", "second", "keyed"]);
        let publishing: Vec<_> = sources
            .map(|(publisher, source)| scope.spawn(move || publish(publisher, source, source == "keyed")))
            .collect();
        for thread in publishing {
            thread.join().unwrap();
        }
        done.store(true, Ordering::Release);
        for thread in scraping {
            assert!(thread.join().unwrap() > 0);
        }
    });
    let snapshot = exposition.snapshot();
    let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    let body = String::from_utf8(bytes(&answer)).unwrap();
    let scrape = Scrape::parse(ScrapeFormat::Text, &body).unwrap();
    check(&scrape);
    assert_eq!(scrape.samples().count(), 3 * (usize::try_from(ROWS).unwrap() + 1) + 1, "all have published");
}
