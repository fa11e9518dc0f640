//! From a pattern to the files that match it now.
//!
//! Symbolic links are followed. Below `**` a directory is entered once, whatever the names that lead to it, so a
//! link to its own parent ends there. Entries are visited in the order of their names, which makes the answer
//! reproducible.
//!
//! How to get it wrong: treating every error alike. That a name below a wildcard is not there is an answer; that the
//! directory before the first wildcard is not there is a fault.

use std::collections::{BTreeSet, HashSet};
use std::fs::{self, FileType};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use lookout_certs_spec::labels::StoredReason;
use lookout_certs_spec::pattern::{Component, Pattern};
use lookout_declarations::Reason;

use super::host_root::HostRoot;
use super::scan::PathFault;

/// The most directory entries that one scan visits; a `**` below `/` must end somewhere.
pub(super) const MAX_ENTRIES: usize = 200_000;

/// The deepest directory below the first wildcard.
const MAX_DEPTH: usize = 64;

/// What matches a pattern now.
#[derive(Debug, Default)]
pub(super) struct Expansion {
    /// The files, in order, without repetition.
    pub(super) files: BTreeSet<PathBuf>,
    /// The directories that were listed, and the parents of files named outright: where changes would show.
    pub(super) directories: BTreeSet<PathBuf>,
    /// What could not be listed.
    pub(super) faults: Vec<PathFault>,
    /// Whether the pattern could be followed at least up to its first wildcard.
    pub(super) is_reachable: bool,
}

/// Finds what matches `pattern`, visiting at most `entries_left` directory entries.
pub(super) fn expand(pattern: &Pattern, root: &HostRoot, entries_left: &mut usize) -> Expansion {
    let expansion = Expansion { is_reachable: true, ..Expansion::default() };
    let mut walk = Walk { expansion, root, entries_left, entered: HashSet::new(), is_below_wildcard: false };
    if pattern.is_literal() {
        walk.literal(Path::new(pattern.as_str()));
    } else {
        walk.descend(Path::new(""), pattern.components(), 0);
    }
    walk.expansion
}

impl Expansion {
    /// Adds what another pattern of the same place matches.
    pub(super) fn add(&mut self, other: Self) {
        self.files.extend(other.files);
        self.directories.extend(other.directories);
        self.faults.extend(other.faults);
        self.is_reachable &= other.is_reachable;
    }
}

struct Walk<'a> {
    expansion: Expansion,
    root: &'a HostRoot,
    entries_left: &'a mut usize,
    entered: HashSet<(u64, u64, usize)>,
    is_below_wildcard: bool,
}

impl Walk<'_> {
    /// A path without wildcards: whether it can be read is found out by reading it.
    fn literal(&mut self, path: &Path) {
        self.expansion.files.insert(path.to_owned());
        self.expansion.directories.insert(self.root.resolve(parent(path)));
    }

    fn descend(&mut self, directory: &Path, components: &[Component], depth: usize) {
        match components {
            [] => {}
            [Component::Literal(name), rest @ ..] => {
                let path = directory.join(name);
                if rest.is_empty() { self.file_if_there(path) } else { self.descend(&path, rest, depth) }
            }
            [Component::Wildcard(wildcard), rest @ ..] => {
                for (name, path, file_type) in self.list(directory) {
                    if !wildcard.matches(&name) {
                        continue;
                    }
                    if rest.is_empty() {
                        self.file_of_type(path, file_type);
                    } else if self.is_directory(&path, file_type) {
                        self.descend(&path, rest, depth);
                    }
                }
            }
            [Component::AnyDepth, rest @ ..] => {
                if !self.enters_first(directory, components.len()) {
                    return;
                }
                self.descend(directory, rest, depth);
                if depth >= MAX_DEPTH {
                    let message =
                        format!("deeper than {MAX_DEPTH} directories; what is below was not looked at");
                    self.fault(directory, Reason::TooMany, StoredReason::TooMany, message);
                    return;
                }
                for (name, path, file_type) in self.list(directory) {
                    if !name.starts_with('.') && self.is_directory(&path, file_type) {
                        self.descend(&path, components, depth + 1);
                    }
                }
            }
        }
    }

    /// The entries of a directory, sorted by name; empty, with a fault, if it cannot be listed.
    fn list(&mut self, directory: &Path) -> Vec<(String, PathBuf, FileType)> {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        let was_below = std::mem::replace(&mut self.is_below_wildcard, true);
        let actual = self.root.resolve(directory);
        let entries = match fs::read_dir(&actual) {
            Ok(entries) => entries,
            Err(error) => {
                self.cannot_list(directory, &error, was_below);
                return Vec::new();
            }
        };
        self.expansion.directories.insert(actual);
        let mut list = Vec::new();
        for entry in entries {
            if *self.entries_left == 0 {
                let message =
                    format!("more than {MAX_ENTRIES} directory entries; the rest was not looked at");
                self.fault(directory, Reason::TooMany, StoredReason::TooMany, message);
                break;
            }
            *self.entries_left -= 1;
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok((name, file_type)) => {
                    list.push((name.to_string_lossy().into_owned(), directory.join(name), file_type));
                }
                Err(error) => self.cannot_list(directory, &error, was_below),
            }
        }
        list.sort_by(|left, right| left.1.cmp(&right.1));
        list
    }

    /// A directory that vanished between being seen and being listed is no fault; one that is written out is.
    fn cannot_list(&mut self, directory: &Path, error: &io::Error, is_below_wildcard: bool) {
        if is_below_wildcard && error.kind() == io::ErrorKind::NotFound {
            return;
        }
        self.expansion.is_reachable &= is_below_wildcard;
        let (reason, stored_reason) = match error.kind() {
            io::ErrorKind::NotFound => (Reason::NotFound, StoredReason::NotFound),
            io::ErrorKind::PermissionDenied => (Reason::Denied, StoredReason::PermissionDenied),
            _ => (Reason::Io, StoredReason::WalkError),
        };
        self.fault(directory, reason, stored_reason, format!("cannot list the directory: {error}"));
    }

    fn fault(&mut self, path: &Path, reason: Reason, stored_reason: StoredReason, message: String) {
        let fault = PathFault { path: path.to_owned(), reason, stored_reason, message };
        // `**` lists a directory once for its files and once for its directories.
        if !self.expansion.faults.contains(&fault) {
            self.expansion.faults.push(fault);
        }
    }

    /// A literal name below a wildcard: there or not.
    fn file_if_there(&mut self, path: PathBuf) {
        let directory = self.root.resolve(parent(&path));
        let Some(name) = path.file_name() else { return };
        if let Ok(metadata) = fs::symlink_metadata(directory.join(name)) {
            self.expansion.directories.insert(directory);
            self.file_of_type(path, metadata.file_type());
        }
    }

    /// A link counts as a file here; where it leads is found out by reading it. Pipes and devices do not.
    fn file_of_type(&mut self, path: PathBuf, file_type: FileType) {
        if file_type.is_file() || (file_type.is_symlink() && !self.root.resolve(&path).is_dir()) {
            self.expansion.files.insert(path);
        }
    }

    fn is_directory(&self, path: &Path, file_type: FileType) -> bool {
        file_type.is_dir() || (file_type.is_symlink() && self.root.resolve(path).is_dir())
    }

    /// Whether a `**` (told by how many components are left) comes to this directory for the first time.
    fn enters_first(&mut self, directory: &Path, components_left: usize) -> bool {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        // What cannot be looked at is reported by listing it.
        fs::metadata(self.root.resolve(directory))
            .map_or(true, |metadata| self.entered.insert((metadata.dev(), metadata.ino(), components_left)))
    }
}

/// The directory that holds `path`; `.` for a bare name.
pub(super) fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
