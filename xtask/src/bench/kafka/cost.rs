//! What an exporter costs: in the background, for each scrape, and how long a scrape takes.
//!
//! The order matters. First everybody is left alone, so that what happens in the background has no scrapes in it. Then each
//! is scraped right after a cycle of its own, so that the scrapes have no cycle in them. Then the latencies, whatever happens.

use std::thread;
use std::time::{Duration, Instant};

use super::contender::Contender;
use super::process::{processor, resident};
use super::scrape;
use crate::error::Error;

/// What was measured of one exporter.
#[derive(Clone, Debug, Default)]
pub(super) struct Figures {
    pub(super) name: String,
    /// From its start until it served all that there is, seconds.
    pub(super) complete: Option<f64>,
    /// Seconds of each cycle that was seen.
    pub(super) cycles: Vec<f64>,
    /// Processor seconds of a cycle and all that belongs to it, by time: of one period.
    pub(super) cycle_processor: Option<f64>,
    /// Requests, bytes to the brokers and bytes from them, of one period.
    pub(super) traffic: Option<[f64; 3]>,
    /// Processor seconds of a scrape.
    pub(super) scrape_processor: f64,
    /// The middle and the 99th percentile of a scrape's latency, seconds.
    pub(super) alone: [f64; 2],
    /// The same with gzip, if it compresses.
    pub(super) compressed: Option<[f64; 2]>,
    /// The same, plain, with four scrapers at once.
    pub(super) together: [f64; 2],
    /// Bytes of an answer, and of a compressed one if it compresses.
    pub(super) plain: usize,
    pub(super) gzip: Option<usize>,
    pub(super) series: usize,
    /// Resident bytes before it is scraped, after all scrapes, and the most that there ever were.
    pub(super) steady: u64,
    pub(super) scraped: u64,
    pub(super) peak: u64,
}

// === impl Figures ===

impl Figures {
    /// The middle and the longest of the cycles, seconds.
    pub(super) fn cycle(&self) -> Option<[f64; 2]> {
        Some([*self.cycles.get(self.cycles.len() / 2)?, *self.cycles.last()?])
    }
}

/// How long everybody is left alone: eight cycles of ours, four of klag-exporter.
const ALONE: Duration = Duration::from_mins(2);
/// How often an exporter is scraped right after a cycle, and how long each time.
const BURSTS: usize = 3;
const BURST: Duration = Duration::from_secs(3);
/// How long latencies are taken, and at most how many of each scraper.
const LATENCIES: Duration = Duration::from_secs(30);
const MAX_LATENCIES: usize = 300;
const SCRAPERS: usize = 4;
/// Between two scrapes while latencies are taken: so that they are spread over cycles.
const PAUSE: Duration = Duration::from_millis(100);

/// Measures them all, side by side as far as they do not disturb each other. `complete` is when each was.
pub(super) fn measure(contenders: &[Contender], complete: &[Option<f64>]) -> Result<Vec<Figures>, Error> {
    let mut figures = background(contenders)?;
    for ((contender, figures), complete) in contenders.iter().zip(&mut figures).zip(complete) {
        println!("scraping {}", contender.name);
        figures.complete = *complete;
        scrapes(contender, figures)?;
    }
    Ok(figures)
}

/// What happens without any scrape.
fn background(contenders: &[Contender]) -> Result<Vec<Figures>, Error> {
    let before = contenders.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let start: Vec<Duration> = contenders.iter().map(|contender| processor(contender.id)).collect();
    println!("leaving all alone for {ALONE:?}");
    thread::sleep(ALONE);
    let spent = contenders
        .iter()
        .zip(&start)
        .map(|(contender, start)| processor(contender.id).saturating_sub(*start));
    let spent: Vec<Duration> = spent.collect();
    let steady: Vec<u64> = contenders.iter().map(|contender| resident(contender.id)[0]).collect();
    let after = contenders.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let mut figures = Vec::new();
    for (place, contender) in contenders.iter().enumerate() {
        let periods = contender.period().map(|period| ALONE.as_secs_f64() / period.as_secs_f64());
        let (before, after) = (contender.own(&before[place]), contender.own(&after[place]));
        let traffic = before.traffic.zip(after.traffic);
        figures.push(Figures {
            name: contender.name.clone(),
            cycles: [before.cycle, after.cycle].into_iter().flatten().collect(),
            cycle_processor: periods.map(|periods| spent[place].as_secs_f64() / periods),
            traffic: periods.zip(traffic).map(|(periods, (before, after))| {
                [0, 1, 2].map(|number: usize| (after[number] - before[number]) / periods)
            }),
            steady: steady[place],
            ..Figures::default()
        });
    }
    Ok(figures)
}

/// What scrapes cost, and how long they take.
fn scrapes(contender: &Contender, figures: &mut Figures) -> Result<(), Error> {
    let mut costs = Vec::new();
    for _ in 0..BURSTS {
        after_a_cycle(contender, &mut figures.cycles)?;
        let (before, begun, mut scrapes) = (processor(contender.id), Instant::now(), 0_u32);
        while scrapes == 0 || begun.elapsed() < BURST {
            asked(contender, "")?;
            scrapes += 1;
        }
        costs.push(processor(contender.id).saturating_sub(before).as_secs_f64() / f64::from(scrapes));
    }
    costs.sort_by(f64::total_cmp);
    figures.scrape_processor = costs[costs.len() / 2];
    if contender.period().is_none() {
        figures.cycle_processor = Some(figures.scrape_processor);
    }
    figures.alone = percentiles(latencies(contender, "")?);
    let together: Result<Vec<Vec<f64>>, Error> = thread::scope(|scope| {
        let scrapers: Vec<_> = (0..SCRAPERS).map(|_| scope.spawn(|| latencies(contender, ""))).collect();
        scrapers
            .into_iter()
            .map(|scraper| scraper.join().unwrap_or_else(|_| Err(silent(contender))))
            .collect()
    });
    figures.together = percentiles(together?.concat());
    if contender.period().is_none() {
        figures.cycles = vec![figures.alone[0]];
    }
    let plain = contender.ask("").filter(|answer| answer.status == 200).ok_or_else(|| silent(contender))?;
    (figures.plain, figures.series) = (plain.bytes.len(), scrape::series(&plain.text()));
    let gzip = contender.ask("gzip").filter(|answer| answer.status == 200 && answer.is_compressed());
    figures.gzip = gzip.map(|answer| answer.bytes.len());
    if figures.gzip.is_some() {
        figures.compressed = Some(percentiles(latencies(contender, "gzip")?));
    }
    [figures.scraped, figures.peak] = resident(contender.id);
    figures.cycles.sort_by(f64::total_cmp);
    Ok(())
}

/// Waits until a cycle has just ended, if it works in cycles and says so.
fn after_a_cycle(contender: &Contender, cycles: &mut Vec<f64>) -> Result<(), Error> {
    let Some(period) = contender.period() else { return Ok(()) };
    let (before, begun) = (contender.own(&text(contender)?).ended, Instant::now());
    while before.is_some() && begun.elapsed() < period * 3 {
        thread::sleep(period / 30);
        let own = contender.own(&text(contender)?);
        if own.ended != before {
            cycles.extend(own.cycle);
            break;
        }
    }
    Ok(())
}

/// The latencies of one scraper after the other.
fn latencies(contender: &Contender, encoding: &str) -> Result<Vec<f64>, Error> {
    let (begun, mut latencies) = (Instant::now(), Vec::new());
    while latencies.is_empty() || (begun.elapsed() < LATENCIES && latencies.len() < MAX_LATENCIES) {
        latencies.push(asked(contender, encoding)?.as_secs_f64());
        thread::sleep(PAUSE);
    }
    Ok(latencies)
}

fn asked(contender: &Contender, encoding: &str) -> Result<Duration, Error> {
    contender.time(encoding).ok_or_else(|| silent(contender))
}

/// The middle and the 99th percentile.
fn percentiles(mut values: Vec<f64>) -> [f64; 2] {
    values.sort_by(f64::total_cmp);
    [50, 99].map(|percent| {
        values.get((values.len() * percent / 100).min(values.len().saturating_sub(1))).copied().unwrap_or(0.0)
    })
}

/// A scrape as text.
pub(super) fn text(contender: &Contender) -> Result<String, Error> {
    contender.scrape().map(|answer| answer.text()).ok_or_else(|| silent(contender))
}

fn silent(contender: &Contender) -> Error {
    let why = "it did not answer a scrape with 200".to_owned();
    Error::MeasureProgram { program: contender.name.clone(), why }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_sorted_values() {
        let values: Vec<f64> = (0..200).rev().map(f64::from).collect();
        assert_eq!(percentiles(values).map(f64::to_bits), [100.0, 198.0].map(f64::to_bits));
        assert_eq!(percentiles(vec![3.0]).map(f64::to_bits), [3.0, 3.0].map(f64::to_bits));
    }
}
