//! How an Ingress is read (`networking.k8s.io/v1`, `IngressSpec` and `IngressTLS`).
//!
//! An entry of `tls` without hosts is for the hosts of the rules that no other entry names. One without a Secret is served
//! with the controller's default certificate.

use std::collections::BTreeSet;

use lookout_kubernetes::{Json, ObjectJson, ObjectKey, Reader, Resource};

use super::coverage::normal;
use super::object::{HostObject, Listener, MAX_ADDRESSES, MAX_HOSTS};
use crate::cluster::certmanager::short;

/// Where controllers serve TLS for Ingresses.
const HTTPS: u16 = 443;

/// The annotation by which the class was given before the field was there, and still is.
const CLASS: &str = "kubernetes.io/ingress.class";

/// The annotation that has ingress-nginx pass TLS connections on unopened.
const PASSTHROUGH: &str = "nginx.ingress.kubernetes.io/ssl-passthrough";

/// Reads Ingresses; one without TLS is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressReader;

impl Reader for IngressReader {
    type Object = HostObject;

    fn resource(&self) -> Resource {
        Resource {
            group: "networking.k8s.io",
            versions: &["v1"],
            plural: "ingresses",
            kind: "Ingress",
            is_namespaced: true,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<HostObject> {
        let spec = object.get("spec");
        let entries: Vec<_> = spec.get("tls").items().take(MAX_HOSTS).collect();
        if entries.is_empty() {
            return None;
        }
        let class = short(spec.get("ingressClassName"));
        let class =
            if class.is_empty() { short(object.metadata().get("annotations").get(CLASS)) } else { class };
        let is_passed_through = object.annotation(PASSTHROUGH).is_some_and(|value| value == "true");
        let named: BTreeSet<_> = entries.iter().flat_map(|entry| hosts(*entry)).collect();
        let namespace = object.namespace();
        let listener = |entry: &Json<'_>| {
            let mut listed: Vec<_> = hosts(*entry).collect();
            if listed.is_empty() {
                listed = rest(spec, &named);
            }
            let secret = short(entry.get("secretName"));
            let secrets =
                if secret.is_empty() { Vec::new() } else { vec![ObjectKey::new(&namespace, &secret)] };
            Listener { hosts: listed, secrets, port: HTTPS, is_passed_through, is_permitted: true }
        };
        let listeners = entries.iter().map(listener).collect();
        let addresses = addresses(object.get("status").at(&["loadBalancer", "ingress"]));
        Some(HostObject { class, listeners, addresses, ..HostObject::default() }.cut())
    }
}

fn hosts(entry: Json<'_>) -> impl Iterator<Item = Box<str>> {
    entry.get("hosts").items().take(MAX_HOSTS + 1).map(|host| normal(&short(host)).into())
}

/// The hosts of the rules that no entry names; every host if the rules name none.
fn rest(spec: Json<'_>, named: &BTreeSet<Box<str>>) -> Vec<Box<str>> {
    let of_rules: BTreeSet<Box<str>> = spec
        .get("rules")
        .items()
        .take(MAX_HOSTS)
        .map(|rule| normal(&short(rule.get("host"))).into())
        .collect();
    if of_rules.iter().all(|host| host.is_empty()) {
        return vec!["".into()];
    }
    of_rules.into_iter().filter(|host| !host.is_empty() && !named.contains(host)).collect()
}

/// The addresses of a load balancer's status.
pub(super) fn addresses(entries: Json<'_>) -> Vec<Box<str>> {
    let address = |entry: Json<'_>| {
        let ip = short(entry.get("ip"));
        if ip.is_empty() { short(entry.get("hostname")) } else { ip }
    };
    entries.items().map(address).filter(|address| !address.is_empty()).take(MAX_ADDRESSES).collect()
}
