//! What the server keeps: the objects of each resource by key, and the last changes of each.
//!
//! How to get it wrong: to number changes per resource. Clients compare versions of one resource only, but a list's version
//! is the cluster's, and a watch may begin at a version that another resource made.

mod object;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

pub(super) use object::Object;

use super::resource::ResourceDescription;

/// What happened to an object.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) version: u64,
    /// None: it was created.
    pub(super) before: Option<Arc<Object>>,
    /// What is sent: of a deletion the last object, with the deletion's version.
    pub(super) object: Arc<Object>,
    pub(super) is_deletion: bool,
}

/// One resource with its objects.
pub(super) struct Kind {
    pub(super) resource: Arc<ResourceDescription>,
    pub(super) objects: BTreeMap<Box<str>, Arc<Object>>,
    pub(super) history: VecDeque<Change>,
    /// Changes up to this version are forgotten.
    pub(super) compacted: u64,
}

/// All resources.
pub(super) struct Store {
    pub(super) version: u64,
    kinds: Vec<Kind>,
    /// The number of objects created so far, for their identifiers.
    created: u64,
}

/// A fresh cluster begins at some version; 0 and the empty text mean other things to those who watch.
const FIRST_VERSION: u64 = 1_000;

// === impl Store ===

impl Store {
    pub(super) fn new(resources: Vec<ResourceDescription>) -> Self {
        let mut store = Self { version: FIRST_VERSION, kinds: Vec::new(), created: 0 };
        for resource in resources {
            store.install(resource);
        }
        store
    }

    pub(super) fn install(&mut self, resource: ResourceDescription) {
        self.uninstall(&resource.qualified());
        let compacted = self.version;
        let (resource, objects, history) = (Arc::new(resource), BTreeMap::new(), VecDeque::new());
        self.kinds.push(Kind { resource, objects, history, compacted });
    }

    pub(super) fn uninstall(&mut self, name: &str) {
        self.kinds.retain(|kind| !is_called(&kind.resource, name));
    }

    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.kinds.iter()
    }

    /// The resource of a path.
    pub(super) fn served(&self, group: &str, version: &str, plural: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| {
            let resource = &kind.resource;
            resource.group == group
                && resource.plural == plural
                && resource.versions.iter().any(|each| each == version)
        })
    }

    /// A resource by its plural, or by plural and group as in `certificates.cert-manager.io`.
    pub(super) fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| is_called(&kind.resource, name))
    }

    fn kind_mut(&mut self, name: &str) -> Option<&mut Kind> {
        self.kinds.iter_mut().find(|kind| is_called(&kind.resource, name))
    }

    /// The resource of an object by its `apiVersion` and `kind`.
    pub(super) fn kind_of(&self, object: &Value) -> Option<&Kind> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        self.kinds.iter().find(|each| {
            let versions = &each.resource.versions;
            each.resource.kind == kind
                && versions.iter().any(|version| each.resource.api_version(version) == api_version)
        })
    }

    /// Writes an object; none if there is no such resource. Nothing changes where nothing differs, as in the real server.
    pub(super) fn write(
        &mut self,
        name: &str,
        mut object: Value,
        now: Timestamp,
        history: usize,
    ) -> Option<Arc<Object>> {
        let kind = self.kind(name)?;
        let resource = Arc::clone(&kind.resource);
        let key = key_of(&resource, &object);
        let before = kind.objects.get(&*key).map(Arc::clone);
        let old = before.as_ref().map(|before| before.value(&resource));
        let created = self.created + 1;
        complete(&mut object, &resource, old.as_ref(), created, now);
        if let (Some(before), true) = (&before, old.as_ref() == Some(&object)) {
            return Some(Arc::clone(before));
        }
        let version = self.version + 1;
        set(&mut object, "resourceVersion", version.to_string().into());
        let object = Arc::new(Object::new(&resource, &key, &object, version));
        let kind = self.kind_mut(name)?;
        kind.objects.insert(key, Arc::clone(&object));
        kind.remember(Change { version, before, object: Arc::clone(&object), is_deletion: false }, history);
        (self.version, self.created) = (version, created);
        Some(object)
    }

    /// Deletes an object; none if it is not there.
    pub(super) fn delete(&mut self, name: &str, key: &str, history: usize) -> Option<Arc<Object>> {
        let version = self.version + 1;
        let kind = self.kind_mut(name)?;
        let before = kind.objects.remove(key)?;
        let object = Arc::new(before.at(version));
        let change = Change { version, before: Some(before), object: Arc::clone(&object), is_deletion: true };
        kind.remember(change, history);
        self.version = version;
        Some(object)
    }

    /// Forgets all changes so far.
    pub(super) fn compact(&mut self) {
        for kind in &mut self.kinds {
            kind.history.clear();
            kind.compacted = self.version;
        }
    }
}

// === impl Kind ===

impl Kind {
    fn remember(&mut self, change: Change, history: usize) {
        self.history.push_back(change);
        while self.history.len() > history.max(1) {
            self.compacted = self.history.pop_front().map_or(self.compacted, |change| change.version);
        }
    }

    /// The changes after a version, in order; none if some of them are forgotten.
    pub(super) fn since(&self, version: u64) -> Option<impl Iterator<Item = &Change>> {
        let start = self.history.partition_point(|change| change.version <= version);
        (version >= self.compacted).then(|| self.history.iter().skip(start))
    }

    /// The objects as they were at a version; none if that is forgotten.
    pub(super) fn at(&self, version: u64) -> Option<BTreeMap<Box<str>, Arc<Object>>> {
        let mut objects = self.objects.clone();
        let later: Vec<&Change> = self.since(version)?.collect();
        for change in later.into_iter().rev() {
            match &change.before {
                Some(before) => objects.insert(before.key.clone(), Arc::clone(before)),
                None => objects.remove(&change.object.key),
            };
        }
        Some(objects)
    }
}

/// `namespace/name`, or the name.
pub(super) fn key(namespace: &str, name: &str) -> Box<str> {
    if namespace.is_empty() { name.into() } else { format!("{namespace}/{name}").into() }
}

fn key_of(resource: &ResourceDescription, object: &Value) -> Box<str> {
    let text =
        |name: &str| object.pointer(&format!("/metadata/{name}")).and_then(Value::as_str).unwrap_or_default();
    let namespace = match (resource.is_namespaced, text("namespace")) {
        (false, _) => "",
        (true, "") => "default",
        (true, namespace) => namespace,
    };
    key(namespace, text("name"))
}

fn is_called(resource: &ResourceDescription, name: &str) -> bool {
    let rest = name.strip_prefix(&resource.plural);
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('.') == Some(&resource.group))
}

/// Gives an object what the server adds: identifier, times, generation; the version of `old`, until it is known to differ.
fn complete(
    object: &mut Value,
    resource: &ResourceDescription,
    old: Option<&Value>,
    created: u64,
    now: Timestamp,
) {
    let api_version = resource.api_version(resource.preferred());
    if !object.is_object() {
        *object = json!({});
    }
    if let Some(fields) = object.as_object_mut() {
        fields.insert("kind".to_owned(), resource.kind.clone().into());
        fields.insert("apiVersion".to_owned(), api_version.into());
        let metadata = fields.entry("metadata").or_insert_with(|| Value::Object(Map::new()));
        if let (Some(metadata), true) = (metadata.as_object_mut(), resource.is_namespaced) {
            metadata.entry("namespace").or_insert_with(|| "default".into());
        }
    }
    encode_string_data(object);
    let kept = |name: &str| old.and_then(|old| old.pointer(&format!("/metadata/{name}"))).cloned();
    // A date that is given is kept: the platform's objects are older than the server.
    let given = object.pointer("/metadata/creationTimestamp").filter(|given| given.is_string()).cloned();
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    let creation = kept("creationTimestamp").or(given).unwrap_or_else(|| second.to_string().into());
    set(object, "creationTimestamp", creation);
    set(object, "uid", kept("uid").unwrap_or_else(|| identifier(created).into()));
    let is_same_spec = old.is_none_or(|old| old.get("spec") == object.get("spec"));
    let generation = kept("generation").and_then(|generation| generation.as_u64()).unwrap_or(1);
    if object.get("spec").is_some() {
        set(object, "generation", (generation + u64::from(!is_same_spec)).into());
    }
    match kept("resourceVersion") {
        Some(version) => set(object, "resourceVersion", version),
        None => set(object, "resourceVersion", Value::Null),
    }
}

/// What a Secret says in clear becomes base64, as in the real server.
fn encode_string_data(object: &mut Value) {
    let Some(fields) = object.as_object_mut().filter(|fields| fields.get("kind") == Some(&"Secret".into()))
    else {
        return;
    };
    let Some(Value::Object(clear)) = fields.remove("stringData") else { return };
    let data = fields.entry("data").or_insert_with(|| Value::Object(Map::new()));
    for (name, value) in clear {
        if let (Some(data), Some(text)) = (data.as_object_mut(), value.as_str()) {
            data.insert(name, data_encoding::BASE64.encode(text.as_bytes()).into());
        }
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.insert(name.to_owned(), value);
    }
}

/// The same identifiers in every run.
fn identifier(number: u64) -> String {
    format!("5eed0000-0000-4000-8000-{number:012x}")
}
