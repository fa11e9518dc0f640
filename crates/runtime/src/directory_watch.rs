//! Notices changes in directories, so that a replaced file is read at once and not after a period.
//!
//! Directories are watched, not files: a file that is replaced by renaming, and the `..data` link of a Kubernetes
//! volume, change their directory. Where the system refuses to watch, whoever watches looks again by itself; nothing
//! is lost but time.
//!
//! Invariants:
//! - A watch ends with its directory, not with the name; and it can end without the directory being another one. So a
//!   directory is watched anew when it is another one, and after any event that can have ended its watch.
//! - A directory is watched once, whatever number of paths lead to it: the system has one watch for all of them, and
//!   would end that with the first.
//!
//! How to get it wrong: taking every event for a change. Our own reading makes access events, and whoever wakes
//! itself reads for ever. Or calling the watcher with [`Ears::watched`] locked: it waits for its thread, which waits
//! for the lock.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{self, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::Notify;

/// The most directories that one watch watches; the system has a limit too, which is shared with other programs.
const MAX_DIRECTORIES: usize = 4096;

/// Watches a changing set of directories, not those below them.
///
/// Its calls touch the file system and may block.
pub struct DirectoryWatch {
    watcher: Option<RecommendedWatcher>,
    refused: BTreeSet<Identity>,
    ears: Arc<Ears>,
}

/// The names in a directory that matter; all if none are given.
pub(crate) type Names = Option<BTreeSet<OsString>>;

/// Device, inode, and when it was made: file systems give the inode of a removed directory to the next one.
type Identity = (u64, u64, Option<SystemTime>);

/// A directory that is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Watched {
    /// Which directory it was; nothing once its watch may have ended.
    identity: Option<Identity>,
    names: Names,
}

/// What is shared with the thread on which the system tells of events.
struct Ears {
    /// By absolute path, as the watcher names it in events.
    watched: Mutex<BTreeMap<PathBuf, Watched>>,
    changed: Arc<Notify>,
}

impl DirectoryWatch {
    /// Watches nothing yet; will wake whoever waits for `changed`, once for any number of changes.
    pub fn new(changed: Arc<Notify>) -> Self {
        let ears = Arc::new(Ears { watched: Mutex::default(), changed });
        let of_thread = Arc::clone(&ears);
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            // An error means that events were lost: look again.
            if event.map_or(true, |event| of_thread.hear(&event)) {
                of_thread.changed.notify_one();
            }
        });
        if let Err(error) = &watcher {
            tracing::warn!(%error, "cannot watch directories; changes of files are noticed later, by looking");
        }
        Self { watcher: watcher.ok(), refused: BTreeSet::new(), ears }
    }

    /// As on a system that tells nothing.
    #[cfg(test)]
    pub(crate) fn deaf() -> Self {
        let ears = Ears { watched: Mutex::default(), changed: Arc::default() };
        Self { watcher: None, refused: BTreeSet::new(), ears: Arc::new(ears) }
    }

    /// Watches these directories and no others. What changed in a new one before it was watched is not known, so a
    /// new one counts as a change.
    pub fn set(&mut self, directories: BTreeSet<PathBuf>) {
        self.set_names(directories.into_iter().map(|directory| (directory, None)).collect());
    }

    /// As [`Self::set`], but what happens to other names in a directory than these wakes nobody. A new name counts as a
    /// change, like a new directory.
    pub(crate) fn set_names(&mut self, directories: BTreeMap<PathBuf, Names>) {
        let Some(watcher) = &mut self.watcher else { return };
        let wanted = distinct(directories);
        for ended in self.ears.keep(&wanted) {
            // It may be gone already, and then so is its watch.
            let _ = watcher.unwatch(&ended);
        }
        self.refused.retain(|identity| wanted.contains_key(identity));
        for (identity, (directory, names)) in wanted {
            if self.refused.contains(&identity) || self.ears.watched().contains_key(&directory) {
                continue;
            }
            // Known before it is watched, so that no event finds it unknown.
            let has_room = self.ears.watched().len() < MAX_DIRECTORIES;
            let known = Watched { identity: Some(identity), names };
            self.ears.watched().insert(directory.clone(), known);
            if has_room && watcher.watch(&directory, RecursiveMode::NonRecursive).is_ok() {
                self.ears.changed.notify_one();
            } else {
                tracing::info!(directory = %directory.display(), "cannot watch it; changes in it are noticed later, by looking");
                self.ears.watched().remove(&directory);
                self.refused.insert(identity);
            }
        }
    }

    /// Whether this event would wake.
    #[cfg(test)]
    pub(crate) fn hears(&self, event: &notify::Event) -> bool {
        self.ears.hear(event)
    }
}

impl Ears {
    fn watched(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps those whose watch goes on, with the names that matter now; gives those whose watch is to end.
    fn keep(&self, wanted: &BTreeMap<Identity, (PathBuf, Names)>) -> Vec<PathBuf> {
        let mut ended = Vec::new();
        self.watched().retain(|directory, watched| {
            let same = watched.identity.and_then(|identity| wanted.get(&identity));
            let Some((_, names)) = same.filter(|(path, _)| path == directory) else {
                ended.push(directory.clone());
                return false;
            };
            if !includes(&watched.names, names) {
                self.changed.notify_one();
            }
            watched.names.clone_from(names);
            true
        });
        ended
    }

    /// Whether an event can mean other contents of what matters. Notes which watches it can have ended.
    fn hear(&self, event: &notify::Event) -> bool {
        if !is_change(event.kind) {
            return false;
        }
        let ends = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
        // Without a path, events were lost.
        let mut matters = event.paths.is_empty();
        let mut watched = self.watched();
        for path in &event.paths {
            if ends {
                // The watcher ends the watches below a directory with its own.
                let below =
                    watched.range_mut(path.clone()..).take_while(|(other, _)| other.starts_with(path));
                for (_, ended) in below {
                    ended.identity = None;
                    matters = true;
                }
            }
            let directory = path.parent().and_then(|directory| watched.get(directory));
            matters |= watched.contains_key(path)
                || directory.is_none_or(|directory| {
                    let names = directory.names.as_ref();
                    names.is_none_or(|names| path.file_name().is_none_or(|name| names.contains(name)))
                });
        }
        matters
    }
}

impl fmt::Debug for DirectoryWatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("DirectoryWatch")
            .field("watched", &*self.ears.watched())
            .field("refused", &self.refused)
            .finish_non_exhaustive()
    }
}

/// Those of the directories that are there, each with one of the paths that lead to it and all names that matter in it.
/// One that is not there is no news: it is looked for again.
fn distinct(directories: BTreeMap<PathBuf, Names>) -> BTreeMap<Identity, (PathBuf, Names)> {
    let mut distinct: BTreeMap<Identity, (PathBuf, Names)> = BTreeMap::new();
    for (directory, names) in directories {
        let directory = path::absolute(&directory).unwrap_or(directory);
        let Some(identity) = identity_of(&directory) else { continue };
        let (_, known) = distinct.entry(identity).or_insert_with(|| (directory, Some(BTreeSet::new())));
        *known = known.take().zip(names).map(|(known, names)| known.into_iter().chain(names).collect());
    }
    distinct
}

/// Whether all of `names` are among `known`.
fn includes(known: &Names, names: &Names) -> bool {
    match (known, names) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(known), Some(names)) => names.is_subset(known),
    }
}

fn identity_of(directory: &Path) -> Option<Identity> {
    let metadata = fs::metadata(directory).ok()?;
    Some((metadata.dev(), metadata.ino(), metadata.created().ok()))
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
    use std::os::unix::fs::symlink;
    use std::sync::mpsc;
    use std::thread;

    use core::time::Duration;

    use tokio::time::timeout;

    use super::*;

    /// Far longer than an event takes.
    const PATIENCE: Duration = Duration::from_mins(1);

    /// The events up to the first of `last`, which `act` causes. Events come in order.
    fn events(directory: &Path, last: &Path, act: impl FnOnce()) -> Vec<notify::Event> {
        let (sender, receiver) = mpsc::channel();
        let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let _ = sender.send(event.unwrap());
        })
        .unwrap();
        watcher.watch(directory, RecursiveMode::NonRecursive).unwrap();
        act();
        let mut is_last = false;
        let mut events = Vec::new();
        while !is_last {
            let event = receiver.recv_timeout(PATIENCE).unwrap();
            is_last = is_change(event.kind) && event.paths.iter().any(|path| path == last);
            events.push(event);
        }
        events
    }

    #[test]
    fn reading_is_no_change_and_writing_is() {
        let directory = tempfile::tempdir().unwrap();
        let (read, written) = (directory.path().join("read"), directory.path().join("written"));
        fs::write(&read, "x").unwrap();
        let mut events = events(directory.path(), &written, || {
            assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
            assert_eq!(fs::read(&read).unwrap(), b"x");
            fs::write(&written, "y").unwrap();
        });
        assert!(events.pop().is_some_and(|event| is_change(event.kind)));
        assert!(events.iter().all(|event| !is_change(event.kind)), "{events:?}");
        assert!(!events.is_empty(), "reading is seen, and told apart");
    }

    #[test]
    fn what_happens_to_other_names_is_not_heard_unless_all_matter() {
        let directory = tempfile::tempdir().unwrap();
        let [file, log, rotated] = ["file", "log", "rotated"].map(|name| directory.path().join(name));
        let mut events = events(directory.path(), &file, || {
            fs::write(&log, "x").unwrap();
            fs::rename(&log, &rotated).unwrap();
            fs::remove_file(&rotated).unwrap();
            fs::write(&file, "x").unwrap();
        });
        let of_file = events.pop().unwrap();
        let mut watch = DirectoryWatch::new(Arc::default());
        watch.set_names([(directory.path().into(), Some([OsString::from("file")].into()))].into());
        assert!(watch.hears(&of_file));
        assert!(events.len() > 4 && !events.iter().any(|event| watch.hears(event)), "{events:?}");
        let of_itself = |kind| notify::Event::new(kind).add_path(directory.path().into());
        assert!(
            watch
                .hears(&of_itself(EventKind::Modify(ModifyKind::Metadata(notify::event::MetadataKind::Any))))
        );
        assert!(watch.hears(&notify::Event::new(EventKind::Other)), "events were lost");
        watch.set([directory.path().into()].into());
        assert!(events.iter().any(|event| watch.hears(event)));
    }

    #[test]
    fn a_directory_that_takes_the_inode_of_another_is_another() {
        let room = tempfile::tempdir().unwrap();
        let path = room.path().join("directory");
        fs::create_dir(&path).unwrap();
        let (before, had_birth) =
            (identity_of(&path).unwrap(), fs::metadata(&path).unwrap().created().is_ok());
        fs::remove_dir(&path).unwrap();
        // Longer than a tick of the clock that file systems read.
        thread::sleep(Duration::from_millis(50));
        for number in 0..100 {
            let candidate = room.path().join(number.to_string());
            fs::create_dir(&candidate).unwrap();
            let now = identity_of(&candidate).unwrap();
            // Where the time of birth is not told, the events must do.
            assert!(now != before || !had_birth, "{now:?}");
            assert_eq!(now.2.is_some(), had_birth);
        }
    }

    #[test]
    fn two_paths_to_a_directory_are_one_watch_with_the_names_of_both() {
        let room = tempfile::tempdir().unwrap();
        let [directory, link] = ["directory", "link"].map(|name| room.path().join(name));
        fs::create_dir(&directory).unwrap();
        symlink("directory", &link).unwrap();
        let names = |name: &str| Some(BTreeSet::from([OsString::from(name)]));
        let (one, other) = ((directory.clone(), names("a")), (link.clone(), names("b")));
        let both = distinct([one.clone(), other].into());
        let expected = (directory.clone(), Some(["a".into(), "b".into()].into()));
        assert_eq!(both.into_values().collect::<Vec<_>>(), [expected]);
        let both = distinct([one, (link, None)].into());
        assert_eq!(both.into_values().collect::<Vec<_>>(), [(directory, None)]);
    }

    #[tokio::test]
    async fn a_path_that_is_watched_no_more_leaves_the_other_to_the_same_directory() {
        let room = tempfile::tempdir().unwrap();
        let [directory, link] = ["directory", "link"].map(|name| room.path().join(name));
        fs::create_dir(&directory).unwrap();
        symlink("directory", &link).unwrap();
        let changed = Arc::new(Notify::new());
        let mut watch = DirectoryWatch::new(Arc::clone(&changed));
        watch.set([directory.clone(), link].into());
        watch.set([directory.clone()].into());
        // It wakes because of the new directory; nothing else has happened yet.
        changed.notified().await;
        fs::write(directory.join("file"), "x").unwrap();
        assert!(timeout(PATIENCE, changed.notified()).await.is_ok());
    }
}
