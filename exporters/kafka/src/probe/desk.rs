//! What the threads of the probe share.
//!
//! The [`Desk`] belongs to the source and outlives its clients, so that counters go on when clients are made anew. A
//! [`Shift`] belongs to one set of clients: what they report after its end is ignored, because it has been settled.
//!
//! Invariant: no lock is held while librdkafka is called, or another lock taken.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use lookout_declarations::Reason;
use rdkafka::error::KafkaError;
use rdkafka::types::RDKafkaErrorCode;
use tokio::sync::watch;

use super::bearer::Held;
use super::layout::Layout;
use super::ledger::{Commits, Ledger};
use super::reason::reason_of_client;
use super::record::Instance;

/// For how long an error of the client as a whole explains that nobody answers.
const EXPLAINS: Duration = Duration::from_secs(30);

/// The longest text of librdkafka that is kept: its errors name a broker, and say a sentence or two.
const MAX_TEXT: usize = 300;

/// What outlives the clients.
pub(super) struct Desk {
    started: Instant,
    pub(super) instance: Instance,
    books: Mutex<Books>,
}

/// What is counted.
#[derive(Clone, Debug)]
pub(super) struct Books {
    pub(super) ledger: Ledger,
    pub(super) commits: Commits,
}

/// What belongs to one set of clients.
pub(super) struct Shift {
    pub(super) desk: Arc<Desk>,
    /// The bearer token, if that is how to log in.
    pub(super) held: Option<Arc<Held>>,
    /// What the keeper found last.
    pub(super) standing: watch::Sender<Standing>,
    state: Mutex<State>,
    woken: Condvar,
    /// How far each partition has been read, where anything has been.
    positions: Mutex<BTreeMap<i32, Position>>,
    trouble: Mutex<Option<(Duration, Trouble)>>,
}

/// What the threads wait for.
#[derive(Default)]
struct State {
    is_over: bool,
    is_commit_ordered: bool,
}

/// How far a partition has been read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Position {
    /// The offset behind the last record; none before the first.
    next: Option<i64>,
    /// Whether its end was ever reached: then what is sent there will be seen, and nothing old is before it.
    was_at_end: bool,
}

/// What the keeper found.
#[derive(Clone, Debug, Default)]
pub(super) struct Standing {
    /// The last layout that could be made; none before the first.
    pub(super) layout: Option<Arc<Layout>>,
    /// Why there is no newer one, and for how many rounds in a row.
    pub(super) failure: Option<(Trouble, u32)>,
    /// What is wrong with the topic.
    pub(super) fault: Option<Trouble>,
}

/// What is wrong: a reason, and words for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub(super) reason: Reason,
    pub(super) message: String,
}

// === impl Desk ===

impl Desk {
    pub(super) fn new(timeout: Duration, bounds: &'static [f64]) -> Self {
        let books = Books { ledger: Ledger::new(timeout, bounds), commits: Commits::new(bounds) };
        Self { started: Instant::now(), instance: Instance::random(), books: Mutex::new(books) }
    }

    /// The time since the desk was made, by a clock that is never set.
    pub(super) fn now(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        lock(&self.books)
    }
}

// === impl Shift ===

impl Shift {
    pub(super) fn new(desk: Arc<Desk>, held: Option<Arc<Held>>) -> Self {
        Self {
            desk,
            held,
            standing: watch::Sender::new(Standing::default()),
            state: Mutex::default(),
            woken: Condvar::new(),
            positions: Mutex::default(),
            trouble: Mutex::default(),
        }
    }

    /// Ends the shift: its threads end, and what its clients still report is ignored.
    pub(super) fn end(&self) {
        lock(&self.state).is_over = true;
        self.woken.notify_all();
    }

    pub(super) fn is_over(&self) -> bool {
        lock(&self.state).is_over
    }

    /// Waits; less, if the shift ends.
    pub(super) fn pause(&self, duration: Duration) {
        let state = lock(&self.state);
        drop(self.woken.wait_timeout_while(state, duration, |state| !state.is_over));
    }

    /// Has what was read committed.
    pub(super) fn order_commit(&self) {
        lock(&self.state).is_commit_ordered = true;
        self.woken.notify_all();
    }

    /// Waits until a commit is ordered; false if the shift is over.
    pub(super) fn await_commit(&self) -> bool {
        let is_waiting = |state: &mut State| !state.is_over && !state.is_commit_ordered;
        let state = self.woken.wait_while(lock(&self.state), is_waiting);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        state.is_commit_ordered = false;
        !state.is_over
    }

    /// Notes that a record of the partition was read.
    pub(super) fn read(&self, partition: i32, offset: i64) {
        lock(&self.positions).entry(partition).or_default().next = Some(offset.saturating_add(1));
    }

    /// Notes that the end of the partition was reached.
    pub(super) fn reached_end(&self, partition: i32) {
        lock(&self.positions).entry(partition).or_default().was_at_end = true;
    }

    /// Whether what is sent to the partition from now on will be seen.
    pub(super) fn is_read(&self, partition: i32) -> bool {
        lock(&self.positions).get(&partition).is_some_and(|position| position.was_at_end)
    }

    /// The offsets to commit: of each partition the one behind the last record.
    pub(super) fn offsets(&self) -> Vec<(i32, i64)> {
        let positions = lock(&self.positions);
        positions.iter().filter_map(|(partition, position)| Some((*partition, position.next?))).collect()
    }

    /// Notes an error of the client as a whole, which may explain why nobody answers.
    pub(super) fn note(&self, error: &KafkaError, text: &str) {
        // That everything is read is an event, and explains nothing.
        if matches!(error, KafkaError::PartitionEOF(_))
            || error.rdkafka_error_code() == Some(RDKafkaErrorCode::PartitionEOF)
        {
            return;
        }
        let trouble = Trouble { reason: reason_of_client(error, text), message: bounded(text) };
        let mut known = lock(&self.trouble);
        // That all brokers are down follows from each of them being so, for which the reason was told before.
        let is_vague =
            |trouble: &Trouble| matches!(trouble.reason, Reason::Unreachable | Reason::Disconnected);
        let is_better = |(at, known): &(Duration, Trouble)| {
            !is_vague(known) && self.desk.now().saturating_sub(*at) < EXPLAINS
        };
        if !(is_vague(&trouble) && known.as_ref().is_some_and(is_better)) {
            *known = Some((self.desk.now(), trouble));
        }
    }

    /// Why nobody can log in with the token any more, if so.
    pub(super) fn lapse(&self) -> Option<Trouble> {
        self.held.as_ref()?.lapse()
    }

    /// That there is no token; else the last error of the client as a whole, if it is young enough to explain anything.
    pub(super) fn explanation(&self) -> Option<Trouble> {
        if let Some(lapse) = self.lapse() {
            return Some(lapse);
        }
        let known = lock(&self.trouble);
        let (at, trouble) = known.as_ref()?;
        (self.desk.now().saturating_sub(*at) < EXPLAINS).then(|| trouble.clone())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The beginning of `text`, without control characters.
pub(super) fn bounded(text: &str) -> String {
    text.chars().take(MAX_TEXT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use lookout_kafka_spec::metrics::PROBE_BOUNDS;

    use super::*;

    #[test]
    fn that_all_is_read_explains_nothing() {
        let shift = Shift::new(Arc::new(Desk::new(Duration::from_secs(10), PROBE_BOUNDS)), None);
        for error in [KafkaError::PartitionEOF(3), KafkaError::Global(RDKafkaErrorCode::PartitionEOF)] {
            shift.note(&error, "Fetch from broker 3 reached end of partition at offset 467");
            assert!(shift.explanation().is_none(), "{error:?}");
        }
        shift.note(&KafkaError::Global(RDKafkaErrorCode::Resolve), "cannot resolve");
        assert_eq!(shift.explanation().map(|trouble| trouble.reason), Some(Reason::Unresolved));
    }
}
