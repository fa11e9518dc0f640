//! What a configuration wants watched: a set of sources, before any of them is made.
//!
//! A configuration that is read again gives such a set again. The driver compares it with the one in force by exporter
//! and name: a source of the same description and identity goes on untouched, state and data included; so `make` is
//! only called for what is new or changed.
//!
//! Invariants:
//! - The identity of a source is everything that it is made from: two sources of equal identity would do the same.
//! - The origin of a source is what its data are about. What was published of another origin is taken back before anything is
//!   read of the new one: the facts of one cluster are a lie under the name of another.
//! - What several sources share is a cell of this set, never a variable of whoever makes them: then a source that goes
//!   on and one that is made later have the same.
//! - Names are told apart in the order of the set, so equal configurations give equal names.
//!
//! How to get it wrong: leaving a setting out of the identity. A change of it then has no effect before the next start,
//! and nobody is told. Or taking one into the origin that changes how something is read, and not what: then a reload
//! makes a hole.

use core::any::{Any, TypeId};
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::driver::{Candidate, Renewal};
use crate::shard::Shard;
use crate::source::{Source, SourceDescription};
use crate::text::panic_message;

/// The shortest period: what changes faster is not for a scrape to see.
const MIN_PERIOD: Duration = Duration::from_secs(1);

/// What a source was made from: anything that can be compared.
pub trait Identity: Any + Send {
    /// Whether `other` is of the same type, and equal.
    fn is_equal(&self, other: &dyn Any) -> bool;
}

impl<T: Any + PartialEq + Send> Identity for T {
    fn is_equal(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }
}

/// A set of sources, in order.
///
/// The default is an empty set beside any driver, as for a trial; that of a driver comes from
/// [`Driver::sources`](crate::Driver::sources) or [`DriverControl::sources`](crate::DriverControl::sources).
#[derive(Default)]
pub struct Sources {
    pub(crate) wanted: Vec<Wanted>,
    taken: BTreeSet<(&'static str, String)>,
    /// Every cell that lives, whoever asked for it.
    known: Cells,
    /// The cells that this set asked for: they live as long as it does.
    pub(crate) cells: Vec<Arc<dyn Any + Send + Sync>>,
    shard: Shard,
    renewal: Renewal,
}

/// One source of the set.
pub(crate) struct Wanted {
    pub(crate) description: SourceDescription,
    pub(crate) provenance: Provenance,
    pub(crate) make: Make,
}

/// What a source was made from, and what its data are about.
pub(crate) struct Provenance {
    identity: Box<dyn Identity>,
    origin: Box<dyn Identity>,
}

/// Makes a source.
pub(crate) struct Make(Box<dyn FnOnce() -> Box<dyn Candidate> + Send>);

/// The cells that sources share, for as long as anybody holds them. Cloning shares the whole.
#[derive(Clone, Default)]
pub(crate) struct Cells(Arc<Mutex<BTreeMap<CellKey, Weak<dyn Any + Send + Sync>>>>);

type CellKey = (String, TypeId);

impl Sources {
    pub(crate) fn sharing(known: Cells, shard: Shard) -> Self {
        Self { known, shard, ..Self::default() }
    }

    /// The same, whose sources ask by this for the settings to be put into force once more.
    pub(crate) fn renewed_by(self, renewal: Renewal) -> Self {
        Self { renewal, ..self }
    }

    /// An empty set in which these names are taken.
    pub(crate) fn beside<'a>(others: impl Iterator<Item = &'a SourceDescription>) -> Self {
        let taken = others.map(|other| (other.exporter, other.name.clone())).collect();
        Self { taken, ..Self::default() }
    }

    /// Adds a source. `identity` is everything that `make` makes it from.
    ///
    /// A name that is taken within its exporter gets a number: two sources must not be one series. A period
    /// below a second becomes a second.
    pub fn add<S: Source>(
        &mut self,
        description: SourceDescription,
        identity: impl Identity,
        make: impl FnOnce() -> S + Send + 'static,
    ) {
        self.add_of((), description, identity, make);
    }

    /// The same for a source whose data are of `origin`, such as a server: if another configuration gives the source of this name
    /// another origin, what stands there is taken back at once, and not left until the new one has been read.
    pub fn add_of<S: Source>(
        &mut self,
        origin: impl Identity,
        mut description: SourceDescription,
        identity: impl Identity,
        make: impl FnOnce() -> S + Send + 'static,
    ) {
        description.name = self.free_name(&description);
        description.period = description.period.max(MIN_PERIOD);
        let make = Make(Box::new(|| -> Box<dyn Candidate> { Box::new(make()) }));
        let provenance = Provenance { identity: Box::new(identity), origin: Box::new(origin) };
        self.wanted.push(Wanted { description, provenance, make });
    }

    /// What several sources share: the cell of this key and type of the configuration in force, or a new one.
    ///
    /// Cells that no configuration and no source holds any more are gone.
    pub fn shared<T: Send + Sync + 'static>(
        &mut self,
        key: impl Into<String>,
        make: impl FnOnce() -> T,
    ) -> Arc<T> {
        let cell = self.known.cell(key.into(), make);
        self.cells.push(Arc::<T>::clone(&cell));
        cell
    }

    /// Keeps `thing` for as long as this set is in force: what a configuration wants of something that outlives it.
    pub fn keep(&mut self, thing: Arc<dyn Any + Send + Sync>) {
        self.cells.push(thing);
    }

    /// Which part of an inventory this process watches. It is the same for as long as the process lives, so it is no part of
    /// an identity.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// By what a source asks for the settings in force to be put into force once more, because they have come to mean another
    /// origin.
    pub fn renewal(&self) -> Renewal {
        self.renewal.clone()
    }

    /// The description of each source, in order.
    pub fn descriptions(&self) -> impl Iterator<Item = &SourceDescription> {
        self.wanted.iter().map(|wanted| &wanted.description)
    }

    /// The source's name, with a number if it is taken.
    fn free_name(&mut self, description: &SourceDescription) -> String {
        let mut name = description.name.clone();
        let mut number = 2;
        while !self.taken.insert((description.exporter, name.clone())) {
            name = format!("{} ({number})", description.name);
            number += 1;
        }
        if name != description.name {
            tracing::warn!(exporter = description.exporter, source = %description.name, renamed = %name,
                "two sources of an exporter have one name");
        }
        name
    }
}

impl Provenance {
    /// Whether a source of `other` would do the same, with the same.
    pub(crate) fn is_equal(&self, other: &Self) -> bool {
        let identity: &dyn Any = &*other.identity;
        self.identity.is_equal(identity) && self.has_origin_of(other)
    }

    /// Whether the data are about the same.
    pub(crate) fn has_origin_of(&self, other: &Self) -> bool {
        let origin: &dyn Any = &*other.origin;
        self.origin.is_equal(origin)
    }
}

impl Make {
    /// Makes it.
    ///
    /// # Errors
    /// The message of a panic.
    pub(crate) fn call(self) -> Result<Box<dyn Candidate>, String> {
        catch_unwind(AssertUnwindSafe(self.0)).map_err(|payload| panic_message(&*payload).to_owned())
    }
}

impl Cells {
    fn cell<T: Send + Sync + 'static>(&self, key: String, make: impl FnOnce() -> T) -> Arc<T> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.retain(|_, cell| cell.strong_count() > 0);
        let key = (key, TypeId::of::<T>());
        let alive = cells.get(&key).and_then(Weak::upgrade).and_then(|cell| cell.downcast::<T>().ok());
        alive.unwrap_or_else(|| {
            let cell = Arc::new(make());
            let weak: Weak<T> = Arc::downgrade(&cell);
            cells.insert(key, weak);
            cell
        })
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.descriptions()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_equal_by_type_and_value() {
        let five: Box<dyn Identity> = Box::new(5_u32);
        let is_equal = |other: &dyn Any| five.is_equal(other);
        assert!(is_equal(&5_u32));
        assert!(!is_equal(&6_u32));
        assert!(!is_equal(&5_u64));
    }

    #[test]
    fn a_cell_lives_as_long_as_somebody_holds_it() {
        let cells = Cells::default();
        let mut first = Sources::sharing(cells.clone(), Shard::WHOLE);
        let cell = first.shared("roots", || 1_u32);
        assert_eq!(*first.shared("roots", || 2_u32), 1);
        assert_eq!((*first.shared("roots", || 3_u64), *first.shared("other", || 4_u32)), (3, 4));
        drop(first);
        // A source still holds one of them.
        let mut second = Sources::sharing(cells.clone(), Shard::WHOLE);
        assert_eq!((*second.shared("roots", || 5_u32), *second.shared("other", || 6_u32)), (1, 6));
        drop((cell, second));
        assert_eq!(*Sources::sharing(cells, Shard::WHOLE).shared("roots", || 7_u32), 7);
        assert_eq!(*Sources::default().shared("roots", || 8_u32), 8);
    }
}
