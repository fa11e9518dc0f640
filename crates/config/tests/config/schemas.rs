//! The JSON Schema is closed, names no host, and agrees with what is loaded.

use std::{fs, path::Path};

use lookout_config::{SCHEMA_ID, load, open_objects, schema};
use serde_json::{Value, json};

use crate::sample::Settings;

#[test]
fn it_is_a_titled_schema_of_2020_12_without_a_host() {
    let schema = schema::<Settings>();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["$id"], SCHEMA_ID);
    assert!(!SCHEMA_ID.contains("//"));
    assert_eq!(schema["title"], "Sample configuration");
}

#[test]
fn every_section_is_closed() {
    assert_eq!(open_objects(&schema::<Settings>()), Vec::<String>::new());
}

#[test]
fn an_open_section_is_found() {
    let open = json!({
        "properties": {
            "default": {"properties": {"a": {}}},
            "map": {"additionalProperties": {"type": "string"}},
            "closed": {"properties": {}, "additionalProperties": false},
        },
        "additionalProperties": false,
        "default": {"properties": {"not": "a schema"}},
    });
    assert_eq!(open_objects(&open), ["/properties/default"]);
}

#[test]
fn it_accepts_what_loads_and_refuses_what_is_mistyped() {
    let validator = jsonschema::validator_for(&schema::<Settings>()).unwrap();
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/valid/everything.yaml"),
    )
    .unwrap();
    let settings: Settings = load("everything.yaml", &text).unwrap();
    let value = serde_json::to_value(&settings).unwrap();
    assert!(validator.is_valid(&value), "{:?}", validator.iter_errors(&value).next());
    for (pointer, wrong) in [
        ("/certs/period", json!("30")),
        ("/certs/period", json!("")),
        ("/certs/largest_file", json!("10mb")),
        ("/certs/warning_ratio", json!(25)),
        ("/certs/endpoints/0/protocol", json!("htps")),
        ("/certs/endpoints/0/credentials/basic/password", json!("hunter2")),
        ("/certs/endpoints/0/address", Value::Null),
        ("/log", json!({"lgo": 1})),
    ] {
        let mut changed = value.clone();
        *changed.pointer_mut(pointer).unwrap() = wrong;
        assert!(!validator.is_valid(&changed), "{pointer}");
    }
}
