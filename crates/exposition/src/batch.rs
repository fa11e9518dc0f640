//! What a source hands over: a batch for everything it says, or keyed changes for single objects.

use std::fmt;
use std::hash::BuildHasher as _;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use lookout_declarations::{Kinded, Labels};

use crate::Family;
use crate::rows::Rows;

/// All that one source, or one object of it, says in one cycle.
#[derive(Debug, Default)]
pub struct Batch {
    families: Vec<Rows>,
}

impl Batch {
    /// Says nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a family. A second one of the same metric adds its rows to those of the first.
    pub fn add<K: Kinded, L: Labels>(&mut self, family: Family<K, L>) {
        let rows = family.into_rows();
        match self.families.iter_mut().find(|other| other.declaration == rows.declaration) {
            Some(other) => other.append(rows),
            None => self.families.push(rows),
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.families.iter().map(|rows| rows.marks.len()).sum()
    }

    /// The bytes of the rows.
    pub(crate) fn bytes(&self) -> usize {
        self.families.iter().map(|rows| rows.body.len()).sum()
    }

    pub(crate) fn into_families(self) -> Vec<Rows> {
        self.families
    }
}

/// Changes of single objects, for [`Publisher::update`](crate::Publisher::update).
///
/// An object is whatever the source tells apart: a Secret by namespace and name, a topic, a file. Its rows are
/// replaced as a whole; the rows of objects that are not named stay as they are.
#[derive(Default)]
pub struct Changes {
    objects: Vec<(Box<str>, Batch)>,
    /// Places in `objects`, by the hash of the object.
    places: HashTable<usize>,
    complete: bool,
}

impl Changes {
    /// No change.
    pub fn new() -> Self {
        Self::default()
    }

    /// The objects named here will be all that there are, as after a new listing: any other is removed.
    pub fn complete() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// The rows of `object` are now those of `batch`. Of several changes of one object the last counts.
    #[must_use]
    pub fn replace(mut self, object: &str, batch: Batch) -> Self {
        self.put(object, batch);
        self
    }

    pub(crate) fn put(&mut self, object: &str, batch: Batch) {
        if let Some(place) = self.place(object) {
            self.objects[place].1 = batch;
        } else {
            let rehash = |place: &usize| hash(&self.objects[*place].0);
            self.places.insert_unique(hash(object), self.objects.len(), rehash);
            self.objects.push((object.into(), batch));
        }
    }

    fn place(&self, object: &str) -> Option<usize> {
        self.places.find(hash(object), |place| *self.objects[*place].0 == *object).copied()
    }

    /// The object and its rows are gone.
    #[must_use]
    pub fn remove(self, object: &str) -> Self {
        self.replace(object, Batch::new())
    }

    /// The number of objects that are named.
    pub fn len(&self) -> usize {
        self.objects.len()
    }

    /// Whether nothing changes.
    pub fn is_empty(&self) -> bool {
        self.objects.is_empty() && !self.complete
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.complete
    }

    /// The changes by object, in the order in which the objects were first named.
    pub(crate) fn into_objects(self) -> Vec<(Box<str>, Batch)> {
        self.objects
    }
}

fn hash(object: &str) -> u64 {
    FixedState::default().hash_one(object)
}

impl fmt::Debug for Changes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Changes")
            .field("objects", &self.objects.len())
            .field("complete", &self.complete)
            .finish_non_exhaustive()
    }
}
