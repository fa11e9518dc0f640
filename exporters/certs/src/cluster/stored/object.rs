//! What is kept of an object that holds certificates.
//!
//! Kept small: at 100,000 Secrets each byte here is 100 kB. Authorities are shared between objects, because every Secret of a
//! namespace tends to hold the same one.

use std::sync::Arc;

use lookout_certs_spec::config::Chain;
use lookout_certs_spec::labels::Role;
use lookout_declarations::Reason;

use super::fault::ValueFault;
use crate::discriminator::Discriminator;
use crate::parse::Certificate;

/// What is kept of an object that holds certificates, or should.
#[derive(Debug, Default, PartialEq)]
pub struct StoredObject {
    /// The certificates, by value in the order of the object, and then in the order of the value.
    pub certificates: Box<[Held]>,
    /// What cannot be used, by value.
    pub faults: Box<[ValueFault]>,
    /// Those of the object's labels that are to be shown, by name.
    pub labels: Box<[(Arc<str>, Box<str>)]>,
}

/// One certificate of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// The key, or the entry of a `caBundle`; empty where the object has only one.
    pub entry: Arc<str>,
    /// The certificate.
    pub certificate: Arc<Certificate>,
    /// What tells it from those of this entry with the same labels.
    pub discriminator: Option<Discriminator>,
}

impl StoredObject {
    /// The first certificate under a key: what a server shows as its own.
    pub fn first_of(&self, entry: &str) -> Option<&Arc<Certificate>> {
        self.certificates.iter().find(|held| *held.entry == *entry).map(|held| &held.certificate)
    }

    /// How many items cannot be used, by key and reason; each pair once.
    pub fn fault_counts(&self) -> Vec<(&str, Reason, u32)> {
        let mut counts: Vec<(&str, Reason, u32)> = Vec::new();
        for fault in &self.faults {
            let (entry, reason) = (&*fault.entry, fault.kind.reason());
            match counts.iter_mut().find(|(known, of, _)| (*known, *of) == (entry, reason)) {
                Some((_, _, count)) => *count = count.saturating_add(fault.count),
                None => counts.push((entry, reason, fault.count)),
            }
        }
        counts
    }

    /// How many of its certificates needed a discriminator.
    pub fn collisions(&self) -> usize {
        self.certificates.iter().filter(|held| held.discriminator.is_some()).count()
    }
}

impl Held {
    /// Whether it has rows.
    pub fn is_shown(&self, chain: Chain) -> bool {
        match chain {
            Chain::All => true,
            Chain::Leaf => self.certificate.role == Role::Leaf,
        }
    }
}
