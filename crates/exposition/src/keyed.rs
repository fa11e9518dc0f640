//! The keyed part of a source: objects own rows, and a change names the objects.
//!
//! Kept per object: the hashes of its rows, 16 bytes each; their text is in the pieces. Of two objects that give the
//! same labels the first is served. The other's row waits here, text and all, and takes the place as soon as the first
//! gives it up, because an object of an event-driven source may not be published again for days.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::fast::FixedState;
use hashbrown::HashMap;

use crate::hash::check_hash;
use crate::rows::{Mark, Rows, identity};
use crate::splice::{Addition, Removal, Seniority, splice};
use crate::trie::Node;

/// A row as its object remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct RowId {
    family: u32,
    check: u32,
    hash: u64,
}

/// A row whose labels another object's row has.
#[derive(Debug)]
struct Waiting {
    object: Box<str>,
    check: u32,
    row: Box<[u8]>,
}

/// One object's new rows by family; none if it is gone.
#[derive(Debug)]
pub(crate) struct ObjectRows {
    pub(crate) object: Box<str>,
    pub(crate) families: Vec<(u32, Rows)>,
}

/// What a change did to one family. Its root is the publisher's to ask for: who kept one here would keep all its pieces, while
/// the next change makes others.
pub(crate) struct KeyedChange {
    pub(crate) family: u32,
    /// The hashes of the rows that the change brought and that are served.
    pub(crate) published: Vec<u64>,
    /// Rows that it brought and that are not, because others have the same labels.
    pub(crate) duplicates: usize,
    /// The identity of one of them, for the log.
    pub(crate) example: Option<Box<[u8]>>,
}

/// All objects of a source and their rows.
#[derive(Default)]
pub(crate) struct Keyed {
    objects: HashMap<Box<str>, Box<[RowId]>, FixedState>,
    /// By family and hash, in order of arrival.
    waiting: HashMap<(u32, u64), Vec<Waiting>, FixedState>,
    roots: BTreeMap<u32, Arc<Node>>,
}

#[derive(Default)]
struct Edits<'a> {
    removals: Vec<Removal>,
    additions: Vec<Addition<'a>>,
}

impl Keyed {
    pub(crate) fn roots(&self) -> impl Iterator<Item = (u32, &Arc<Node>)> {
        self.roots.iter().map(|(family, root)| (*family, root))
    }

    /// The rows of one family.
    pub(crate) fn root(&self, family: u32) -> Option<&Arc<Node>> {
        self.roots.get(&family)
    }

    /// The objects that have rows or had them named empty.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &str> {
        self.objects.keys().map(|object| &**object)
    }

    /// Replaces the rows of the objects in `changes`, each of which is named once.
    pub(crate) fn update(&mut self, changes: Vec<ObjectRows>) -> Vec<KeyedChange> {
        let mut edits: BTreeMap<u32, Edits<'_>> = BTreeMap::new();
        let served: Vec<Vec<RowId>> = changes.iter().map(|change| self.take(&change.object)).collect();
        for id in served.iter().flatten() {
            edits.entry(id.family).or_default().removals.push(Removal { hash: id.hash, check: id.check });
        }
        let mut owned = Vec::with_capacity(changes.len());
        for ((owner, change), served) in (0_u32..).zip(&changes).zip(&served) {
            owned.push(add_rows(change, owner, served, &mut edits));
        }
        let promoted = self.take_waiting(&edits);
        for (number, ((family, hash), waiting)) in (0_u32..).zip(&promoted) {
            edits.entry(*family).or_default().additions.push(Addition {
                hash: *hash,
                seniority: Seniority::Waiting,
                owner: u32::MAX - number,
                row: &waiting.row,
            });
        }
        let object = |owner: u32| match changes.get(owner as usize) {
            Some(change) => &change.object,
            None => &promoted[(u32::MAX - owner) as usize].1.object,
        };
        let results = edits.into_iter().map(|(family, edits)| self.apply(family, edits, &object)).collect();
        for (change, ids) in changes.into_iter().zip(owned) {
            if !ids.is_empty() {
                self.objects.insert(change.object, ids);
            }
        }
        results
    }

    /// Forgets the object; returns its rows that were served, in order.
    fn take(&mut self, object: &str) -> Vec<RowId> {
        let mut ids = self.objects.remove(object).unwrap_or_default().into_vec();
        ids.retain(|id| !self.forget_waiting(*id, object));
        ids
    }

    /// Whether the row was waiting; it no longer is.
    fn forget_waiting(&mut self, id: RowId, object: &str) -> bool {
        if self.waiting.is_empty() {
            return false;
        }
        let key = (id.family, id.hash);
        let Some(rows) = self.waiting.get_mut(&key) else { return false };
        let before = rows.len();
        rows.retain(|row| row.check != id.check || *row.object != *object);
        let found = rows.len() < before;
        if rows.is_empty() {
            self.waiting.remove(&key);
        }
        found
    }

    /// The rows that wait for labels which `edits` may set free, in order of arrival.
    fn take_waiting(&mut self, edits: &BTreeMap<u32, Edits<'_>>) -> Vec<((u32, u64), Waiting)> {
        let mut freed = Vec::new();
        if self.waiting.is_empty() {
            return freed;
        }
        for (family, edits) in edits {
            for removal in &edits.removals {
                let key = (*family, removal.hash);
                freed.extend(self.waiting.remove(&key).into_iter().flatten().map(|waiting| (key, waiting)));
            }
        }
        freed
    }

    fn apply<'c>(
        &mut self,
        family: u32,
        mut edits: Edits<'_>,
        object: &impl Fn(u32) -> &'c Box<str>,
    ) -> KeyedChange {
        edits.removals.sort_unstable_by_key(|removal| removal.hash);
        edits.additions.sort_by_key(|addition| (addition.hash, addition.seniority));
        let spliced = splice(self.roots.remove(&family), &edits.removals, &edits.additions);
        let is_published = |addition: &&Addition<'_>| addition.seniority != Seniority::Waiting;
        let published = edits.additions.iter().filter(is_published).map(|addition| addition.hash).collect();
        let dropped = || spliced.losers.iter().chain(&spliced.repeated).filter(is_published);
        let (duplicates, example) = (dropped().count(), dropped().next());
        let mut change = KeyedChange {
            family,
            published,
            duplicates,
            example: example.map(|addition| identity(addition.row).into()),
        };
        change.forget(dropped().map(|addition| addition.hash).collect());
        for loser in &spliced.losers {
            let (object, check) = (object(loser.owner), check_hash(identity(loser.row)));
            let rows = self.waiting.entry((family, loser.hash)).or_default();
            // Once per object, even if the object repeats itself.
            if !rows.iter().any(|row| row.check == check && row.object == *object) {
                rows.push(Waiting { object: object.clone(), check, row: loser.row.into() });
            }
        }
        self.roots.extend(spliced.root.map(|root| (family, root)));
        change
    }
}

impl KeyedChange {
    /// Adds what a later change did to the same family.
    pub(crate) fn follow(&mut self, later: Self) {
        self.published.extend(later.published);
        self.duplicates += later.duplicates;
        self.example = self.example.take().or(later.example);
    }

    /// Takes `dropped`, which are ordered as the published hashes are but for repetition, out of them.
    fn forget(&mut self, mut dropped: Vec<u64>) {
        dropped.sort_unstable();
        let mut dropped = dropped.into_iter().peekable();
        self.published.retain(|hash| dropped.next_if_eq(hash).is_none());
    }
}

/// Adds an object's rows to `edits`; returns what the object must remember, in order and each once.
fn add_rows<'a>(
    change: &'a ObjectRows,
    owner: u32,
    served: &[RowId],
    edits: &mut BTreeMap<u32, Edits<'a>>,
) -> Box<[RowId]> {
    let mut ids = Vec::with_capacity(change.families.iter().map(|(_, rows)| rows.marks.len()).sum());
    for (family, rows) in &change.families {
        let additions = &mut edits.entry(*family).or_default().additions;
        for mark in &rows.marks {
            let Mark { hash, .. } = *mark;
            let row = mark.of(&rows.body);
            let id = RowId { family: *family, check: check_hash(identity(row)), hash };
            let seniority =
                if served.binary_search(&id).is_ok() { Seniority::Incumbent } else { Seniority::New };
            additions.push(Addition { hash, seniority, owner, row });
            ids.push(id);
        }
    }
    ids.sort_unstable();
    ids.dedup();
    ids.into()
}
