//! From objects to claims: each host of each object once.

use std::collections::HashSet;

use lookout_kubernetes::{Entry, ObjectKey, View};
use lookout_runtime::Shard;

use super::object::{HostObject, HostObjectKind};

/// That an object has a host served, and with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The kind of the object.
    pub kind: HostObjectKind,
    /// The object.
    pub key: ObjectKey,
    /// The host, normalised; an empty one stands for every host.
    pub host: Box<str>,
    /// The Secrets of which one must cover it; none if the controller's default is used.
    pub secrets: Vec<ObjectKey>,
    /// Whether the object may use the Secrets.
    pub is_permitted: bool,
    /// The class of the object.
    pub class: Box<str>,
    /// Where its controller is reached, as the object says.
    pub addresses: Vec<Box<str>>,
    /// The port of its controller.
    pub port: u16,
    /// Whether the controller passes the connection on unopened.
    pub is_passed_through: bool,
}

impl Claim {
    /// Whether `shard` judges it: the one that owns its first Secret, else its object.
    pub fn belongs_to(&self, shard: Shard) -> bool {
        shard.owns(&self.secrets.first().unwrap_or(&self.key).to_string())
    }

    /// Whether it can be asked for: a name or address, not a pattern of several.
    pub fn names_one_host(&self) -> bool {
        !self.host.is_empty() && !self.host.contains('*')
    }
}

/// The claims of all objects of a kind, in their order. Of several listeners of an object for one host the first counts.
pub fn claims(kind: HostObjectKind, objects: &View<HostObject>) -> impl Iterator<Item = Claim> {
    objects.iter().flat_map(move |entry| of_object(kind, entry))
}

fn of_object(kind: HostObjectKind, entry: &Entry<HostObject>) -> Vec<Claim> {
    let object = &entry.object;
    let mut seen = HashSet::new();
    let hosts =
        object.listeners.iter().flat_map(|listener| listener.hosts.iter().map(move |host| (host, listener)));
    let first = hosts.filter(|(host, _)| seen.insert(*host));
    let claim = first.map(|(host, listener)| Claim {
        kind,
        key: entry.key.clone(),
        host: host.clone(),
        secrets: listener.secrets.clone(),
        is_permitted: listener.is_permitted,
        class: object.class.clone(),
        addresses: object.addresses.clone(),
        port: listener.port,
        is_passed_through: listener.is_passed_through,
    });
    claim.collect()
}
