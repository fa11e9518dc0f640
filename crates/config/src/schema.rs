//! The JSON Schema of a settings type, for editors and for whoever generates configurations.

use schemars::{JsonSchema, generate::SchemaSettings};
use serde_json::{Map, Value};

/// The identity of the schema: a name, not an address, for nothing is to be fetched.
pub const SCHEMA_ID: &str = "urn:lookout:configuration";

/// The JSON Schema (2020-12) of what [`load`](crate::load) accepts as `T`. Its title is the type's, or what
/// `#[schemars(title = "…")]` says.
pub fn schema<T: JsonSchema>() -> Value {
    let generated =
        SchemaSettings::draft2020_12().for_deserialize().into_generator().into_root_schema_for::<T>();
    let mut schema = Map::new();
    for (key, value) in generated.to_value().as_object().into_iter().flatten() {
        schema.insert(key.clone(), value.clone());
        if key == "$schema" {
            schema.insert("$id".to_owned(), SCHEMA_ID.into());
        }
    }
    Value::Object(schema)
}

/// The sections of `schema` that accept unknown keys, as JSON pointers: each lacks `#[serde(deny_unknown_fields)]`.
/// A map, whose keys are the user's to choose, is none of them.
pub fn open_objects(schema: &Value) -> Vec<String> {
    let mut open = Vec::new();
    search(schema, &mut String::new(), &mut open);
    open
}

fn search(schema: &Value, pointer: &mut String, open: &mut Vec<String>) {
    let has_keys = schema.get("properties").is_some_and(Value::is_object);
    if has_keys && schema.get("additionalProperties") != Some(&Value::Bool(false)) {
        open.push(pointer.clone());
    }
    let below: Vec<(String, &Value)> = match schema {
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
        Value::Array(items) => {
            items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect()
        }
        _ => Vec::new(),
    };
    for (key, value) in below {
        // Values are data, not schemas.
        if matches!(key.as_str(), "default" | "examples" | "const" | "enum") && value_position(pointer) {
            continue;
        }
        let length = pointer.len();
        pointer.push('/');
        pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        search(value, pointer, open);
        pointer.truncate(length);
    }
}

/// Whether a member called `default` at `pointer` is the keyword, and not an option of that name.
fn value_position(pointer: &str) -> bool {
    !pointer.ends_with("/properties")
}
