//! A publisher: one source's place in the exposition.
//!
//! It encodes and compresses what changed, then enters it into its exporter, then puts the exporter's new view into the
//! snapshot: the three steps in this order, so that a scrape finds everything made, and no lock is held in the first.
//!
//! How to get it wrong: two publishers for one source. Each holds its own rows, and the second's are duplicates.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::claims::PartId;
use crate::divide::divide;
use crate::exporter::{Commit, Exporter, FamilyChange, LeftOut, Published};
use crate::exposition::Shared;
use crate::keyed::Keyed;
use crate::revision::Revision;
use crate::rows::Rows;
use crate::trie::{Node, each_new_piece};
use crate::{Batch, Changes, Dropped};

/// What became of a publish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublishReport {
    /// The series that the source has now, without duplicates, whether or not the budget withholds them.
    pub series: usize,
    /// The series of this publish that are not served.
    pub dropped: Dropped,
    /// The pieces that the source's rows are in.
    pub pieces: usize,
    /// The pieces that were compressed for this publish; all others stayed as they were.
    pub encoded_pieces: usize,
}

/// One source's place in the exposition. Dropping it withdraws what it published.
pub struct Publisher {
    pub(crate) shared: Arc<Shared>,
    /// `None` if there is no such exporter.
    pub(crate) exporter: Option<usize>,
    source: u32,
    name: Box<str>,
    /// What was published as a whole, by family.
    whole: BTreeMap<u32, Arc<Node>>,
    pub(crate) keyed: Keyed,
}

impl Publisher {
    pub(crate) fn new(shared: Arc<Shared>, exporter: Option<usize>, source: u32, name: &str) -> Self {
        let (whole, keyed) = (BTreeMap::new(), Keyed::default());
        Self { shared, exporter, source, name: name.into(), whole, keyed }
    }

    /// Replaces what the source has said as a whole; its objects stay as they are.
    pub fn publish(&mut self, batch: Batch) -> PublishReport {
        let shared = Arc::clone(&self.shared);
        let Some(place) = self.exporter else { return all_dropped(batch.into_families()) };
        let (exporter, mut encoded, mut commit) = (&shared.exporters[place], 0, Commit::default());
        let mut whole = BTreeMap::new();
        for rows in batch.into_families() {
            let Some(family) = declared_place(exporter, &rows, &mut commit) else { continue };
            let previous = self.whole.remove(&family);
            let divided = divide(&rows.body, &rows.marks, previous.as_ref());
            encoded += self.compress(previous.as_ref(), divided.root.as_ref());
            if let Some(root) = &divided.root {
                whole.insert(family, Arc::clone(root));
            }
            commit.changes.push(FamilyChange {
                root: divided.root,
                published: Published::All,
                duplicates: divided.duplicates,
                example: divided.example,
                ..self.removal(family, false)
            });
        }
        commit.changes.extend(self.whole.keys().map(|family| self.removal(*family, false)));
        self.whole = whole;
        self.finish(place, commit, encoded)
    }

    /// Replaces and removes the rows of single objects; everything else stays as it is.
    pub fn update(&mut self, changes: Changes) -> PublishReport {
        let mut revision = self.revise(changes.is_complete());
        for (object, batch) in changes.into_objects() {
            revision.replace(&object, batch);
        }
        revision.finish()
    }

    /// The same for changes that are told one by one. With `complete`, objects that are not named are removed.
    pub fn revise(&mut self, complete: bool) -> Revision<'_> {
        Revision::new(self, complete)
    }

    /// Takes back everything that the source has said. The publisher can be used again.
    pub fn withdraw(&mut self) {
        let Some(place) = self.exporter else { return };
        let changes: Vec<FamilyChange> = self.removals().collect();
        self.whole.clear();
        self.keyed = Keyed::default();
        if !changes.is_empty() {
            self.finish(place, Commit { changes, ..Commit::default() }, 0);
        }
    }

    /// The removal of every part that there is.
    fn removals(&self) -> impl Iterator<Item = FamilyChange> {
        let whole = self.whole.keys().map(|family| self.removal(*family, false));
        whole.chain(self.keyed.roots().map(|(family, _)| self.removal(family, true)))
    }

    pub(crate) fn removal(&self, family: u32, keyed: bool) -> FamilyChange {
        FamilyChange {
            family: family as usize,
            part: PartId { source: self.source, keyed },
            root: None,
            published: Published::Nothing,
            duplicates: 0,
            example: None,
        }
    }

    /// Compresses what is new, and lets its text go unless it is asked for; returns the number of such pieces.
    pub(crate) fn compress(&self, before: Option<&Arc<Node>>, after: Option<&Arc<Node>>) -> usize {
        let mut count = 0;
        if let Some(after) = after {
            each_new_piece(before, after, &mut |piece| {
                if !piece.is_deflated() && piece.bytes() > 0 {
                    piece.deflated(&self.shared.frame.compressors);
                    count += 1;
                }
                if !self.shared.frame.plain.is_kept() {
                    piece.let_go();
                }
            });
        }
        count
    }

    pub(crate) fn finish(&self, place: usize, commit: Commit, mut encoded_pieces: usize) -> PublishReport {
        let committed = self.shared.exporters[place].commit(self.source, commit);
        for (before, after) in &committed.served_changes {
            encoded_pieces += self.compress(before.as_ref(), Some(after));
        }
        self.shared.install(place, committed.view);
        let roots = self.whole.values().chain(self.keyed.roots().map(|(_, root)| root));
        PublishReport {
            series: committed.series,
            dropped: committed.dropped,
            pieces: roots.map(|root| root.totals().pieces).sum(),
            encoded_pieces,
        }
    }
}

/// The place of the family in the exporter; what the writer left out is entered in any case.
pub(crate) fn declared_place(exporter: &Exporter, rows: &Rows, commit: &mut Commit) -> Option<u32> {
    let Some(place) = exporter.place(rows.declaration) else {
        commit.undeclared.push((rows.declaration.name, rows.marks.len()));
        return None;
    };
    commit.left_out.extend(LeftOut::of(place, rows));
    u32::try_from(place).ok()
}

pub(crate) fn all_dropped(families: impl IntoIterator<Item = Rows>) -> PublishReport {
    let invalid = families.into_iter().map(|rows| rows.marks.len() as u64 + rows.invalid).sum();
    PublishReport { dropped: Dropped { invalid, ..Dropped::default() }, ..PublishReport::default() }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        self.withdraw();
    }
}

impl fmt::Debug for Publisher {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Publisher")
            .field("exporter", &self.exporter.map(|place| self.shared.exporters[place].name))
            .field("source", &self.name)
            .field("families", &self.whole.len())
            .finish_non_exhaustive()
    }
}
