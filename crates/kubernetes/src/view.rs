//! All objects of a follow at one moment, and what differs between two moments.
//!
//! Invariant: an object that did not change is the same [`Arc`] in both views. So views are compared by pointer, and what
//! differs is found without looking into an object.

use std::cmp::Ordering;
use std::fmt;
use std::sync::Arc;

use crate::object::ObjectKey;

/// What was read of an object, with its name.
#[derive(Debug, PartialEq)]
pub struct Entry<T> {
    /// Its name.
    pub key: ObjectKey,
    /// What the reader took.
    pub object: T,
}

/// All objects of a follow at one moment, ordered by key. Cloning is cheap.
pub struct View<T> {
    entries: Arc<Vec<Arc<Entry<T>>>>,
}

/// What differs between two views.
#[derive(Debug)]
pub enum Difference<'a, T> {
    /// It was not there before.
    Added(&'a Arc<Entry<T>>),
    /// It was there, and was something else.
    Changed {
        /// What it was.
        before: &'a Arc<Entry<T>>,
        /// What it is.
        after: &'a Arc<Entry<T>>,
    },
    /// It is gone.
    Removed(&'a Arc<Entry<T>>),
}

// === impl View ===

impl<T> View<T> {
    /// A view of these objects, put in order. Of several with one key the last is taken. For tests of what reads views.
    pub fn new(objects: impl IntoIterator<Item = Entry<T>>) -> Self {
        let mut entries: Vec<_> = objects.into_iter().map(Arc::new).collect();
        sort(&mut entries);
        Self { entries: Arc::new(entries) }
    }

    /// Of entries that are in order.
    pub(crate) fn of_sorted(entries: Arc<Vec<Arc<Entry<T>>>>) -> Self {
        Self { entries }
    }

    /// Every object, ordered by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Entry<T>>> + DoubleEndedIterator {
        self.entries.iter()
    }

    /// The object of that name; `namespace` is empty for one that lives in none.
    pub fn get(&self, namespace: &str, name: &str) -> Option<&Arc<Entry<T>>> {
        let found = self.entries.binary_search_by(|entry| compare(&entry.key, namespace, name));
        found.ok().and_then(|index| self.entries.get(index))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What differs between two views, ordered by key.
    pub fn differences<'a>(before: &'a Self, after: &'a Self) -> impl Iterator<Item = Difference<'a, T>> {
        let is_same = Arc::ptr_eq(&before.entries, &after.entries);
        let (before, after): (&[_], &[_]) =
            if is_same { (&[], &[]) } else { (&before.entries, &after.entries) };
        Differences { before, after }
    }
}

/// Puts entries in order; of several with one key the last stays.
pub(crate) fn sort<T>(entries: &mut Vec<Arc<Entry<T>>>) {
    if entries.is_sorted_by(|one, next| one.key < next.key) {
        return;
    }
    entries.reverse();
    entries.sort_by(|one, other| one.key.cmp(&other.key)); // stable: the last of a key comes first
    entries.dedup_by(|later, kept| later.key == kept.key);
}

/// How a key stands to a name.
pub(crate) fn compare(key: &ObjectKey, namespace: &str, name: &str) -> Ordering {
    (&*key.namespace, &*key.name).cmp(&(namespace, name))
}

struct Differences<'a, T> {
    before: &'a [Arc<Entry<T>>],
    after: &'a [Arc<Entry<T>>],
}

impl<'a, T> Iterator for Differences<'a, T> {
    type Item = Difference<'a, T>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let order = match (self.before.first(), self.after.first()) {
                (None, None) => return None,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(before), Some(after)) if Arc::ptr_eq(before, after) => Ordering::Equal,
                (Some(before), Some(after)) => before.key.cmp(&after.key),
            };
            match order {
                Ordering::Less => return take(&mut self.before).map(Difference::Removed),
                Ordering::Greater => return take(&mut self.after).map(Difference::Added),
                Ordering::Equal => {
                    let (before, after) = (take(&mut self.before)?, take(&mut self.after)?);
                    if !Arc::ptr_eq(before, after) {
                        return Some(Difference::Changed { before, after });
                    }
                }
            }
        }
    }
}

fn take<'a, T>(entries: &mut &'a [Arc<Entry<T>>]) -> Option<&'a Arc<Entry<T>>> {
    let (first, rest) = entries.split_first()?;
    *entries = rest;
    Some(first)
}

impl<T> Clone for View<T> {
    fn clone(&self) -> Self {
        Self { entries: Arc::clone(&self.entries) }
    }
}

impl<T> Default for View<T> {
    fn default() -> Self {
        Self { entries: Arc::default() }
    }
}

impl<T> fmt::Debug for View<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.entries.iter().map(|entry| entry.key.to_string())).finish()
    }
}
