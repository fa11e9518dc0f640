//! Whether files are still those that were read.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files as they were when they were about to be read.
#[derive(Debug, Default)]
pub(super) struct Stamps(Vec<(PathBuf, Option<Stamp>)>);

/// What changes when a file is written or replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

// === impl Stamps ===

impl Stamps {
    /// Notes a file, before it is read.
    pub(super) fn add(&mut self, path: &Path) {
        self.0.push((path.to_owned(), stamp(path)));
    }

    /// Whether one of them is another. One that has gone does not count: what was read is good until its replacement is there.
    pub(super) fn have_changed(&self) -> bool {
        self.0.iter().any(|(path, before)| stamp(path).is_some_and(|now| Some(now) != *before))
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok().filter(fs::Metadata::is_file)?;
    Some(Stamp { modified: metadata.modified().ok(), length: metadata.len() })
}
