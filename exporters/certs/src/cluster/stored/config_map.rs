//! ConfigMaps: the values of wanted keys, as text or as bytes.

use std::sync::Arc;

use lookout_certs_spec::config::ClusterSettings;
use lookout_certs_spec::name_pattern::NamePattern;
use lookout_kubernetes::{ObjectJson, Reader, Resource};

use super::filter::{Filter, Keys};
use super::object::StoredObject;
use super::sharing::Sharing;
use super::values::Values;

/// Reads ConfigMaps.
#[derive(Clone, Debug)]
pub struct ConfigMapReader {
    filter: Filter,
    /// The names that the server was asked to leave out.
    excluded: Vec<NamePattern>,
    keys: Keys,
    sharing: Arc<Sharing>,
}

impl ConfigMapReader {
    /// A reader as `settings` have it.
    pub fn new(settings: &ClusterSettings, sharing: &Arc<Sharing>) -> Self {
        Self {
            filter: Filter::new(settings),
            excluded: NamePattern::all(&settings.config_maps.exclude),
            keys: Keys::new(&settings.config_maps.keys),
            sharing: Arc::clone(sharing),
        }
    }
}

/// What is shared does not change what is read.
impl PartialEq for ConfigMapReader {
    fn eq(&self, other: &Self) -> bool {
        (&self.filter, &self.excluded, &self.keys) == (&other.filter, &other.excluded, &other.keys)
    }
}

impl Reader for ConfigMapReader {
    type Object = StoredObject;

    fn resource(&self) -> Resource {
        Resource {
            group: "",
            versions: &["v1"],
            plural: "configmaps",
            kind: "ConfigMap",
            is_namespaced: true,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<StoredObject> {
        let key = object.key();
        if self.filter.excludes(&key) || self.excluded.iter().any(|pattern| pattern.matches(&key.name)) {
            return None;
        }
        let mut values = Values::new(&self.filter.limits, &self.sharing);
        for (name, value) in object.get("data").entries() {
            if let Some(matched) = self.keys.matched(&name) {
                values.read_text(&name, value, matched);
            }
        }
        for (name, value) in object.get("binaryData").entries() {
            if let Some(matched) = self.keys.matched(&name) {
                values.read_base64(&name, value, matched);
            }
        }
        (!values.is_empty()).then(|| values.finish(&key, Box::default()))
    }
}
