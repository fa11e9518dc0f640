//! Where the repository is, and the few ways in which tasks touch its files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::program::Program;

/// The repository that the task was started in.
#[derive(Clone, Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// Cargo's target directory.
    pub(crate) target: PathBuf,
}

impl Workspace {
    /// The workspace of the present directory, as cargo finds it. Not that of this program's sources: `cargo xtask`
    /// built in one clone may share its target directory with another.
    pub(crate) fn find() -> Result<Self, Error> {
        let manifest = Program::new(cargo())
            .args(["locate-project", "--workspace", "--message-format", "plain"])
            .read()?;
        let root = Path::new(manifest.trim()).parent().map(Path::to_owned).unwrap_or_default();
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        // Programs that we start have another working directory than we have.
        let target = std::path::absolute(&target).unwrap_or(target);
        Ok(Self { root, target })
    }

    /// A copy of the workspace, with a target directory of its own. Sharing ours would mix the two up: cargo takes a
    /// package at the same place below another root for the same package, and looks at times alone.
    pub(crate) fn copied_to(root: PathBuf) -> Self {
        let target = root.join("target");
        Self { root, target }
    }

    /// The files under version control or about to be: neither ignored ones nor deleted ones. Sorted, with `/`.
    pub(crate) fn files(&self) -> Result<Vec<String>, Error> {
        let listing = Program::new("git")
            .args(["ls-files", "--cached", "--others", "--exclude-standard", "-z"])
            .directory(&self.root)
            .read()?;
        let mut files: Vec<String> = listing
            .split('\0')
            .filter(|path| !path.is_empty() && self.root.join(path).symlink_metadata().is_ok())
            .map(str::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }

    /// The bytes of a file.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        let path = self.root.join(path);
        fs::read(&path).map_err(|source| Error::ReadFile { path, source })
    }

    /// The text of a file.
    pub(crate) fn read_text(&self, path: &str) -> Result<String, Error> {
        let path = self.root.join(path);
        fs::read_to_string(&path).map_err(|source| Error::ReadFile { path, source })
    }

    /// Writes a file and the folders above it; leaves it alone, with its time of change, if it has these contents.
    pub(crate) fn write(&self, path: &str, contents: impl AsRef<[u8]>) -> Result<(), Error> {
        write(&self.root.join(path), contents.as_ref())
    }

    /// Removes a file; fine if it is not there.
    pub(crate) fn remove(&self, path: &str) -> Result<(), Error> {
        let path = self.root.join(path);
        match fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::RemoveFile { path, source })
            }
            _ => Ok(()),
        }
    }

    /// Cargo, in this workspace.
    pub(crate) fn cargo(&self) -> Program {
        Program::new(cargo()).directory(&self.root).env("CARGO_TARGET_DIR", &self.target)
    }
}

/// The cargo that started this program, so that a toolchain chosen by the caller stays chosen.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

/// Writes a file and the folders above it, unless it already has these contents.
pub(crate) fn write(path: &Path, contents: &[u8]) -> Result<(), Error> {
    if fs::read(path).is_ok_and(|present| present == contents) {
        return Ok(());
    }
    let failed = |source| Error::WriteFile { path: path.to_owned(), source };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(path, contents).map_err(failed)
}
