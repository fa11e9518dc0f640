//! Reading one file: bounded, and without leaving a copy of a private key behind.
//!
//! How to get it wrong: `read_to_end` grows its buffer by moving it, and each old buffer keeps what it held. Here one
//! buffer of the full size is used for all files of a scan and wiped after each.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use lookout_certs_spec::labels::StoredReason;
use lookout_declarations::Reason;
use zeroize::{Zeroize as _, Zeroizing};

use super::scan::PathFault;

/// What tells one version of a file from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// A file system counts time in steps: two writes within one step leave the same stamp. So a stamp that is younger
/// than this when the file is read proves nothing, and the file is read again next time.
const SETTLING_TIME: Duration = Duration::from_secs(2);

/// A buffer for the contents of files, wiped between them and at the end.
pub(crate) struct Reader {
    buffer: Zeroizing<Vec<u8>>,
    max_bytes: usize,
}

/// What reading a file gave.
pub(crate) struct Contents<T> {
    /// What `use_bytes` made of the bytes.
    pub(crate) value: T,
    /// The version that was read; `None` if it may still change unnoticed.
    pub(super) stamp: Option<Stamp>,
}

impl Reader {
    pub(crate) fn new(max_bytes: usize) -> Self {
        // One more than the limit, to see that a file is larger.
        Self { buffer: Zeroizing::new(vec![0; max_bytes.saturating_add(1)]), max_bytes }
    }

    /// Reads the file at `path` and hands its bytes to `use_bytes`; they are wiped when it returns.
    pub(crate) fn read<T>(
        &mut self,
        path: &Path,
        use_bytes: impl FnOnce(&[u8]) -> T,
    ) -> Result<Contents<T>, PathFault> {
        let fault = |error: &io::Error| fault_of(path, error);
        // Looked at before it is opened: opening a pipe would wait for a writer.
        let metadata = fs::metadata(path).map_err(|error| fault(&error))?;
        self.check(path, &metadata)?;
        // Before it is read: what was young then is not settled by a read that takes long.
        let now = now();
        let mut file = File::open(path).map_err(|error| fault(&error))?;
        let metadata = file.metadata().map_err(|error| fault(&error))?;
        self.check(path, &metadata)?;
        let length = match fill(&mut file, &mut self.buffer) {
            Ok(length) => length,
            Err(error) => {
                self.buffer.as_mut_slice().zeroize();
                return Err(fault(&error));
            }
        };
        let result = if length > self.max_bytes {
            Err(too_large(path, length as u64, self.max_bytes))
        } else {
            let is_settled = metadata.modified().is_ok_and(|modified| is_settled(modified, now));
            let stamp = Some(Stamp::of(&metadata)).filter(|_| is_settled);
            Ok(Contents { value: use_bytes(self.buffer.get(..length).unwrap_or_default()), stamp })
        };
        self.buffer.get_mut(..length).unwrap_or_default().zeroize();
        result
    }

    fn check(&self, path: &Path, metadata: &fs::Metadata) -> Result<(), PathFault> {
        if !metadata.is_file() {
            let message = "not a regular file".to_owned();
            let (reason, stored_reason) = (Reason::Io, StoredReason::ReadFailed);
            return Err(PathFault { path: path.to_owned(), reason, stored_reason, message });
        }
        if metadata.len() > self.max_bytes as u64 {
            return Err(too_large(path, metadata.len(), self.max_bytes));
        }
        Ok(())
    }
}

/// The version of the file at `path` now; `None` if it cannot be looked at.
pub(super) fn stamp(path: &Path) -> Option<Stamp> {
    fs::metadata(path).ok().map(|metadata| Stamp::of(&metadata))
}

#[expect(clippy::disallowed_methods, reason = "compared with what the same machine wrote a moment ago")]
fn now() -> SystemTime {
    SystemTime::now()
}

fn is_settled(modified: SystemTime, now: SystemTime) -> bool {
    now.duration_since(modified).is_ok_and(|age| age > SETTLING_TIME)
}

fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while let Some(rest) = buffer.get_mut(length..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

fn too_large(path: &Path, length: u64, max_bytes: usize) -> PathFault {
    PathFault {
        path: path.to_owned(),
        reason: Reason::TooLarge,
        stored_reason: StoredReason::TooLarge,
        message: format!("{length} bytes, more than the limit of {max_bytes}; it was not read"),
    }
}

fn fault_of(path: &Path, error: &io::Error) -> PathFault {
    let is_link = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    let (reason, stored_reason, what) = match error.kind() {
        io::ErrorKind::NotFound if is_link => {
            (Reason::NotFound, StoredReason::BrokenSymlink, "a symbolic link to nothing")
        }
        io::ErrorKind::NotFound => (Reason::NotFound, StoredReason::NotFound, "not there"),
        io::ErrorKind::PermissionDenied => {
            (Reason::Denied, StoredReason::PermissionDenied, "may not be read")
        }
        _ if is_link => (Reason::Io, StoredReason::BrokenSymlink, "a symbolic link that cannot be followed"),
        _ => (Reason::Io, StoredReason::ReadFailed, "cannot be read"),
    };
    PathFault { path: path.to_owned(), reason, stored_reason, message: format!("{what}: {error}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_file_is_left_in_the_buffer() {
        let directory = tempfile::tempdir().unwrap();
        let (small, large) = (directory.path().join("small"), directory.path().join("large"));
        fs::write(&small, "secret").unwrap();
        let mut reader = Reader::new(10);
        let seen = reader.read(&small, <[u8]>::to_vec).unwrap();
        assert_eq!(seen.value, b"secret");
        assert!(reader.buffer.iter().all(|byte| *byte == 0));
        fs::write(&large, "secret secret").unwrap();
        let fault = reader.read(&large, <[u8]>::to_vec).err().unwrap();
        assert_eq!(fault.reason, Reason::TooLarge);
        // A file that grows while it is read is noticed by the byte beyond the limit.
        assert_eq!(fill(&mut File::open(&large).unwrap(), &mut reader.buffer).unwrap(), 11);
    }

    #[test]
    fn a_file_that_was_just_written_is_not_trusted_to_stay() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file");
        fs::write(&path, "x").unwrap();
        let mut reader = Reader::new(10);
        let file = File::options().append(true).open(&path).unwrap();
        let written = file.metadata().unwrap().modified().unwrap();
        for (age, expected) in [(Duration::ZERO, false), (SETTLING_TIME, false), (2 * SETTLING_TIME, true)] {
            assert_eq!(is_settled(written, written + age), expected, "{age:?}");
        }
        // As young as if it had just been written, however long the machine stands still before it is read.
        file.set_modified(written + Duration::from_mins(1)).unwrap();
        assert_eq!(reader.read(&path, |_| ()).unwrap().stamp, None);
        file.set_modified(written - 2 * SETTLING_TIME).unwrap();
        let stamp = reader.read(&path, |_| ()).unwrap().stamp;
        assert!(stamp.is_some());
        assert_eq!(super::stamp(&path), stamp);
        fs::write(&path, "y").unwrap();
        assert_ne!(super::stamp(&path), stamp);
    }
}
