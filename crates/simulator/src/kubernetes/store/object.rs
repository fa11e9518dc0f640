//! One object, as the JSON that is sent.
//!
//! Kept is what follows `kind` and `apiVersion`, from the metadata on: these two differ by the version in which an object is
//! asked for, and lists of built-in kinds leave them out. So one text serves all.

use core::fmt::Write as _;
use core::ops::Range;

use bytes::Bytes;
use serde_json::{Map, Value};

use crate::kubernetes::resource::ResourceDescription;

/// One version of one object.
#[derive(Debug)]
pub(crate) struct Object {
    /// `namespace/name`, or the name of what stands in no namespace: the order of lists.
    pub(crate) key: Box<str>,
    /// `"metadata":{…},"spec":…}`, without the opening brace.
    pub(crate) body: Bytes,
    /// Where in the body the metadata end.
    metadata_end: usize,
    /// The version of the cluster that made it.
    pub(crate) version: u64,
    pub(crate) labels: Box<[(Box<str>, Box<str>)]>,
    /// The values of the resource's selectable fields, in its order.
    pub(crate) fields: Box<[Box<str>]>,
}

// === impl Object ===

impl Object {
    /// Of a whole object, whose metadata hold its version already.
    pub(crate) fn new(resource: &ResourceDescription, key: &str, object: &Value, version: u64) -> Self {
        let metadata = object.get("metadata").cloned().unwrap_or_else(|| Value::Object(Map::new()));
        let mut body = format!("\"metadata\":{metadata}");
        let metadata_end = body.len();
        for (name, value) in object.as_object().into_iter().flatten() {
            if !["apiVersion", "kind", "metadata"].contains(&name.as_str()) {
                // Writing to a String cannot fail.
                let _ = write!(body, ",{}:{value}", Value::from(name.as_str()));
            }
        }
        body.push('}');
        let labels = metadata.get("labels").and_then(Value::as_object).into_iter().flatten();
        let labels = labels.map(|(name, value)| (name.as_str().into(), text(value).into()));
        let fields = resource.selectable_fields.iter().map(|field| {
            let found = object.pointer(&format!("/{}", field.replace('.', "/")));
            found.map(text).unwrap_or_default().into()
        });
        Self {
            key: key.into(),
            body: body.into(),
            metadata_end,
            version,
            labels: labels.collect(),
            fields: fields.collect(),
        }
    }

    /// The same, as it is sent when it is deleted: with the version of its deletion.
    pub(crate) fn at(&self, version: u64) -> Self {
        let old = format!("\"resourceVersion\":\"{}\"", self.version);
        let new = format!("\"resourceVersion\":\"{version}\"");
        let Range { start, end } = self.metadata();
        let body = std::str::from_utf8(&self.body).unwrap_or_default();
        let (metadata, rest) = body.get(start..end).zip(body.get(end..)).unwrap_or_default();
        let metadata = metadata.replacen(&old, &new, 1);
        Self {
            key: self.key.clone(),
            metadata_end: metadata.len(),
            body: (metadata + rest).into(),
            version,
            labels: self.labels.clone(),
            fields: self.fields.clone(),
        }
    }

    /// Where the metadata stand in the body.
    pub(crate) fn metadata(&self) -> Range<usize> {
        0..self.metadata_end.min(self.body.len())
    }

    /// The namespace and the name.
    pub(crate) fn place(&self) -> (&str, &str) {
        self.key.split_once('/').unwrap_or(("", &self.key))
    }

    /// The object as a value, `kind` and `apiVersion` as in the preferred version.
    pub(crate) fn value(&self, resource: &ResourceDescription) -> Value {
        let body = std::str::from_utf8(&self.body).unwrap_or_default();
        let mut value: Value = serde_json::from_str(&format!("{{{body}")).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.insert("kind".to_owned(), resource.kind.clone().into());
            fields.insert("apiVersion".to_owned(), resource.api_version(resource.preferred()).into());
        }
        value
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
