//! The entry of the fuzz target: what holds whatever a server sends.
//!
//! Only with the feature `fuzzing`, which nothing that ships enables: it panics where a property does not hold, as a fuzzer wants
//! it.
#![allow(clippy::panic, missing_docs, reason = "a fuzzer wants a panic")]

use serde_json::Value;

use crate::json::Json;
use crate::object::ObjectJson;
use crate::page::{Glimpse, Line, Page};
use crate::status::Status;

/// How deep a text is walked here: a fuzzer writes `[[[[…` by the megabyte.
const DEEPEST: usize = 32;

/// A body, as a page and as a line, whole and cut off.
///
/// # Panics
/// If something does not hold.
pub fn check_answer(bytes: &[u8]) {
    for is_cut in [false, true] {
        if let Ok(page) = Page::read(bytes, is_cut) {
            let size: usize = page.items().map(<[u8]>::len).sum();
            assert!(size + page.cut().unwrap_or_default().len() <= bytes.len(), "no object is there twice");
            page.items().chain(page.cut()).for_each(check_object);
        }
    }
    if let Some(line) = Line::read(bytes) {
        check_object(line.object);
    }
    let _ = Status::of_body(bytes);
    check_object(bytes);
}

fn check_object(text: &[u8]) {
    let glimpse = Glimpse::of(text);
    let Ok(json) = Json::check(text) else { return };
    let object = ObjectJson::new(json);
    if let (Some(key), false) = (&glimpse.key, text.contains(&b'\\')) {
        // Without escapes a glimpse sees what a reader sees, unless the name is no text.
        assert_eq!(*key, object.key());
    }
    let _ = (object.created(), object.labels().count(), object.annotations().count());
    if let Ok(value) = serde_json::from_slice::<Value>(text) {
        check_value(json, &value, DEEPEST);
    }
}

fn check_value(json: Json<'_>, value: &Value, depth: usize) {
    match value {
        _ if depth == 0 => {}
        Value::Null => assert!(json.is_null()),
        Value::Bool(truth) => assert_eq!(json.boolean(), Some(*truth)),
        Value::Number(number) => {
            // `-0` is an integer to us, and a double to a parser.
            let integer = json.integer().filter(|integer| *integer != 0);
            assert!(integer.is_none() || integer == number.as_i64());
        }
        Value::String(text) => assert_eq!(json.text().as_deref(), Some(text.as_str())),
        Value::Array(items) => {
            assert_eq!(json.items().count(), items.len());
            json.items().zip(items).for_each(|(json, item)| check_value(json, item, depth - 1));
        }
        // Of a name that is there twice a parser takes the last, and we the first.
        Value::Object(members) if json.entries().count() == members.len() => {
            for (name, json) in json.entries() {
                let member = members.get(name.as_ref());
                check_value(json, member.unwrap_or_else(|| panic!("a name that is not there")), depth - 1);
            }
        }
        Value::Object(members) => assert!(json.entries().count() > members.len()),
    }
}
