//! What many objects have in common is kept once: keys, issuers, authorities.
//!
//! How to get it wrong: keeping what nobody else has. An entry that only this table holds is dropped when the table has doubled
//! since it was last swept, so it is never much larger than what is in use.

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use lookout_certs_spec::labels::Role;

use crate::parse::{Certificate, Fingerprint, Name};

/// The size of a table below which it is not swept.
const SMALL: usize = 1024;

/// The tables of a cluster, shared by its readers.
#[derive(Default)]
pub struct Sharing {
    texts: Mutex<Table<Arc<str>, ()>>,
    names: Mutex<Table<Arc<Name>, ()>>,
    authorities: Mutex<Table<Fingerprint, Arc<Certificate>>>,
}

struct Table<K, V> {
    entries: HashMap<K, V>,
    swept_at: usize,
}

impl Sharing {
    /// A text that occurs in many objects.
    pub(super) fn text(&self, text: &str) -> Arc<str> {
        let mut table = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((shared, ())) = table.entries.get_key_value(text) {
            return Arc::clone(shared);
        }
        let shared: Arc<str> = text.into();
        table.sweep(|text, ()| Arc::strong_count(text) > 1);
        table.entries.insert(Arc::clone(&shared), ());
        shared
    }

    /// A certificate as it is kept: an authority shared as a whole, any other with its issuer shared.
    pub(super) fn certificate(&self, mut certificate: Certificate) -> Arc<Certificate> {
        if certificate.role != Role::Leaf {
            return self.authority(certificate);
        }
        certificate.issuer = self.name(&certificate.issuer);
        // Nothing shows the whole name of a stored certificate that has a common name.
        certificate.subject = certificate.subject.short();
        Arc::new(certificate)
    }

    fn authority(&self, certificate: Certificate) -> Arc<Certificate> {
        let mut table = self.authorities.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = table.entries.get(&certificate.fingerprint_sha256) {
            return Arc::clone(shared);
        }
        let shared = Arc::new(certificate);
        table.sweep(|_, certificate| Arc::strong_count(certificate) > 1);
        table.entries.insert(shared.fingerprint_sha256, Arc::clone(&shared));
        shared
    }

    fn name(&self, name: &Arc<Name>) -> Arc<Name> {
        let mut table = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((shared, ())) = table.entries.get_key_value(name) {
            return Arc::clone(shared);
        }
        table.sweep(|name, ()| Arc::strong_count(name) > 1);
        table.entries.insert(Arc::clone(name), ());
        Arc::clone(name)
    }
}

impl<K: Eq + Hash, V> Table<K, V> {
    /// Drops what is not `used` if the table has doubled since the last time.
    fn sweep(&mut self, used: impl Fn(&K, &V) -> bool) {
        if self.entries.len() < self.swept_at.saturating_mul(2).max(SMALL) {
            return;
        }
        self.entries.retain(|key, value| used(key, value));
        self.swept_at = self.entries.len();
    }
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), swept_at: 0 }
    }
}

impl fmt::Debug for Sharing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sharing").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_holds_any_more_is_swept() {
        let sharing = Sharing::default();
        let held = sharing.text("held");
        for number in 0..10 * SMALL {
            sharing.text(&number.to_string());
        }
        let count = sharing.texts.lock().unwrap().entries.len();
        assert!(count <= 2 * SMALL, "{count}");
        assert!(Arc::ptr_eq(&held, &sharing.text("held")));
    }
}
