//! One object as the server sent it, and what names it.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;

use crate::json::Json;

/// What names an object of a resource. Ordered by namespace, then by name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey {
    /// Its namespace; empty for one that lives in none.
    pub namespace: Box<str>,
    /// Its name.
    pub name: Box<str>,
}

/// An object in the text that the server sent.
#[derive(Clone, Copy, Debug)]
pub struct ObjectJson<'a> {
    object: Json<'a>,
    metadata: Json<'a>,
}

// === impl ObjectKey ===

impl ObjectKey {
    /// The name of an object; `namespace` is empty for one that lives in none.
    pub fn new(namespace: &str, name: &str) -> Self {
        Self { namespace: namespace.into(), name: name.into() }
    }
}

/// `namespace/name`, or the name alone.
impl fmt::Display for ObjectKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(formatter, "{}/", self.namespace)?;
        }
        formatter.write_str(&self.name)
    }
}

// === impl ObjectJson ===

impl<'a> ObjectJson<'a> {
    /// An object, whatever it is. For tests of readers too.
    pub fn new(object: Json<'a>) -> Self {
        Self { object, metadata: object.get("metadata") }
    }

    /// Its namespace; empty for one that lives in none.
    pub fn namespace(&self) -> Cow<'a, str> {
        self.metadata.get("namespace").text().unwrap_or_default()
    }

    /// Its name; empty for one without.
    pub fn name(&self) -> Cow<'a, str> {
        self.metadata.get("name").text().unwrap_or_default()
    }

    /// What names it.
    pub fn key(&self) -> ObjectKey {
        ObjectKey::new(&self.namespace(), &self.name())
    }

    /// What tells it from an earlier or later one of its name.
    pub fn uid(&self) -> Option<Cow<'a, str>> {
        self.metadata.get("uid").text()
    }

    /// The version of its content, as the server counts.
    pub fn resource_version(&self) -> Option<Cow<'a, str>> {
        self.metadata.get("resourceVersion").text()
    }

    /// When it was created.
    pub fn created(&self) -> Option<Timestamp> {
        self.metadata.get("creationTimestamp").text()?.parse().ok()
    }

    /// When its deletion was asked for.
    pub fn deletion(&self) -> Option<Timestamp> {
        self.metadata.get("deletionTimestamp").text()?.parse().ok()
    }

    /// Its labels.
    pub fn labels(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        self.metadata.get("labels").entries().filter_map(|(name, value)| Some((name, value.text()?)))
    }

    /// The label of that name.
    pub fn label(&self, name: &str) -> Option<Cow<'a, str>> {
        self.metadata.get("labels").get(name).text()
    }

    /// Its annotations.
    pub fn annotations(&self) -> impl Iterator<Item = (Cow<'a, str>, Cow<'a, str>)> {
        self.metadata.get("annotations").entries().filter_map(|(name, value)| Some((name, value.text()?)))
    }

    /// The annotation of that name.
    pub fn annotation(&self, name: &str) -> Option<Cow<'a, str>> {
        self.metadata.get("annotations").get(name).text()
    }

    /// Everything in `metadata`: owners, finalizers.
    pub fn metadata(&self) -> Json<'a> {
        self.metadata
    }

    /// A field of the object itself: `spec`, `status`, `data`.
    pub fn get(&self, name: &str) -> Json<'a> {
        self.object.get(name)
    }

    /// The object itself.
    pub fn json(&self) -> Json<'a> {
        self.object
    }
}
