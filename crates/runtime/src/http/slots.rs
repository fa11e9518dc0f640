//! The slots for scrapes: an answer may keep an old snapshot in memory, so only so many are in the taking at once.
//!
//! A scrape above that waits a moment for a slot. If none gets free by itself, the reader that is stalled longest is
//! cut off; if all are taken by readers that are well, the scrape is refused.
//!
//! How to get it wrong: taking the snapshot before the slot. Then each scrape that waits keeps one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::conversation::Conversation;
use super::limits::{GRACE, Limits, USUAL_SCRAPE};

/// All slots.
#[derive(Clone, Debug)]
pub(super) struct Slots {
    permits: Arc<Semaphore>,
    readers: Arc<Mutex<Readers>>,
    /// How long a scrape waits for one.
    wait: Duration,
}

#[derive(Debug, Default)]
struct Readers {
    next: u64,
    readers: HashMap<u64, Reader>,
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

/// One scrape's slot; dropping it frees it.
#[derive(Debug)]
pub(super) struct Slot {
    number: u64,
    since: Instant,
    progress: Progress,
    slots: Slots,
    _permit: OwnedSemaphorePermit,
}

impl Slots {
    /// As many as `limits` say.
    pub(super) fn new(limits: &Limits) -> Self {
        let permits = Arc::new(Semaphore::new(limits.requests.min(Semaphore::MAX_PERMITS)));
        Self { permits, readers: Arc::default(), wait: limits.request_wait }
    }

    /// A slot for an answer to `conversation`; none if there is none in time.
    pub(super) async fn take(&self, conversation: &Arc<Conversation>) -> Option<Slot> {
        let permit = match Arc::clone(&self.permits).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => self.wait().await?,
        };
        let since = Instant::now();
        let progress = Progress(Arc::default());
        let mut readers = self.readers();
        let number = readers.next;
        readers.next += 1;
        let reader = Reader { conversation: Arc::clone(conversation), since, progress: progress.clone() };
        readers.readers.insert(number, reader);
        drop(readers);
        Some(Slot { number, since, progress, slots: self.clone(), _permit: permit })
    }

    /// The slots that are taken.
    pub(super) fn taken(&self) -> usize {
        self.readers().readers.len()
    }

    async fn wait(&self) -> Option<OwnedSemaphorePermit> {
        let start = Instant::now();
        let end = start + self.wait;
        let mut freed = core::pin::pin!(Arc::clone(&self.permits).acquire_owned());
        // Readers that are well make room by themselves.
        let mut again = (start + GRACE).min(end);
        loop {
            tokio::select! {
                permit = freed.as_mut() => return permit.ok(),
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
        let stalled = readers.readers.values().filter(|reader| {
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
        self.slots.readers().readers.remove(&self.number);
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
