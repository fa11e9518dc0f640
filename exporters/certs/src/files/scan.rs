//! One look at every configured path. Blocking: it runs on a thread of its own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_certs_spec::labels::StoredReason;
use lookout_declarations::Reason;

use super::plan::{Place, Plan};
use super::read::{self, Reader, Stamp};
use super::walk::{self, Expansion};
use crate::parse::{self, FaultKind, ItemFault, Parsed};

/// A path that could not be used.
#[derive(Clone, Debug, PartialEq)]
pub struct PathFault {
    /// The path, or the pattern as it was configured.
    pub path: PathBuf,
    /// The suite's reason.
    pub reason: Reason,
    /// The reason in the words of x509-certificate-exporter.
    pub stored_reason: StoredReason,
    /// What was tried and why it failed.
    pub message: String,
}

impl PathFault {
    /// A fault of an item of the file at `path`.
    pub(crate) fn of_item(path: &Path, item: &ItemFault) -> Self {
        Self {
            path: path.to_owned(),
            reason: item.reason(),
            stored_reason: item.stored_reason(),
            message: item.to_string(),
        }
    }
}

/// What one scan saw.
#[derive(Debug, Default)]
pub struct Scan {
    /// By place, in the plan's order.
    pub places: Vec<PlaceScan>,
    /// Where a change would show.
    pub directories: BTreeSet<PathBuf>,
}

/// What one scan saw of one configured path.
#[derive(Debug, Default)]
pub struct PlaceScan {
    /// Whether it could be read or listed.
    pub is_reachable: bool,
    /// The files that no earlier place has, by path, with what is in them.
    pub files: Vec<(PathBuf, Arc<Parsed>)>,
    /// What could not be listed or read.
    pub faults: Vec<PathFault>,
}

/// Scans, and remembers what it has read.
#[derive(Debug)]
pub struct Scanner {
    plan: Plan,
    read: HashMap<PathBuf, Cached>,
}

#[derive(Debug)]
struct Cached {
    stamp: Option<Stamp>,
    parsed: Arc<Parsed>,
}

impl Scanner {
    /// A scanner that has read nothing yet.
    pub fn new(plan: Plan) -> Self {
        Self { plan, read: HashMap::new() }
    }

    /// Looks at every configured path, and reads the files that are new or changed.
    pub fn scan(&mut self) -> Scan {
        let mut scan = Scan::default();
        let mut seen = HashSet::new();
        let mut reader = Reader::new(self.plan.max_file_bytes);
        let mut entries_left = walk::MAX_ENTRIES;
        let places = self.plan.places.clone();
        for place in &places {
            let expansion = walk::expand(&place.pattern, &mut entries_left);
            scan.directories.extend(expansion.directories.iter().cloned());
            scan.places.push(self.place(place, expansion, &mut seen, &mut reader));
        }
        scan.directories.extend(seen.iter().filter_map(|path| target_directory(path)));
        self.read.retain(|path, _| seen.contains(path));
        scan
    }

    fn place(
        &mut self,
        place: &Place,
        expansion: Expansion,
        seen: &mut HashSet<PathBuf>,
        reader: &mut Reader,
    ) -> PlaceScan {
        let mut scan =
            PlaceScan { is_reachable: expansion.is_reachable, faults: expansion.faults, files: Vec::new() };
        if expansion.files.is_empty() && scan.faults.is_empty() {
            scan.faults.push(place.fault(
                Reason::Empty,
                StoredReason::NotFound,
                "matches no file".to_owned(),
            ));
        }
        for path in expansion.files {
            if seen.contains(&path) {
                continue;
            }
            if seen.len() >= self.plan.max_files {
                let message = format!("more than {} files; the rest was not read", self.plan.max_files);
                scan.faults.push(place.fault(Reason::TooMany, StoredReason::TooMany, message));
                break;
            }
            match self.file(&path, reader) {
                Ok(parsed) if place.pattern.is_literal() || !is_something_else(&parsed) => {
                    scan.files.push((path.clone(), parsed));
                }
                // A key or a request that a wildcard happens to match.
                Ok(_) => {}
                Err(fault) => {
                    scan.is_reachable &= !place.pattern.is_literal();
                    scan.faults.push(fault);
                }
            }
            seen.insert(path);
        }
        scan
    }

    /// What is in the file at `path`, from memory if it has not changed.
    fn file(&mut self, path: &Path, reader: &mut Reader) -> Result<Arc<Parsed>, PathFault> {
        if let Some(cached) = self.read.get(path)
            && cached.stamp.is_some()
            && cached.stamp == read::stamp(path)
        {
            return Ok(Arc::clone(&cached.parsed));
        }
        let max_certificates = self.plan.max_certificates;
        let contents =
            reader.read(path, |bytes| parse::parse(bytes, max_certificates)).inspect_err(|_| {
                self.read.remove(path);
            })?;
        let parsed = Arc::new(contents.value);
        self.read.insert(path.to_owned(), Cached { stamp: contents.stamp, parsed: Arc::clone(&parsed) });
        Ok(parsed)
    }
}

impl Place {
    fn fault(&self, reason: Reason, stored_reason: StoredReason, message: String) -> PathFault {
        PathFault { path: PathBuf::from(&self.name), reason, stored_reason, message }
    }
}

/// Whether a file is proper PEM of another kind throughout.
fn is_something_else(parsed: &Parsed) -> bool {
    matches!(parsed.faults.as_slice(), [fault] if fault.kind == FaultKind::OnlyOtherBlocks)
}

/// Where the target of a symbolic link would change; `None` for what is no link.
fn target_directory(path: &Path) -> Option<PathBuf> {
    let is_link = path.symlink_metadata().ok()?.is_symlink();
    if is_link { path.canonicalize().ok().map(|target| walk::parent(&target).to_owned()) } else { None }
}
