//! The default configuration: every option with its default, explained by the doc comments of the settings.
//!
//! What to print comes from the JSON Schema (order, explanations, choices, examples), the values from the serialised
//! default. An option that is a list, a map or unset by default shows what an entry looks like as a comment.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::{
    comment::comment,
    outline::{Outline, Shape},
    printer::{commented, indented, item, member},
};

/// The longest line of comment.
const WIDTH: usize = 100;

/// Sections nested so deep that less than this is left for a line show their value without explanations. It also
/// ends types that contain themselves.
const MIN_WIDTH: usize = 60;

/// A commented YAML file with every option of `T` and its default; it loads back to the default. Options whose
/// default cannot be serialised (a map whose keys are no text) show the schema's default instead.
pub fn default_file<T: JsonSchema + Serialize + Default>() -> String {
    let schema = crate::schema::<T>();
    let defaults = serde_json::to_value(T::default()).unwrap_or_default();
    let outline = Outline::new(&schema);
    let root = outline.resolve(&schema);
    let mut lines = comment(description(&root), WIDTH);
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.extend(options(&outline, &root, &defaults, WIDTH));
    lines.push(String::new());
    lines.join("\n")
}

/// The options of a section, in the order of declaration. What `values` lacks shows the schema's own default, an
/// example, or what its type has as nothing.
fn options(outline: &Outline<'_>, section: &Map<String, Value>, values: &Value, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (key, property) in section.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let property = outline.resolve(property);
        let value = values.get(key).cloned().unwrap_or_else(|| outline.example(&property));
        let option = option(outline, key, &property, &value, width);
        let explained = option.first().is_some_and(|line| line.starts_with('#'));
        if explained && !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(option);
    }
    lines
}

/// One option: its explanation, what it can be, and its value.
fn option(
    outline: &Outline<'_>,
    key: &str,
    property: &Map<String, Value>,
    value: &Value,
    width: usize,
) -> Vec<String> {
    let mut lines = comment(description(property), width);
    lines.extend(choices(outline, property, width));
    if width >= MIN_WIDTH {
        lines.extend(variants(outline, key, property, width));
    }
    let nested = width >= MIN_WIDTH;
    match outline.shape(property) {
        Shape::Section if nested && value.is_object() => {
            lines.push(format!("{key}:"));
            lines.extend(indented(options(outline, property, value, width - 2)));
            return lines;
        }
        Shape::Section if nested && value.is_null() => {
            let mut section = vec![format!("{key}:")];
            section.extend(indented(options(outline, property, &example_of(property), width - 6)));
            lines.extend(explained("Unset. With every option:", section));
        }
        Shape::List(entry) if nested && is_empty(value) => {
            let first = example_of(property).get(0).cloned().unwrap_or_default();
            let entry = item(options(outline, &entry, &first, width - 8));
            let mut list = vec![format!("{key}:")];
            list.extend(indented(entry));
            lines.extend(explained("An entry with every option:", list));
        }
        Shape::Map(entry) if nested && is_empty(value) => {
            let named = example_of(property).as_object().and_then(|named| named.iter().next().map(own));
            let (name, first) = named.unwrap_or_else(|| ("name".to_owned(), Value::Null));
            let mut map = vec![format!("{key}:"), format!("  {name}:")];
            map.extend(indented(indented(options(outline, &entry, &first, width - 8)).collect()));
            lines.extend(explained("An entry with every option:", map));
        }
        _ => {
            let example = example_of(property);
            if is_empty(value) && !is_empty(&example) {
                lines.extend(explained("For example:", member(key, &example)));
            }
        }
    }
    lines.extend(member(key, value));
    lines
}

/// An example under its heading, as a comment.
fn explained(heading: &str, example: Vec<String>) -> Vec<String> {
    let mut lines = vec![heading.to_owned()];
    lines.extend(indented(example));
    commented(lines).collect()
}

/// What an option can be, if it is a choice.
fn choices(outline: &Outline<'_>, property: &Map<String, Value>, width: usize) -> Vec<String> {
    let choices = outline.choices(property);
    if choices.iter().any(|(_, meaning)| !meaning.is_empty()) {
        let list: Vec<String> =
            choices.iter().map(|(name, meaning)| format!("- {name}: {meaning}")).collect();
        return comment(&format!("One of:\n{}", list.join("\n")), width);
    }
    let names: Vec<&str> = choices.iter().map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { Vec::new() } else { comment(&format!("One of: {}.", names.join(", ")), width) }
}

/// Each choice that has options of its own, with every one of them.
fn variants(outline: &Outline<'_>, key: &str, property: &Map<String, Value>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, variant) in outline.variants(property) {
        let mut example = vec![format!("{key}:")];
        example.extend(indented(options(outline, &variant, &Value::Null, width - 6)));
        lines.extend(explained(&format!("As {name}:"), example));
    }
    lines
}

fn description(schema: &Map<String, Value>) -> &str {
    schema.get("description").and_then(Value::as_str).unwrap_or_default()
}

fn example_of(property: &Map<String, Value>) -> Value {
    property.get("examples").and_then(|examples| examples.get(0)).cloned().unwrap_or_default()
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}
