//! A directory of certificate files that are written, rotated, broken and removed.
//!
//! Why: files change in several ways, and a watcher that knows one of them misses the others: in place, by atomic
//! rename, by the link swap of a mounted Secret, by removal.
//!
//! Invariants:
//! - Nothing is written outside the directory by a relative name without `..`; names are the caller's own.
//! - A temporary directory disappears with this value; a given one stays.
//!
//! The calls block for as long as a small write does. Permissions are no way to make a file unreadable here, because
//! root reads everything: [`CertificateFiles::link_to_nothing`] is.

mod content;
mod volume;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

pub use content::FileContent;

use crate::SimulatorError;

/// A directory of simulated files.
#[derive(Debug)]
pub struct CertificateFiles {
    directory: PathBuf,
    /// Removes the directory when dropped.
    _temporary: Option<TempDir>,
}

impl CertificateFiles {
    /// In a new temporary directory, removed with this value.
    pub fn temporary() -> Result<Self, SimulatorError> {
        let temporary = tempfile::Builder::new().prefix("lookout-simulator-").tempdir();
        let temporary = change("create a directory in", &std::env::temp_dir(), temporary)?;
        Ok(Self { directory: temporary.path().to_owned(), _temporary: Some(temporary) })
    }

    /// In this directory, which is created where it is missing and stays.
    pub fn in_directory(directory: impl Into<PathBuf>) -> Result<Self, SimulatorError> {
        let directory = directory.into();
        change("create the directory", &directory, fs::create_dir_all(&directory))?;
        Ok(Self { directory, _temporary: None })
    }

    /// The directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The path of a file, which may be in a subdirectory: `ca/bundle.pem`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes in place: a reader can meet the file half written.
    pub fn write(&self, name: &str, content: &FileContent) -> Result<PathBuf, SimulatorError> {
        let path = self.prepared_path(name)?;
        write_file(&path, content)?;
        Ok(path)
    }

    /// Writes beside the file and renames over it: a reader meets the old content or the new one.
    pub fn replace(&self, name: &str, content: &FileContent) -> Result<PathBuf, SimulatorError> {
        let path = self.prepared_path(name)?;
        let next = beside(&path);
        write_file(&next, content)?;
        change("rename", &next, fs::rename(&next, &path))?;
        Ok(path)
    }

    /// Makes the subdirectory hold exactly these files, as a mounted Secret is changed.
    pub fn swap_volume(
        &self,
        volume: &str,
        files: &[(&str, &FileContent)],
        now: Timestamp,
    ) -> Result<PathBuf, SimulatorError> {
        let path = self.path(volume);
        volume::swap(&path, files, now)?;
        Ok(path)
    }

    /// Puts a link there that leads nowhere: a name that is listed and can't be opened, by root neither.
    pub fn link_to_nothing(&self, name: &str) -> Result<PathBuf, SimulatorError> {
        let path = self.prepared_path(name)?;
        let next = beside(&path);
        change("link", &next, symlink("removed-long-ago", &next))?;
        change("rename", &next, fs::rename(&next, &path))?;
        Ok(path)
    }

    /// Removes a file; one that is not there counts as removed.
    pub fn remove(&self, name: &str) -> Result<(), SimulatorError> {
        let path = self.path(name);
        match fs::remove_file(&path) {
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => change("remove", &path, removed),
        }
    }

    fn prepared_path(&self, name: &str) -> Result<PathBuf, SimulatorError> {
        let path = self.path(name);
        if let Some(parent) = path.parent() {
            change("create the directory", parent, fs::create_dir_all(parent))?;
        }
        Ok(path)
    }
}

/// A hidden name that no pattern such as `*.pem` matches.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.new"))
}

fn write_file(path: &Path, content: &FileContent) -> Result<(), SimulatorError> {
    let write = || {
        let mut file = File::create(path)?;
        file.write_all(&content.bytes())?;
        content.size().map_or(Ok(()), |bytes| file.set_len(bytes))
    };
    change("write", path, write())
}

fn change<T>(action: &'static str, path: &Path, done: io::Result<T>) -> Result<T, SimulatorError> {
    done.map_err(|source| SimulatorError::ChangeFile { action, path: path.to_owned(), source })
}
