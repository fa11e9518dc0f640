//! Keys that had another name in an earlier version: the old one fails with the new one in the message.

use crate::{
    Validate,
    key_path::{KeyPath, Step},
};

/// The renamed keys of a settings type and of all sections below it.
#[derive(Debug, Default)]
pub struct Renames {
    base: Vec<Segment>,
    known: Vec<(Vec<Segment>, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Key(&'static str),
    /// Any index or any key of a map.
    Any,
}

impl Renames {
    /// `old`, a key of this section, is now called `new`: a key beside it, or a path from the root.
    pub fn key(&mut self, old: &'static str, new: &str) {
        let mut path = self.base.clone();
        path.push(Segment::Key(old));
        self.known.push((path, new.to_owned()));
    }

    /// Takes up the renames of the section under `key`.
    pub fn section<T: Validate>(&mut self, key: &'static str) {
        self.below::<T>(&[Segment::Key(key)]);
    }

    /// Takes up the renames of the items of the list, or the values of the map, under `key`.
    pub fn items<T: Validate>(&mut self, key: &'static str) {
        self.below::<T>(&[Segment::Key(key), Segment::Any]);
    }

    /// The renames of a whole settings type.
    pub(crate) fn of<T: Validate>() -> Self {
        let mut renames = Self::default();
        T::renamed(&mut renames);
        renames
    }

    /// What the unknown key at `path` is called now.
    pub(crate) fn new_name(&self, path: &KeyPath) -> Option<&str> {
        self.known.iter().find(|(old, _)| matches(old, path)).map(|(_, new)| new.as_str())
    }

    fn below<T: Validate>(&mut self, segments: &[Segment]) {
        self.base.extend_from_slice(segments);
        T::renamed(self);
        self.base.truncate(self.base.len() - segments.len());
    }
}

fn matches(old: &[Segment], path: &KeyPath) -> bool {
    old.len() == path.0.len()
        && old.iter().zip(&path.0).all(|(segment, step)| match (segment, step) {
            (Segment::Any, _) => true,
            (Segment::Key(old), Step::Key(key)) => old == key,
            (Segment::Key(_), Step::Index(_)) => false,
        })
}
