//! One look at every configured path. Blocking: it runs on a thread of its own.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lookout_certs_spec::labels::{SourceKind, StoredReason};
use lookout_declarations::Reason;

use super::cache::Cache;
use super::kubeconfig::{self, Content, Embedded, ReadKubeconfig};
use super::plan::{Place, Plan};
use super::read::Reader;
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
    /// The certificates of its kubeconfigs.
    pub embedded: Vec<EmbeddedScan>,
    /// What could not be listed or read.
    pub faults: Vec<PathFault>,
}

/// What one scan saw of one place of a kubeconfig.
#[derive(Debug)]
pub struct EmbeddedScan {
    /// The path of the kubeconfig.
    pub path: PathBuf,
    /// `cluster` or `user`.
    pub kind: &'static str,
    /// The name of the cluster or the user.
    pub key: String,
    /// What is there.
    pub parsed: Arc<Parsed>,
}

/// Scans, and remembers what it has read.
#[derive(Debug)]
pub struct Scanner {
    plan: Plan,
    files: Cache<Parsed>,
    kubeconfigs: Cache<Result<Vec<Embedded>, ReadKubeconfig>>,
}

/// One scan, while it goes on.
struct Ongoing {
    reader: Reader,
    entries_left: usize,
    /// The files that belong to a place.
    seen: HashSet<PathBuf>,
    /// Those, and the files that kubeconfigs refer to.
    used: HashSet<PathBuf>,
    directories: BTreeSet<PathBuf>,
}

impl Scanner {
    /// A scanner that has read nothing yet.
    pub fn new(plan: Plan) -> Self {
        Self { plan, files: Cache::new(), kubeconfigs: Cache::new() }
    }

    /// Looks at every configured path, and reads the files that are new or changed.
    pub fn scan(&mut self) -> Scan {
        let mut ongoing = Ongoing {
            reader: Reader::new(self.plan.max_file_bytes),
            entries_left: walk::MAX_ENTRIES,
            seen: HashSet::new(),
            used: HashSet::new(),
            directories: BTreeSet::new(),
        };
        let places = self.plan.places.clone();
        let mut scans: Vec<_> = places.iter().map(|place| self.place(place, &mut ongoing)).collect();
        tell_if_no_preset_fits(&places, &mut scans);
        let Ongoing { used, mut directories, .. } = ongoing;
        directories.extend(used.iter().filter_map(|path| self.target_directory(path)));
        self.files.retain(&used);
        self.kubeconfigs.retain(&used);
        Scan { places: scans, directories }
    }

    fn place(&mut self, place: &Place, ongoing: &mut Ongoing) -> PlaceScan {
        let mut expansion = Expansion { is_reachable: true, ..Expansion::default() };
        for pattern in &place.patterns {
            let of_pattern = walk::expand(pattern, &self.plan.host_root, &mut ongoing.entries_left);
            expansion.add(of_pattern);
        }
        ongoing.directories.append(&mut expansion.directories);
        let mut scan = PlaceScan {
            is_reachable: expansion.is_reachable,
            faults: expansion.faults,
            ..PlaceScan::default()
        };
        if expansion.files.is_empty() && scan.faults.is_empty() && !place.is_optional {
            let message = "matches no file".to_owned();
            scan.faults.push(place.fault(Reason::Empty, StoredReason::NotFound, message));
        }
        for path in expansion.files {
            if ongoing.seen.contains(&path) {
                continue;
            }
            if ongoing.seen.len() >= self.plan.max_files {
                let message = format!("more than {} files; the rest was not read", self.plan.max_files);
                scan.faults.push(place.fault(Reason::TooMany, StoredReason::TooMany, message));
                break;
            }
            ongoing.used.insert(path.clone());
            ongoing.seen.insert(path.clone());
            match place.kind {
                SourceKind::Kubeconfig => self.kubeconfig(&path, place, &mut scan, ongoing),
                _ => self.file(path, place, &mut scan, ongoing),
            }
        }
        if place.is_optional {
            scan.faults.retain(|fault| fault.stored_reason != StoredReason::NotFound);
            scan.is_reachable = scan.faults.iter().all(|fault| fault.reason != Reason::Denied);
        }
        scan
    }

    /// Reads the certificates of the file at `path`.
    fn file(&mut self, path: PathBuf, place: &Place, scan: &mut PlaceScan, ongoing: &mut Ongoing) {
        match self.parsed(&path, &mut ongoing.reader) {
            Ok(parsed) if place.is_literal() || !is_something_else(&parsed) => {
                scan.files.push((path, parsed));
            }
            // A key or a request that a wildcard happens to match.
            Ok(_) => {}
            Err(fault) => {
                scan.is_reachable &= !place.is_literal();
                scan.faults.push(fault);
            }
        }
    }

    /// Reads the certificates that the kubeconfig at `path` embeds or refers to.
    fn kubeconfig(&mut self, path: &Path, place: &Place, scan: &mut PlaceScan, ongoing: &mut Ongoing) {
        let max_certificates = self.plan.max_certificates;
        let root = &self.plan.host_root;
        let read = |bytes: &[u8]| kubeconfig::read(bytes, max_certificates);
        let embedded = match self.kubeconfigs.get(path, root, &mut ongoing.reader, read) {
            Ok(embedded) => embedded,
            Err(fault) => {
                scan.is_reachable &= !place.is_literal();
                scan.faults.push(fault);
                return;
            }
        };
        let embedded = match &*embedded {
            Ok(embedded) => embedded,
            Err(error) => return scan.faults.push(not_decoded(path, error.to_string())),
        };
        for Embedded { kind, key, content } in embedded {
            let parsed = match content {
                Content::Parsed(parsed) => Ok(Arc::new(parsed.clone())),
                Content::NotBase64 => {
                    Err(not_decoded(path, format!("the data of {kind} `{key}` are not base64")))
                }
                Content::Path(named) => {
                    let referred = self.plan.host_root.referred(path, named);
                    ongoing.used.insert(referred.clone());
                    self.parsed(&referred, &mut ongoing.reader).map_err(|fault| PathFault {
                        message: format!("{kind} `{key}` refers to {}: {}", named.display(), fault.message),
                        path: path.to_owned(),
                        ..fault
                    })
                }
            };
            match parsed {
                Ok(parsed) => {
                    let (path, key) = (path.to_owned(), key.clone());
                    scan.embedded.push(EmbeddedScan { path, kind, key, parsed });
                }
                Err(fault) => scan.faults.push(fault),
            }
        }
    }

    /// What is in the file at `path`, from memory if it has not changed.
    fn parsed(&mut self, path: &Path, reader: &mut Reader) -> Result<Arc<Parsed>, PathFault> {
        let max_certificates = self.plan.max_certificates;
        self.files.get(path, &self.plan.host_root, reader, |bytes| parse::parse(bytes, max_certificates))
    }

    /// Where the target of a symbolic link would change; `None` for what is no link.
    fn target_directory(&self, path: &Path) -> Option<PathBuf> {
        let actual = self.plan.host_root.resolve(path);
        if actual != *path {
            return Some(walk::parent(&actual).to_owned());
        }
        let is_link = path.symlink_metadata().ok()?.is_symlink();
        if is_link { path.canonicalize().ok().map(|target| walk::parent(&target).to_owned()) } else { None }
    }
}

/// A preset may be another distribution's; that none has anything on this node is a mistake, or a mount that is missing.
fn tell_if_no_preset_fits(places: &[Place], scans: &mut [PlaceScan]) {
    let mut presets = places.iter().zip(scans).filter(|(place, _)| place.is_optional).peekable();
    let Some((first, _)) = presets.peek() else { return };
    let message = "nothing of any preset is on this node; check `presets` and `host_root`".to_owned();
    let fault = first.fault(Reason::Empty, StoredReason::NotFound, message);
    let mut presets: Vec<_> = presets.map(|(_, scan)| scan).collect();
    let is_empty =
        |scan: &&mut PlaceScan| scan.files.is_empty() && scan.embedded.is_empty() && scan.faults.is_empty();
    if presets.iter().all(is_empty)
        && let Some(scan) = presets.first_mut()
    {
        scan.is_reachable = false;
        scan.faults.push(fault);
    }
}

impl Place {
    fn fault(&self, reason: Reason, stored_reason: StoredReason, message: String) -> PathFault {
        PathFault { path: PathBuf::from(&self.name), reason, stored_reason, message }
    }
}

fn not_decoded(path: &Path, message: String) -> PathFault {
    let (reason, stored_reason) = (Reason::Malformed, StoredReason::DecodeFailed);
    PathFault { path: path.to_owned(), reason, stored_reason, message }
}

/// Whether a file is proper PEM of another kind throughout.
fn is_something_else(parsed: &Parsed) -> bool {
    matches!(parsed.faults.as_slice(), [fault] if fault.kind == FaultKind::OnlyOtherBlocks)
}
