//! The places for connections: a fixed number, and a new client is preferred to one that keeps the server waiting.
//!
//! Without that, as many clients as there are places could do nothing, slowly, and keep every scraper out. A client is
//! cut off only when its place is wanted, only after [`GRACE`], and the one that kept the server waiting longest first.
//!
//! How to get it wrong: looking through the connections on the usual path. They are looked through when all places are
//! taken and a client is there.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::conversation::Conversation;
use super::limits::GRACE;

/// All places.
#[derive(Clone, Debug)]
pub(super) struct Places {
    permits: Arc<Semaphore>,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    next: u64,
    conversations: HashMap<u64, Arc<Conversation>>,
}

/// One connection's place; dropping it frees it.
#[derive(Debug)]
pub(super) struct Place {
    conversation: Arc<Conversation>,
    number: u64,
    places: Places,
    _permit: OwnedSemaphorePermit,
}

impl Places {
    /// That many places.
    pub(super) fn new(number: usize) -> Self {
        let permits = Arc::new(Semaphore::new(number.min(Semaphore::MAX_PERMITS)));
        Self { permits, taken: Arc::default() }
    }

    /// A place for a client that is there; waits while each place is taken by a client that is served or is new.
    pub(super) async fn take(&self) -> Place {
        let permit = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.make_room().await,
        };
        let conversation = Arc::new(Conversation::new());
        let mut taken = self.taken();
        let number = taken.next;
        taken.next += 1;
        taken.conversations.insert(number, Arc::clone(&conversation));
        drop(taken);
        Place { conversation, number, places: self.clone(), _permit: permit }
    }

    async fn make_room(&self) -> OwnedSemaphorePermit {
        let mut freed = core::pin::pin!(Arc::clone(&self.permits).acquire_owned());
        loop {
            let now = Instant::now();
            let again = match self.longest_waiting() {
                Some((since, conversation)) if since + GRACE <= now => {
                    conversation.cut(CloseReason::Evicted);
                    // Its task gives the place back at once; should it not, another one goes.
                    now + GRACE
                }
                Some((since, _)) => since + GRACE,
                None => now + GRACE,
            };
            tokio::select! {
                permit = freed.as_mut() => match permit {
                    Ok(permit) => return permit,
                    // Nobody closes the semaphore.
                    Err(_) => return core::future::pending().await,
                },
                () = sleep_until(again) => {}
            }
        }
    }

    fn longest_waiting(&self) -> Option<(Instant, Arc<Conversation>)> {
        let taken = self.taken();
        let waiting = taken
            .conversations
            .values()
            .filter_map(|conversation| conversation.waiting_since().map(|since| (since, conversation)));
        waiting.min_by_key(|(since, _)| *since).map(|(since, conversation)| (since, Arc::clone(conversation)))
    }

    fn taken(&self) -> std::sync::MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The state of the connection that has it.
    pub(super) fn conversation(&self) -> &Arc<Conversation> {
        &self.conversation
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.places.taken().conversations.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Gives up its place when it is cut off, as a connection does.
    fn connection(place: Place) -> tokio::task::JoinHandle<Instant> {
        tokio::spawn(async move {
            while place.conversation().cut_for().is_none() {
                place.conversation().changed().await;
            }
            Instant::now()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_kept_the_server_waiting_longest_makes_room_and_nobody_within_the_grace() {
        let places = Places::new(2);
        let first = connection(places.take().await);
        tokio::time::advance(Duration::from_millis(300)).await;
        let second = connection(places.take().await);
        let start = Instant::now();
        let _third = places.take().await;
        assert_eq!(first.await.unwrap() - start, Duration::from_millis(700));
        assert!(!second.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_worked_for_keeps_the_place() {
        let places = Places::new(1);
        let place = places.take().await;
        let turn = place.conversation().begin();
        assert!(timeout(Duration::from_hours(1), places.take()).await.is_err());
        assert_eq!(place.conversation().cut_for(), None);
        drop((turn, place));
        places.take().await;
        assert!(places.taken().conversations.is_empty());
    }
}
