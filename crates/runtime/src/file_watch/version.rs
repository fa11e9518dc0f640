//! What a file holds, in so far as two looks at it can be compared.

use std::fs::{File, Metadata};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use zeroize::Zeroizing;

/// The largest file whose contents are compared: twice what a ConfigMap or a Secret can hold. Of larger ones the stamp
/// is.
const MAX_BYTES: u64 = 2 * 1024 * 1024;

/// What a file was when it was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// It could not be read.
    Unreadable(io::ErrorKind),
    /// It is a directory, a pipe, a device.
    NoFile,
    /// It holds nothing.
    Empty,
    /// The hash of what it holds.
    Contents(u64),
    /// It is larger than [`MAX_BYTES`]: device, inode, size, and when it was modified.
    Stamp(u64, u64, u64, (i64, i64)),
}

impl Version {
    /// Whether there is nothing: no file, or an empty one.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self, Self::Empty | Self::Unreadable(io::ErrorKind::NotFound))
    }
}

/// Tells versions.
#[derive(Debug, Default)]
pub(super) struct Versions {
    /// Keyed, so that a hash says nothing of a secret to whoever sees it.
    hasher: RandomState,
}

impl Versions {
    /// What the file at `path` is now.
    pub(super) fn version_of(&self, path: &Path) -> Version {
        self.read(path).unwrap_or_else(|error| Version::Unreadable(error.kind()))
    }

    fn read(&self, path: &Path) -> io::Result<Version> {
        // Looked at before it is opened: opening a pipe would wait for a writer.
        let metadata = path.metadata()?;
        if !metadata.is_file() {
            return Ok(Version::NoFile);
        }
        if metadata.len() > MAX_BYTES {
            return Ok(stamp(&metadata));
        }
        // As large as it will ever be: one that grows leaves its contents behind.
        let size = usize::try_from(metadata.len()).unwrap_or(0) + 1;
        let mut contents = Zeroizing::new(vec![0; size]);
        let mut file = File::open(path)?;
        let mut length = 0;
        loop {
            let room = contents.get_mut(length..).unwrap_or_default();
            match file.read(room) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        // One that has grown meanwhile has changed, and is looked at again.
        let contents = contents.get(..length).unwrap_or_default();
        Ok(if contents.is_empty() {
            Version::Empty
        } else {
            Version::Contents(self.hasher.hash_one(contents))
        })
    }
}

fn stamp(metadata: &Metadata) -> Version {
    Version::Stamp(metadata.dev(), metadata.ino(), metadata.size(), (metadata.mtime(), metadata.mtime_nsec()))
}
