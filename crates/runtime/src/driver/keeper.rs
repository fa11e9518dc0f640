//! What is kept of a source between its cycles: its model, what it has published, and its status.
//!
//! Invariants (never lie):
//! - Data and status change in this order: first what is published, then what is said about it.
//! - Facts stay when a cycle fails, and are judged again as time goes on. Measurements are taken back when they are
//!   old, also while a cycle hangs.
//! - A failure is logged when it begins and when its reason changes; repetitions only at debug level.

use core::time::Duration;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::Revision;
use tokio::sync::{OwnedMutexGuard, watch};
use tokio::task::JoinError;
use tokio::time::Instant;

use super::cycle::{Gathered, Interruption, Judged, message_of};
use super::place::Tenancy;
use crate::clock::Clock;
use crate::readiness::SharedHandle;
use crate::source::{Before, CollectError, DataKind, Fault, Source, SourceDescription};
use crate::status::{Failure, Faults, Findings, SourceState, SourceStatus, Statuses};
use crate::text::bounded;

/// Measurements are withdrawn when they are this many periods old…
const WITHDRAWAL_PERIODS: u32 = 3;
/// …but not before this: a single slow cycle of a fast source is no reason for a gap.
const WITHDRAWAL_LIMIT: Duration = Duration::from_mins(2);
/// The most faults that one cycle logs line by line; the rest is counted.
const MAX_LOGGED_FAULTS: usize = 20;

/// What is kept of a source whose model is `M`.
pub(super) struct Keeper<M> {
    pub(super) description: Arc<SourceDescription>,
    pub(super) clock: Clock,
    pub(super) tenancy: Tenancy,
    pub(super) status: watch::Sender<SourceStatus>,
    /// Told of each cycle that ended; absent for a source that watches the others.
    pub(super) statuses: Option<Statuses>,
    pub(super) pending: SharedHandle,
    pub(super) model: Option<Arc<M>>,
    /// What the rows of objects were judged from that stand in the exposition, and when; none if that is not known.
    pub(super) published: Option<(Arc<M>, Timestamp)>,
    /// When facts must be judged again although their cycle failed.
    pub(super) reassess_at: Option<Instant>,
    /// The faults that were logged and are still there.
    pub(super) known_faults: BTreeSet<(Reason, String)>,
}

impl<M: Send + Sync + 'static> Keeper<M> {
    /// When the measurements that are served must be withdrawn.
    pub(super) fn withdrawal_due(&self) -> Option<Instant> {
        match self.description.data {
            DataKind::Facts => None,
            DataKind::Measurements => {
                let age = (WITHDRAWAL_PERIODS * self.description.period).max(WITHDRAWAL_LIMIT);
                self.status.borrow().data_since.map(|since| since + age)
            }
        }
    }

    /// A cycle begins.
    pub(super) fn begin(&self) {
        self.status.send_modify(|status| {
            status.next_run = None;
            if status.state == SourceState::Waiting {
                status.state = SourceState::Collecting;
            }
        });
    }

    /// The next cycle is planned.
    pub(super) fn planned(&self, due: Instant) {
        let next_run = self.clock.at(due);
        self.status.send_modify(|status| status.next_run = Some(next_run));
    }

    /// A cycle has succeeded: publishes what it brought.
    pub(super) async fn succeed<S: Source<Model = M>>(
        &mut self,
        gathered: Gathered<S>,
        started: Instant,
    ) -> Result<(), Interruption> {
        let Gathered { source, model, faults, judged } = gathered;
        let was = self.status.borrow().state;
        let found = Faults::of(&self.description, &faults);
        let clock = self.clock.clone();
        let enter = move |status: &mut SourceStatus, findings| {
            let instant = Instant::now();
            status.state = SourceState::Up;
            status.last_success = Some(clock.now());
            status.failing_since = None;
            status.data_since = Some(instant);
            status.last_duration = Some(instant - started);
            status.faults = Some(found);
            status.findings = findings;
        };
        let published = self.publish(source, Arc::clone(&model), judged, enter).await;
        published.map_err(|error| Interruption::Panicked(message_of(error)))?;
        self.log_faults(&faults);
        self.reassess_at = None;
        match was {
            SourceState::Failing | SourceState::Withdrawn => tracing::info!("the source works again"),
            SourceState::Waiting | SourceState::Collecting => tracing::debug!("the source works"),
            SourceState::Up => {}
        }
        self.end_cycle();
        // Last: dropping a foreign model may panic, and everything else is in order by now.
        self.model = Some(model);
        Ok(())
    }

    /// A cycle has failed.
    pub(super) fn fail(&mut self, error: &CollectError, started: Instant) {
        let failure =
            Failure { reason: error.reason, message: bounded(&error.message), at: self.clock.now() };
        let (reason, message) = (failure.reason, failure.message.clone());
        let repeated = {
            let status = self.status.borrow();
            status.up() == Some(false)
                && status.last_failure.as_ref().is_some_and(|last| last.reason == reason)
        };
        if repeated {
            tracing::debug!(%reason, error = %message, "the source fails");
        } else {
            tracing::warn!(%reason, error = %message, remedy = reason.remedy(), "the source fails");
        }
        self.status.send_modify(|status| {
            if status.state != SourceState::Withdrawn {
                status.state = SourceState::Failing;
            }
            status.last_duration = Some(started.elapsed());
            status.failing_since.get_or_insert(failure.at);
            status.last_failure = Some(failure);
            *status.errors.entry(reason).or_default() += 1;
        });
        if self.description.data == DataKind::Facts && self.model.is_some() {
            self.reassess_at = Some(Instant::now());
        }
        self.end_cycle();
    }

    /// A cycle could not begin, because the one before has not ended.
    pub(super) fn overrun(&self) {
        let at = self.clock.now();
        let message = "the previous cycle was still running when the next was due";
        tracing::debug!(reason = %Reason::Overrun, "{message}");
        self.status.send_modify(|status| {
            status.last_failure = Some(Failure { reason: Reason::Overrun, message: message.to_owned(), at });
            *status.errors.entry(Reason::Overrun).or_default() += 1;
        });
    }

    /// The source's own code failed outside a cycle.
    pub(super) fn panicked(&self, message: &str) {
        let message = bounded(message);
        let at = self.clock.now();
        tracing::error!(reason = %Reason::Panicked, error = %message, "the source panicked and is started again");
        self.status.send_modify(|status| {
            status.restarts += 1;
            status.last_failure = Some(Failure { reason: Reason::Panicked, message, at });
            *status.errors.entry(Reason::Panicked).or_default() += 1;
        });
    }

    /// The source is started again after a panic that is already counted as a failed cycle.
    pub(super) fn restarted(&self) {
        self.status.send_modify(|status| status.restarts += 1);
    }

    /// Takes back measurements that have become old.
    pub(super) fn withdraw(&mut self) {
        tracing::warn!("the measurements are old and are withdrawn until the source works again");
        self.tenancy.withdraw();
        self.published = None;
        self.status.send_modify(|status| {
            status.state = SourceState::Withdrawn;
            status.data_since = None;
            status.faults = None;
            status.findings = Findings::default();
        });
        if let Some(statuses) = &self.statuses {
            statuses.cycle_ended();
        }
        self.model = None;
    }

    /// What was read before has been judged again. Gives the source back.
    pub(super) async fn judged<S: Source<Model = M>>(
        &mut self,
        source: OwnedMutexGuard<S>,
        model: Arc<M>,
        judged: Judged,
    ) -> Result<OwnedMutexGuard<S>, JoinError> {
        self.publish(source, model, judged, |status, findings| status.findings = findings).await
    }

    /// Replaces what the source has published, and enters it in the status. Compression of a large batch takes a while: not on a worker
    /// thread. Gives the source back.
    async fn publish<S: Source<Model = M>>(
        &mut self,
        source: OwnedMutexGuard<S>,
        model: Arc<M>,
        judged: Judged,
        enter: impl FnOnce(&mut SourceStatus, Findings) + Send + 'static,
    ) -> Result<OwnedMutexGuard<S>, JoinError> {
        let Judged { now, batch, findings } = judged;
        let (tenancy, status) = (self.tenancy.clone(), self.status.clone());
        let span = tracing::Span::current();
        // If this does not come back, nobody knows what stands there: then all objects are told again.
        let before = self.published.take();
        let told = Arc::clone(&model);
        let work = move || {
            let tell = |objects: &mut Revision<'_>| {
                let before = before.as_ref().map(|(model, now)| Before { model: &**model, now: *now });
                source.assess_objects(&told, before, now, objects);
            };
            // Here, and not by the task of the source: that one may be ended by a reload in between.
            let enter = || status.send_modify(|status| enter(status, findings));
            tenancy.publish(batch, before.is_none(), tell, enter);
            source
        };
        let source = tokio::task::spawn_blocking(move || span.in_scope(work)).await?;
        self.published = Some((model, now));
        Ok(source)
    }

    fn end_cycle(&mut self) {
        drop(self.pending.take());
        if let Some(statuses) = &self.statuses {
            statuses.cycle_ended();
        }
    }

    /// Logs the faults that are new, and how many there are of them.
    fn log_faults(&mut self, faults: &[Fault]) {
        let present: BTreeSet<_> = faults.iter().map(|fault| (fault.reason, fault.subject.clone())).collect();
        let new: Vec<_> = faults
            .iter()
            .filter(|fault| !self.known_faults.contains(&(fault.reason, fault.subject.clone())))
            .collect();
        for fault in new.iter().take(MAX_LOGGED_FAULTS) {
            let (subject, message) = (bounded(&fault.subject), bounded(&fault.message));
            tracing::warn!(reason = %fault.reason, %subject, error = %message, "an item cannot be read");
        }
        if new.len() > MAX_LOGGED_FAULTS {
            tracing::warn!(items = new.len() - MAX_LOGGED_FAULTS, "further items cannot be read");
        }
        let gone = self.known_faults.difference(&present).count();
        if gone > 0 {
            tracing::info!(items = gone, "items can be read again, or are gone");
        }
        self.known_faults = present;
    }
}
