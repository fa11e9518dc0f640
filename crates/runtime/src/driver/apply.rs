//! From the sources in force to those of another configuration.
//!
//! In this order, so that a configuration is in force as a whole or not at all, and nothing is missing in between:
//! 1. Compare, and make what is new or changed. A source that cannot be made ends it here, with nothing touched.
//! 2. End the tasks of what is changed or gone. Their futures are dropped; a cycle that blocks its thread goes on, but
//!    has nobody to report to.
//! 3. Hand places, statuses and models over to the successors; take back what the gone ones have published, and those whose
//!    successors read something else.
//! 4. Show the new set at once, and start what is new in it.

use core::time::Duration;
use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::AbortHandle;
use tokio::time::{Instant, timeout_at};

use super::Driver;
use super::control::{Applied, ApplySources};
use super::place::Tenancy;
use super::schedule::{BETWEEN_FIRST_STARTS, FIRST_START_LIMIT, Schedule};
use super::seat::{Candidate, Post, Seat};
use super::tasks::Tasks;
use crate::readiness::SharedHandle;
use crate::source::SourceDescription;
use crate::sources::{Provenance, Sources, Wanted};

/// How long the tasks of sources that go are waited for together. They end at their next await; only a source that
/// blocks its thread while it waits for a change takes longer, and is left alone.
const END_OF_TASKS: Duration = Duration::from_secs(1);

/// What is to become of one source of the new set.
enum Step {
    Keep(u64),
    Replace(u64, New),
    Add(New),
}

/// A source that has been made.
pub(super) struct New {
    pub(super) description: Arc<SourceDescription>,
    pub(super) provenance: Provenance,
    pub(super) candidate: Box<dyn Candidate>,
}

impl Driver {
    /// Puts `sources` into force; see the module.
    pub(super) async fn apply(
        &mut self,
        sources: Sources,
        tasks: &mut Tasks,
    ) -> Result<Applied, ApplySources> {
        let Sources { wanted, cells, .. } = sources;
        let steps = self.compare(wanted)?;
        let mut applied = Applied::default();
        let n_added = steps.iter().filter(|step| matches!(step, Step::Add(_))).count();
        let (mut seats, observers): (Vec<Seat>, Vec<Seat>) =
            core::mem::take(&mut self.seats).into_iter().partition(|seat| seat.provenance.is_some());
        let mut former: HashMap<u64, Seat> = seats.drain(..).map(|seat| (seat.number, seat)).collect();
        let mut kept: HashMap<u64, Seat> = HashMap::new();
        for step in &steps {
            if let Step::Keep(number) = step {
                kept.extend(former.remove_entry(number));
            }
        }
        end(former.values_mut().filter_map(|seat| seat.task.take()).collect()).await;
        let tenancies = former.values().map(|seat| (seat.number, seat.tenancy.clone())).collect();
        let mut places = hand_over(tenancies).await;
        for step in steps {
            seats.extend(match step {
                Step::Keep(number) => {
                    applied.kept += 1;
                    kept.remove(&number)
                }
                Step::Replace(number, new) => {
                    let delay = BETWEEN_FIRST_STARTS * u32::try_from(applied.replaced).unwrap_or(u32::MAX);
                    applied.replaced += 1;
                    former.remove(&number).zip(places.remove(&number)).map(|(seat, tenancy)| {
                        let successor = self.succeed(&seat, tenancy, new, delay.min(FIRST_START_LIMIT));
                        forget(seat);
                        successor
                    })
                }
                Step::Add(new) => {
                    applied.added += 1;
                    let pending = self.readiness.wait_for_at_start(new.subject());
                    Some(self.take_up(new, pending, n_added))
                }
            });
        }
        applied.removed = former.len();
        take_back(former, &places);
        seats.extend(observers);
        self.seats = seats;
        // What the former set shared and this one does not is dropped.
        self.cells = cells;
        self.show();
        for seat in self.seats.iter_mut().filter(|seat| seat.task.is_none()) {
            tasks.start(seat, Duration::ZERO);
        }
        Ok(applied)
    }

    /// What is to become of each source of the new set; makes those that are new or changed.
    fn compare(&self, wanted: Vec<Wanted>) -> Result<Vec<Step>, ApplySources> {
        let present: HashMap<_, _> = self
            .seats
            .iter()
            .filter(|seat| seat.provenance.is_some())
            .map(|seat| (name_of(&seat.description), seat))
            .collect();
        let step = |wanted: Wanted| match present.get(&name_of(&wanted.description)) {
            Some(seat) if seat.is_made_like(&wanted) => Ok(Step::Keep(seat.number)),
            Some(seat) => Ok(Step::Replace(seat.number, New::make(wanted)?)),
            None => Ok(Step::Add(New::make(wanted)?)),
        };
        wanted.into_iter().map(step).collect()
    }

    /// A source that goes on where `former` ends, or begins anew in its place if its data are about something else.
    fn succeed(&mut self, former: &Seat, tenancy: Tenancy, new: New, delay: Duration) -> Seat {
        let is_of_former = former.provenance.as_ref().is_some_and(|own| own.has_origin_of(&new.provenance));
        let (status, legacy) = (former.status.borrow().clone(), (former.work.retire)());
        let (status, legacy) = if is_of_former {
            (status.pass_on(Arc::clone(&new.description)), legacy)
        } else {
            (status.start_over(Arc::clone(&new.description)), legacy.of_another_origin())
        };
        if status.data_since.is_none() {
            // Its last publication may have panicked half way: what is unknown is not served.
            tenancy.withdraw();
        }
        let post = Post {
            number: self.next_number(),
            clock: self.clock.clone(),
            tenancy,
            status,
            statuses: Some(self.statuses.clone()),
            pending: SharedHandle::new(former.pending.take()),
            schedule: Schedule::beginning_at(new.description.period, Instant::now() + delay),
            legacy,
            description: new.description,
        };
        new.candidate.seat(Some(new.provenance), post)
    }
}

impl New {
    /// What people are told that is waited for.
    pub(super) fn subject(&self) -> String {
        format!("{}/{}", self.description.exporter, self.description.name)
    }

    pub(super) fn make(wanted: Wanted) -> Result<Self, ApplySources> {
        let Wanted { description, provenance, make } = wanted;
        match make.call() {
            Ok(candidate) => Ok(Self { description: Arc::new(description), provenance, candidate }),
            Err(message) => {
                let (exporter, source_name) = (description.exporter, description.name);
                Err(ApplySources::MakeSource { exporter, source_name, message })
            }
        }
    }
}

impl Seat {
    /// Whether it was made from the same as what is wanted.
    fn is_made_like(&self, wanted: &Wanted) -> bool {
        *self.description == wanted.description
            && self.provenance.as_ref().is_some_and(|own| own.is_equal(&wanted.provenance))
    }
}

fn name_of(description: &SourceDescription) -> (&'static str, &str) {
    (description.exporter, &description.name)
}

/// Ends these tasks, and waits until they are gone.
async fn end(tasks: Vec<(AbortHandle, oneshot::Receiver<()>)>) {
    for (task, _) in &tasks {
        task.abort();
    }
    let deadline = Instant::now() + END_OF_TASKS;
    for (_, gone) in tasks {
        // Whether it says so or is dropped, it is gone.
        let _ = timeout_at(deadline, gone).await;
    }
}

/// Ends these tenancies, so that nothing is published by them any more; the new ones, by number.
async fn hand_over(tenancies: Vec<(u64, Tenancy)>) -> HashMap<u64, Tenancy> {
    let taken = tokio::task::spawn_blocking(move || {
        tenancies.into_iter().map(|(number, tenancy)| (number, tenancy.hand_over())).collect()
    });
    // It cannot panic, and is only cancelled when the process ends.
    taken.await.unwrap_or_default()
}

/// Takes back what sources that are gone have published, and drops them.
fn take_back(former: HashMap<u64, Seat>, places: &HashMap<u64, Tenancy>) {
    for tenancy in places.values() {
        tenancy.withdraw();
    }
    for seat in former.into_values() {
        // At once, although the rest takes its time.
        drop(seat.pending.take());
        forget(seat);
    }
}

/// Drops a source where it may take its time, and may panic.
fn forget(seat: Seat) {
    drop(tokio::task::spawn_blocking(move || drop(seat)));
}
