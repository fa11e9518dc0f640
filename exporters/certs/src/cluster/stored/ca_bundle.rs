//! The `caBundle`s by which the API server trusts webhooks and extension servers. When one expires, requests fail that the
//! webhook is asked about.
//!
//! An object without a `caBundle` is left out: the API server then trusts its own roots, or something fills it in later.

use std::sync::Arc;

use lookout_certs_spec::config::ObjectLimits;
use lookout_kubernetes::{Json, ObjectJson, Reader, Resource};

use super::filter::KeyMatch;
use super::object::StoredObject;
use super::sharing::Sharing;
use super::values::Values;

/// What has a `caBundle`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaBundleKind {
    /// ValidatingWebhookConfigurations.
    ValidatingWebhooks,
    /// MutatingWebhookConfigurations.
    MutatingWebhooks,
    /// APIServices.
    ApiServices,
    /// The conversion webhooks of CustomResourceDefinitions.
    CustomResources,
}

/// Reads what has a `caBundle`.
#[derive(Clone, Debug)]
pub struct CaBundleReader {
    kind: CaBundleKind,
    limits: ObjectLimits,
    sharing: Arc<Sharing>,
}

impl CaBundleKind {
    /// Every kind.
    pub const ALL: [Self; 4] =
        [Self::ValidatingWebhooks, Self::MutatingWebhooks, Self::ApiServices, Self::CustomResources];

    /// The resource that is read.
    pub fn resource(self) -> Resource {
        let of =
            |group, plural, kind| Resource { group, versions: &["v1"], plural, kind, is_namespaced: false };
        let admission = "admissionregistration.k8s.io";
        match self {
            Self::ValidatingWebhooks => {
                of(admission, "validatingwebhookconfigurations", "ValidatingWebhookConfiguration")
            }
            Self::MutatingWebhooks => {
                of(admission, "mutatingwebhookconfigurations", "MutatingWebhookConfiguration")
            }
            Self::ApiServices => of("apiregistration.k8s.io", "apiservices", "APIService"),
            Self::CustomResources => {
                of("apiextensions.k8s.io", "customresourcedefinitions", "CustomResourceDefinition")
            }
        }
    }
}

impl CaBundleReader {
    /// A reader of one kind.
    pub fn new(kind: CaBundleKind, limits: &ObjectLimits, sharing: &Arc<Sharing>) -> Self {
        Self { kind, limits: limits.clone(), sharing: Arc::clone(sharing) }
    }
}

/// What is shared does not change what is read.
impl PartialEq for CaBundleReader {
    fn eq(&self, other: &Self) -> bool {
        (self.kind, &self.limits) == (other.kind, &other.limits)
    }
}

impl Reader for CaBundleReader {
    type Object = StoredObject;

    fn resource(&self) -> Resource {
        self.kind.resource()
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<StoredObject> {
        let mut values = Values::new(&self.limits, &self.sharing);
        let mut bundle = |entry: &str, bundle: Json<'_>| {
            if bundle.text().is_some_and(|text| !text.is_empty()) {
                values.read_base64(entry, bundle, KeyMatch::Name);
            }
        };
        match self.kind {
            CaBundleKind::ValidatingWebhooks | CaBundleKind::MutatingWebhooks => {
                for webhook in object.get("webhooks").items() {
                    let name = webhook.get("name").text().unwrap_or_default();
                    bundle(&name, webhook.at(&["clientConfig", "caBundle"]));
                }
            }
            CaBundleKind::ApiServices => bundle("", object.get("spec").get("caBundle")),
            CaBundleKind::CustomResources => {
                bundle("", object.get("spec").at(&["conversion", "webhook", "clientConfig", "caBundle"]));
            }
        }
        (!values.is_empty()).then(|| values.finish(&object.key(), Box::default()))
    }
}
