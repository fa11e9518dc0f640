//! Where the parts of a follow write what they know, and the follower reads it.
//!
//! Invariants:
//! - Each part writes its own place; the view is put together when it is asked for, and kept until something changes.
//! - Parts are ordered by namespace and disjoint, so their entries one after another are in order.
//! - The number of changes only grows.
//!
//! How to get it wrong: to hold the lock across an await.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use lookout_declarations::Reason;
use tokio::sync::watch;

use crate::follower::{Followed, ObjectFault, Part, PartState};
use crate::intake::Taken;
use crate::object::ObjectKey;
use crate::view::{Entry, View, sort};

/// The most faults that are told by name: as many as a person reads, not as many as a cluster has objects.
pub const MAX_FAULTS: usize = 100;

/// What is known of every part.
pub(crate) struct Board<T> {
    inner: Mutex<Inner<T>>,
    /// The number of the last change.
    number: watch::Sender<u64>,
}

struct Inner<T> {
    places: Vec<Place<T>>,
    /// The view of all places, until one of them changes.
    view: Option<View<T>>,
}

/// What one part knows.
struct Place<T> {
    part: Part,
    /// Whether it was listed completely once, or is absent.
    is_complete: bool,
    entries: Arc<Vec<Arc<Entry<T>>>>,
    faults: BTreeMap<ObjectKey, (Reason, String)>,
}

// === impl Board ===

impl<T> Board<T> {
    /// With a place for each of these parts, which must be ordered.
    pub(crate) fn new(namespaces: impl IntoIterator<Item = Option<String>>) -> Self {
        let place = |namespace| Place {
            part: Part { namespace, state: PartState::Listing, current: None },
            is_complete: false,
            entries: Arc::default(),
            faults: BTreeMap::new(),
        };
        let inner = Inner { places: namespaces.into_iter().map(place).collect(), view: None };
        Self { inner: Mutex::new(inner), number: watch::Sender::new(0) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner<T>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the last change.
    pub(crate) fn number(&self) -> u64 {
        *self.number.borrow()
    }

    /// The number of the first change after `number`, when there is one.
    pub(crate) async fn changed_since(&self, number: u64) -> u64 {
        let mut receiver = self.number.subscribe();
        let found = receiver.wait_for(|now| *now > number).await.map(|now| *now);
        // The sender is ours: it cannot be gone.
        found.unwrap_or(number)
    }

    /// Whether every part has been listed or has failed.
    pub(crate) fn is_settled(&self) -> bool {
        self.inner().places.iter().all(|place| place.is_complete || place.part.state != PartState::Listing)
    }

    /// What is known now.
    pub(crate) fn latest(&self) -> Followed<T> {
        let mut inner = self.inner();
        let view = inner.view();
        let faults = inner.places.iter().flat_map(|place| &place.faults);
        Followed {
            view,
            parts: inner.places.iter().map(|place| place.part.clone()).collect(),
            is_complete: inner.places.iter().all(|place| place.is_complete),
            fault_count: inner.places.iter().map(|place| place.faults.len()).sum(),
            faults: faults.take(MAX_FAULTS).map(object_fault).collect(),
        }
    }

    /// The entries of a part, in order.
    pub(crate) fn entries(&self, index: usize) -> Arc<Vec<Arc<Entry<T>>>> {
        self.inner().places.get(index).map(|place| Arc::clone(&place.entries)).unwrap_or_default()
    }

    /// How many objects a part has.
    pub(crate) fn len(&self, index: usize) -> usize {
        self.inner().places.get(index).map_or(0, |place| place.entries.len())
    }

    /// Notes the state of a part. One that is absent has nothing.
    pub(crate) fn set_state(&self, index: usize, state: PartState) {
        self.change(index, |place| {
            let is_absent = state == PartState::Absent;
            let is_change = place.part.state != state;
            place.part.state = state;
            if is_absent {
                place.entries = Arc::default();
                place.faults.clear();
            }
            place.is_complete |= is_absent;
            is_change
        });
    }

    /// Notes that a part was seen to be current.
    pub(crate) fn set_current(&self, index: usize, now: Timestamp) {
        self.change(index, |place| {
            place.part.current = Some(now);
            false
        });
    }

    /// Puts a complete list in the place of what was known, in one step.
    pub(crate) fn replace(&self, index: usize, listed: Listed<T>, now: Timestamp) {
        self.change(index, |place| {
            let Listed { entries, faults } = listed;
            let is_same = is_same(&place.entries, &entries) && place.faults == faults;
            let is_change = !is_same || !place.is_complete || place.part.state != PartState::Following;
            if !is_same {
                place.entries = Arc::new(entries);
                place.faults = faults;
            }
            place.is_complete = true;
            place.part.state = PartState::Following;
            place.part.current = Some(now);
            is_change
        });
    }

    /// Takes in one object, at its moment.
    pub(crate) fn take(&self, index: usize, taken: Taken<T>, now: Option<Timestamp>) {
        let mut inner = self.inner();
        if inner.places.len() == 1 {
            // It is the very entries of the place: kept, each change would copy them all.
            inner.view = None;
        }
        let Some(place) = inner.places.get_mut(index) else { return };
        place.part.current = now.or(place.part.current);
        if place.take(taken) {
            inner.view = None;
            drop(inner);
            self.number.send_modify(|number| *number += 1);
        }
    }

    /// Leaves out the objects of the namespaces that are not kept.
    pub(crate) fn retain(&self, index: usize, keep: impl Fn(&str) -> bool) {
        self.change(index, |place| {
            let before = place.entries.len() + place.faults.len();
            if place.entries.iter().any(|entry| !keep(&entry.key.namespace)) {
                Arc::make_mut(&mut place.entries).retain(|entry| keep(&entry.key.namespace));
            }
            place.faults.retain(|key, _| keep(&key.namespace));
            place.entries.len() + place.faults.len() != before
        });
    }

    fn change(&self, index: usize, change: impl FnOnce(&mut Place<T>) -> bool) {
        let mut inner = self.inner();
        let Some(place) = inner.places.get_mut(index) else { return };
        if change(place) {
            inner.view = None;
            drop(inner);
            self.number.send_modify(|number| *number += 1);
        }
    }
}

impl<T> Place<T> {
    /// Takes in one object. Whether that changes anything.
    fn take(&mut self, taken: Taken<T>) -> bool {
        let (key, entry) = match &taken {
            Taken::Entry(entry) => (&entry.key, Some(entry)),
            Taken::Out(key) | Taken::Fault(key, ..) => (key, None),
        };
        let had_fault = self.faults.remove(key);
        let found = self.entries.binary_search_by(|known| known.key.cmp(key));
        let is_change = match (found, entry) {
            (Ok(place), Some(entry)) => {
                let is_same = self.entries.get(place).is_some_and(|known| Arc::ptr_eq(known, entry));
                if !is_same && let Some(known) = Arc::make_mut(&mut self.entries).get_mut(place) {
                    *known = Arc::clone(entry);
                }
                !is_same
            }
            (Ok(place), None) => {
                Arc::make_mut(&mut self.entries).remove(place);
                true
            }
            (Err(place), Some(entry)) => {
                Arc::make_mut(&mut self.entries).insert(place, Arc::clone(entry));
                true
            }
            (Err(_), None) => false,
        };
        let is_fault_change = match taken {
            Taken::Fault(key, reason, message) => {
                let is_same = had_fault.as_ref() == Some(&(reason, message.clone()));
                self.faults.insert(key, (reason, message));
                !is_same
            }
            Taken::Entry(_) | Taken::Out(_) => had_fault.is_some(),
        };
        is_change || is_fault_change
    }
}

/// A complete list, while it is put together.
pub(crate) struct Listed<T> {
    entries: Vec<Arc<Entry<T>>>,
    faults: BTreeMap<ObjectKey, (Reason, String)>,
}

// === impl Listed ===

impl<T> Listed<T> {
    pub(crate) fn new(expected: usize) -> Self {
        Self { entries: Vec::with_capacity(expected), faults: BTreeMap::new() }
    }

    /// Takes in one object.
    pub(crate) fn take(&mut self, taken: Taken<T>) {
        match taken {
            Taken::Entry(entry) => self.entries.push(entry),
            Taken::Out(_) => {}
            Taken::Fault(key, reason, message) => {
                self.faults.insert(key, (reason, message));
            }
        }
    }

    /// Takes in what has become of an object that may have been taken in before.
    pub(crate) fn update(&mut self, taken: Taken<T>) {
        let key = match &taken {
            Taken::Entry(entry) => &entry.key,
            Taken::Out(key) | Taken::Fault(key, ..) => key,
        };
        // Seldom: what changes while a list is streamed.
        self.entries.retain(|entry| entry.key != *key);
        self.faults.remove(key);
        self.take(taken);
    }

    /// In order, and each object once.
    pub(crate) fn finish(mut self) -> Self {
        sort(&mut self.entries);
        self.entries.shrink_to_fit();
        self
    }

    /// What was taken in, one by one.
    pub(crate) fn into_taken(self) -> impl Iterator<Item = Taken<T>> {
        let faults =
            self.faults.into_iter().map(|(key, (reason, message))| Taken::Fault(key, reason, message));
        self.entries.into_iter().map(Taken::Entry).chain(faults)
    }
}

/// Whether these are the same entries.
fn is_same<T>(some: &[Arc<Entry<T>>], others: &[Arc<Entry<T>>]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| Arc::ptr_eq(one, other))
}

impl<T> Inner<T> {
    fn view(&mut self) -> View<T> {
        let places = &self.places;
        let view = self.view.get_or_insert_with(|| match places.as_slice() {
            [single] => View::of_sorted(Arc::clone(&single.entries)),
            several => {
                let all = several.iter().flat_map(|place| place.entries.iter().map(Arc::clone));
                View::of_sorted(Arc::new(all.collect()))
            }
        });
        view.clone()
    }
}

fn object_fault((key, (reason, message)): (&ObjectKey, &(Reason, String))) -> ObjectFault {
    ObjectFault { key: key.clone(), reason: *reason, message: message.clone() }
}

impl<T> fmt::Debug for Board<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner();
        formatter.debug_list().entries(inner.places.iter().map(|place| &place.part)).finish()
    }
}
