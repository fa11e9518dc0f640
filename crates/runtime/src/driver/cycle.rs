//! One cycle of a source: collect, then assess; and what became of it.
//!
//! Both run in a task of their own that holds the source's lock. So the runner goes on keeping time while a source
//! hangs, even one that blocks its thread; and a panic ends that task alone.
//!
//! Why `assess` runs on the blocking pool: judging and encoding a large model takes many milliseconds of pure
//! computation, and a small container has one worker thread, which must answer probes meanwhile.

use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use tokio::sync::OwnedMutexGuard;
use tokio::task::{JoinError, JoinHandle};
use tracing::Span;

use crate::clock::Clock;
use crate::source::{CollectError, Fault, Source};
use crate::status::Findings;
use crate::text::panic_message;

/// What a good cycle brings.
pub(super) struct Gathered<S: Source> {
    /// Still locked: it is asked for the rows of its objects while they are published.
    pub(super) source: OwnedMutexGuard<S>,
    pub(super) model: Arc<S::Model>,
    pub(super) faults: Vec<Fault>,
    pub(super) judged: Judged,
}

/// What becomes of a model at one moment.
pub(super) struct Judged {
    /// The moment.
    pub(super) now: Timestamp,
    /// What is to be exposed.
    pub(super) batch: Batch,
    /// What is wrong with the monitored system.
    pub(super) findings: Findings,
}

/// Why a cycle brought nothing.
#[derive(Debug)]
pub(crate) enum Interruption {
    /// The source says so itself.
    Failed(CollectError),
    /// It was cut off at its deadline.
    TimedOut(Duration),
    /// Its code panicked, with this message.
    Panicked(String),
}

impl Interruption {
    /// Whether the source was cut off in the middle, so that it must recover before it runs again.
    pub(super) fn cut_off(&self) -> bool {
        match self {
            Self::Failed(_) => false,
            Self::TimedOut(_) | Self::Panicked(_) => true,
        }
    }

    /// The same as the error of a cycle.
    pub(crate) fn into_error(self) -> CollectError {
        match self {
            Self::Failed(error) => error,
            Self::TimedOut(deadline) => CollectError::new(
                Reason::Timeout,
                format!("no answer within the deadline of {} s", deadline.as_secs_f64()),
            ),
            Self::Panicked(message) => {
                CollectError::new(Reason::Panicked, format!("the source panicked: {message}"))
            }
        }
    }
}

/// A task that ends with its handle.
pub(crate) struct AbortOnDrop<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Collects and assesses once. With `recover`, the source first throws away what the last cycle left half done.
pub(super) async fn run<S: Source>(
    mut source: OwnedMutexGuard<S>,
    recover: bool,
    clock: Clock,
) -> Result<Gathered<S>, CollectError> {
    if recover {
        source.recover();
    }
    let collected = source.collect().await?;
    let model = Arc::new(collected.model);
    match assess(source, Arc::clone(&model), clock.now()).await {
        Ok((source, judged)) => Ok(Gathered { source, model, faults: collected.faults, judged }),
        Err(error) => match error.try_into_panic() {
            // Goes on to the runner, which counts it; the panic hook has already logged the place.
            Ok(payload) => resume_unwind(payload),
            Err(error) => Err(CollectError::new(Reason::Panicked, error.to_string())),
        },
    }
}

/// Assesses `model` at `now` on the blocking pool, and gives the source back.
pub(super) async fn assess<S: Source>(
    source: OwnedMutexGuard<S>,
    model: Arc<S::Model>,
    now: Timestamp,
) -> Result<(OwnedMutexGuard<S>, Judged), JoinError> {
    let span = Span::current();
    tokio::task::spawn_blocking(move || {
        span.in_scope(|| {
            let mut batch = Batch::new();
            source.assess(&model, now, &mut batch);
            let findings = Findings::of(&source.findings(&model, now));
            (source, Judged { now, batch, findings })
        })
    })
    .await
}

/// What a finished task says.
pub(crate) fn joined<T>(joined: Result<Result<T, CollectError>, JoinError>) -> Result<T, Interruption> {
    match joined {
        Ok(result) => result.map_err(Interruption::Failed),
        Err(error) => Err(Interruption::Panicked(message_of(error))),
    }
}

/// The message of a task's panic.
pub(super) fn message_of(error: JoinError) -> String {
    match error.try_into_panic() {
        Ok(payload) => panic_message(&*payload).to_owned(),
        Err(error) => error.to_string(),
    }
}

/// Waits for the source's own word of a change; a panic on the way is its message.
pub(super) async fn changed<S: Source>(source: &mut Option<OwnedMutexGuard<S>>) -> Result<(), String> {
    let Some(source) = source else { return core::future::pending().await };
    let mut changed = core::pin::pin!(source.changed());
    core::future::poll_fn(|context| {
        // A future that has panicked is never polled again: the caller stops listening.
        match catch_unwind(AssertUnwindSafe(|| changed.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => core::task::Poll::Ready(Err(panic_message(&*payload).to_owned())),
        }
    })
    .await
}
