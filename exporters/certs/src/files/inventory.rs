//! The model of the file source: which certificates there are, where, and what could not be used. Pure.
//!
//! Certificates whose labels would all be equal get a [`Discriminator`]; they are counted when they appear. The same
//! certificate twice in one file is such a group too: neither is dropped.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use lookout_certs_spec::labels::{SourceKind, StoredCertificate, StoredReason};
use lookout_declarations::Reason;

use super::plan::Plan;
use super::scan::{PathFault, Scan};
use crate::discriminator::Discriminator;
use crate::parse::{Certificate, Parsed};

/// Everything the file source knows.
#[derive(Debug, Default)]
pub struct Inventory {
    /// The files in which there is something, in order of the places and then of the paths.
    pub files: Vec<StoredFile>,
    /// The configured paths, in order.
    pub places: Vec<PlaceReport>,
    /// What cannot be used, by path and reason.
    pub faults: Vec<FaultCount>,
    /// How many certificates have needed a discriminator so far, by the kinds of place that there are.
    pub collisions: BTreeMap<SourceKind, u64>,
}

/// One file.
#[derive(Debug)]
pub struct StoredFile {
    /// The path.
    pub path: String,
    /// The last component of the path.
    pub filename: String,
    /// The path, trimmed as configured.
    pub filepath: String,
    /// Which block of a kubeconfig it is in, and its name; empty for a file of its own.
    pub embedded: (&'static str, String),
    /// What is in it.
    pub parsed: Arc<Parsed>,
    /// By certificate: what tells it from those with the same labels; empty for most.
    pub discriminators: Vec<String>,
}

/// One configured path.
#[derive(Debug)]
pub struct PlaceReport {
    /// As it was configured.
    pub name: String,
    /// Whether its files hold certificates, or are kubeconfigs.
    pub kind: SourceKind,
    /// Whether it could be read or listed.
    pub is_reachable: bool,
    /// How many of its files have a certificate.
    pub bundles: usize,
    /// Errors so far by reason, all of them.
    pub errors: BTreeMap<StoredReason, u64>,
}

/// How many items of a path cannot be used.
#[derive(Debug, PartialEq)]
pub struct FaultCount {
    /// The path, trimmed as configured; or the configured pattern.
    pub filepath: String,
    /// Why.
    pub reason: Reason,
    /// How many.
    pub count: usize,
}

/// What is counted over the life of the process.
#[derive(Debug, Default)]
pub struct Tally {
    errors: BTreeMap<(usize, StoredReason), u64>,
    collisions: BTreeMap<SourceKind, u64>,
    discriminated: HashSet<(SourceKind, String, String)>,
}

impl StoredFile {
    /// The labels of its certificate `certificate`, told apart by `discriminator`.
    pub fn labels<'a>(
        &'a self,
        certificate: &'a Certificate,
        discriminator: &'a str,
    ) -> StoredCertificate<'a> {
        let (subject, issuer) = (&certificate.subject, &certificate.issuer);
        StoredCertificate {
            serial_number: &certificate.serial_number,
            subject_country: subject.country(),
            subject_state: subject.state(),
            subject_locality: subject.locality(),
            subject_organization: subject.organization(),
            subject_unit: subject.unit(),
            subject_common_name: subject.common_name(),
            issuer_country: issuer.country(),
            issuer_state: issuer.state(),
            issuer_locality: issuer.locality(),
            issuer_organization: issuer.organization(),
            issuer_unit: issuer.unit(),
            issuer_common_name: issuer.common_name(),
            filename: &self.filename,
            filepath: &self.filepath,
            embedded_kind: self.embedded.0,
            embedded_key: &self.embedded.1,
            discriminator,
            ..StoredCertificate::default()
        }
    }

    /// Its certificates with their labels.
    pub fn certificates(&self) -> impl Iterator<Item = (&Certificate, StoredCertificate<'_>)> {
        self.parsed
            .certificates
            .iter()
            .zip(&self.discriminators)
            .map(|(certificate, discriminator)| (certificate, self.labels(certificate, discriminator)))
    }
}

impl Inventory {
    /// The inventory after `scan`, and every fault that stands. `tally` goes on from the scans before.
    pub fn new(scan: Scan, plan: &Plan, tally: &mut Tally) -> (Self, Vec<PathFault>) {
        let mut inventory = Self::default();
        let mut all_faults = Vec::new();
        for (index, (place, scanned)) in plan.places.iter().zip(scan.places).enumerate() {
            let mut faults = scanned.faults;
            let mut bundles = 0;
            let files = scanned.files.into_iter().map(|(path, parsed)| (path, ("", String::new()), parsed));
            let embedded = scanned.embedded.into_iter();
            let embedded = embedded.map(|found| (found.path, (found.kind, found.key), found.parsed));
            for (path, embedded, parsed) in files.chain(embedded) {
                faults.extend(parsed.faults.iter().map(|item| PathFault::of_item(&path, item)));
                bundles += usize::from(!parsed.certificates.is_empty());
                inventory.files.push(StoredFile::new(&path, embedded, parsed, plan));
            }
            inventory.places.push(PlaceReport {
                name: place.name.clone(),
                kind: place.kind,
                is_reachable: scanned.is_reachable,
                bundles,
                errors: tally.count_errors(index, &faults),
            });
            all_faults.extend(faults);
        }
        inventory.faults = count_faults(&all_faults, plan);
        inventory.discriminate();
        inventory.collisions = tally.count_collisions(&inventory);
        (inventory, all_faults)
    }

    /// Gives a discriminator to every certificate that shares all its labels with another.
    fn discriminate(&mut self) {
        let mut groups: HashMap<Identity<'_>, Vec<(usize, usize)>> = HashMap::new();
        for (file_index, file) in self.files.iter().enumerate() {
            for (index, certificate) in file.parsed.certificates.iter().enumerate() {
                groups.entry(identity(file, certificate)).or_default().push((file_index, index));
            }
        }
        let groups: Vec<_> = groups.into_values().filter(|group| group.len() > 1).flatten().collect();
        for (file_index, index) in groups {
            let Some(file) = self.files.get_mut(file_index) else { continue };
            let discriminator = file.discriminator(index);
            if let Some(place) = file.discriminators.get_mut(index) {
                *place = discriminator;
            }
        }
    }
}

/// The labels by which certificates are told apart.
type Identity<'a> = [&'a str; 17];

fn identity<'a>(file: &'a StoredFile, certificate: &'a Certificate) -> Identity<'a> {
    let (subject, issuer) = (&certificate.subject, &certificate.issuer);
    [
        &file.filepath,
        &file.filename,
        file.embedded.0,
        &file.embedded.1,
        &certificate.serial_number,
        subject.country(),
        subject.state(),
        subject.locality(),
        subject.organization(),
        subject.unit(),
        subject.common_name(),
        issuer.country(),
        issuer.state(),
        issuer.locality(),
        issuer.organization(),
        issuer.unit(),
        issuer.common_name(),
    ]
}

impl StoredFile {
    fn new(path: &Path, embedded: (&'static str, String), parsed: Arc<Parsed>, plan: &Plan) -> Self {
        Self {
            path: path.to_string_lossy().into_owned(),
            filename: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            filepath: plan.shown(&path.to_string_lossy()),
            embedded,
            discriminators: vec![String::new(); parsed.certificates.len()],
            parsed,
        }
    }

    /// The kind of place that it is of.
    fn kind(&self) -> SourceKind {
        if self.embedded.0.is_empty() { SourceKind::File } else { SourceKind::Kubeconfig }
    }

    fn discriminator(&self, index: usize) -> String {
        let certificate = self.parsed.certificates.get(index);
        certificate.map_or_else(String::new, |certificate| {
            Discriminator::new(&certificate.fingerprint_sha256, &self.path, index).to_string()
        })
    }
}

impl Tally {
    fn count_errors(&mut self, place: usize, faults: &[PathFault]) -> BTreeMap<StoredReason, u64> {
        for fault in faults {
            *self.errors.entry((place, fault.stored_reason)).or_default() += 1;
        }
        let total = |reason: StoredReason| self.errors.get(&(place, reason)).copied().unwrap_or(0);
        StoredReason::ALL.iter().map(|reason| (*reason, total(*reason))).collect()
    }

    fn count_collisions(&mut self, inventory: &Inventory) -> BTreeMap<SourceKind, u64> {
        let discriminated: HashSet<_> = inventory
            .files
            .iter()
            .flat_map(|file| file.discriminators.iter().map(move |discriminator| (file, discriminator)))
            .filter(|(_, discriminator)| !discriminator.is_empty())
            .map(|(file, discriminator)| (file.kind(), file.path.clone(), discriminator.clone()))
            .collect();
        for place in &inventory.places {
            self.collisions.entry(place.kind).or_default();
        }
        for (kind, ..) in discriminated.difference(&self.discriminated) {
            *self.collisions.entry(*kind).or_default() += 1;
        }
        self.discriminated = discriminated;
        self.collisions.clone()
    }
}

fn count_faults(faults: &[PathFault], plan: &Plan) -> Vec<FaultCount> {
    let mut counts = BTreeMap::<(String, Reason), usize>::new();
    for fault in faults {
        let filepath = plan.shown(&fault.path.to_string_lossy());
        *counts.entry((filepath, fault.reason)).or_default() += 1;
    }
    counts.into_iter().map(|((filepath, reason), count)| FaultCount { filepath, reason, count }).collect()
}
