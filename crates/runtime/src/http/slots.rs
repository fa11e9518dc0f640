//! The slots for scrapes: an answer may keep an old snapshot in memory, so only so many are in the taking at once.
//!
//! A scrape above that waits a moment for a slot. If none gets free by itself, the reader that is stalled longest is
//! cut off; if all are taken by readers that are well, the scrape is refused. A slot that gets free goes to whoever came
//! last: in an order of arrival, readers that stall would queue before every scraper, for as long as a scrape waits. For
//! the same reason the oldest is refused when too many wait.
//!
//! Invariant: a slot that is given to a scrape which has gone meanwhile is given on, not lost.
//!
//! How to get it wrong: taking the snapshot before the slot. Then each scrape that waits keeps one.

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until};

use super::conversation::Conversation;
use super::limits::{GRACE, Limits, USUAL_SCRAPE};

/// Scrapes that wait at the same time. Over HTTP/2 a connection may have several, so their number bounds nothing; it is
/// twice that of the connections, and more than any cluster's scrapers.
const MAX_WAITING: usize = 1024;

/// All slots.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    readers: Arc<Mutex<Readers>>,
    /// How long a scrape waits for one.
    wait: Duration,
}

#[derive(Debug, Default)]
struct Readers {
    next: u64,
    /// Slots that nobody has.
    free: usize,
    by_number: HashMap<u64, Reader>,
    /// Scrapes that wait, the newest last; some of them may have gone.
    waiting: VecDeque<oneshot::Sender<Permit>>,
}

/// Who takes an answer.
#[derive(Clone, Debug)]
struct Reader {
    conversation: Arc<Conversation>,
    since: Instant,
    progress: Progress,
}

/// When something of an answer was last taken. Cloning shares it.
#[derive(Clone, Debug)]
struct Progress(Arc<AtomicU64>);

/// The right to a slot; dropping it gives it to the newest scrape that waits. Empty once it was given on.
#[derive(Debug)]
struct Permit(Option<Slots>);

/// One scrape's slot; dropping it frees it.
#[derive(Debug)]
pub(super) struct Slot {
    number: u64,
    since: Instant,
    progress: Progress,
    slots: Slots,
    _permit: Permit,
}

impl Slots {
    /// As many as `limits` say.
    pub(super) fn new(limits: &Limits) -> Self {
        let readers = Readers { free: limits.requests, ..Readers::default() };
        Self { readers: Arc::new(Mutex::new(readers)), wait: limits.request_wait }
    }

    /// A slot for an answer to `conversation`; none if there is none in time.
    pub(super) async fn take(&self, conversation: &Arc<Conversation>) -> Option<Slot> {
        let permit = match self.free_or_queue() {
            Ok(permit) => permit,
            Err(freed) => self.wait(freed).await?,
        };
        let since = Instant::now();
        let progress = Progress(Arc::default());
        let mut readers = self.readers();
        let number = readers.next;
        readers.next += 1;
        let reader = Reader { conversation: Arc::clone(conversation), since, progress: progress.clone() };
        readers.by_number.insert(number, reader);
        drop(readers);
        Some(Slot { number, since, progress, slots: self.clone(), _permit: permit })
    }

    /// The slots that are taken.
    pub(super) fn taken(&self) -> usize {
        self.readers().by_number.len()
    }

    /// A slot that nobody has, or a place among those that wait.
    fn free_or_queue(&self) -> Result<Permit, oneshot::Receiver<Permit>> {
        let mut readers = self.readers();
        if let Some(rest) = readers.free.checked_sub(1) {
            readers.free = rest;
            return Ok(Permit(Some(self.clone())));
        }
        let (sender, receiver) = oneshot::channel();
        // Those that have gone must not add up.
        readers.waiting.retain(|waiting| !waiting.is_closed());
        if readers.waiting.len() >= MAX_WAITING {
            // The oldest is refused: it would be the last to get a slot.
            readers.waiting.pop_front();
        }
        readers.waiting.push_back(sender);
        Err(receiver)
    }

    async fn wait(&self, mut freed: oneshot::Receiver<Permit>) -> Option<Permit> {
        let start = Instant::now();
        let end = start + self.wait;
        // Readers that are well make room by themselves.
        let mut again = (start + GRACE).min(end);
        loop {
            // A slot that is free goes first: after a stall the time may be over as well.
            tokio::select! {
                biased;
                permit = &mut freed => return permit.ok(),
                () = sleep_until(again) => {}
            }
            let now = Instant::now();
            if now >= end {
                return None;
            }
            if let Some(conversation) = self.longest_stalled(now) {
                conversation.cut(CloseReason::Evicted);
            }
            again = (now + GRACE).min(end);
        }
    }

    fn longest_stalled(&self, now: Instant) -> Option<Arc<Conversation>> {
        let readers = self.readers();
        let stalled = readers.by_number.values().filter(|reader| {
            reader.conversation.cut_for().is_none() && reader.progress.is_stalled(reader.since, now)
        });
        stalled.min_by_key(|reader| reader.since).map(|reader| Arc::clone(&reader.conversation))
    }

    fn readers(&self) -> MutexGuard<'_, Readers> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress {
    /// What is taken is known when the system has room for more of it. Over TCP that room comes in portions of up to a
    /// MiB, so a reader that takes less than that in the grace looks stalled too.
    fn is_stalled(&self, since: Instant, now: Instant) -> bool {
        let last = since + Duration::from_millis(self.0.load(Ordering::Relaxed));
        last + GRACE <= now || since + USUAL_SCRAPE <= now
    }
}

impl Slot {
    /// Something of the answer was taken.
    pub(super) fn progressed(&self) {
        let elapsed = u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.progress.0.store(elapsed, Ordering::Relaxed);
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        // Before the permit goes on, so that no more are taken than there are.
        self.slots.readers().by_number.remove(&self.number);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(slots) = self.0.take() else { return };
        loop {
            let mut readers = slots.readers();
            let Some(newest) = readers.waiting.pop_back() else {
                readers.free += 1;
                return;
            };
            drop(readers);
            match newest.send(Self(Some(slots.clone()))) {
                Ok(()) => return,
                // It has gone meanwhile; the next one has the slot.
                Err(mut refused) => refused.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinHandle;

    use super::*;

    fn slots(requests: usize) -> Slots {
        Slots::new(&Limits { requests, ..Limits::DEFAULT })
    }

    fn conversation() -> Arc<Conversation> {
        Arc::new(Conversation::new())
    }

    /// Takes something every `pause`, until it is cut off.
    async fn reader(slots: &Slots, pause: Duration) -> JoinHandle<Instant> {
        let conversation = conversation();
        let slot = slots.take(&conversation).await.unwrap();
        tokio::spawn(async move {
            while conversation.cut_for().is_none() {
                tokio::select! {
                    () = tokio::time::sleep(pause) => slot.progressed(),
                    () = conversation.changed() => {}
                }
            }
            Instant::now()
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_stalled_reader_makes_room_for_another_and_one_that_is_well_does_not() {
        let slots = slots(2);
        let (start, well) = (Instant::now(), reader(&slots, Duration::from_millis(100)).await);
        let stalled = reader(&slots, Duration::from_hours(1)).await;
        let taken = slots.take(&conversation()).await.unwrap();
        assert_eq!(stalled.await.unwrap() - start, GRACE);
        assert!(!well.is_finished());
        drop(taken);
        assert_eq!(slots.taken(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_free_slot_goes_to_the_newest_and_past_those_that_have_gone() {
        let slots = slots(1);
        let taken = slots.take(&conversation()).await.unwrap();
        let wait = |slots: &Slots| {
            let slots = slots.clone();
            tokio::spawn(async move { slots.take(&conversation()).await })
        };
        let (older, newer, gone) = (wait(&slots), wait(&slots), wait(&slots));
        tokio::task::yield_now().await;
        gone.abort();
        assert!(gone.await.unwrap_err().is_cancelled());
        drop(taken);
        let newer = newer.await.unwrap().unwrap();
        assert!(!older.is_finished());
        drop(newer);
        drop(older.await.unwrap().unwrap());
        assert_eq!((slots.taken(), slots.readers().free), (0, 1));
    }

    #[tokio::test(start_paused = true)]
    async fn when_too_many_wait_the_oldest_is_refused() {
        let slots = slots(1);
        let taken = slots.take(&conversation()).await.unwrap();
        let start = Instant::now();
        let mut waiting = VecDeque::new();
        for _ in 0..=MAX_WAITING {
            let slots = slots.clone();
            waiting.push_back(tokio::spawn(async move { slots.take(&conversation()).await }));
        }
        assert!(waiting.pop_front().unwrap().await.unwrap().is_none());
        assert_eq!((start.elapsed(), slots.readers().waiting.len()), (Duration::ZERO, MAX_WAITING));
        assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
        drop(taken);
        assert!(waiting.pop_back().unwrap().await.unwrap().is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_stalled_reader_a_scrape_waits_for_a_bounded_time() {
        let slots = slots(1);
        let (start, well) = (Instant::now(), reader(&slots, Duration::from_millis(100)).await);
        assert!(slots.take(&conversation()).await.is_none());
        assert_eq!(start.elapsed(), Limits::DEFAULT.request_wait);
        assert!(!well.is_finished());
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_trickles_is_stalled_after_the_time_of_a_scrape() {
        let slots = slots(1);
        let (start, trickling) = (Instant::now(), reader(&slots, Duration::from_millis(100)).await);
        tokio::time::advance(Duration::from_secs(7)).await;
        assert!(slots.take(&conversation()).await.is_some());
        assert_eq!(trickling.await.unwrap() - start, USUAL_SCRAPE);
    }
}
