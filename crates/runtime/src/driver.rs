//! The one owner of everything periodic.
//!
//! Each source has a runner in a task of its own ([`runner`]); the driver holds all of them and notices when one
//! ends. It never should: what a source does is caught within its cycle. If it happens all the same, the end is
//! logged and counted, and the runner goes on with the state that it had, after a pause that doubles up to a minute.
//!
//! The set of sources follows the configuration ([`apply`]). A source that another configuration leaves as it is goes
//! on and notices nothing. One that it changes is replaced: the successor takes over the place in the exposition with
//! what stands there, the status and the readiness, and begins at once; until its first success what its predecessor
//! has learnt is served, with its age.
//!
//! Invariants:
//! - A source never runs twice at the same time, and a missed cycle is not made up for. A successor waits for its
//!   predecessor's last cycle, for a bounded time.
//! - Whoever has been replaced or removed publishes nothing any more, however late it comes back.
//! - A set of sources comes into force as a whole, or nothing changes.
//! - Dropping the future of [`Driver::run`] stops every source and withdraws what it published.
//!
//! How to get it wrong: building the process with `panic = "abort"`; then one source's defect ends all of them.

mod apply;
mod control;
mod cycle;
mod keeper;
mod place;
mod renewal;
mod runner;
mod schedule;
mod seat;
mod tasks;

use core::any::Any;
use core::time::Duration;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use lookout_exposition::Exposition;
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::apply::New;
use self::control::ApplyRequest;
pub use self::control::{Applied, ApplySources, DriverControl};
pub(crate) use self::cycle::{AbortOnDrop, Interruption, joined};
use self::place::Tenancy;
pub use self::renewal::Renewal;
use self::schedule::Schedule;
pub(crate) use self::seat::Candidate;
use self::seat::{Legacy, Post, Seat};
use self::tasks::Tasks;
use crate::clock::Clock;
use crate::readiness::{PendingHandle, Readiness, SharedHandle};
use crate::shard::Shard;
use crate::source::{Source, SourceDescription};
use crate::sources::{Cells, Sources};
use crate::status::{SourceStatus, Statuses};

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
    /// Those of the configuration in its order, then those that watch the others.
    seats: Vec<Seat>,
    n_seated: u64,
    /// What the sources of the configuration share, kept alive for its next version.
    cells: Vec<Arc<dyn Any + Send + Sync>>,
    control: DriverControl,
    requests: mpsc::Receiver<ApplyRequest>,
    random: RandomState,
}

/// The identity of a source that nobody can ask for again.
struct Unlike;

impl PartialEq for Unlike {
    fn eq(&self, _other: &Self) -> bool {
        false
    }
}

impl Driver {
    /// A driver whose sources publish into `exposition` and are judged by `clock`.
    pub fn new(exposition: Exposition, clock: Clock) -> Self {
        Self::of_shard(Shard::WHOLE, exposition, clock)
    }

    /// The same, for sources that watch one shard of their inventories.
    pub fn of_shard(shard: Shard, exposition: Exposition, clock: Clock) -> Self {
        let (control, requests) = DriverControl::new(Cells::default(), shard);
        Self {
            exposition,
            clock,
            readiness: Readiness::new(),
            statuses: Statuses::default(),
            seats: Vec::new(),
            n_seated: 0,
            cells: Vec::new(),
            control,
            requests,
            random: RandomState::new(),
        }
    }

    /// An empty set of sources, for [`Driver::set`].
    pub fn sources(&self) -> Sources {
        self.control.sources()
    }

    /// Makes `sources` those that [`Driver::run`] begins with; until the first cycle of each has ended, or its deadline
    /// has, the process is not ready. Later sets go through [`Driver::control`].
    ///
    /// # Errors
    /// [`ApplySources::MakeSource`]; then nothing has changed.
    pub fn set(&mut self, sources: Sources) -> Result<(), ApplySources> {
        let Sources { wanted, cells, .. } = sources;
        let made = wanted.into_iter().map(New::make).collect::<Result<Vec<_>, _>>()?;
        self.seats.retain(|seat| seat.provenance.is_none());
        let n_made = made.len();
        for new in made {
            self.seat_at_start(new, n_made);
        }
        self.cells = cells;
        self.show();
        Ok(())
    }

    /// Adds one source that is there already, to those that [`Driver::run`] begins with. The next configuration does not
    /// know it, and removes it.
    pub fn add(&mut self, description: SourceDescription, source: impl Source) {
        let mut sources = Sources::beside(self.seats.iter().map(|seat| &*seat.description));
        sources.add(description, Unlike, move || source);
        // It is made already, so making it cannot fail.
        for new in sources.wanted.into_iter().filter_map(|wanted| New::make(wanted).ok()) {
            self.seat_at_start(new, self.seats.len() + 1);
        }
        self.show();
    }

    /// Adds a source that watches the others: its own cycles are not announced, for else it would wake itself; and no
    /// configuration removes it.
    pub(crate) fn add_observer(&mut self, description: SourceDescription, source: impl Source) {
        let description = Arc::new(description);
        let pending = self.readiness.wait_for(format!("{}/{}", description.exporter, description.name));
        let post = Post { statuses: None, ..self.post(description, Some(pending), 1) };
        self.seats.push(Box::new(source).seat(None, post));
        self.show();
    }

    /// What puts other sources into force while the driver runs.
    pub fn control(&self) -> DriverControl {
        self.control.clone()
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
        let mut tasks = Tasks::default();
        for seat in &mut self.seats {
            tasks.start(seat, Duration::ZERO);
        }
        if self.seats.is_empty() {
            tracing::warn!("there is no source: nothing is watched");
        }
        loop {
            tokio::select! {
                (number, message) = tasks.ended() => self.start_again(number, message, &mut tasks).await,
                Some(request) = self.requests.recv() => {
                    let applied = self.apply(request.sources, &mut tasks).await;
                    // Whoever asked may have gone.
                    let _ = request.answer.send(applied);
                }
            }
        }
    }

    /// The task of a source has ended, which it never should.
    async fn start_again(&mut self, number: u64, message: String, tasks: &mut Tasks) {
        let Some(seat) = self.seats.iter_mut().find(|seat| seat.number == number) else { return };
        (seat.work.ended)(message).await;
        let pause = (RESTART_PAUSE * 2_u32.saturating_pow(seat.restarts.min(16))).min(RESTART_LIMIT);
        seat.restarts = seat.restarts.saturating_add(1);
        tasks.start(seat, pause);
    }

    /// Seats a source that the process waits for, after those of the configuration that are there; so many begin together.
    fn seat_at_start(&mut self, new: New, together: usize) {
        let pending = self.readiness.wait_for(new.subject());
        let seat = self.take_up(new, Some(pending), together);
        let end = self.seats.iter().position(|seat| seat.provenance.is_none()).unwrap_or(self.seats.len());
        self.seats.insert(end, seat);
    }

    /// A source that begins where there was none, together with so many.
    fn take_up(&mut self, new: New, pending: Option<PendingHandle>, together: usize) -> Seat {
        let New { description, provenance, candidate } = new;
        candidate.seat(Some(provenance), self.post(description, pending, together))
    }

    /// The post of a source that has no predecessor.
    fn post(
        &mut self,
        description: Arc<SourceDescription>,
        pending: Option<PendingHandle>,
        together: usize,
    ) -> Post {
        let SourceDescription { exporter, name, period, .. } = &*description;
        let number = self.next_number();
        let fraction = self.random.hash_one((number, name)) as f64 / u64::MAX as f64;
        Post {
            number,
            clock: self.clock.clone(),
            tenancy: Tenancy::new(self.exposition.publisher(exporter, name)),
            status: SourceStatus::new(Arc::clone(&description)),
            statuses: Some(self.statuses.clone()),
            pending: SharedHandle::new(pending),
            schedule: Schedule::new(*period, Instant::now(), together, fraction),
            legacy: Legacy::default(),
            description,
        }
    }

    fn next_number(&mut self) -> u64 {
        self.n_seated += 1;
        self.n_seated
    }

    /// Lets everybody see which sources there are.
    fn show(&self) {
        self.statuses.set(self.seats.iter().map(|seat| seat.status.clone()).collect());
    }
}
