//! The life of one source: wait, run a cycle, again.
//!
//! The runner never waits for the source alone. While a cycle runs or hangs it goes on keeping the deadline, counting
//! the cycles that could not start, and withdrawing what has become old.
//!
//! The source stands behind a lock that is never waited for at a due time: a cycle that was cut off, but blocks its
//! thread and so cannot end, still holds it, and then the next one is an overrun. A panic does not poison it; the
//! source is asked to [`recover`](Source::recover) before it runs again.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::{Instant, sleep_until};
use tracing::{Instrument as _, Span};

use super::cycle::{self, AbortOnDrop, Interruption};
use super::keeper::Keeper;
use super::schedule::Schedule;
use super::seat::BoxFuture;
use crate::source::Source;

/// Runs one source.
pub(super) struct Runner<S: Source> {
    pub(super) source: Arc<Mutex<S>>,
    pub(super) keeper: Keeper<S::Model>,
    pub(super) schedule: Schedule,
    /// Completes when the source that this one replaces has let go of its last cycle.
    pub(super) predecessor: Option<BoxFuture>,
    /// Whether the source must recover before it runs again.
    pub(super) recover: bool,
}

impl<S: Source> Runner<S> {
    /// Runs the source for ever. It may be dropped at any moment, and be called again if it was.
    pub(super) async fn run(&mut self) {
        if let Some(predecessor) = &mut self.predecessor {
            predecessor.await;
            self.predecessor = None;
        }
        loop {
            self.keeper.planned(self.schedule.due());
            match self.wait().await {
                Some(source) => self.cycle(source).await,
                None => self.skip(),
            }
        }
    }

    /// Waits until the next cycle is due and gives the source, unless the cycle before still holds it.
    async fn wait(&mut self) -> Option<OwnedMutexGuard<S>> {
        let mut source = None;
        let mut listening = true;
        loop {
            tokio::select! {
                biased;
                free = Arc::clone(&self.source).lock_owned(), if source.is_none() => source = Some(free),
                () = sleep_until(self.schedule.due()) => break,
                () = until(self.keeper.withdrawal_due()) => self.keeper.withdraw(),
                () = until(self.keeper.reassess_at), if source.is_some() => {
                    if let Some(free) = source.take() {
                        source = self.reassess(free).await;
                    }
                }
                changed = cycle::changed(&mut source), if listening && source.is_some() => {
                    // One change is enough to know; and a future that panicked must rest until the next cycle.
                    listening = false;
                    self.heard(changed);
                    self.keeper.planned(self.schedule.due());
                }
            }
        }
        // What has changed until now is seen by the cycle that begins: it must not hasten another one.
        tokio::select! {
            biased;
            changed = cycle::changed(&mut source) => if changed.is_err() { self.heard(changed) },
            () = core::future::ready(()) => {}
        }
        source
    }

    /// The source says that something has changed, or panicked while watching.
    fn heard(&mut self, changed: Result<(), String>) {
        match changed {
            Ok(()) => self.schedule.hasten(Instant::now()),
            Err(message) => self.panicked(&message),
        }
    }

    /// Runs one cycle.
    async fn cycle(&mut self, source: OwnedMutexGuard<S>) {
        let started = Instant::now();
        self.schedule.started(started);
        self.keeper.begin();
        let outcome = match self.gather(source, started).await {
            Ok(gathered) => self.keeper.succeed(gathered, started).await,
            Err(interruption) => Err(interruption),
        };
        match outcome {
            Ok(()) => self.schedule.succeeded(started, Instant::now()),
            Err(interruption) => {
                self.recover |= interruption.cut_off();
                if matches!(interruption, Interruption::Panicked(_)) {
                    self.keeper.restarted();
                }
                self.keeper.fail(&interruption.into_error(), started);
                self.schedule.failed(started, Instant::now());
            }
        }
    }

    /// Collects and assesses, within the deadline.
    async fn gather(
        &mut self,
        source: OwnedMutexGuard<S>,
        started: Instant,
    ) -> Result<cycle::Gathered<S>, Interruption> {
        let recover = core::mem::take(&mut self.recover);
        let work = cycle::run(source, recover, self.keeper.clock.clone()).instrument(Span::current());
        let mut task = AbortOnDrop(tokio::spawn(work));
        let (period, deadline) = (self.keeper.description.period, self.keeper.description.deadline);
        let mut missed = started + period;
        loop {
            tokio::select! {
                biased;
                joined = &mut task.0 => return cycle::joined(joined),
                () = sleep_until(started + deadline) => return Err(Interruption::TimedOut(deadline)),
                () = until(self.keeper.withdrawal_due()) => self.keeper.withdraw(),
                () = sleep_until(missed) => {
                    self.keeper.overrun();
                    missed += period;
                }
            }
        }
    }

    /// Judges the facts again at the present moment, although their last cycle failed.
    async fn reassess(&mut self, source: OwnedMutexGuard<S>) -> Option<OwnedMutexGuard<S>> {
        let Some(model) = self.keeper.model.clone() else {
            self.keeper.reassess_at = None;
            return Some(source);
        };
        self.keeper.reassess_at = Some(Instant::now() + self.keeper.description.period);
        let published = match cycle::assess(source, Arc::clone(&model), self.keeper.clock.now()).await {
            Ok((source, judged)) => self.keeper.judged(source, model, judged).await,
            Err(error) => Err(error),
        };
        match published {
            Ok(source) => Some(source),
            Err(error) => {
                self.panicked(&cycle::message_of(error));
                None
            }
        }
    }

    /// A cycle is due, and the one before has not ended.
    fn skip(&mut self) {
        let now = Instant::now();
        self.schedule.started(now);
        self.keeper.overrun();
        self.schedule.failed(now, now);
    }

    /// The runner's task has ended, and will be started again with the state that it left.
    pub(super) fn ended(&mut self, message: &str) {
        // A source that cannot run must not keep the process unready.
        drop(self.keeper.pending.take());
        self.panicked(message);
    }

    /// The source's code panicked outside a cycle.
    fn panicked(&mut self, message: &str) {
        self.recover = true;
        self.keeper.panicked(message);
    }
}

/// Completes at `instant`, if there is one.
async fn until(instant: Option<Instant>) {
    match instant {
        Some(instant) => sleep_until(instant).await,
        None => core::future::pending().await,
    }
}
