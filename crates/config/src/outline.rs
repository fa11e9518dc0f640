//! What a JSON Schema says about a value, as far as the default file shows it.

use serde_json::{Map, Value};

/// A schema with its definitions.
pub(crate) struct Outline<'schema> {
    root: &'schema Value,
}

/// What kind of option it is.
pub(crate) enum Shape {
    /// Has options of its own.
    Section,
    /// A list of sections.
    List(Map<String, Value>),
    /// Sections by a name that the user chooses.
    Map(Map<String, Value>),
    /// Anything else.
    Value,
}

/// A reference is followed through at most this many others.
const MAX_REFERENCES: usize = 8;

impl<'schema> Outline<'schema> {
    pub(crate) fn new(root: &'schema Value) -> Self {
        Self { root }
    }

    /// `schema` with what it refers to; what it says itself has precedence. Of "this or nothing", this.
    pub(crate) fn resolve(&self, schema: &Value) -> Map<String, Value> {
        let mut resolved = schema.as_object().cloned().unwrap_or_default();
        for _ in 0..MAX_REFERENCES {
            let target = match (resolved.remove("$ref"), resolved.get("anyOf").and_then(optional)) {
                (Some(reference), _) => {
                    let pointer = reference.as_str().and_then(|reference| reference.strip_prefix('#'));
                    pointer.and_then(|pointer| self.root.pointer(pointer)).cloned()
                }
                (None, Some(value)) => {
                    resolved.remove("anyOf");
                    Some(value)
                }
                (None, None) => None,
            };
            let Some(Value::Object(target)) = target else { break };
            for (keyword, value) in target {
                resolved.entry(keyword).or_insert(value);
            }
        }
        resolved
    }

    pub(crate) fn shape(&self, schema: &Map<String, Value>) -> Shape {
        if is_section(schema) {
            return Shape::Section;
        }
        let of = |keyword: &str| schema.get(keyword).map(|of| self.resolve(of)).filter(is_section);
        match (of("items"), of("additionalProperties")) {
            (Some(entry), _) => Shape::List(entry),
            (None, Some(entry)) => Shape::Map(entry),
            (None, None) => Shape::Value,
        }
    }

    /// The values of a choice with their meaning; empty if it is none.
    pub(crate) fn choices(&self, schema: &Map<String, Value>) -> Vec<(String, String)> {
        let mut choices = Vec::new();
        let alternatives = schema.get("oneOf").and_then(Value::as_array);
        let own = Value::Object(schema.clone());
        for alternative in alternatives.map_or(std::slice::from_ref(&own), Vec::as_slice) {
            let alternative = self.resolve(alternative);
            let meaning = match alternatives {
                Some(_) => alternative.get("description").and_then(Value::as_str).unwrap_or_default(),
                None => "",
            };
            let names = alternative.get("enum").and_then(Value::as_array).into_iter().flatten();
            let variants = alternative.get("properties").filter(|_| alternatives.is_some());
            let variants = variants.and_then(Value::as_object).into_iter().flat_map(Map::keys);
            let texts = names.chain(alternative.get("const")).filter_map(Value::as_str);
            choices.extend(
                texts.chain(variants.map(String::as_str)).map(|name| (name.to_owned(), meaning.to_owned())),
            );
        }
        choices
    }

    /// The choices that have options of their own, as sections with one key, their name.
    pub(crate) fn variants(&self, schema: &Map<String, Value>) -> Vec<(String, Map<String, Value>)> {
        let alternatives = schema.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        alternatives
            .map(|alternative| self.resolve(alternative))
            .filter_map(|variant| {
                let name = variant.get("properties")?.as_object()?.keys().next()?.clone();
                Some((name, variant))
            })
            .collect()
    }

    /// A value to show where there is none: the schema's default, its example, or what the type has as nothing.
    pub(crate) fn example(&self, schema: &Map<String, Value>) -> Value {
        let given =
            schema.get("default").or_else(|| schema.get("examples").and_then(|examples| examples.get(0)));
        if let Some(given) = given {
            return given.clone();
        }
        if let Some((choice, _)) = self.choices(schema).into_iter().next() {
            return choice.into();
        }
        let kind = schema.get("type").map(|kind| kind.get(0).unwrap_or(kind));
        match kind.and_then(Value::as_str) {
            Some("string") => "…".into(),
            Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(0.into()),
            Some("boolean") => false.into(),
            Some("array") => Value::Array(Vec::new()),
            Some("object") => Value::Object(Map::new()),
            _ => Value::Null,
        }
    }
}

fn is_section(schema: &Map<String, Value>) -> bool {
    schema.get("properties").is_some_and(Value::is_object)
}

/// The one alternative beside "nothing".
fn optional(alternatives: &Value) -> Option<Value> {
    match alternatives.as_array()?.as_slice() {
        [value, nothing] if nothing.get("type").and_then(Value::as_str) == Some("null") => {
            Some(value.clone())
        }
        _ => None,
    }
}
