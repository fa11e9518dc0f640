//! The one owner of everything periodic.
//!
//! Each source has a runner in a task of its own ([`runner`]); the driver holds all of them and notices when one
//! ends. It never should: what a source does is caught within its cycle. If it happens all the same, the end is
//! logged and counted, and the runner goes on with the state that it had, after a pause that doubles up to a minute.
//!
//! Invariants:
//! - A source never runs twice at the same time, and a missed cycle is not made up for.
//! - Dropping the future of [`Driver::run`] stops every source and withdraws what it published.
//!
//! How to get it wrong: building the process with `panic = "abort"`; then one source's defect ends all of them.

mod cycle;
mod keeper;
mod runner;
mod schedule;

use core::pin::Pin;
use core::time::Duration;
use std::collections::{BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex};

use lookout_exposition::Exposition;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep};
use tracing::Instrument as _;

use self::keeper::Keeper;
use self::runner::Runner;
use self::schedule::Schedule;
use crate::clock::Clock;
use crate::readiness::Readiness;
use crate::source::{Source, SourceDescription};
use crate::status::{SourceStatus, Statuses};

/// The shortest period: what changes faster is not for a scrape to see.
const MIN_PERIOD: Duration = Duration::from_secs(1);
/// The pause before an ended runner is started again; doubled with each time…
const RESTART_PAUSE: Duration = Duration::from_secs(1);
/// …up to this.
const RESTART_LIMIT: Duration = Duration::from_mins(1);

/// Runs the sources of all exporters.
pub struct Driver {
    exposition: Exposition,
    clock: Clock,
    readiness: Readiness,
    statuses: Statuses,
    seats: Vec<Seat>,
    taken: BTreeSet<(&'static str, String)>,
    random: RandomState,
}

type BoxFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A runner with its type forgotten.
struct Seat {
    description: Arc<SourceDescription>,
    /// A future that runs the source, with the state that an earlier one may have left.
    run: Box<dyn Fn(Duration) -> BoxFuture + Send + Sync>,
    /// Counts the end of a runner.
    ended: Box<dyn Fn(String) -> BoxFuture + Send + Sync>,
    restarts: u32,
}

impl Driver {
    /// A driver whose sources publish into `exposition` and are judged by `clock`.
    pub fn new(exposition: Exposition, clock: Clock) -> Self {
        Self {
            exposition,
            clock,
            readiness: Readiness::new(),
            statuses: Statuses::default(),
            seats: Vec::new(),
            taken: BTreeSet::new(),
            random: RandomState::new(),
        }
    }

    /// Adds a source. It begins with [`Driver::run`]; until its first cycle has ended, or its deadline has, the
    /// process is not ready.
    ///
    /// A name that is taken within its exporter gets a number: two sources must not be one series. A period below a
    /// second becomes a second.
    pub fn add(&mut self, description: SourceDescription, source: impl Source) {
        let statuses = Some(self.statuses.clone());
        self.seat(description, source, statuses);
    }

    /// Adds a source that watches the others: its own cycles are not announced, for else it would wake itself.
    pub(crate) fn add_observer(&mut self, description: SourceDescription, source: impl Source) {
        self.seat(description, source, None);
    }

    /// The status of every source.
    pub fn statuses(&self) -> Statuses {
        self.statuses.clone()
    }

    /// What the process still waits for before it is ready.
    pub fn readiness(&self) -> Readiness {
        self.readiness.clone()
    }

    /// What the sources publish into.
    pub fn exposition(&self) -> Exposition {
        self.exposition.clone()
    }

    /// The clock by which the sources are judged.
    pub fn clock(&self) -> Clock {
        self.clock.clone()
    }

    /// Runs all sources, for ever. Dropping the future stops them.
    pub async fn run(mut self) {
        let mut tasks = JoinSet::new();
        let mut seats_by_task = HashMap::new();
        for index in 0..self.seats.len() {
            self.start(index, Duration::ZERO, &mut tasks, &mut seats_by_task);
        }
        loop {
            let Some(ended) = tasks.join_next_with_id().await else {
                tracing::warn!("there is no source: nothing is watched");
                return core::future::pending().await;
            };
            let (task, message) = end_of(ended);
            let Some(index) = seats_by_task.remove(&task) else { continue };
            let Some(seat) = self.seats.get_mut(index) else { continue };
            (seat.ended)(message).await;
            let pause = (RESTART_PAUSE * 2_u32.saturating_pow(seat.restarts.min(16))).min(RESTART_LIMIT);
            seat.restarts = seat.restarts.saturating_add(1);
            self.start(index, pause, &mut tasks, &mut seats_by_task);
        }
    }

    fn start(
        &self,
        index: usize,
        pause: Duration,
        tasks: &mut JoinSet<()>,
        seats_by_task: &mut HashMap<Id, usize>,
    ) {
        let Some(seat) = self.seats.get(index) else { return };
        let description = &seat.description;
        let span =
            tracing::error_span!("source", exporter = description.exporter, source = %description.name);
        let task = tasks.spawn((seat.run)(pause).instrument(span));
        seats_by_task.insert(task.id(), index);
    }

    fn seat<S: Source>(&mut self, mut description: SourceDescription, source: S, statuses: Option<Statuses>) {
        description.name = self.free_name(&description);
        description.period = description.period.max(MIN_PERIOD);
        let description = Arc::new(description);
        let subject = format!("{}/{}", description.exporter, description.name);
        let publisher = self.exposition.publisher(description.exporter, &description.name);
        let runner = Runner {
            source: Arc::new(tokio::sync::Mutex::new(source)),
            schedule: Schedule::new(description.period, Instant::now(), self.fraction(&subject)),
            keeper: Keeper {
                description: Arc::clone(&description),
                clock: self.clock.clone(),
                publisher: Arc::new(Mutex::new(publisher)),
                status: self.statuses.add(SourceStatus::new(Arc::clone(&description))),
                statuses,
                pending: Some(self.readiness.wait_for(subject)),
                model: None,
                reassess_at: None,
                known_faults: BTreeSet::new(),
            },
            recover: false,
        };
        self.seats.push(Seat::new(description, runner));
    }

    /// The source's name, with a number if it is taken.
    fn free_name(&mut self, description: &SourceDescription) -> String {
        let mut name = description.name.clone();
        let mut number = 2;
        while !self.taken.insert((description.exporter, name.clone())) {
            name = format!("{} ({number})", description.name);
            number += 1;
        }
        if name != description.name {
            tracing::warn!(exporter = description.exporter, source = %description.name, renamed = %name,
                "two sources of an exporter have one name");
        }
        name
    }

    /// A number between 0 and 1 that differs from source to source and from process to process.
    fn fraction(&self, subject: &str) -> f64 {
        self.random.hash_one(subject) as f64 / u64::MAX as f64
    }
}

impl Seat {
    fn new<S: Source>(description: Arc<SourceDescription>, runner: Runner<S>) -> Self {
        let runner = Arc::new(tokio::sync::Mutex::new(runner));
        let ended = Arc::clone(&runner);
        Self {
            description,
            run: Box::new(move |pause| {
                let runner = Arc::clone(&runner);
                Box::pin(async move {
                    sleep(pause).await;
                    runner.lock().await.run().await;
                })
            }),
            ended: Box::new(move |message| {
                let runner = Arc::clone(&ended);
                Box::pin(async move { runner.lock().await.ended(&message) })
            }),
            restarts: 0,
        }
    }
}

/// Which task has ended, and why.
fn end_of(ended: Result<(Id, ()), JoinError>) -> (Id, String) {
    match ended {
        Ok((task, ())) => (task, "its task ended by itself".to_owned()),
        Err(error) => (error.id(), cycle::message_of(error)),
    }
}
