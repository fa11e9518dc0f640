//! A revision: changes of any number of objects, told one by one, that become visible together.
//!
//! An inventory of a hundred thousand objects is told in one revision, and its rows must not stand in memory twice. So
//! what was told is worked into the tries as soon as it is a megabyte, where a trie that nobody else holds is made anew piece
//! by piece; it is compressed, entered and put into the snapshot once, at the end.
//!
//! Invariant: what the publisher keeps of its objects and what the exposition serves of them agree as soon as the
//! revision is gone, also if whoever told it panicked in the middle: then what was told until then counts.
//!
//! How to get it wrong: committing after each part. A scrape in between would find half an inventory, and "the number of certificates
//! dropped" would fire at each start.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use crate::exporter::{Commit, FamilyChange, Published};
use crate::keyed::{KeyedChange, ObjectRows};
use crate::publisher::{Publisher, all_dropped, declared_place};
use crate::trie::Node;
use crate::{Batch, Changes, PublishReport};

/// How many bytes of rows wait at least to be worked in; they take some times as much memory while they wait.
const PENDING_BYTES: usize = 1_024 * 1_024;
/// The same as a share of what is served: each pass goes over the tries, so there are some per doubling.
const PENDING_SHARE: usize = 16;

/// Changes of objects that become visible together, when this is finished or dropped.
pub struct Revision<'a> {
    publisher: &'a mut Publisher,
    /// What the families were before.
    before: BTreeMap<u32, Arc<Node>>,
    pending: Changes,
    pending_bytes: usize,
    pending_limit: usize,
    /// Whether anything was worked in.
    has_worked: bool,
    /// The objects that go unless they are named.
    unnamed: Option<HashSet<Box<str>, FixedState>>,
    /// What has become of the families until now.
    changes: BTreeMap<u32, KeyedChange>,
    commit: Commit,
    report: Option<PublishReport>,
}

impl<'a> Revision<'a> {
    /// Nothing yet. With `complete`, the objects that will be named are all that there are.
    pub(crate) fn new(publisher: &'a mut Publisher, complete: bool) -> Self {
        let before = publisher.keyed.roots().map(|(family, root)| (family, Arc::clone(root))).collect();
        let unnamed = complete.then(|| publisher.keyed.objects().map(Box::from).collect());
        Self {
            publisher,
            before,
            pending: Changes::new(),
            pending_bytes: 0,
            pending_limit: PENDING_BYTES,
            has_worked: false,
            unnamed,
            changes: BTreeMap::new(),
            commit: Commit::default(),
            report: None,
        }
    }

    /// The rows of `object` are now those of `batch`; of several changes of one object the last counts.
    pub fn replace(&mut self, object: &str, batch: Batch) {
        if let Some(unnamed) = &mut self.unnamed {
            unnamed.remove(object);
        }
        self.pending_bytes += batch.bytes();
        self.pending.put(object, batch);
        if self.pending_bytes > self.pending_limit {
            self.work_in();
        }
    }

    /// The object and its rows are gone.
    pub fn remove(&mut self, object: &str) {
        self.replace(object, Batch::new());
    }

    /// Whether finishing it would change nothing.
    pub fn is_idle(&self) -> bool {
        let drops_nothing = self.unnamed.as_ref().is_none_or(HashSet::is_empty);
        drops_nothing && self.pending.is_empty() && !self.has_worked
    }

    /// Makes it visible.
    pub fn finish(mut self) -> PublishReport {
        for object in self.unnamed.take().into_iter().flatten() {
            self.pending.put(&object, Batch::new());
        }
        self.close();
        self.report.unwrap_or_default()
    }

    /// Works what was told into the tries of the publisher.
    fn work_in(&mut self) {
        self.has_worked = true;
        self.pending_bytes = 0;
        let objects = std::mem::take(&mut self.pending).into_objects();
        let shared = Arc::clone(&self.publisher.shared);
        let Some(place) = self.publisher.exporter else {
            let families = objects.into_iter().flat_map(|(_, batch)| batch.into_families());
            let report = self.report.get_or_insert_default();
            report.dropped.invalid += all_dropped(families).dropped.invalid;
            return;
        };
        let mut object_rows = Vec::with_capacity(objects.len());
        for (object, batch) in objects {
            let mut families = Vec::new();
            for rows in batch.into_families() {
                if let Some(family) = declared_place(&shared.exporters[place], &rows, &mut self.commit) {
                    families.push((family, rows));
                }
            }
            object_rows.push(ObjectRows { object, families });
        }
        for change in self.publisher.keyed.update(object_rows) {
            match self.changes.get_mut(&change.family) {
                Some(earlier) => earlier.follow(change),
                None => drop(self.changes.insert(change.family, change)),
            }
        }
        let bytes: usize = self.publisher.keyed.roots().map(|(_, root)| root.totals().bytes).sum();
        self.pending_limit = (bytes / PENDING_SHARE).max(PENDING_BYTES);
    }

    /// Compresses and enters all that was worked in.
    fn close(&mut self) {
        if !self.pending.is_empty() {
            self.work_in();
        }
        let Some(place) = self.publisher.exporter else { return };
        if self.report.is_some() {
            return;
        }
        let (mut encoded, mut commit) = (0, std::mem::take(&mut self.commit));
        for change in std::mem::take(&mut self.changes).into_values() {
            let root = self.publisher.keyed.root(change.family).cloned();
            encoded += self.publisher.compress(self.before.get(&change.family), root.as_ref());
            commit.changes.push(FamilyChange {
                root,
                published: Published::Hashes(change.published),
                duplicates: change.duplicates,
                example: change.example,
                ..self.publisher.removal(change.family, true)
            });
        }
        self.report = Some(self.publisher.finish(place, commit, encoded));
    }
}

impl Drop for Revision<'_> {
    fn drop(&mut self) {
        // What was not named stays: whoever leaves in the middle has not named it yet.
        if self.has_worked || !self.pending.is_empty() {
            self.close();
        }
    }
}

impl fmt::Debug for Revision<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Revision").field("publisher", &self.publisher).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use lookout_declarations::{Gauge, label, metrics};

    use super::*;
    use crate::{Encoding, ExporterFamilies, Exposition, Family, Format, Selection};

    label! {
        /// What it is of.
        pub Thing = "thing";
    }

    metrics! {
        /// A value.
        pub VALUE: Gauge<(Thing,)> = Gauge::new("example_value", "A value.");
    }

    fn rows(thing: &str, value: f64) -> Batch {
        let mut family = Family::new(&VALUE);
        family.set((thing,), value);
        let mut batch = Batch::new();
        batch.add(family);
        batch
    }

    fn exposition() -> Exposition {
        Exposition::new([ExporterFamilies { exporter: "example", families: METRICS, series_budget: 1_000 }])
    }

    fn served(exposition: &Exposition) -> Vec<String> {
        let snapshot = exposition.snapshot();
        let answer = snapshot.answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        let rows = text.lines().filter_map(|line| line.strip_prefix("example_value")).map(str::to_owned);
        let mut rows: Vec<String> = rows.collect();
        rows.sort();
        rows
    }

    #[test]
    fn what_is_worked_in_bit_by_bit_is_seen_at_the_end() {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        let mut revision = publisher.revise(true);
        for thing in ["a", "b", "c"] {
            revision.replace(thing, rows(thing, 1.0));
            revision.work_in();
        }
        assert_eq!(served(&exposition), [""; 0]);
        let report = revision.finish();
        assert_eq!((report.series, report.pieces, report.encoded_pieces), (3, 1, 1));
        assert_eq!(served(&exposition), ["{thing=\"a\"} 1", "{thing=\"b\"} 1", "{thing=\"c\"} 1"]);
    }

    #[test]
    fn a_complete_revision_drops_what_it_does_not_name() {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        let mut revision = publisher.revise(true);
        revision.replace("a", rows("a", 1.0));
        revision.replace("b", rows("b", 1.0));
        revision.finish();
        let mut revision = publisher.revise(false);
        revision.replace("c", rows("c", 1.0));
        revision.finish();
        assert_eq!(served(&exposition).len(), 3);
        let mut revision = publisher.revise(true);
        // The object of another name has the row of one that goes.
        revision.replace("d", rows("a", 2.0));
        revision.work_in();
        revision.replace("c", rows("c", 1.0));
        revision.finish();
        assert_eq!(served(&exposition), ["{thing=\"a\"} 2", "{thing=\"c\"} 1"]);
    }

    #[test]
    fn a_revision_that_is_left_in_the_middle_forgets_nothing_and_drops_nothing() {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        publisher.update(Changes::new().replace("a", rows("a", 1.0)));
        let mut revision = publisher.revise(true);
        revision.replace("b", rows("b", 1.0));
        revision.work_in();
        revision.replace("c", rows("c", 1.0));
        drop(revision);
        assert_eq!(served(&exposition), ["{thing=\"a\"} 1", "{thing=\"b\"} 1", "{thing=\"c\"} 1"]);
        publisher.update(Changes::complete());
        assert_eq!(served(&exposition), [""; 0]);
    }

    #[test]
    fn a_revision_in_which_nothing_was_told_is_idle_and_enters_nothing() {
        let exposition = exposition();
        let mut publisher = exposition.publisher("example", "source");
        publisher.update(Changes::new().replace("a", rows("a", 1.0)));
        let before = exposition.snapshot();
        let revision = publisher.revise(false);
        assert!(revision.is_idle());
        drop(revision);
        assert!(Arc::ptr_eq(&before, &exposition.snapshot()));
        assert!(!publisher.revise(true).is_idle(), "it would drop `a`");
        let mut revision = publisher.revise(false);
        revision.remove("a");
        assert!(!revision.is_idle());
    }

    #[test]
    fn a_source_without_an_exporter_is_told_that_nothing_is_served() {
        let exposition = exposition();
        let mut publisher = exposition.publisher("nobody", "source");
        let mut revision = publisher.revise(false);
        revision.replace("a", rows("a", 1.0));
        revision.work_in();
        revision.replace("b", rows("b", 1.0));
        assert_eq!(revision.finish().dropped.invalid, 2);
    }
}
