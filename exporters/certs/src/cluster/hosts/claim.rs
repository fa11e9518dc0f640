//! From objects to claims: each host of each object once at each port.
//!
//! A controller that is given several certificates for a name at one port may serve any of them: each that is good will do. At
//! another port another server answers, so what is good there says nothing of this one.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use lookout_kubernetes::{Entry, ObjectKey, View};
use lookout_runtime::Shard;

use super::object::{HostObject, HostObjectKind, Listener};

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
    /// Who serves the class, such as `k8s.io/ingress-nginx`; empty if that is not known.
    pub controller: Box<str>,
    /// The Gateway that has it served, if not the object itself.
    pub parent: Option<ObjectKey>,
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

    /// Who has to choose between claims for one host, as far as objects say: the controller of all Ingresses of a class, but each
    /// Gateway, with what is attached to it, and each Service by itself.
    pub fn server(&self) -> (HostObjectKind, ObjectKey) {
        match self.kind {
            HostObjectKind::Ingress => (self.kind, ObjectKey::new("", &self.class)),
            HostObjectKind::Gateway | HostObjectKind::Service => (self.kind, self.key.clone()),
            HostObjectKind::ListenerSet => match &self.parent {
                Some(gateway) => (HostObjectKind::Gateway, gateway.clone()),
                None => (self.kind, self.key.clone()),
            },
        }
    }

    /// Takes in the Secrets of another listener for the same host at the same port. Of two that are treated differently, which
    /// no API admits, the first counts.
    fn join(&mut self, listener: &Listener) {
        let is_alike = self.is_permitted == listener.is_permitted
            && self.is_passed_through == listener.is_passed_through;
        for secret in listener.secrets.iter().filter(|_| is_alike) {
            if !self.secrets.contains(secret) {
                self.secrets.push(secret.clone());
            }
        }
    }
}

/// The claims of all objects of a kind, in their order.
pub fn claims(kind: HostObjectKind, objects: &View<HostObject>) -> impl Iterator<Item = Claim> {
    objects.iter().flat_map(move |entry| of_object(kind, entry, &entry.object))
}

/// The claims of all ListenerSets, in their order: each is served where its Gateway is.
pub fn attached_claims(sets: &View<HostObject>, gateways: &View<HostObject>) -> impl Iterator<Item = Claim> {
    sets.iter().flat_map(|entry| {
        let gateway = entry.object.parent.as_ref().and_then(|key| gateways.get(&key.namespace, &key.name));
        of_object(
            HostObjectKind::ListenerSet,
            entry,
            gateway.map_or(&entry.object, |gateway| &gateway.object),
        )
    })
}

/// The claims of an object, which is served where `place` is.
fn of_object(kind: HostObjectKind, entry: &Entry<HostObject>, place: &HostObject) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    let mut places = HashMap::new();
    for listener in &entry.object.listeners {
        for host in &listener.hosts {
            match places.entry((host, listener.port)) {
                Slot::Vacant(slot) => {
                    slot.insert(claims.len());
                    claims.push(claim(kind, entry, place, host, listener));
                }
                Slot::Occupied(slot) => {
                    if let Some(known) = claims.get_mut(*slot.get()) {
                        known.join(listener);
                    }
                }
            }
        }
    }
    claims
}

fn claim(
    kind: HostObjectKind,
    entry: &Entry<HostObject>,
    place: &HostObject,
    host: &str,
    listener: &Listener,
) -> Claim {
    Claim {
        kind,
        key: entry.key.clone(),
        host: host.into(),
        secrets: listener.secrets.clone(),
        is_permitted: listener.is_permitted,
        class: place.class.clone(),
        controller: Box::default(),
        parent: entry.object.parent.clone(),
        addresses: place.addresses.clone(),
        port: listener.port,
        is_passed_through: listener.is_passed_through,
    }
}
