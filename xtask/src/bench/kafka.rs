//! `cargo xtask bench kafka`: what watching Kafka costs, side by side with peers on a real broker, and alone on simulated
//! clusters of up to a million partitions.
//!
//! Everything that is compared is measured in one run, on loopback, while the others run too. Every process is ended by its
//! identifier when the bench ends, also when it fails.
//!
//! How to get it wrong: to read a cycle's time on a busy machine as the program's. Processor seconds are; so the load average
//! stands beside them.

mod contender;
mod cost;
mod klag;
mod outage;
mod page;
mod scrape;
mod world;

use core::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use lookout_kafka_spec::metrics;

use self::contender::Contender;
use self::cost::Figures;
use self::world::{Broker, Size, simulated};
use super::{http, machine, process};
use crate::e2e;
use crate::error::Error;
use crate::workspace::Workspace;

/// Which part is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// A real broker with 1,000 partitions
    Small,
    /// A real broker with 10,000 partitions
    Large,
    /// Simulated clusters of up to 1,000,000 partitions
    Simulated,
}

/// Where the result is committed.
const PAGE: &str = "docs/benches/kafka.md";
const SMALL: Size = Size { partitions: 1_000, groups: 50, commits: 2_000 };
const LARGE: Size = Size { partitions: 10_000, groups: 500, commits: 20_000 };
const SIMULATED: [Size; 3] = [
    Size { partitions: 10_000, groups: 500, commits: 20_000 },
    Size { partitions: 100_000, groups: 2_000, commits: 200_000 },
    Size { partitions: 1_000_000, groups: 20_000, commits: 2_000_000 },
];
/// Simulated clusters have series per topic: of a million partitions nobody can store more.
const PER_TOPIC: &str = ",\"granularity\":{\"topics\":\"topic\",\"groups\":\"topic\"}";
/// How long an exporter may take until it serves everything, a peer that is started by hand included.
const PATIENCE: Duration = Duration::from_mins(5);
const PAUSE: Duration = Duration::from_secs(1);
/// What a start leaves to be done is done after that: all slower readings, once.
const SETTLE: Duration = Duration::from_secs(30);

/// Measures one part, or all, and writes the page. A real broker listens at `broker_port`, or anywhere if that is 0.
pub(crate) fn run(
    workspace: &Workspace,
    only: Option<Part>,
    peers: &[String],
    broker_port: u16,
) -> Result<(), Error> {
    let lookout = e2e::lookout_as_in_an_image(workspace)?;
    let folder = scratch(workspace)?;
    for (number, part) in [Part::Small, Part::Large, Part::Simulated].into_iter().enumerate() {
        if only.is_some_and(|only| only != part) {
            continue;
        }
        let load = machine::describe();
        let text = match part {
            Part::Small => real(workspace, &lookout, (SMALL, &[]), (peers, broker_port), &folder)?,
            Part::Large => real(workspace, &lookout, (LARGE, page::LARGE), (peers, broker_port), &folder)?,
            Part::Simulated => million(workspace, &lookout, &folder)?,
        };
        let title = page::TITLES[number];
        let text = format!("**Machine:** {load}, at the end {}.\n\n{text}", machine::load());
        println!("## {title}\n\n{text}");
        let old = workspace.read_text(PAGE).unwrap_or_default();
        workspace.write(PAGE, page::replace(&old, title, &text))?;
    }
    Ok(())
}

/// A folder for the broker's data and for logs, empty.
fn scratch(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("bench-kafka");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|source| Error::WriteFile { path: folder.clone(), source })?;
    Ok(folder)
}

/// A part with a real broker.
fn real(
    workspace: &Workspace,
    lookout: &Path,
    (size, targets): (Size, &[page::Target]),
    (peers, broker_port): (&[String], u16),
    folder: &Path,
) -> Result<String, Error> {
    let klag = klag::provide()?;
    let folder = folder.join(size.partitions.to_string());
    std::fs::create_dir_all(&folder).map_err(|source| Error::WriteFile { path: folder.clone(), source })?;
    let mut broker = Broker::start(workspace, size, broker_port, &folder)?;
    println!("filling the broker at {} with {}", broker.address, size.words());
    broker.fill(size)?;
    let mut contenders = vec![
        Contender::lookout(lookout, &broker.address, "", &folder)?,
        Contender::klag(&klag, &broker.address, &folder)?,
    ];
    for peer in peers {
        contenders.push(Contender::parse(peer)?);
    }
    let mut complete = Vec::new();
    for contender in &contenders {
        complete.push(until_complete(contender, |text| scrape::lags(text).len() == size.commits as usize)?);
    }
    thread::sleep(SETTLE);
    let figures = cost::measure(&contenders, &complete)?;
    let outages = outage::watch(&contenders, &mut broker)?;
    let names: Vec<&str> = contenders.iter().map(|contender| contender.name.as_str()).collect();
    let mut text = format!("{}, one broker.\n\n{}\n", size.words(), page::table(&figures, true));
    text += &page::outage(&names, &outages);
    if let Some(ours) = figures.first().filter(|_| !targets.is_empty()) {
        text = text + "\n" + &page::targets(ours, targets);
    }
    Ok(text)
}

/// The part with simulated clusters.
fn million(workspace: &Workspace, lookout: &Path, folder: &Path) -> Result<String, Error> {
    let mut all = Vec::new();
    for size in SIMULATED {
        println!("simulating {}", size.words());
        let folder = folder.join(format!("simulated-{}", size.partitions));
        std::fs::create_dir_all(&folder)
            .map_err(|source| Error::WriteFile { path: folder.clone(), source })?;
        let (_simulator, brokers) = simulated(workspace, size, &folder)?;
        let contender = Contender::lookout(lookout, &brokers, PER_TOPIC, &folder)?;
        let wanted =
            [(&metrics::CLUSTER_PARTITIONS, size.partitions), (&metrics::CLUSTER_GROUPS, size.groups)];
        let is_complete = |text: &str| {
            let has = |metric: &str, number: u32| {
                scrape::value(text, metric, "").is_some_and(|value| value >= f64::from(number))
            };
            wanted.iter().all(|(metric, number)| has(metric.declaration().name, *number))
        };
        let complete = until_complete(&contender, is_complete)?;
        thread::sleep(SETTLE);
        let figures = cost::measure(std::slice::from_ref(&contender), &[complete])?;
        let name = size.words();
        all.extend(figures.into_iter().map(|figures| Figures { name: name.clone(), ..figures }));
    }
    let mut text = "Three brokers, simulated in one process beside ours on the same cores; series per topic and per topic of a \
                    group. One group\nin 20 falls behind, so its lag in seconds is asked for by timestamp.\n\n"
        .to_owned();
    text += &page::table(&all, false);
    if let (Some(small), Some(large)) = (all.get(1), all.last()) {
        let grown = |figure: fn(&Figures) -> f64| figure(large) / figure(small).max(f64::MIN_POSITIVE);
        let _ = write!(
            text,
            "\nFrom 100,000 to 1,000,000 partitions, 10 times as many: {:.1} times the most memory, {:.1} times the processor time.\n\n",
            grown(|figures| figures.peak as f64),
            grown(|figures| figures.cycle_processor.unwrap_or_default()),
        );
        text += &page::targets(large, page::MILLION);
    }
    Ok(text)
}

/// Waits until an exporter serves everything; the seconds since its start. Of a peer, which may never, none.
fn until_complete(contender: &Contender, is_complete: impl Fn(&str) -> bool) -> Result<Option<f64>, Error> {
    println!("waiting for {}", contender.name);
    while contender.since.elapsed() < PATIENCE {
        if contender.scrape().is_some_and(|answer| is_complete(&answer.text())) {
            return Ok(Some(contender.since.elapsed().as_secs_f64()));
        }
        thread::sleep(PAUSE / 4);
    }
    if contender.kind == contender::Kind::Lookout {
        let why = format!("it did not serve everything within {PATIENCE:?}");
        return Err(Error::MeasureProgram { program: contender.name.clone(), why });
    }
    Ok(None)
}
