//! How a ListenerSet is read (`gateway.networking.k8s.io`, `ListenerSetSpec`): listeners that a team adds to a Gateway of others.
//!
//! It is served where its Gateway is, and by the controller of that one's class. A Gateway takes ListenerSets of the namespaces that
//! it allows: the condition `Accepted` says whether.
//!
//! How to get it wrong: asking a Gateway for the hosts of a set that it does not take. It shows somebody else's certificate, and
//! is right to.

use lookout_kubernetes::{ObjectJson, ObjectKey, Reader, Resource};

use super::gateway::{self, GatewayReader};
use super::object::HostObject;
use crate::cluster::certmanager::{ConditionStatus, condition, short};

/// Reads ListenerSets; one without TLS is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenerSetReader;

impl Reader for ListenerSetReader {
    type Object = HostObject;

    fn resource(&self) -> Resource {
        Resource {
            group: "gateway.networking.k8s.io",
            versions: &["v1"],
            plural: "listenersets",
            kind: "ListenerSet",
            is_namespaced: true,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<HostObject> {
        let listeners = gateway::listeners(object);
        let accepted = condition(object.get("status").get("conditions"), "Accepted");
        // Whoever says nothing of it may not know of ListenerSets at all.
        let is_accepted = accepted.is_some_and(|accepted| accepted.status == ConditionStatus::True);
        let parent = parent(object).filter(|_| is_accepted);
        (!listeners.is_empty()).then(|| HostObject { parent, listeners, ..HostObject::default() }.cut())
    }
}

/// The Gateway that it names; nothing if it names something else.
fn parent(object: &ObjectJson<'_>) -> Option<ObjectKey> {
    let reference = object.get("spec").get("parentRef");
    let Resource { group, kind, .. } = GatewayReader.resource();
    let is = |field: &str, wanted: &str| {
        let said = short(reference.get(field));
        said.is_empty() || &*said == wanted
    };
    let (other, name) = (short(reference.get("namespace")), short(reference.get("name")));
    let namespace = if other.is_empty() { object.namespace() } else { (&*other).into() };
    (is("group", group) && is("kind", kind) && !name.is_empty()).then(|| ObjectKey::new(&namespace, &name))
}
