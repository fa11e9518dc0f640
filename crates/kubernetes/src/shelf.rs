//! Where a part puts the objects that it is told of, whatever is kept of them.
//!
//! Why a trait object: how lists and watches go on does not depend on what is read. So that code is in the program once, and not once
//! for each of the readers, which all work at the same time and would each have theirs in memory.
//!
//! Invariant: a listing changes nothing of what is known before it is complete.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;

use crate::board::{Board, Listed};
use crate::filter::Filter;
use crate::follower::PartState;
use crate::intake::{Intake, Taken};
use crate::page::Glimpse;
use crate::reader::Reader;
use crate::view::Entry;

/// The place of one part on its board.
pub(crate) trait Shelf: Send + Sync {
    /// Begins a list of everything.
    fn list(&self) -> Box<dyn Listing>;

    /// Takes in one object, at its moment.
    fn take(&self, told: Told<'_>, now: Timestamp);

    /// How many objects there are.
    fn len(&self) -> usize;

    /// Which objects belong here.
    fn filter(&mut self) -> &mut Filter;

    /// Leaves out the objects of namespaces that do not belong here any more.
    fn sift(&self);

    /// Notes how the part stands. One that is absent has nothing.
    fn set_state(&self, state: PartState);

    /// Notes that the part was seen to be current.
    fn set_current(&self, now: Timestamp);
}

/// A list of everything, while it is put together.
pub(crate) trait Listing: Send {
    /// Takes in one object.
    fn take(&mut self, told: Told<'_>);

    /// Takes in what has become of an object that may have been taken in before.
    fn update(&mut self, told: Told<'_>);

    /// Puts it in the place of what was known.
    fn replace(self: Box<Self>, now: Timestamp);

    /// Adds it to what is known.
    fn add(self: Box<Self>);
}

/// What is told of an object, in the text of which as much was sent as the variant says.
#[derive(Clone, Debug)]
pub(crate) enum Told<'a> {
    /// What it is now.
    Object(&'a [u8]),
    /// That it is gone.
    Deleted(&'a [u8]),
    /// That it is beyond the bound that the message names.
    TooLarge(&'a [u8], String),
}

/// The shelf for what a reader keeps.
pub(crate) struct ObjectShelf<R: Reader> {
    board: Arc<Board<R::Object>>,
    /// Its place on the board.
    index: usize,
    intake: Intake<R>,
}

struct ObjectListing<R: Reader> {
    shelf: ObjectShelf<R>,
    known: Arc<Vec<Arc<Entry<R::Object>>>>,
    listed: Listed<R::Object>,
}

// === impl ObjectShelf ===

impl<R: Reader> ObjectShelf<R> {
    /// The place number `index` of `board`.
    pub(crate) fn new(board: Arc<Board<R::Object>>, index: usize, intake: Intake<R>) -> Self {
        Self { board, index, intake }
    }

    fn read(&self, told: Told<'_>, known: &[Arc<Entry<R::Object>>]) -> Taken<R::Object> {
        match told {
            Told::Object(text) => self.intake.take(text, known),
            Told::TooLarge(text, message) => self.intake.fault(text, Reason::TooLarge, message),
            Told::Deleted(text) => match Glimpse::of(text).key {
                Some(key) => Taken::Out(key),
                None => self.intake.fault(text, Reason::Malformed, "a deleted object has no name".to_owned()),
            },
        }
    }
}

impl<R: Reader> Shelf for ObjectShelf<R> {
    fn list(&self) -> Box<dyn Listing> {
        let Self { board, index, intake } = self;
        let known = board.entries(*index);
        let listed = Listed::new(known.len());
        let of = Self::new(Arc::clone(board), *index, intake.clone());
        Box::new(ObjectListing { shelf: of, known, listed })
    }

    fn take(&self, told: Told<'_>, now: Timestamp) {
        let known = self.board.entries(self.index);
        let taken = self.read(told, &known);
        // Held, what is known would be copied to be changed.
        drop(known);
        self.board.take(self.index, taken, Some(now));
    }

    fn len(&self) -> usize {
        self.board.len(self.index)
    }

    fn filter(&mut self) -> &mut Filter {
        &mut self.intake.filter
    }

    fn sift(&self) {
        self.board.retain(self.index, |namespace| self.intake.filter.takes_namespace(namespace));
    }

    fn set_state(&self, state: PartState) {
        self.board.set_state(self.index, state);
    }

    fn set_current(&self, now: Timestamp) {
        self.board.set_current(self.index, now);
    }
}

// === impl ObjectListing ===

impl<R: Reader> Listing for ObjectListing<R> {
    fn take(&mut self, told: Told<'_>) {
        self.listed.take(self.shelf.read(told, &self.known));
    }

    fn update(&mut self, told: Told<'_>) {
        self.listed.update(self.shelf.read(told, &self.known));
    }

    fn replace(self: Box<Self>, now: Timestamp) {
        let Self { shelf, known, listed } = *self;
        drop(known);
        shelf.board.replace(shelf.index, listed.finish(), now);
    }

    fn add(self: Box<Self>) {
        let Self { shelf, known, listed } = *self;
        drop(known);
        for taken in listed.finish().into_taken() {
            shelf.board.take(shelf.index, taken, None);
        }
    }
}
