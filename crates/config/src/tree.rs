//! The file as a tree of nodes that know their place, and what has been cut out of it.
//!
//! Nothing is ever removed: a cut node stays, so that the indices of its neighbours stay those of the file, and so
//! that errors which merely follow from the cut can be told from real ones.

use crate::{
    fault::Place,
    key_path::{KeyPath, Step},
};

/// A value with its place.
#[derive(Debug)]
pub(crate) struct Node {
    /// A scalar's own; a block mapping's or list's is its key, which is where a person looks.
    pub(crate) place: Place,
    pub(crate) content: Content,
    /// Wrong, noted, and skipped from now on.
    pub(crate) cut: bool,
    /// Required keys that are missing, noted, and filled with placeholders from now on.
    pub(crate) filled: Vec<&'static str>,
}

/// What a node holds.
#[derive(Debug)]
pub(crate) enum Content {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// A single value as it is written.
#[derive(Debug)]
pub(crate) struct Scalar {
    pub(crate) text: String,
    /// Without quotation marks and not a block: may be a number, a truth value or nothing.
    pub(crate) plain: bool,
}

/// A key and its value.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// The place of the key.
    pub(crate) place: Place,
    pub(crate) value: Node,
    /// A key that nobody reads.
    pub(crate) unknown: bool,
    /// Which key an unknown one was probably meant to be.
    pub(crate) stands_for: Option<String>,
}

impl Scalar {
    /// Whether YAML's core schema reads this as no value.
    pub(crate) fn is_null(&self) -> bool {
        self.plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }
}

impl Entry {
    pub(crate) fn new(key: String, place: Place, value: Node) -> Self {
        Self { key, place, value, unknown: false, stands_for: None }
    }

    /// Whether settings made without this entry lack something that the file says.
    fn is_lost(&self) -> bool {
        if self.value.cut { !self.unknown || self.stands_for.is_some() } else { self.value.has_lost() }
    }
}

impl Node {
    pub(crate) fn new(place: Place, content: Content) -> Self {
        Self { place, content, cut: false, filled: Vec::new() }
    }

    /// The entries that are still there.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        let entries = if let Content::Mapping(entries) = &self.content { entries.as_slice() } else { &[] };
        entries.iter().filter(|entry| !entry.value.cut)
    }

    /// The items that are still there, with their index in the file.
    pub(crate) fn items(&self) -> impl Iterator<Item = (usize, &Self)> {
        let items = if let Content::Sequence(items) = &self.content { items.as_slice() } else { &[] };
        items.iter().enumerate().filter(|(_, item)| !item.cut)
    }

    /// Whether the settings made from this node lack something that the file says, or hold a placeholder.
    pub(crate) fn has_lost(&self) -> bool {
        let below = match &self.content {
            Content::Scalar(_) => false,
            Content::Sequence(items) => items.iter().any(|item| item.cut || item.has_lost()),
            Content::Mapping(entries) => entries.iter().any(Entry::is_lost),
        };
        below || !self.filled.is_empty()
    }

    /// Whether a fault already noted explains that `key` is missing.
    pub(crate) fn explains_lack_of(&self, key: &str) -> bool {
        let Content::Mapping(entries) = &self.content else { return false };
        entries.iter().filter(|entry| entry.value.cut).any(|entry| {
            // `<<` with an alias would have brought keys from elsewhere.
            entry.key == key || entry.key == "<<" || entry.stands_for.as_deref() == Some(key)
        })
    }

    /// The node at `path`, whether cut or not.
    pub(crate) fn at_mut(&mut self, path: &KeyPath) -> Option<&mut Self> {
        path.0.iter().try_fold(self, |node, step| match (step, &mut node.content) {
            (Step::Key(key), Content::Mapping(entries)) => {
                entries.iter_mut().find(|entry| entry.key == *key).map(|entry| &mut entry.value)
            }
            (Step::Index(index), Content::Sequence(items)) => items.get_mut(*index),
            _ => None,
        })
    }

    /// The entry at `path`, whether cut or not.
    pub(crate) fn entry_at_mut(&mut self, path: &KeyPath) -> Option<&mut Entry> {
        let Some(Step::Key(key)) = path.0.last() else { return None };
        match &mut self.at_mut(&path.parent())?.content {
            Content::Mapping(entries) => entries.iter_mut().find(|entry| entry.key == *key),
            _ => None,
        }
    }
}
