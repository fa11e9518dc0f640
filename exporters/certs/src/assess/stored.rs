//! What is exposed of stored certificates.

use std::collections::BTreeSet;

use jiff::Timestamp;
use lookout_certs_spec::labels::StoredCertificate;
use lookout_certs_spec::metrics::{
    CERTIFICATE_ERROR, COLLISIONS, EXPIRED, EXPIRES_IN, FILE_FAULTS, NOT_AFTER, NOT_BEFORE, SOURCE_BUNDLES,
    SOURCE_ERRORS, SOURCE_UP, STORED_INFO, STORED_LIFE_USED, VALID_SINCE,
};
use lookout_exposition::{Batch, Family};

use crate::files::{Inventory, StoredFile};

/// Writes the certificates and the state of the configured paths. `exposes_relative` adds the families that change
/// in every cycle.
pub fn assess(inventory: &Inventory, exposes_relative: bool, now: Timestamp, batch: &mut Batch) {
    let now = now.as_second();
    dates(inventory, now, batch);
    descriptions(inventory, batch);
    if exposes_relative {
        relative_dates(inventory, now, batch);
    }
    errors(inventory, batch);
    places(inventory, batch);
}

fn dates(inventory: &Inventory, now: i64, batch: &mut Batch) {
    let mut not_after = Family::new(&NOT_AFTER);
    let mut not_before = Family::new(&NOT_BEFORE);
    let mut expired = Family::new(&EXPIRED);
    let mut life_used = Family::new(&STORED_LIFE_USED);
    for (certificate, labels) in inventory.files.iter().flat_map(StoredFile::certificates) {
        not_after.set(labels, certificate.not_after as f64);
        not_before.set(labels, certificate.not_before as f64);
        expired.set(labels, f64::from(u8::from(now > certificate.not_after)));
        if let Some(share) = certificate.life_used(now) {
            life_used.set(labels, share);
        }
    }
    batch.add(not_after);
    batch.add(not_before);
    batch.add(expired);
    batch.add(life_used);
}

fn descriptions(inventory: &Inventory, batch: &mut Batch) {
    let mut info = Family::new(&STORED_INFO);
    for (certificate, labels) in inventory.files.iter().flat_map(StoredFile::certificates) {
        let fingerprint = certificate.fingerprint_sha256.text();
        info.present(labels.with_info(
            fingerprint.as_str(),
            certificate.role,
            certificate.key_algorithm,
            certificate.key_bits,
        ));
    }
    batch.add(info);
}

fn relative_dates(inventory: &Inventory, now: i64, batch: &mut Batch) {
    let mut expires_in = Family::new(&EXPIRES_IN);
    let mut valid_since = Family::new(&VALID_SINCE);
    for (certificate, labels) in inventory.files.iter().flat_map(StoredFile::certificates) {
        expires_in.set(labels, certificate.not_after as f64 - now as f64);
        valid_since.set(labels, now as f64 - certificate.not_before as f64);
    }
    batch.add(expires_in);
    batch.add(valid_since);
}

fn errors(inventory: &Inventory, batch: &mut Batch) {
    let mut faults = Family::new(&FILE_FAULTS);
    let mut paths = BTreeSet::new();
    for fault in &inventory.faults {
        faults.set((&fault.filepath, fault.reason), fault.count as f64);
        paths.insert(fault.filepath.as_str());
    }
    let mut error = Family::new(&CERTIFICATE_ERROR);
    for filepath in paths {
        let filename = filepath.rsplit('/').next().unwrap_or_default();
        error.set(StoredCertificate { filename, filepath, ..StoredCertificate::default() }, 1.0);
    }
    batch.add(faults);
    batch.add(error);
}

fn places(inventory: &Inventory, batch: &mut Batch) {
    let mut up = Family::new(&SOURCE_UP);
    let mut bundles = Family::new(&SOURCE_BUNDLES);
    let mut errors = Family::new(&SOURCE_ERRORS);
    for place in &inventory.places {
        up.set((place.kind, &place.name), f64::from(u8::from(place.is_reachable)));
        bundles.set((place.kind, &place.name), place.bundles as f64);
        for (reason, count) in &place.errors {
            errors.total((place.kind, &place.name, *reason), *count as f64);
        }
    }
    let mut collisions = Family::new(&COLLISIONS);
    for (kind, count) in &inventory.collisions {
        collisions.total((*kind,), *count as f64);
    }
    batch.add(up);
    batch.add(bundles);
    batch.add(errors);
    batch.add(collisions);
}
