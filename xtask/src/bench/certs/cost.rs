//! What an exporter costs: until it serves everything, at rest, and for each scrape.

use std::thread;
use std::time::{Duration, Instant};

use super::contender::{Contender, shown};
use crate::bench::http::Answer;
use crate::bench::process::{processor, resident};
use crate::bench::scrape;
use crate::error::Error;

/// What was measured of one exporter.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) name: String,
    /// Seconds from its start until it served everything, and processor seconds until then; only of what the bench started.
    pub(super) complete: Option<[f64; 2]>,
    /// Processor seconds of a minute without scrapes and without changes.
    pub(super) minute: f64,
    /// Resident bytes before scrapes, after plain ones, after those with gzip, and the most ever.
    pub(super) memory: [u64; 4],
    /// Processor seconds of a scrape, plain and with gzip.
    pub(super) processor: [f64; 2],
    /// The middle and the 99th percentile of a scrape's latency, seconds: plain and with gzip, alone and with others.
    pub(super) alone: [[f64; 2]; 2],
    pub(super) together: [[f64; 2]; 2],
    /// Bytes of an answer, plain and with gzip.
    pub(super) bytes: [usize; 2],
    pub(super) series: usize,
    /// Seconds from the server's answer until a change is served, the middle and the longest: added, replaced, deleted. None
    /// where it is never shown.
    pub(super) visible: [Option<[f64; 2]>; 3],
    /// What scrapes said during an outage, in words.
    pub(super) during: String,
    /// Seconds until a change was served that was made when the server was ready again; none if not in time.
    pub(super) after_outage: Option<f64>,
    /// Lists from the beginning that the outage led to, as it says itself.
    pub(super) lists: Option<f64>,
}

/// An answer, and the seconds and processor seconds that had gone by when it had come.
struct Arrived {
    answer: Answer,
    figures: [f64; 2],
}

/// How long an exporter may take until it serves everything, a peer that is started by hand included.
const PATIENCE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_millis(50);
/// Bytes by which an answer may be larger than the one before it if nothing is read any more: figures of the exporter itself.
const SETTLED: usize = 4096;
/// An answer that has not settled is looked at as well after this time.
const LOOK: Duration = Duration::from_secs(5);
/// How long everybody is left alone.
const MINUTE: Duration = Duration::from_mins(1);
/// How long an exporter is scraped for the processor time of a scrape.
const BURST: Duration = Duration::from_secs(5);
/// How long latencies are taken, and at most how many by each scraper.
const LATENCIES: Duration = Duration::from_secs(20);
const MAX_LATENCIES: usize = 200;
const SCRAPERS: usize = 8;
const ENCODINGS: [&str; 2] = ["", "gzip"];

/// Waits until an exporter serves as many certificates.
///
/// An answer is looked at when it is hardly larger than the one before it: to inflate each of them takes the processor from who makes them.
pub(super) fn complete(contender: &Contender, secrets: u32) -> Result<Figures, Error> {
    println!("waiting for {}", contender.name);
    let name = contender.name.clone();
    let is_complete = |answer: &Answer| shown(&answer.text()) >= secrets as usize;
    let mut last: Option<Arrived> = None;
    let mut looked = Instant::now();
    while contender.since.elapsed() < PATIENCE {
        let Some(answer) = contender.scrape() else {
            thread::sleep(PAUSE);
            continue;
        };
        let figures = [contender.since.elapsed(), processor(contender.id)].map(|time| time.as_secs_f64());
        let has_settled =
            last.as_ref().is_some_and(|last| answer.bytes.len() <= last.answer.bytes.len() + SETTLED);
        if has_settled || looked.elapsed() > LOOK {
            looked = Instant::now();
            if is_complete(&answer) {
                let before = last.filter(|last| is_complete(&last.answer)).map(|last| last.figures);
                let complete = contender.is_ours.then_some(before.unwrap_or(figures));
                return Ok(Figures { name, complete, ..Figures::default() });
            }
        }
        last = Some(Arrived { answer, figures });
        thread::sleep(PAUSE);
    }
    Err(Error::MeasureProgram {
        program: name,
        why: format!("it did not serve everything within {PATIENCE:?}"),
    })
}

/// What happens without scrapes and without changes.
pub(super) fn background(contenders: &[Contender], figures: &mut [Figures]) {
    println!("leaving all alone for {MINUTE:?}");
    let before: Vec<Duration> = contenders.iter().map(|contender| processor(contender.id)).collect();
    thread::sleep(MINUTE);
    for ((contender, before), figures) in contenders.iter().zip(before).zip(figures) {
        figures.minute = processor(contender.id).saturating_sub(before).as_secs_f64();
        figures.memory[0] = resident(contender.id)[0];
    }
}

/// What scrapes cost, and how long they take: those with gzip first, because after plain ones an exporter may hold plain text.
pub(super) fn scrapes(contender: &Contender, figures: &mut Figures) -> Result<(), Error> {
    for (number, encoding) in ENCODINGS.into_iter().enumerate().rev() {
        let answer = contender.ask(encoding).filter(|answer| answer.status == 200);
        if let Some(answer) = answer {
            figures.bytes[number] = answer.bytes.len();
            if number == 0 {
                figures.series = scrape::series(&answer.text());
            }
        }
        let (before, begun, mut scrapes) = (processor(contender.id), Instant::now(), 0_u32);
        while scrapes == 0 || begun.elapsed() < BURST {
            contender.time(encoding)?;
            scrapes += 1;
        }
        let spent = processor(contender.id).saturating_sub(before);
        figures.processor[number] = spent.as_secs_f64() / f64::from(scrapes);
        figures.alone[number] = percentiles(latencies(contender, encoding)?);
        let latencies: Result<Vec<Vec<f64>>, Error> = thread::scope(|scope| {
            let tasks = (0..SCRAPERS).map(|_| scope.spawn(|| latencies(contender, encoding)));
            let tasks: Vec<_> = tasks.collect();
            tasks.into_iter().map(|scraper| scraper.join().unwrap_or_else(|_| Ok(Vec::new()))).collect()
        });
        figures.together[number] = percentiles(latencies?.concat());
        figures.memory[1 + number] = resident(contender.id)[0];
    }
    figures.memory[3] = resident(contender.id)[1];
    Ok(())
}

/// The latencies of one scraper, one scrape after the other.
fn latencies(contender: &Contender, encoding: &str) -> Result<Vec<f64>, Error> {
    let (begun, mut latencies) = (Instant::now(), Vec::new());
    while latencies.is_empty() || (begun.elapsed() < LATENCIES && latencies.len() < MAX_LATENCIES) {
        latencies.push(contender.time(encoding)?.as_secs_f64());
        thread::sleep(PAUSE);
    }
    Ok(latencies)
}

/// The middle and the 99th percentile.
fn percentiles(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [50, 99].map(|percent| {
        values.get((values.len() * percent / 100).min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_sorted_values() {
        let values: Vec<f64> = (0..200).rev().map(f64::from).collect();
        assert_eq!(percentiles(values).map(f64::to_bits), [100.0, 198.0].map(f64::to_bits));
        assert_eq!(percentiles(Vec::new()).map(f64::to_bits), [0.0, 0.0].map(f64::to_bits));
    }
}
