//! The tasks of the runners: which source each belongs to, and how each ended.

use core::time::Duration;
use std::collections::HashMap;

use tokio::sync::oneshot;
use tokio::task::{Id, JoinSet};
use tracing::Instrument as _;

use super::cycle::message_of;
use super::seat::Seat;

/// The tasks. Dropping them ends all.
#[derive(Default)]
pub(super) struct Tasks {
    set: JoinSet<()>,
    /// Whose task it is, by the number of the seat.
    seats: HashMap<Id, u64>,
}

impl Tasks {
    /// Runs the source of `seat` after `pause`.
    pub(super) fn start(&mut self, seat: &mut Seat, pause: Duration) {
        let description = &seat.description;
        let span =
            tracing::error_span!("source", exporter = description.exporter, source = %description.name);
        let (alive, gone) = oneshot::channel::<()>();
        let run = (seat.work.run)(pause);
        let task = async move {
            // Dropped with the future, after everything in it.
            let _alive = alive;
            run.await;
        };
        let task = self.set.spawn(task.instrument(span));
        self.seats.insert(task.id(), seat.number);
        seat.task = Some((task, gone));
    }

    /// The number of a seat whose task has ended, and why; a seat that has been replaced since may be among them.
    pub(super) async fn ended(&mut self) -> (u64, String) {
        loop {
            let Some(ended) = self.set.join_next_with_id().await else {
                return core::future::pending().await;
            };
            let (task, message) = match ended {
                Ok((task, ())) => (task, "its task ended by itself".to_owned()),
                Err(error) => (error.id(), message_of(error)),
            };
            if let Some(number) = self.seats.remove(&task) {
                return (number, message);
            }
        }
    }
}
