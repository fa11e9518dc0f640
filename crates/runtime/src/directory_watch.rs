//! Notices changes in directories, so that a replaced file is read at once and not after a period.
//!
//! Directories are watched, not files: a file that is replaced by renaming, and the `..data` link of a Kubernetes
//! volume, change their directory. Where the system refuses to watch, whoever watches looks again by itself; nothing
//! is lost but time.
//!
//! How to get it wrong: taking every event for a change. Our own reading makes access events, and whoever wakes
//! itself reads for ever.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

/// The most directories that one watch watches; the system has a limit too, which is shared with other programs.
const MAX_DIRECTORIES: usize = 4096;

/// Watches a changing set of directories, not those below them.
///
/// Its calls touch the file system and may block.
pub struct DirectoryWatch {
    watcher: Option<RecommendedWatcher>,
    /// By path, which directory it was: a watch ends with its directory, not with the name.
    watched: BTreeMap<PathBuf, Identity>,
    refused: BTreeSet<PathBuf>,
    changed: Arc<Notify>,
}

/// Device and inode.
type Identity = (u64, u64);

impl DirectoryWatch {
    /// Watches nothing yet; will wake whoever waits for `changed`, once for any number of changes.
    pub fn new(changed: Arc<Notify>) -> Self {
        let wake = Arc::clone(&changed);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error means that events were lost: look again.
            if event.map_or(true, |event| is_change(event.kind)) {
                wake.notify_one();
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "cannot watch directories; changes of files are noticed later, by looking");
        }
        Self { watcher: watcher.ok(), watched: BTreeMap::new(), refused: BTreeSet::new(), changed }
    }

    /// As on a system that tells nothing.
    #[cfg(test)]
    pub(crate) fn deaf() -> Self {
        let (watched, refused) = (BTreeMap::new(), BTreeSet::new());
        Self { watcher: None, watched, refused, changed: Arc::default() }
    }

    /// Watches these directories and no others. What changed in a new one before it was watched is not known, so a
    /// new one counts as a change.
    pub fn set(&mut self, directories: BTreeSet<PathBuf>) {
        let Some(watcher) = &mut self.watcher else { return };
        let known = std::mem::take(&mut self.watched);
        for (directory, identity) in known {
            if directories.contains(&directory) && identity_of(&directory) == Some(identity) {
                self.watched.insert(directory, identity);
            } else {
                // It may be gone already, and then so is its watch.
                let _ = watcher.unwatch(&directory);
            }
        }
        self.refused.retain(|directory| directories.contains(directory));
        for directory in directories {
            if self.watched.contains_key(&directory) || self.refused.contains(&directory) {
                continue;
            }
            // One that is not there is no news: it is looked for again.
            let Some(identity) = identity_of(&directory) else { continue };
            if self.watched.len() < MAX_DIRECTORIES
                && watcher.watch(&directory, RecursiveMode::NonRecursive).is_ok()
            {
                self.watched.insert(directory, identity);
                self.changed.notify_one();
            } else {
                tracing::info!(directory = %directory.display(), "cannot watch it; changes in it are noticed later, by looking");
                self.refused.insert(directory);
            }
        }
    }
}

impl fmt::Debug for DirectoryWatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { watched, refused, .. } = self;
        formatter
            .debug_struct("DirectoryWatch")
            .field("watched", watched)
            .field("refused", refused)
            .finish_non_exhaustive()
    }
}

fn identity_of(directory: &Path) -> Option<Identity> {
    fs::metadata(directory).ok().map(|metadata| (metadata.dev(), metadata.ino()))
}

/// Whether an event can mean other contents. Reading is none.
fn is_change(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(AccessKind::Close(AccessMode::Write)) => true,
        EventKind::Access(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn reading_is_no_change_and_writing_is() {
        let directory = tempfile::tempdir().unwrap();
        let (read, written) = (directory.path().join("read"), directory.path().join("written"));
        fs::write(&read, "x").unwrap();
        let (sender, receiver) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let _ = sender.send(event.unwrap());
        })
        .unwrap();
        watcher.watch(directory.path(), RecursiveMode::NonRecursive).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
        assert_eq!(fs::read(&read).unwrap(), b"x");
        fs::write(&written, "y").unwrap();
        // Events come in order: what reading caused is before what writing caused.
        let before: Vec<_> = receiver.iter().take_while(|event| !event.paths.contains(&written)).collect();
        assert!(before.iter().all(|event| !is_change(event.kind)), "{before:?}");
        assert!(!before.is_empty(), "reading is seen, and told apart");
        assert!(receiver.iter().any(|event| is_change(event.kind)));
    }
}
