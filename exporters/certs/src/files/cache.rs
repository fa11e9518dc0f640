//! What was made of files, for as long as they do not change.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_certs_spec::labels::StoredReason;

use super::host_root::HostRoot;
use super::read::{self, Reader, Stamp};
use super::scan::PathFault;

/// What was made of files, by path.
#[derive(Debug)]
pub(super) struct Cache<T> {
    entries: HashMap<PathBuf, Cached<T>>,
}

#[derive(Debug)]
struct Cached<T> {
    stamp: Option<Stamp>,
    value: Arc<T>,
}

impl<T> Cache<T> {
    pub(super) fn new() -> Self {
        Self { entries: HashMap::new() }
    }

    /// What `make` makes of the file at `path`, from memory if the file has not changed.
    pub(super) fn get(
        &mut self,
        path: &Path,
        root: &HostRoot,
        reader: &mut Reader,
        make: impl FnOnce(&[u8]) -> T,
    ) -> Result<Arc<T>, PathFault> {
        let actual = root.resolve(path);
        if let Some(cached) = self.entries.get(path)
            && cached.stamp.is_some()
            && cached.stamp == read::stamp(&actual)
        {
            return Ok(Arc::clone(&cached.value));
        }
        match reader.read(&actual, make) {
            Ok(contents) => {
                let value = Arc::new(contents.value);
                let cached = Cached { stamp: contents.stamp, value: Arc::clone(&value) };
                self.entries.insert(path.to_owned(), cached);
                Ok(value)
            }
            Err(fault) => {
                self.entries.remove(path);
                Err(as_called(fault, path, &actual))
            }
        }
    }

    /// Forgets what is at no path of `used`.
    pub(super) fn retain(&mut self, used: &HashSet<PathBuf>) {
        self.entries.retain(|path, _| used.contains(path));
    }
}

/// The fault of `actual` as that of `path`, a link that was followed on the way.
fn as_called(mut fault: PathFault, path: &Path, actual: &Path) -> PathFault {
    if fault.stored_reason == StoredReason::NotFound
        && path != actual
        && path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink())
    {
        fault.stored_reason = StoredReason::BrokenSymlink;
        fault.message = format!("a symbolic link to nothing: {}", fault.message);
    }
    path.clone_into(&mut fault.path);
    fault
}
