//! What is summed over the objects of a view, kept up to date by what differs.
//!
//! Errors are counted as those of files are: one that stands is counted again in every period, so that rules written for
//! x509-certificate-exporter see it. Between periods only new ones are counted, however often something changes.

use core::time::Duration;
use std::collections::{BTreeMap, HashSet};

use lookout_certs_spec::labels::StoredReason;
use lookout_kubernetes::{Difference, View};
use tokio::time::Instant;

use super::fault::ValueFault;
use super::object::StoredObject;

/// What is summed over the objects of a view, and counted over the life of the process.
#[derive(Debug, Default)]
pub struct Tally {
    view: View<StoredObject>,
    bundles: usize,
    /// The errors that stand.
    standing: BTreeMap<StoredReason, u64>,
    /// The errors so far.
    errors: BTreeMap<StoredReason, u64>,
    counted: Option<Instant>,
    collisions: u64,
}

impl Tally {
    /// Takes in what `view` is now. Those that stand are counted if `period` has passed since they last were.
    pub fn update(&mut self, view: &View<StoredObject>, period: Duration, now: Instant) {
        let before = std::mem::replace(&mut self.view, view.clone());
        let mut new = BTreeMap::<StoredReason, u64>::new();
        for difference in View::differences(&before, view) {
            let (old, object) = match difference {
                Difference::Added(after) => (None, Some(&after.object)),
                Difference::Removed(before) => (Some(&before.object), None),
                Difference::Changed { before, after } => (Some(&before.object), Some(&after.object)),
            };
            self.bundles = (self.bundles + object.map_or(0, bundles)).saturating_sub(old.map_or(0, bundles));
            for fault in old.into_iter().flat_map(|object| &object.faults) {
                let standing = self.standing.entry(fault.kind.stored_reason()).or_default();
                *standing = standing.saturating_sub(u64::from(fault.count));
            }
            for fault in object.into_iter().flat_map(|object| &object.faults) {
                let (reason, count) = (fault.kind.stored_reason(), u64::from(fault.count));
                *self.standing.entry(reason).or_default() += count;
                if old.is_none_or(|old| !old.faults.contains(fault)) {
                    *new.entry(reason).or_default() += count;
                }
            }
            self.collisions += object.map_or(0, |object| new_collisions(old, object));
        }
        let is_due = self.counted.is_none_or(|counted| now.duration_since(counted) >= period);
        let counted = if is_due { &self.standing } else { &new };
        for (reason, count) in counted {
            *self.errors.entry(*reason).or_default() += count;
        }
        if is_due {
            self.counted = Some(now);
        }
    }

    /// Objects with at least one certificate.
    pub fn bundles(&self) -> usize {
        self.bundles
    }

    /// Errors so far by reason, all of them.
    pub fn errors(&self) -> impl Iterator<Item = (StoredReason, u64)> {
        StoredReason::ALL.iter().map(|reason| (*reason, self.errors.get(reason).copied().unwrap_or(0)))
    }

    /// How many certificates have needed a discriminator so far.
    pub fn collisions(&self) -> u64 {
        self.collisions
    }

    /// The values that cannot be used now, by object.
    pub(super) fn faults(&self) -> impl Iterator<Item = (String, &ValueFault)> {
        let any = self.standing.values().any(|count| *count > 0);
        let entries = self.view.iter().filter(move |_| any);
        entries.flat_map(|entry| entry.object.faults.iter().map(|fault| (entry.key.to_string(), fault)))
    }
}

fn bundles(object: &StoredObject) -> usize {
    usize::from(!object.certificates.is_empty())
}

fn new_collisions(old: Option<&StoredObject>, object: &StoredObject) -> u64 {
    let discriminated = |object: &StoredObject| -> HashSet<_> {
        object.certificates.iter().filter_map(|held| held.discriminator).collect()
    };
    match old {
        _ if object.collisions() == 0 => 0,
        None => object.collisions() as u64,
        Some(old) => discriminated(object).difference(&discriminated(old)).count() as u64,
    }
}
