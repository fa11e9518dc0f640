//! What is exposed of certificates that are stored in objects: rows by object, and what is summed over a source.
//!
//! Invariant: the rows of an object follow from the object and the time alone, and [`Showing::differs`] says whether two moments
//! give the same. How to get it wrong: a value that changes with time and is not compared there; its rows would go stale.

use lookout_certs_spec::config::Chain;
use lookout_certs_spec::labels::{ObjectFault, SourceKind};
use lookout_certs_spec::metrics::{
    CERTIFICATE_ERROR, EXPIRED, EXPIRES_IN, NOT_AFTER, NOT_BEFORE, OBJECT_FAULTS, SOURCE_BUNDLES,
    SOURCE_ERRORS, STORED_INFO, STORED_LIFE_USED, VALID_SINCE,
};
use lookout_exposition::{Batch, Family, ObjectLabels};
use lookout_kubernetes::Entry;
use lookout_runtime::Objects;

use crate::cluster::stored::{Inventory, Place, StoredObject};
use crate::parse::Certificate;

/// What is shown of objects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Showing {
    /// Where their certificates lie.
    pub place: Place,
    /// Which certificates have rows.
    pub chain: Chain,
    /// Whether the families are exposed that change in every cycle.
    pub exposes_relative: bool,
}

impl Showing {
    /// Names the rows of an object at `now`, in seconds since 1970-01-01T00:00:00Z.
    pub fn replace(&self, entry: &Entry<StoredObject>, now: i64, objects: &mut Objects<'_>) {
        objects.replace(&entry.key.to_string(), self.rows(entry, now));
    }

    /// Whether the rows of an object are others at `then` than at `now`.
    pub fn differs(&self, object: &StoredObject, then: i64, now: i64) -> bool {
        let mut shown = object.certificates.iter().filter(|held| held.is_shown(self.chain));
        shown.any(|held| {
            (self.exposes_relative && then != now)
                || judged(&held.certificate, then) != judged(&held.certificate, now)
        })
    }

    /// The rows of an object at `now`, in seconds since 1970-01-01T00:00:00Z.
    pub fn rows(&self, entry: &Entry<StoredObject>, now: i64) -> Batch {
        let mut batch = Batch::new();
        self.certificates(entry, now, &mut batch);
        self.faults(entry, &mut batch);
        batch
    }

    fn certificates(&self, entry: &Entry<StoredObject>, now: i64, batch: &mut Batch) {
        let object = &entry.object;
        let shown: Vec<_> = object.certificates.iter().filter(|held| held.is_shown(self.chain)).collect();
        if shown.is_empty() {
            return;
        }
        let own: ObjectLabels = object.labels.iter().map(|(name, value)| (&**name, &**value)).collect();
        let mut not_after = Family::new(&NOT_AFTER);
        let mut not_before = Family::new(&NOT_BEFORE);
        let mut expired = Family::new(&EXPIRED);
        let mut life_used = Family::new(&STORED_LIFE_USED);
        let mut info = Family::new(&STORED_INFO);
        let mut expires_in = Family::new(&EXPIRES_IN);
        let mut valid_since = Family::new(&VALID_SINCE);
        for held in shown {
            let certificate = &held.certificate;
            let discriminator = held.discriminator.map(|discriminator| discriminator.to_string());
            let discriminator = discriminator.as_deref().unwrap_or_default();
            let labels = self.place.certificate_labels(&entry.key, held, discriminator);
            let (is_expired, share) = judged(certificate, now);
            not_after.set_with(labels, &own, certificate.not_after as f64);
            not_before.set_with(labels, &own, certificate.not_before as f64);
            expired.set_with(labels, &own, f64::from(u8::from(is_expired)));
            if let Some(share) = share {
                life_used.set_with(labels, &own, share);
            }
            let fingerprint = certificate.fingerprint_sha256.text();
            let Certificate { role, key_algorithm, key_bits, .. } = **certificate;
            info.present_with(labels.with_info(fingerprint.as_str(), role, key_algorithm, key_bits), &own);
            if self.exposes_relative {
                expires_in.set_with(labels, &own, certificate.not_after as f64 - now as f64);
                valid_since.set_with(labels, &own, now as f64 - certificate.not_before as f64);
            }
        }
        batch.add(not_after);
        batch.add(not_before);
        batch.add(expired);
        batch.add(life_used);
        batch.add(info);
        if self.exposes_relative {
            batch.add(expires_in);
            batch.add(valid_since);
        }
    }

    fn faults(&self, entry: &Entry<StoredObject>, batch: &mut Batch) {
        if entry.object.faults.is_empty() {
            return;
        }
        let mut faults = Family::new(&OBJECT_FAULTS);
        let mut error = Family::new(&CERTIFICATE_ERROR);
        let mut named = Vec::new();
        for (key, reason, count) in entry.object.fault_counts() {
            let (resource_namespace, name) = (&*entry.key.namespace, &*entry.key.name);
            let kind = self.place.object_kind();
            faults.set(ObjectFault { resource_namespace, kind, name, key, reason }, f64::from(count));
            if !named.contains(&key) {
                named.push(key);
                error.set(self.place.labels(&entry.key, key), 1.0);
            }
        }
        batch.add(faults);
        batch.add(error);
    }
}

/// What of a certificate changes with time: whether it has expired, and the share of its life that is over.
fn judged(certificate: &Certificate, now: i64) -> (bool, Option<f64>) {
    (now > certificate.not_after, certificate.life_used(now))
}

/// Writes what is summed over a source.
pub fn assess_whole((kind, name): (SourceKind, &str), inventory: &Inventory, batch: &mut Batch) {
    let mut bundles = Family::new(&SOURCE_BUNDLES);
    bundles.set((kind, name), inventory.bundles as f64);
    let mut errors = Family::new(&SOURCE_ERRORS);
    for (reason, count) in &inventory.errors {
        errors.total((kind, name, *reason), *count as f64);
    }
    batch.add(bundles);
    batch.add(errors);
}
