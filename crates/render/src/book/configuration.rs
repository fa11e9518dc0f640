//! The pages of the configuration: every key with its type, its default and its meaning, read off the JSON Schema.
//!
//! How to get it wrong: writing the default of a section as the default of each of its keys. The schema repeats both; the
//! inner one is what holds.

use core::iter;

use lookout_catalog::Settings;
use serde_json::{Map, Value};

use super::{CONFIGURATION, Page, chapter};
use crate::markdown::{code, table};

pub(super) fn pages() -> Vec<Page> {
    let schema = lookout_config::schema::<Settings>();
    let definitions = &schema["$defs"];
    let sections = schema["properties"].as_object().cloned().unwrap_or_default();
    let mut said = Vec::new();
    let mut pages = Vec::new();
    for (name, section) in &sections {
        let mut rows = Vec::new();
        keys(name, resolved(section, definitions), definitions, &mut rows);
        let description = description(section);
        let text = format!("{description}\n\n{}", table(&["Key", "Type", "Default", "Meaning"], rows));
        pages.push(Page::new(format!("configuration/{name}.md"), name, Some(CONFIGURATION), text));
        said.push((name.clone(), description));
    }
    let text = "One YAML file with a section each, given with `--config.file`. Whatever is left out has its default; \
                `lookout config default` prints them all, `lookout config schema` is for editors, and `lookout config check` \
                finds every error at once.";
    let meaning = |page: &Page| {
        said.iter().find(|(name, _)| *name == page.title).map_or(String::new(), |(_, said)| said.clone())
    };
    let chapter = chapter(CONFIGURATION, "Configuration", text, &pages, meaning);
    iter::once(chapter).chain(pages).collect()
}

/// The definition that a part of the schema refers to, or itself.
fn resolved<'a>(part: &'a Value, definitions: &'a Value) -> &'a Value {
    let name = part["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"));
    name.and_then(|name| definitions.get(name)).unwrap_or(part)
}

fn description(part: &Value) -> String {
    part["description"].as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The rows of every key below `path`.
fn keys(path: &str, section: &Value, definitions: &Value, rows: &mut Vec<Vec<String>>) {
    let none = Map::new();
    for (name, part) in section["properties"].as_object().unwrap_or(&none) {
        let path = format!("{path}.{name}");
        let target = resolved(part, definitions);
        let item = resolved(&target["items"], definitions);
        let by_name = resolved(&target["additionalProperties"], definitions);
        if target["properties"].is_object() {
            rows.push(vec![code(&path), "section".to_owned(), String::new(), description(part)]);
            keys(&path, target, definitions, rows);
        } else if item["properties"].is_object() {
            rows.push(vec![code(&path), "list".to_owned(), default(part), description(part)]);
            keys(&format!("{path}[]"), item, definitions, rows);
        } else if by_name["properties"].is_object() {
            rows.push(vec![code(&path), "sections by name".to_owned(), default(part), description(part)]);
            keys(&format!("{path}.NAME"), by_name, definitions, rows);
        } else {
            let required =
                section["required"].as_array().is_some_and(|keys| keys.iter().any(|key| key == name));
            let default = if required { "must be given".to_owned() } else { default(part) };
            rows.push(vec![code(&path), kind(target, definitions), default, description(part)]);
        }
    }
}

/// What a value must be.
fn kind(part: &Value, definitions: &Value) -> String {
    if let Some(choices) = choices(part) {
        return choices;
    }
    let of = |part: &Value| kind(resolved(part, definitions), definitions);
    for list in ["anyOf", "oneOf"] {
        if let Some(parts) = part[list].as_array() {
            let kinds: Vec<String> = parts.iter().map(of).filter(|kind| kind != "null").collect();
            return kinds.join(" or ");
        }
    }
    let example =
        part["examples"][0].as_str().map_or(String::new(), |example| format!(", such as `{example}`"));
    match &part["type"] {
        Value::String(name) if name == "array" => format!("list of {}", of(&part["items"])),
        Value::String(name) => format!("{name}{example}"),
        Value::Array(names) => {
            let names = names.iter().filter_map(Value::as_str).filter(|name| *name != "null");
            format!("{}{example}", names.collect::<Vec<_>>().join(" or "))
        }
        _ => "any".to_owned(),
    }
}

/// The values of a closed list, with or without a description each.
fn choices(part: &Value) -> Option<String> {
    let plain =
        part["enum"].as_array().map(|values| values.iter().filter_map(Value::as_str).collect::<Vec<_>>());
    let described = || {
        let parts = part["oneOf"].as_array()?;
        parts.iter().map(|part| part["const"].as_str()).collect::<Option<Vec<_>>>()
    };
    let choices = plain.or_else(described)?;
    Some(choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>().join(", "))
}

fn default(part: &Value) -> String {
    match &part["default"] {
        Value::Null => "none".to_owned(),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        Value::String(text) => code(text),
        Value::Array(items) if items.is_empty() => "empty".to_owned(),
        Value::Object(entries) if entries.is_empty() => "empty".to_owned(),
        other => format!("`{other}`"),
    }
}
