//! How a Gateway is read (`gateway.networking.k8s.io`, `GatewaySpec`, `GatewayTLSConfig`).
//!
//! A reference to a Secret of another namespace needs a `ReferenceGrant` there. Whether there is one, the controller has found
//! out: it says so in the listener's condition `ResolvedRefs`. ListenerSets have listeners of the same shape.

use std::collections::BTreeMap;

use lookout_kubernetes::{Json, ObjectJson, ObjectKey, Reader, Resource};

use super::coverage::normal;
use super::object::{HostObject, Listener, MAX_ADDRESSES, MAX_HOSTS};
use crate::cluster::certmanager::{ConditionStatus, condition, short};

/// The most Secrets of one listener; the API admits 64.
const MAX_SECRETS: usize = 64;

/// Reads Gateways. One without TLS is kept: ListenerSets may add to it, and are served where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatewayReader;

impl Reader for GatewayReader {
    type Object = HostObject;

    fn resource(&self) -> Resource {
        Resource {
            group: "gateway.networking.k8s.io",
            versions: &["v1", "v1beta1"],
            plural: "gateways",
            kind: "Gateway",
            is_namespaced: true,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<HostObject> {
        let (spec, status) = (object.get("spec"), object.get("status"));
        let addresses = status.get("addresses").items().map(|address| short(address.get("value")));
        let addresses = addresses.filter(|address| !address.is_empty()).take(MAX_ADDRESSES).collect();
        let (class, listeners) = (short(spec.get("gatewayClassName")), listeners(object));
        Some(HostObject { class, listeners, addresses, ..HostObject::default() }.cut())
    }
}

/// The listeners that serve TLS.
pub(super) fn listeners(object: &ObjectJson<'_>) -> Vec<Listener> {
    let refused = refused(object.get("status").get("listeners"));
    let namespace = object.namespace();
    let entries = object.get("spec").get("listeners").items().take(MAX_HOSTS);
    entries.filter_map(|entry| listener(entry, &namespace, &refused)).collect()
}

/// A listener that serves TLS.
fn listener(entry: Json<'_>, namespace: &str, refused: &BTreeMap<Box<str>, bool>) -> Option<Listener> {
    let protocol = entry.get("protocol").text()?;
    if !matches!(&*protocol, "HTTPS" | "TLS") {
        return None;
    }
    let tls = entry.get("tls");
    let is_passed_through = tls.get("mode").text().is_some_and(|mode| mode == "Passthrough");
    let secrets: Vec<_> = tls
        .get("certificateRefs")
        .items()
        .take(MAX_SECRETS)
        .filter_map(|name| secret(name, namespace))
        .collect();
    Some(Listener {
        hosts: vec![normal(&short(entry.get("hostname"))).into()],
        secrets,
        port: entry.get("port").integer().and_then(|port| port.try_into().ok())?,
        is_passed_through,
        is_permitted: !refused.get(&short(entry.get("name"))).copied().unwrap_or(false),
    })
}

/// The Secret that a reference means; nothing if it means an object of another kind.
fn secret(reference: Json<'_>, namespace: &str) -> Option<ObjectKey> {
    let (group, kind) = (short(reference.get("group")), short(reference.get("kind")));
    let is_secret = group.is_empty() && (kind.is_empty() || &*kind == "Secret");
    let other = short(reference.get("namespace"));
    let namespace = if other.is_empty() { namespace } else { &other };
    let name = short(reference.get("name"));
    (is_secret && !name.is_empty()).then(|| ObjectKey::new(namespace, &name))
}

/// By listener, whether the controller refuses its references.
fn refused(listeners: Json<'_>) -> BTreeMap<Box<str>, bool> {
    let of_listener = |listener: Json<'_>| {
        let resolved = condition(listener.get("conditions"), "ResolvedRefs");
        let is_refused = resolved.is_some_and(|resolved| {
            resolved.status == ConditionStatus::False && &*resolved.reason == "RefNotPermitted"
        });
        (short(listener.get("name")), is_refused)
    };
    listeners.items().take(MAX_HOSTS).map(of_listener).collect()
}
