//! How an IngressClass is read (`networking.k8s.io/v1`), and what follows from it for Ingresses.
//!
//! The API server gives new Ingresses without a class the default one. Those that are older than the default have none, and are
//! taken to be of it too: what serves them otherwise is not written anywhere.
//!
//! How to get it wrong: choosing among several defaults. The API server then refuses Ingresses without a class, so nobody has
//! said which.

use lookout_kubernetes::{ObjectJson, Reader, Resource, View};

use super::claim::Claim;
use super::object::HostObjectKind;
use crate::cluster::certmanager::short;

/// The annotation of the class that Ingresses without one are of.
const DEFAULT: &str = "ingressclass.kubernetes.io/is-default-class";

/// What of an IngressClass is kept.
#[derive(Debug, PartialEq, Eq)]
pub struct IngressClass {
    /// Who serves the Ingresses of the class, such as `k8s.io/ingress-nginx`.
    pub controller: Box<str>,
    /// Whether it is the class of Ingresses that name none.
    pub is_default: bool,
}

/// Reads IngressClasses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IngressClassReader;

impl Reader for IngressClassReader {
    type Object = IngressClass;

    fn resource(&self) -> Resource {
        Resource {
            group: "networking.k8s.io",
            versions: &["v1"],
            plural: "ingressclasses",
            kind: "IngressClass",
            is_namespaced: false,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<IngressClass> {
        Some(IngressClass {
            controller: short(object.get("spec").get("controller")),
            is_default: object.annotation(DEFAULT).is_some_and(|value| value == "true"),
        })
    }
}

/// Gives the claims of Ingresses their class, where they name none, and their controller.
pub fn classify(classes: &View<IngressClass>, claims: &mut [Claim]) {
    let mut defaults = classes.iter().filter(|entry| entry.object.is_default);
    let default = match (defaults.next(), defaults.next()) {
        (Some(only), None) => Some(&only.key.name),
        _ => None,
    };
    for claim in claims.iter_mut().filter(|claim| claim.kind == HostObjectKind::Ingress) {
        if let (true, Some(default)) = (claim.class.is_empty(), default) {
            claim.class = default.clone();
        }
        if let Some(class) = classes.get("", &claim.class) {
            claim.controller = class.object.controller.clone();
        }
    }
}
