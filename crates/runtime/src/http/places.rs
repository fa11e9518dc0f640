//! The places for connections: a fixed number, and a new client is preferred to one that keeps the server waiting.
//!
//! Without that, as many clients as there are places could do nothing, slowly, and keep every scraper out. A client is
//! cut off only when its place is wanted. First goes who owes something for longer than the grace, the longest first: a
//! handshake, a first request, the taking of an answer. Then goes who was answered and has paused: scarcity ends
//! keep-alive, and who had most answers goes first. If nobody pauses, those that had most answers are told to go: the
//! next answer is their last.
//!
//! Invariant: a client that connects, asks at once and takes its answer at once is served, whatever others do. For that
//! a client which had nothing answered yet has the grace, and nobody has a place for good by asking. Against clients that
//! connect anew each time there is only the order of arrival, in which all wait: each is served once in its turn.
//!
//! How to get it wrong: looking through the connections on the usual path. They are looked through when all places are
//! taken and a client is there.

use core::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::conversation::Conversation;
use super::limits::{GRACE, PAUSE};

/// Clients that are told to go at a time: others that wait for a place need not wait for one more answer each.
const TOLD_AT_ONCE: usize = 16;

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
            let again = match self.next_to_go(now) {
                Ok(conversation) => {
                    conversation.cut(CloseReason::Evicted);
                    // Its task gives the place back at once; should it not, another one goes.
                    now + GRACE
                }
                Err(first_due) => {
                    self.tell_to_leave();
                    first_due.unwrap_or(now + PAUSE).min(now + PAUSE)
                }
            };
            // A place that is free goes first: after a stall the time may be over as well, and another one would go for nothing.
            tokio::select! {
                biased;
                permit = freed.as_mut() => match permit {
                    Ok(permit) => return permit,
                    // Nobody closes the semaphore.
                    Err(_) => return core::future::pending().await,
                },
                () = sleep_until(again) => {}
            }
        }
    }

    /// Who is cut off, or when the first one may be.
    fn next_to_go(&self, now: Instant) -> Result<Arc<Conversation>, Option<Instant>> {
        let taken = self.taken();
        let mut first_due: Option<Instant> = None;
        let mut chosen = None;
        for conversation in taken.conversations.values() {
            let Some(standing) = conversation.standing() else { continue };
            let Some((since, due)) = standing.waits else { continue };
            if due > now {
                first_due = Some(first_due.map_or(due, |first| first.min(due)));
                continue;
            }
            // The least goes: who owes something, then who had most answers, then who is quiet longest.
            let answered = if standing.between { standing.answered } else { 0 };
            let rank = (standing.between, Reverse(answered), since);
            if chosen.as_ref().is_none_or(|(least, _)| rank < *least) {
                chosen = Some((rank, conversation));
            }
        }
        chosen.map(|(_, conversation)| Arc::clone(conversation)).ok_or(first_due)
    }

    /// Tells those that had most answers to go.
    fn tell_to_leave(&self) {
        let taken = self.taken();
        let mut staying: Vec<_> = taken
            .conversations
            .values()
            .filter_map(|conversation| {
                let standing = conversation.standing()?;
                standing.stays.then_some((standing.answered, conversation))
            })
            .collect();
        staying.sort_unstable_by_key(|(answered, _)| Reverse(*answered));
        for (_, conversation) in staying.into_iter().take(TOLD_AT_ONCE) {
            conversation.tell_to_leave();
        }
    }

    /// Requests that are worked for, and answers that are taken, over all connections.
    pub(super) fn in_flight(&self) -> usize {
        self.taken().conversations.values().map(|conversation| conversation.in_flight()).sum()
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

    #[tokio::test(start_paused = true)]
    async fn of_those_that_were_answered_who_had_most_goes_first_and_soon() {
        let places = Places::new(3);
        let (new, once, twice) = (places.take().await, places.take().await, places.take().await);
        for place in [&once, &twice, &twice] {
            place.conversation().begin().answered();
        }
        let (new, once, twice) = (connection(new), connection(once), connection(twice));
        let start = Instant::now();
        let _fourth = places.take().await;
        assert_eq!(twice.await.unwrap() - start, PAUSE);
        let _fifth = places.take().await;
        assert_eq!(once.await.unwrap() - start, PAUSE);
        assert!(!new.is_finished());
        let _sixth = places.take().await;
        assert_eq!(new.await.unwrap() - start, GRACE);
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_pauses_is_told_to_go() {
        let places = Places::new(1);
        let place = places.take().await;
        let conversation = Arc::clone(place.conversation());
        conversation.begin().answered();
        let chatty = tokio::spawn(async move {
            let mut answers = 0;
            while place.conversation().leaves_for().is_none() {
                let mut turn = place.conversation().begin();
                tokio::time::sleep(PAUSE / 2).await;
                turn.answered();
                answers += 1;
            }
            answers
        });
        tokio::task::yield_now().await;
        timeout(Duration::from_hours(1), places.take()).await.unwrap();
        assert_eq!(chatty.await.unwrap(), 2, "the one that was under way, and the last");
        assert_eq!(conversation.cut_for(), None);
    }
}
