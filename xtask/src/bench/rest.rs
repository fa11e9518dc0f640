//! `cargo xtask bench rest`: what a process costs that has nothing to do, and how soon after its start it is a service.

use std::thread;
use std::time::Duration;

use super::figures::{Memory, Processor, n_threads};
use super::machine;
use super::page;
use super::peer::{Peer, Running};
use crate::e2e;
use crate::error::Error;
use crate::workspace::{self, Workspace};

/// Where the result is committed.
const PAGE: &str = "docs/benches/rest.md";
/// Before anything at rest is measured: what a start leaves to be done is then done.
const SETTLE: Duration = Duration::from_secs(10);
/// Scrapes after the rest.
const SCRAPES: u32 = 100;

/// What was measured of one program.
#[derive(Debug)]
pub(super) struct Result {
    pub(super) name: &'static str,
    /// Bytes of the program's file.
    pub(super) program: u64,
    /// The middle and the longest time from the start to the first good answer.
    pub(super) healthy: [Duration; 2],
    /// The same to readiness.
    pub(super) ready: [Duration; 2],
    pub(super) n_threads: usize,
    /// After the time of rest.
    pub(super) rested: Memory,
    /// Processor time in a second of rest, as a share of one core.
    pub(super) share: f64,
    /// After the scrapes.
    pub(super) scraped: Memory,
    /// Processor time of one scrape.
    pub(super) scrape: Duration,
    /// Bytes of one answer, its head included.
    pub(super) answer: usize,
}

/// Measures with `n_starts` starts and `seconds` of rest, prints the table and writes the page.
pub(crate) fn run(workspace: &Workspace, n_starts: usize, seconds: u32) -> std::result::Result<(), Error> {
    let peers = peers(workspace)?;
    let machine = machine::describe();
    let starts = starts(&peers, n_starts.max(1))?;
    let mut running = Vec::new();
    for peer in &peers {
        running.push(peer.start()?.0);
    }
    thread::sleep(SETTLE);
    let rested = rest(&running, seconds.max(1))?;
    let mut results = Vec::new();
    for (((peer, process), [healthy, ready]), (share, memory)) in
        peers.iter().zip(&running).zip(starts).zip(rested)
    {
        let (scrape, answer) = scrape(process)?;
        let path = peer.program.clone();
        let program = std::fs::metadata(&path).map_err(|source| Error::ReadFile { path, source })?.len();
        results.push(Result {
            name: peer.name,
            program,
            healthy,
            ready,
            n_threads: n_threads(process.id()),
            rested: memory,
            share,
            scraped: Memory::of(process.id())?,
            scrape,
            answer,
        });
    }
    let page = page::write(&results, &machine, n_starts, seconds, SCRAPES);
    println!("{page}");
    workspace::write(&workspace.root.join(PAGE), page.as_bytes())
}

/// Lookout without a configuration first; then the peers, with as little as they start with.
fn peers(workspace: &Workspace) -> std::result::Result<Vec<Peer>, Error> {
    let configuration = workspace.target.join("bench-blackbox.yml");
    workspace::write(&configuration, b"modules:\n  http:\n    prober: http\n")?;
    let lookout = Peer {
        name: "lookout",
        program: e2e::lookout_as_in_an_image(workspace)?,
        arguments: vec!["serve".to_owned()],
        healthy: "/-/healthy",
        ready: "/-/ready",
    };
    let blackbox = Peer {
        name: "blackbox_exporter",
        program: e2e::blackbox(workspace)?,
        arguments: vec![format!("--config.file={}", configuration.display())],
        healthy: "/-/healthy",
        ready: "/-/healthy",
    };
    let node = Peer {
        name: "node_exporter",
        program: e2e::node(workspace)?,
        arguments: Vec::new(),
        healthy: "/",
        ready: "/",
    };
    Ok(vec![lookout, blackbox, node])
}

/// The middle and the longest time of `n_starts` starts of each peer, to health and to readiness. The peers take
/// turns, so that a busy moment of the machine falls on all.
fn starts(peers: &[Peer], n_starts: usize) -> std::result::Result<Vec<[[Duration; 2]; 2]>, Error> {
    let mut times = vec![[Vec::new(), Vec::new()]; peers.len()];
    for _ in 0..n_starts {
        for (peer, [healthy, ready]) in peers.iter().zip(&mut times) {
            let (_ended, measured) = peer.start()?;
            healthy.push(measured[0]);
            ready.push(measured[1]);
        }
    }
    let middle_and_longest = |mut times: Vec<Duration>| {
        times.sort();
        [times.get(times.len() / 2), times.last()].map(|time| time.copied().unwrap_or_default())
    };
    Ok(times.into_iter().map(|both| both.map(middle_and_longest)).collect())
}

/// The share of a core and the memory of each process, over the same `seconds`.
fn rest(running: &[Running], seconds: u32) -> std::result::Result<Vec<(f64, Memory)>, Error> {
    let mut processors: Vec<Processor> = running.iter().map(|process| Processor::of(process.id())).collect();
    for _ in 0..seconds {
        thread::sleep(Duration::from_secs(1));
        processors.iter_mut().for_each(Processor::look);
    }
    running
        .iter()
        .zip(processors)
        .map(|(process, processor)| {
            Ok((processor.total().as_secs_f64() / f64::from(seconds), Memory::of(process.id())?))
        })
        .collect()
}

/// The processor time of one scrape of many, and the bytes of an answer.
fn scrape(process: &Running) -> std::result::Result<(Duration, usize), Error> {
    let mut processor = Processor::of(process.id());
    let mut answer = 0;
    for _ in 0..SCRAPES {
        answer = process.get("/metrics").ok_or_else(|| Error::ProvideTool {
            tool: "a peer",
            why: "it did not answer a scrape".to_owned(),
        })?;
    }
    processor.look();
    Ok((processor.total() / SCRAPES, answer))
}
