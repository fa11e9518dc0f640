//! How many lines each origin has written: a place in the code, by itself or for one source.
//!
//! Why by source: a source says that it fails once, when that begins. If all sources shared the bound of the place, a
//! thousand refused endpoints would take the only line that names the failure of another source.
//!
//! Invariants:
//! - A line outside of the span of a source always finds its count: there are as many as the program has places.
//! - Counts of sources are bounded in number and in the bytes of their names. Without room, the lines of a source that
//!   has no count yet go to the count of the place alone, until a window has ended.
//!
//! How to get it wrong: making more of a span than whose line it is part of an origin, a request number perhaps. Then
//! nothing is bounded any more.

use core::hash::{Hash, Hasher};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use tracing::Metadata;

/// Whose lines are counted together.
#[derive(Clone, Debug)]
pub(super) struct Origin {
    /// The place in the code.
    pub(super) metadata: &'static Metadata<'static>,
    /// The fields that name the source whose line it is, in the format of the log, if it is that of a source.
    pub(super) source: Option<Arc<str>>,
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        self.metadata.callsite() == other.metadata.callsite() && self.source == other.source
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.metadata.callsite().hash(state);
        self.source.hash(state);
    }
}

/// How many lines of one origin there were in its window.
#[derive(Debug, Default)]
pub(super) struct Count {
    /// Lines that were written.
    pub(super) written: u64,
    /// Lines that were counted instead.
    pub(super) counted: u64,
}

/// The counts of all origins.
#[derive(Debug)]
pub(super) struct Places {
    /// From this number of origins on, a source gets no count of its own.
    limit: usize,
    /// The bytes that the names of sources may take.
    names: usize,
    /// The bytes that they take, each as often as it is in an origin.
    named: usize,
    counts: HashMap<Origin, Count>,
}

impl Places {
    /// No counts yet.
    pub(super) fn new(limit: usize, names: usize) -> Self {
        Self { limit, names, named: 0, counts: HashMap::new() }
    }

    /// Where a line of `origin` is counted: there, or with its place alone if there is no room.
    pub(super) fn seat(&self, origin: &Origin) -> Origin {
        let room = |source: &str| {
            self.counts.len() < self.limit && self.named + source.len() <= self.names
                || self.counts.contains_key(origin)
        };
        Origin { metadata: origin.metadata, source: origin.source.clone().filter(|source| room(source)) }
    }

    /// The count of an origin that [`Self::seat`] has returned, and whether it is new.
    pub(super) fn count(&mut self, seat: &Origin) -> (&mut Count, bool) {
        match self.counts.entry(seat.clone()) {
            Entry::Occupied(known) => (known.into_mut(), false),
            Entry::Vacant(new) => {
                self.named += bytes(seat);
                (new.insert(Count::default()), true)
            }
        }
    }

    /// Whether lines of this origin were counted instead of written.
    pub(super) fn has_counted(&self, seat: &Origin) -> bool {
        self.counts.get(seat).is_some_and(|count| count.counted > 0)
    }

    /// Forgets the origin, and returns how many of its lines were counted.
    pub(super) fn remove(&mut self, seat: &Origin) -> u64 {
        let Some(count) = self.counts.remove(seat) else { return 0 };
        self.named -= bytes(seat);
        count.counted
    }

    /// How many origins have a count.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.counts.len()
    }

    /// How many bytes the names of sources take.
    #[cfg(test)]
    pub(super) fn named(&self) -> usize {
        self.named
    }
}

fn bytes(origin: &Origin) -> usize {
    origin.source.as_ref().map_or(0, |source| source.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two_places() -> [&'static Metadata<'static>; 2] {
        tracing::subscriber::with_default(tracing_subscriber::registry(), || {
            [tracing::error_span!("one"), tracing::error_span!("other")].map(|span| span.metadata().unwrap())
        })
    }

    fn origin(place: &'static Metadata<'static>, source: &str) -> Origin {
        Origin { metadata: place, source: (!source.is_empty()).then(|| source.into()) }
    }

    #[test]
    fn without_room_a_new_source_counts_with_its_place_and_the_known_ones_keep_their_counts() {
        let [one, other] = two_places();
        // Two by number, or seven bytes of names.
        for (limit, names, second) in [(2, 1_000, "2"), (1_000, 7, "234567")] {
            let mut places = Places::new(limit, names);
            for known in [origin(one, "1"), origin(one, second)] {
                assert_eq!(places.seat(&known), known);
                assert!(places.count(&known).1, "it is new");
            }
            let late = places.seat(&origin(one, "3"));
            assert_eq!(late, origin(one, ""));
            places.count(&late).0.counted += 5;
            assert_eq!(places.seat(&origin(one, "1")), origin(one, "1"));
            assert!(places.has_counted(&late) && !places.has_counted(&origin(one, "1")));
            assert!(places.count(&origin(other, "")).1, "each place has a count");
            assert_eq!(places.len(), 4);
            assert_eq!([late, origin(one, "1"), origin(other, "")].map(|one| places.remove(&one)), [5, 0, 0]);
            assert_eq!(places.seat(&origin(one, "3")), origin(one, "3"), "there is room again");
        }
    }
}
