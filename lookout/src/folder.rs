//! Files that a subcommand writes below a folder that somebody named.
//!
//! Invariants:
//! - A file is there whole or not at all: it is written beside its place, flushed, and renamed. Whoever watches the folder
//!   never reads half of it.
//! - Nothing is removed. What lies beside the written files, and was not written now, is told: engines load whole folders.
//!
//! How to get it wrong: writing what is there already. Rule engines and Git look at the time of a file.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use lookout_render::GeneratedFile;

use crate::exit::Failure;
use crate::output::print;

/// Writes `files` below `folder` and prints what was done, a line for each file.
pub(crate) fn write(folder: &Path, files: &[GeneratedFile]) -> Result<(), Failure> {
    for file in files {
        let path = folder.join(&file.path);
        let refused = |error: io::Error| {
            Failure::Run(format!(
                "cannot write {}: {error}; choose another folder with --out",
                path.display()
            ))
        };
        let is_written = replace(&path, file.contents.as_bytes()).map_err(refused)?;
        let done = if is_written { "wrote" } else { "unchanged" };
        print(&format!("{done} {}\n", path.display()))?;
    }
    Ok(())
}

/// The files with the same endings beside `files` that are not among them.
pub(crate) fn others(folder: &Path, files: &[GeneratedFile]) -> Vec<PathBuf> {
    let written: BTreeSet<PathBuf> = files.iter().map(|file| folder.join(&file.path)).collect();
    let folders: BTreeSet<&Path> = written.iter().filter_map(|path| path.parent()).collect();
    let endings: BTreeSet<_> = written.iter().filter_map(|path| path.extension()).collect();
    let beside = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut others: Vec<PathBuf> = beside
        .map(|entry| entry.path())
        .filter(|path| {
            path.extension().is_some_and(|ending| endings.contains(ending)) && !written.contains(path)
        })
        .collect();
    others.sort();
    others
}

/// Puts `contents` at `path` unless they are there; says whether they were not.
fn replace(path: &Path, contents: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|present| present == contents) {
        return Ok(false);
    }
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no file"));
    };
    fs::create_dir_all(folder)?;
    // Two commands at a time have two processes; the dot keeps it from what loads all files of a folder.
    let beside = folder.join(format!(".{}.{}", name.display(), std::process::id()));
    let written = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(contents).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What could not be written is not needed; if it cannot be removed either, the first error says why.
        let _ = fs::remove_file(&beside);
    }
    written.map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, contents: &str) -> GeneratedFile {
        GeneratedFile { path: path.to_owned(), contents: contents.to_owned() }
    }

    #[test]
    fn files_are_replaced_whole_and_nothing_stays_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[file("deep/a.yaml", "first")]).unwrap();
        write(folder.path(), &[file("deep/a.yaml", "second")]).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("deep/a.yaml")).unwrap(), "second");
        assert_eq!(fs::read_dir(folder.path().join("deep")).unwrap().count(), 1);
    }

    #[test]
    fn what_is_there_already_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.yaml");
        assert!(replace(&path, b"text").unwrap());
        assert!(!replace(&path, b"text").unwrap());
    }

    #[test]
    fn what_was_not_written_now_is_told_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["old.yaml", "note.txt"] {
            fs::write(folder.path().join(name), "mine").unwrap();
        }
        let files = [file("a.yaml", "text")];
        write(folder.path(), &files).unwrap();
        assert_eq!(others(folder.path(), &files), [folder.path().join("old.yaml")]);
        assert!(folder.path().join("old.yaml").exists());
    }

    #[test]
    fn a_folder_that_is_a_file_is_refused_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("taken"), "a file").unwrap();
        let failure = write(folder.path(), &[file("taken/a.yaml", "text")]).unwrap_err().to_string();
        assert!(failure.contains("taken/a.yaml") && failure.contains("--out"), "{failure}");
    }
}
