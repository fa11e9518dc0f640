//! One source in the driver: its runner with the type forgotten, and what passes on to the source that replaces it.

use core::any::Any;
use core::pin::Pin;
use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use lookout_declarations::Reason;
use tokio::sync::{Mutex, oneshot, watch};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::keeper::Keeper;
use super::place::Tenancy;
use super::runner::Runner;
use super::schedule::Schedule;
use crate::clock::Clock;
use crate::readiness::SharedHandle;
use crate::source::{CollectError, Source, SourceDescription};
use crate::sources::Provenance;
use crate::status::{SourceStatus, Statuses};
use crate::trial::{Attempt, attempt};

/// How long a source waits for the one that it replaces to let go of its last cycle: two must not work on one system
/// at the same time, but one that hangs for ever must not keep its successor from working.
const LET_GO: Duration = Duration::from_secs(5);

pub(crate) type BoxFuture<T = ()> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A source with its type forgotten.
pub(crate) trait Candidate: Send {
    /// Takes up its work.
    fn seat(self: Box<Self>, provenance: Option<Provenance>, post: Post) -> Seat;

    /// Collects once, for a trial.
    fn try_once(self: Box<Self>, clock: Clock) -> BoxFuture<Result<Attempt, CollectError>>;
}

/// What a source finds when it takes up its work.
pub(crate) struct Post {
    pub(super) number: u64,
    pub(super) description: Arc<SourceDescription>,
    pub(super) clock: Clock,
    pub(super) tenancy: Tenancy,
    pub(super) status: SourceStatus,
    /// Told of each cycle that ended; absent for a source that watches the others.
    pub(super) statuses: Option<Statuses>,
    pub(super) pending: SharedHandle,
    pub(super) schedule: Schedule,
    /// What it takes over from the source before it.
    pub(super) legacy: Legacy,
}

/// What a source leaves behind.
#[derive(Default)]
pub(super) struct Legacy {
    /// The model of what stands in the exposition; of use to a source with models of the same type.
    pub(super) model: Option<Arc<dyn Any + Send + Sync>>,
    /// The faults that were logged and are still there.
    pub(super) known_faults: BTreeSet<(Reason, String)>,
    /// Completes when its last cycle has let go of it.
    pub(super) released: Option<BoxFuture>,
}

/// A source at work.
pub(crate) struct Seat {
    /// Tells it from every other one of the process.
    pub(super) number: u64,
    pub(super) description: Arc<SourceDescription>,
    /// What it was made from; none for a source that watches the others.
    pub(super) provenance: Option<Provenance>,
    pub(super) status: watch::Receiver<SourceStatus>,
    pub(super) tenancy: Tenancy,
    pub(super) pending: SharedHandle,
    pub(super) restarts: u32,
    /// Its task, once it has one, and what completes when the task is gone.
    pub(super) task: Option<(AbortHandle, oneshot::Receiver<()>)>,
    pub(super) work: Work,
}

/// What can be done with a runner, its type forgotten.
pub(super) struct Work {
    /// A future that runs the source after a pause, with the state that an earlier one may have left.
    pub(super) run: Box<dyn Fn(Duration) -> BoxFuture + Send>,
    /// Counts the end of a runner.
    pub(super) ended: Box<dyn Fn(String) -> BoxFuture + Send>,
    /// Takes from a runner whose task is gone what its successor may use.
    pub(super) retire: Box<dyn Fn() -> Legacy + Send>,
}

impl Legacy {
    /// What of it is of use to a source that reads something else: only when it may begin.
    pub(super) fn of_another_origin(self) -> Self {
        let Self { model, released, .. } = self;
        // Dropping a foreign thing may take a while, or panic.
        drop(tokio::task::spawn_blocking(move || drop(model)));
        Self { released, ..Self::default() }
    }
}

impl<S: Source> Candidate for S {
    fn seat(self: Box<Self>, provenance: Option<Provenance>, post: Post) -> Seat {
        let Post { number, description, clock, tenancy, status, statuses, pending, schedule, legacy } = post;
        let sender = watch::Sender::new(status);
        let status = sender.subscribe();
        let keeper = Keeper {
            description: Arc::clone(&description),
            clock,
            tenancy: tenancy.clone(),
            status: sender,
            statuses,
            pending: pending.clone(),
            model: legacy.model.and_then(|model| model.downcast::<S::Model>().ok()),
            published: None,
            reassess_at: None,
            known_faults: legacy.known_faults,
        };
        let source = Arc::new(Mutex::new(*self));
        let (predecessor, runner_source) = (legacy.released, Arc::clone(&source));
        let runner = Runner { source: runner_source, keeper, schedule, predecessor, recover: false };
        let work = Work::new(source, runner);
        Seat { number, description, provenance, status, tenancy, pending, restarts: 0, task: None, work }
    }

    fn try_once(self: Box<Self>, clock: Clock) -> BoxFuture<Result<Attempt, CollectError>> {
        Box::pin(attempt(*self, clock))
    }
}

impl Work {
    fn new<S: Source>(source: Arc<Mutex<S>>, runner: Runner<S>) -> Self {
        let runner = Arc::new(Mutex::new(runner));
        let (ended, retired) = (Arc::clone(&runner), Arc::clone(&runner));
        Self {
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
            retire: Box::new(move || {
                let released: BoxFuture = Box::pin(released(Arc::clone(&source)));
                // It is only held as long as the task lives: one that a source keeps from ending has to be left.
                let Ok(mut runner) = retired.try_lock() else {
                    return Legacy { released: Some(released), ..Legacy::default() };
                };
                let keeper = &mut runner.keeper;
                let model = keeper.model.take().map(|model| -> Arc<dyn Any + Send + Sync> { model });
                let known_faults = core::mem::take(&mut keeper.known_faults);
                Legacy { model, known_faults, released: Some(released) }
            }),
        }
    }
}

/// Completes when nobody works on `source` any more, or when it has been waited for long enough.
async fn released<S: Source>(source: Arc<Mutex<S>>) {
    match timeout(LET_GO, source.lock_owned()).await {
        // Dropping a foreign thing may take a while, or panic.
        Ok(source) => drop(tokio::task::spawn_blocking(move || drop(source))),
        Err(_) => {
            tracing::warn!("the source's former self does not let go of its last cycle; it is left alone");
        }
    }
}
