//! Walking JSON text gives what a parser gives, on every text.

use lookout_kubernetes::{Json, ObjectJson};
use proptest::prelude::*;
use serde_json::Value;

/// Any value of JSON, a few levels deep.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no others", |number| number.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[\\[\\]{}\",:\\\\ \n\u{1F600}é]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Whether the text says what the value is.
fn says(json: Json<'_>, value: &Value) -> bool {
    match value {
        Value::Null => json.is_null() && json.text().is_none() && json.entries().next().is_none(),
        Value::Bool(truth) => json.boolean() == Some(*truth) && json.integer().is_none(),
        Value::Number(number) => {
            json.integer() == number.as_i64() && json.number() == number.as_f64() && json.boolean().is_none()
        }
        Value::String(text) => {
            json.text().as_deref() == Some(text) && json.items().next().is_none() && json.number().is_none()
        }
        Value::Array(items) => {
            json.items().count() == items.len()
                && json.items().zip(items).all(|(json, item)| says(json, item))
        }
        Value::Object(members) => {
            json.entries().count() == members.len()
                && members.iter().all(|(name, member)| says(json.get(name), member))
                && json.entries().all(|(name, json)| says(json, &members[name.as_ref()]))
        }
    }
}

proptest! {
    #[test]
    fn walking_gives_what_a_parser_gives(value in value(), is_pretty in any::<bool>()) {
        let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.unwrap();
        let json = Json::check(text.as_bytes()).unwrap();
        prop_assert!(says(json, &value), "{text}");
    }

    #[test]
    fn what_is_taken_for_json_is_what_a_parser_takes_for_it(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(Json::check(&bytes).is_ok(), serde_json::from_slice::<Value>(&bytes).is_ok() || is_out_of_range(&bytes));
    }

    #[test]
    fn escapes_of_any_kind_are_read(units in prop::collection::vec(any::<u16>(), 0..8)) {
        let escaped: String = units.iter().flat_map(|unit| ["\\u".to_owned(), format!("{unit:04X}")]).collect();
        let text = format!("\"{escaped}\"");
        if let Ok(json) = Json::check(text.as_bytes()) {
            prop_assert_eq!(json.text().unwrap().into_owned(), String::from_utf16_lossy(&units));
        }
    }
}

/// A number that is JSON, and no double: a parser into values refuses it.
fn is_out_of_range(bytes: &[u8]) -> bool {
    serde_json::from_slice::<Value>(bytes).is_err_and(|error| error.to_string().contains("out of range"))
}

#[test]
fn an_object_is_read_by_name_and_by_path() {
    let text = br#"{"metadata":{"name":"n","namespace":"s","uid":"u","creationTimestamp":"2026-01-02T03:04:05Z","labels":{"a":"b","c":7},
        "annotations":{"x/y":"z"}},"spec":{"tls":[{"hosts":["h"],"secretName":"t"}],"n":null}}"#;
    let object = ObjectJson::new(Json::check(text).unwrap());
    assert_eq!(
        (object.key().to_string(), object.uid().unwrap().into_owned()),
        ("s/n".to_owned(), "u".to_owned())
    );
    assert_eq!(object.created().unwrap().to_string(), "2026-01-02T03:04:05Z");
    assert_eq!(
        object.labels().collect::<Vec<_>>(),
        [("a".into(), "b".into())],
        "a label that is no text is none"
    );
    assert_eq!(object.annotation("x/y").as_deref(), Some("z"));
    let tls = object.get("spec").get("tls").items().next().unwrap();
    assert_eq!((tls.get("secretName").text().as_deref(), tls.get("hosts").items().count()), (Some("t"), 1));
    assert!(
        object.json().at(&["spec", "n"]).is_null() && object.json().at(&["spec", "tls", "x", "y"]).is_null()
    );
    assert!(object.get("spec").get("n").present().is_none());
}

#[test]
fn nothing_of_a_text_is_shown_for_debugging() {
    let json = Json::check(br#"{"data":{"tls.key":"t0ken"}}"#).unwrap();
    let shown = format!("{json:?} {:?} {:?} {:?}", json.entries(), json.items(), ObjectJson::new(json));
    assert!(!shown.contains("t0ken"), "{shown}");
    assert!(!format!("{:?}", Json::check(b"t0ken").unwrap_err()).contains("t0ken"));
}
