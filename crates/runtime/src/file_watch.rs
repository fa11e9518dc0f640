//! Notices that one of a few files says something else than before: configurations, certificates and keys.
//!
//! The system tells of changes in the directories on the way to each file ([`trail`]); then the files are looked at,
//! and only other contents count. So a neighbour that changes is not even looked for, and a file that is written anew with
//! what it held before wakes nobody. All files are also looked at from time to time, because not every system tells of changes
//! (network file systems, exhausted inotify limits), and because only the directories that matter most are watched.
//!
//! A file that is written in place is empty, or half written, for a moment. So a change counts when two looks in a row
//! have seen the same; and a file that has become empty, or has gone, is given time to come back. An empty
//! configuration is a valid one: taken for what was meant, it would end everything.
//!
//! Invariants:
//! - What a file holds is read, hashed and wiped: there may be a key in it. Only the hash is kept, under a key of this
//!   process.
//! - Waiting never blocks: the file system is touched on a blocking thread, one at a time.
//!
//! How to get it wrong: reading a file and watching it afterwards. What changes in between is taken for what was read.
//! Watch, then read.

mod trail;
mod version;
#[cfg(test)]
mod watch_test;

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use self::version::{Version, Versions};
use crate::directory_watch::DirectoryWatch;

/// The time after a sign of change in which others are waited for, because a renewal writes several files; and that
/// between the two looks that must see the same.
const GATHER: Duration = Duration::from_millis(100);

/// How long a file that has become empty, or has gone, has to come back: whoever writes it may have to wait for a
/// processor.
const COME_BACK: Duration = Duration::from_secs(1);

/// How long what never stands still is waited for.
const SETTLE: Duration = Duration::from_secs(5);

/// How often the files are looked at although nothing was heard of them.
const POLL: Duration = Duration::from_secs(10);

/// Watches a few files.
pub struct FileWatch {
    paths: Vec<PathBuf>,
    woken: Arc<Notify>,
    /// At rest here, or on its way in `looking`.
    looker: Option<Looker>,
    looking: Option<JoinHandle<(Looker, Sight)>>,
    /// When to look next.
    due: Instant,
    /// How often to look although nothing was heard.
    poll: Duration,
    /// Since when the files have not stood still.
    unsettled_since: Option<Instant>,
    /// How many looks have seen nothing new.
    #[cfg(test)]
    rests: tokio::sync::watch::Sender<u64>,
}

/// Everything that touches the file system.
struct Looker {
    directories: DirectoryWatch,
    versions: Versions,
    /// What was reported.
    known: BTreeMap<PathBuf, Version>,
    /// What was seen last.
    latest: BTreeMap<PathBuf, Version>,
}

/// What one look sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sight {
    /// What is known.
    Same,
    /// Something else, as in the look before.
    Settled,
    /// Something else than in the look before.
    Unsettled,
    /// Something else than in the look before, and a file is empty or gone that was not.
    Missing,
}

impl FileWatch {
    /// Watches the files at `paths`, whether or not they are there. What they hold now is what they are compared
    /// with; so this reads them, and blocks for it.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        let woken = Arc::new(Notify::new());
        let mut looker = Looker {
            directories: DirectoryWatch::new(Arc::clone(&woken)),
            versions: Versions::default(),
            known: BTreeMap::new(),
            latest: BTreeMap::new(),
        };
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        looker.accept(&paths);
        Self {
            paths,
            woken,
            looker: Some(looker),
            looking: None,
            due: Instant::now() + POLL,
            poll: POLL,
            unsettled_since: None,
            #[cfg(test)]
            rests: tokio::sync::watch::Sender::default(),
        }
    }

    /// Watches these files and no others. One that is new is compared with what it holds now, and blocks to be read;
    /// so set the files before reading them, or read them again.
    pub fn set(&mut self, paths: impl IntoIterator<Item = PathBuf>) {
        let paths: Vec<PathBuf> = paths.into_iter().collect();
        if paths == self.paths {
            return;
        }
        self.paths = paths;
        match &mut self.looker {
            Some(looker) => looker.add(&self.paths),
            // It looks with the former paths; what is new counts as a change when it is back.
            None => self.hear(),
        }
    }

    /// Takes what the files hold now for known, and blocks to read them. Call it before reading them for another reason
    /// than a change, such as a signal: the change that was probably its occasion is then not reported once more.
    pub fn acknowledge(&mut self) {
        if let Some(looker) = &mut self.looker {
            looker.accept(&self.paths);
        }
    }

    /// Completes when one of the files may hold something else than when this last completed, or can be read and could
    /// not, or cannot and could. Changes that come together are one. Cancel-safe: a change that is not reported is
    /// reported by the next call.
    pub async fn changed(&mut self) {
        if self.paths.is_empty() {
            return core::future::pending().await;
        }
        loop {
            if self.finish().await {
                return;
            }
            loop {
                tokio::select! {
                    biased;
                    () = sleep_until(self.due) => break,
                    () = self.woken.notified() => self.hear(),
                }
            }
            self.begin();
        }
    }

    fn hear(&mut self) {
        self.due = self.due.min(Instant::now() + GATHER);
    }

    /// Sends the looker on its way.
    fn begin(&mut self) {
        self.due = Instant::now() + self.poll;
        if let Some(mut looker) = self.looker.take() {
            let paths = self.paths.clone();
            self.looking = Some(tokio::task::spawn_blocking(move || {
                let sight = looker.look(&paths);
                (looker, sight)
            }));
        }
    }

    /// Waits for the looker, if it is on its way; whether it saw a change that counts.
    async fn finish(&mut self) -> bool {
        let Some(looking) = &mut self.looking else { return false };
        let outcome = looking.await;
        self.looking = None;
        match outcome {
            Ok((looker, sight)) => {
                let looker = self.looker.insert(looker);
                let now = Instant::now();
                let since = *self.unsettled_since.get_or_insert(now);
                let again = match sight {
                    Sight::Unsettled => GATHER,
                    Sight::Missing => COME_BACK,
                    Sight::Same | Sight::Settled => Duration::ZERO,
                };
                if !again.is_zero() && now < since + SETTLE {
                    self.due = now + again;
                    return false;
                }
                self.unsettled_since = None;
                #[cfg(test)]
                if sight == Sight::Same {
                    self.rests.send_modify(|rests| *rests += 1);
                }
                looker.known.clone_from(&looker.latest);
                !matches!(sight, Sight::Same)
            }
            Err(error) => {
                // A defect of ours. Begin anew, and have everything read again.
                tracing::error!(%error, "looking for changed files failed");
                *self = Self::new(core::mem::take(&mut self.paths));
                true
            }
        }
    }
}

impl Looker {
    /// Looks at these files and forgets others.
    fn look(&mut self, paths: &[PathBuf]) -> Sight {
        // Watched before they are read: what changes in between makes itself heard.
        let mut directories: BTreeMap<PathBuf, BTreeSet<OsString>> = BTreeMap::new();
        for (directory, names) in paths.iter().flat_map(|path| trail::directories(path)) {
            directories.entry(directory).or_default().extend(names);
        }
        let directories = directories.into_iter().map(|(directory, names)| (directory, Some(names)));
        self.directories.set_names(directories.collect());
        let now: BTreeMap<_, _> =
            paths.iter().map(|path| (path.clone(), self.versions.version_of(path))).collect();
        let before = core::mem::replace(&mut self.latest, now);
        let now = &self.latest;
        let is_missed = |(path, version): (&PathBuf, &Version)| {
            version.is_nothing() && self.known.get(path).is_some_and(|known| !known.is_nothing())
        };
        if *now == self.known {
            Sight::Same
        } else if *now == before {
            Sight::Settled
        } else if now.iter().any(is_missed) {
            Sight::Missing
        } else {
            Sight::Unsettled
        }
    }

    /// Takes what these files hold for known, and forgets others.
    fn accept(&mut self, paths: &[PathBuf]) {
        self.look(paths);
        self.known.clone_from(&self.latest);
    }

    /// Takes up files that are new as they are, and forgets others. What is known of the rest stays, so that a change
    /// that was not reported yet is not lost.
    fn add(&mut self, paths: &[PathBuf]) {
        let mut known = core::mem::take(&mut self.known);
        self.accept(paths);
        for (path, version) in &mut self.known {
            if let Some(before) = known.remove(path) {
                *version = before;
            }
        }
    }
}

impl fmt::Debug for FileWatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("FileWatch").field("paths", &self.paths).finish_non_exhaustive()
    }
}
