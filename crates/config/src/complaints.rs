//! What a settings type says about its own values: ranges, duplicates, options that exclude each other.
//!
//! A check names a path below its own section; the place in the file is found afterwards. So a check is a pure
//! function of the settings, and works as well on settings that never were in a file.

use std::{collections::HashMap, fmt::Display, hash::Hash, ops::RangeInclusive};

use crate::{
    Renames,
    key_path::{KeyPath, Step},
    survey::MAX_FAULTS,
};

/// Settings that know when they make no sense, although every value has the right type.
pub trait Validate {
    /// Says what does not hold. Sections below are checked only if this calls [`Complaints::section`] or
    /// [`Complaints::items`] for them.
    fn validate(&self, complaints: &mut Complaints);

    /// Lists keys that had another name once. Sections below are heard only if this calls [`Renames::section`] or
    /// [`Renames::items`] for them.
    fn renamed(renames: &mut Renames)
    where
        Self: Sized,
    {
        let _ = renames;
    }
}

/// More complaints than this are not kept. It is more than are shown, because some are left out as followers of
/// another fault.
const MAX_COMPLAINTS: usize = 4 * MAX_FAULTS;

/// The complaints about settings, by path.
#[derive(Debug, Default)]
pub struct Complaints {
    base: KeyPath,
    complaints: Vec<Complaint>,
}

/// One complaint, before its place is known.
#[derive(Debug)]
pub(crate) struct Complaint {
    pub(crate) path: KeyPath,
    pub(crate) message: String,
    /// Another value that has to do with it, named after the message.
    pub(crate) other: Option<KeyPath>,
    /// It has nothing to do with the values beside it.
    pub(crate) alone: bool,
}

// === impl Complaints ===

impl Complaints {
    /// All complaints of `settings`, one line each, as `path: message`: for settings that are not from a file.
    pub fn of<T: Validate>(settings: &T) -> Vec<String> {
        let complaints = Self::collect(settings).complaints;
        complaints.iter().map(ToString::to_string).collect()
    }

    pub(crate) fn collect<T: Validate>(settings: &T) -> Self {
        let mut complaints = Self::default();
        settings.validate(&mut complaints);
        complaints
    }

    pub(crate) fn into_complaints(self) -> Vec<Complaint> {
        self.complaints
    }

    /// Complains about the value at `path` below this section, such as `endpoints[2].address`; the empty path is the
    /// section itself. The message is lower case, without a full stop, and says what to write instead.
    pub fn add(&mut self, path: &str, message: impl Into<String>) {
        self.push(&KeyPath::parse(path), message.into(), None);
    }

    /// Complains about the value at `path` for what it is, whatever stands beside it: a file that cannot be read. Such a
    /// complaint is made also if something beside the value is wrong already; what `add` says might come from that.
    pub fn add_alone(&mut self, path: &str, message: impl Into<String>) {
        let earlier = self.complaints.len();
        self.add(path, message);
        if let Some(complaint) = self.complaints.get_mut(earlier) {
            complaint.alone = true;
        }
    }

    /// Complains about the value at `path` unless it `holds`.
    pub fn require(&mut self, path: &str, holds: bool, message: impl Into<String>) {
        if !holds {
            self.add(path, message);
        }
    }

    /// Complains unless the value at `path` lies in `range`.
    pub fn in_range<T: PartialOrd + Display>(&mut self, path: &str, value: &T, range: &RangeInclusive<T>) {
        let (least, most) = (range.start(), range.end());
        self.require(path, range.contains(value), format!("must be from {least} to {most}, not {value}"));
    }

    /// Complains if the list at `path` is empty.
    pub fn not_empty<T>(&mut self, path: &str, items: &[T]) {
        self.require(path, !items.is_empty(), "must not be empty");
    }

    /// Complains about each item of the list at `path` that repeats an earlier one. `field` is the key that must be
    /// unique, empty if the items themselves must be.
    pub fn unique<K: Eq + Hash>(&mut self, path: &str, field: &str, keys: impl IntoIterator<Item = K>) {
        let list = KeyPath::parse(path);
        let at = |index| list.join(&KeyPath(vec![Step::Index(index)])).join(&KeyPath::parse(field));
        let mut first_of = HashMap::new();
        for (index, key) in keys.into_iter().enumerate() {
            let first = *first_of.entry(key).or_insert(index);
            if first != index {
                self.push(&at(index), "repeats the value of".to_owned(), Some(&at(first)));
            }
        }
    }

    /// Checks the section under `key`.
    pub fn section(&mut self, key: &str, settings: &impl Validate) {
        self.within(&[Step::Key(key.to_owned())], settings);
    }

    /// Checks each item of the list under `key`.
    pub fn items<'items, T: Validate + 'items>(
        &mut self,
        key: &str,
        items: impl IntoIterator<Item = &'items T>,
    ) {
        for (index, item) in items.into_iter().enumerate() {
            self.within(&[Step::Key(key.to_owned()), Step::Index(index)], item);
        }
    }

    /// Checks each value of the map under `key`.
    pub fn entries<'entries, T: Validate + 'entries, N: AsRef<str> + 'entries>(
        &mut self,
        key: &str,
        entries: impl IntoIterator<Item = (&'entries N, &'entries T)>,
    ) {
        for (name, value) in entries {
            self.within(&[Step::Key(key.to_owned()), Step::Key(name.as_ref().to_owned())], value);
        }
    }

    fn within(&mut self, steps: &[Step], settings: &impl Validate) {
        self.base.0.extend_from_slice(steps);
        settings.validate(self);
        self.base.0.truncate(self.base.0.len() - steps.len());
    }

    fn push(&mut self, path: &KeyPath, message: String, other: Option<&KeyPath>) {
        if self.complaints.len() == MAX_COMPLAINTS {
            return;
        }
        let path = self.base.join(path);
        let other = other.map(|other| self.base.join(other));
        self.complaints.push(Complaint { path, message, other, alone: false });
    }
}

impl Display for Complaint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path, self.message)?;
        self.other.as_ref().map_or(Ok(()), |other| write!(f, " `{other}`"))
    }
}
