//! Every source of a configuration collected once, for `lookout check`: what is reachable, permitted and right.
//!
//! It is the sources' own code, so what a trial says is what serving would see. Nothing is published.
//!
//! Invariants:
//! - A trial ends: each source has its own deadline, and one that blocks its thread is left behind.
//! - A source that panics is an outcome like any other.
//!
//! How to get it wrong: trying fewer at once than share a cell, with the one that fills it last. The others wait for it
//! as they do at the start of a process, until their own timeout.

use core::time::Duration;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::clock::Clock;
use crate::driver::{AbortOnDrop, Candidate, Interruption, joined};
use crate::findings::Finding;
use crate::source::{CollectError, Fault, Source, SourceDescription};
use crate::sources::{Sources, Wanted};

/// What became of one source.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which source.
    pub description: SourceDescription,
    /// What it brought.
    pub outcome: Result<Attempt, CollectError>,
    /// How long it took.
    pub duration: Duration,
}

/// What one cycle of a source that succeeded brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attempt {
    /// The items that could not be read.
    pub faults: Vec<Fault>,
    /// What was read, and is wrong.
    pub findings: Vec<Finding>,
}

impl Sources {
    /// Collects every source once, at most `at_once` of them (at least one) at the same time, each within its own
    /// deadline. The trials are in the order of the sources.
    pub async fn try_each(self, clock: &Clock, at_once: usize) -> Vec<Trial> {
        let places = Arc::new(Semaphore::new(at_once.max(1)));
        // In the order of the sources too: what is shared is filled by those that come first.
        let mut under_way = Vec::with_capacity(self.wanted.len());
        for wanted in self.wanted {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
            let clock = clock.clone();
            under_way.push(AbortOnDrop(tokio::spawn(async move {
                let _place = place;
                try_one(wanted, clock).await
            })));
        }
        let mut trials = Vec::with_capacity(under_way.len());
        for mut trial in under_way {
            // It only waits for another task, so it neither panics nor is cancelled.
            trials.extend((&mut trial.0).await.ok());
        }
        // Until here, because its cells are the sources'.
        drop(self.cells);
        trials
    }
}

async fn try_one(wanted: Wanted, clock: Clock) -> Trial {
    let Wanted { description, make, .. } = wanted;
    let began = Instant::now();
    let outcome = match make.call() {
        Ok(candidate) => run(candidate, description.deadline, clock).await,
        Err(message) => Err(Interruption::Panicked(message)),
    };
    Trial { description, outcome: outcome.map_err(Interruption::into_error), duration: began.elapsed() }
}

async fn run(
    candidate: Box<dyn Candidate>,
    deadline: Duration,
    clock: Clock,
) -> Result<Attempt, Interruption> {
    // In a task of its own: it may panic, and it may block its thread beyond the deadline.
    let mut task = AbortOnDrop(tokio::spawn(candidate.try_once(clock)));
    match timeout(deadline, &mut task.0).await {
        Ok(ended) => joined(ended),
        Err(_) => Err(Interruption::TimedOut(deadline)),
    }
}

/// One cycle of `source`, without anything being published.
pub(crate) async fn attempt<S: Source>(mut source: S, clock: Clock) -> Result<Attempt, CollectError> {
    let collected = source.collect().await?;
    let findings = source.findings(&collected.model, clock.now());
    Ok(Attempt { faults: collected.faults, findings })
}
