//! What the client notes of what it does, for [`Figures`](crate::Figures).
//!
//! Invariant: what is noted is bounded by what the exporters follow: resources, verbs, HTTP statuses, reasons. No name of an
//! object is noted.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::{Event, ListCause, REQUEST_DURATION, Verb};

use crate::figures::{Durations, Figures, ResourceFigures};
use crate::resource::Resource;

/// The books of one cluster.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    requests: BTreeMap<(Verb, String, u16), u64>,
    failures: BTreeMap<(Verb, String, Reason), u64>,
    durations: BTreeMap<Verb, Durations>,
    resources: BTreeMap<String, Arc<Account>>,
    answered: Option<Timestamp>,
}

/// The account of one resource.
#[derive(Debug, Default)]
pub(crate) struct Account {
    received_bytes: AtomicU64,
    pages: AtomicU64,
    lists: [AtomicU64; ListCause::ALL.len()],
    resumes: AtomicU64,
    events: [AtomicU64; Event::ALL.len()],
    unreadable: AtomicU64,
    watches: AtomicU64,
    objects: AtomicU64,
}

/// Something that is there for as long as this is: an open watch.
#[derive(Debug)]
pub(crate) struct OpenWatch(Arc<Account>);

/// How many objects somebody holds. They are gone when this is.
#[derive(Debug)]
pub(crate) struct HeldObjects {
    account: Arc<Account>,
    count: u64,
}

// === impl Ledger ===

impl Ledger {
    /// The account of a resource.
    pub(crate) fn account(&self, resource: &Resource) -> Arc<Account> {
        Arc::clone(self.inner().resources.entry(resource.to_string()).or_default())
    }

    /// Notes an answer.
    pub(crate) fn answer(&self, verb: Verb, resource: &str, code: u16, now: Timestamp) {
        let mut inner = self.inner();
        inner.answered = Some(now);
        *inner.requests.entry((verb, resource.to_owned(), code)).or_default() += 1;
    }

    /// Notes that there was no answer.
    pub(crate) fn silence(&self, verb: Verb, resource: &str) {
        *self.inner().requests.entry((verb, resource.to_owned(), 0)).or_default() += 1;
    }

    /// Notes why a request failed.
    pub(crate) fn failure(&self, verb: Verb, resource: &str, reason: Reason) {
        *self.inner().failures.entry((verb, resource.to_owned(), reason)).or_default() += 1;
    }

    /// Notes how long an answer took.
    pub(crate) fn duration(&self, verb: Verb, duration: Duration) {
        let bounds = REQUEST_DURATION.declaration().buckets;
        let mut inner = self.inner();
        let durations = inner.durations.entry(verb).or_default();
        durations.counts.resize(bounds.len() + 1, 0);
        let seconds = duration.as_secs_f64();
        let bucket = bounds.iter().position(|bound| seconds <= *bound).unwrap_or(bounds.len());
        if let Some(count) = durations.counts.get_mut(bucket) {
            *count += 1;
        }
        durations.sum += duration;
    }

    /// Adds what is noted here.
    pub(crate) fn show(&self, figures: &mut Figures) {
        let inner = self.inner();
        let requests = inner.requests.iter();
        figures.requests = requests
            .map(|((verb, resource, code), count)| (*verb, resource.clone(), *code, *count))
            .collect();
        let failures = inner.failures.iter();
        figures.failures = failures
            .map(|((verb, resource, reason), count)| (*verb, resource.clone(), *reason, *count))
            .collect();
        figures.durations =
            inner.durations.iter().map(|(verb, durations)| (*verb, durations.clone())).collect();
        figures.resources =
            inner.resources.iter().map(|(resource, account)| account.figures(resource)).collect();
        figures.answered = inner.answered;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Account ===

impl Account {
    /// Bytes of a body came in.
    pub(crate) fn receive(&self, bytes: usize) {
        self.received_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// A page came in.
    pub(crate) fn page(&self) {
        self.pages.fetch_add(1, Ordering::Relaxed);
    }

    /// A list was read.
    pub(crate) fn list(&self, cause: ListCause) {
        count(&self.lists, ListCause::ALL, cause);
    }

    /// A watch goes on.
    pub(crate) fn resume(&self) {
        self.resumes.fetch_add(1, Ordering::Relaxed);
    }

    /// An event came in.
    pub(crate) fn event(&self, event: Event) {
        count(&self.events, Event::ALL, event);
    }

    /// An object could not be read.
    pub(crate) fn unreadable(&self) {
        self.unreadable.fetch_add(1, Ordering::Relaxed);
    }

    /// A watch is open.
    pub(crate) fn open_watch(self: &Arc<Self>) -> OpenWatch {
        self.watches.fetch_add(1, Ordering::Relaxed);
        OpenWatch(Arc::clone(self))
    }

    /// Objects will be held.
    pub(crate) fn hold_objects(self: &Arc<Self>) -> HeldObjects {
        HeldObjects { account: Arc::clone(self), count: 0 }
    }

    fn figures(&self, resource: &str) -> ResourceFigures {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        ResourceFigures {
            resource: resource.to_owned(),
            received_bytes: load(&self.received_bytes),
            pages: load(&self.pages),
            lists: ListCause::ALL.iter().copied().zip(self.lists.iter().map(load)).collect(),
            resumes: load(&self.resumes),
            events: Event::ALL.iter().copied().zip(self.events.iter().map(load)).collect(),
            unreadable: load(&self.unreadable),
            watches: load(&self.watches),
            objects: load(&self.objects),
        }
    }
}

fn count<T: Copy + PartialEq>(counters: &[AtomicU64], all: &[T], one: T) {
    let place = all.iter().position(|each| *each == one);
    if let Some(counter) = place.and_then(|place| counters.get(place)) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

impl HeldObjects {
    /// So many are held now.
    pub(crate) fn set(&mut self, count: usize) {
        let count = count as u64;
        let before = std::mem::replace(&mut self.count, count);
        // Wraps around where it is fewer, and the sum comes out right.
        self.account.objects.fetch_add(count.wrapping_sub(before), Ordering::Relaxed);
    }
}

impl Drop for HeldObjects {
    fn drop(&mut self) {
        self.set(0);
    }
}

impl Drop for OpenWatch {
    fn drop(&mut self) {
        self.0.watches.fetch_sub(1, Ordering::Relaxed);
    }
}
