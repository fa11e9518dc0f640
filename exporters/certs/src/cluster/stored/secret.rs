//! Secrets: of those of a wanted type the values of wanted keys, and nothing else.

use std::sync::Arc;

use lookout_certs_spec::config::{ANY_TYPE, ClusterSettings};
use lookout_kubernetes::{ObjectJson, Reader, Resource};

use super::filter::{Filter, KeyMatch, Keys};
use super::object::StoredObject;
use super::sharing::Sharing;
use super::values::Values;

/// The type of Secrets that servers take their certificates from.
const TLS: &str = "kubernetes.io/tls";

/// Reads Secrets.
#[derive(Clone, Debug)]
pub struct SecretReader {
    filter: Filter,
    rules: Vec<(String, Keys)>,
    /// The labels to keep.
    labels: Vec<Arc<str>>,
    sharing: Arc<Sharing>,
}

impl SecretReader {
    /// A reader as `settings` have it.
    pub fn new(settings: &ClusterSettings, sharing: &Arc<Sharing>) -> Self {
        let rules = settings.secrets.rules.iter();
        Self {
            filter: Filter::new(settings),
            rules: rules.map(|rule| (rule.secret_type.clone(), Keys::new(&rule.keys))).collect(),
            labels: settings.labels.iter().map(|label| label.as_str().into()).collect(),
            sharing: Arc::clone(sharing),
        }
    }

    fn matched(&self, secret_type: &str, key: &str) -> Option<KeyMatch> {
        let of_type = self.rules_of(secret_type);
        of_type.filter_map(|keys| keys.matched(key)).max_by_key(|matched| *matched == KeyMatch::Name)
    }

    fn rules_of(&self, secret_type: &str) -> impl Iterator<Item = &Keys> {
        let is_wanted = move |wanted: &str| wanted == secret_type || wanted == ANY_TYPE;
        self.rules.iter().filter(move |(wanted, _)| is_wanted(wanted)).map(|(_, keys)| keys)
    }
}

/// What is shared does not change what is read.
impl PartialEq for SecretReader {
    fn eq(&self, other: &Self) -> bool {
        (&self.filter, &self.rules, &self.labels) == (&other.filter, &other.rules, &other.labels)
    }
}

impl Reader for SecretReader {
    type Object = StoredObject;

    fn resource(&self) -> Resource {
        Resource { group: "", versions: &["v1"], plural: "secrets", kind: "Secret", is_namespaced: true }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<StoredObject> {
        let key = object.key();
        let secret_type = object.get("type").text().unwrap_or_default();
        if self.filter.excludes(&key) || self.rules_of(&secret_type).next().is_none() {
            return None;
        }
        let mut values = Values::new(&self.filter.limits, &self.sharing);
        for (name, value) in object.get("data").entries() {
            if let Some(matched) = self.matched(&secret_type, &name) {
                values.read_base64(&name, value, matched);
            }
        }
        // That a Secret for servers holds nothing is worth knowing; of others there are many.
        (!values.is_empty() || secret_type == TLS).then(|| {
            let labels = self
                .labels
                .iter()
                .filter_map(|name| object.label(name).map(|value| (Arc::clone(name), Box::from(&*value))));
            values.finish(&key, labels.collect())
        })
    }
}
