//! Values as YAML text that reads back as the same values, for our reader and for any other.

use std::fmt::Write as _;

use serde_json::Value;

/// A scalar, or an empty list or mapping, on one line; `None` if it needs lines of its own.
pub(crate) fn inline(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("null".to_owned()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(scalar(text)),
        Value::Array(items) if items.is_empty() => Some("[]".to_owned()),
        Value::Object(members) if members.is_empty() => Some("{}".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// `key: value` on as many lines as it takes.
pub(crate) fn member(key: &str, value: &Value) -> Vec<String> {
    if let Some(text) = inline(value) {
        return vec![format!("{}: {text}", scalar(key))];
    }
    let mut lines = vec![format!("{}:", scalar(key))];
    lines.extend(indented(block(value)));
    lines
}

/// A list item made of `lines`: the dash goes before the first line that is no comment.
pub(crate) fn item(lines: Vec<String>) -> Vec<String> {
    let first = lines.iter().position(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .into_iter()
        .enumerate()
        .map(|(position, line)| match Some(position).cmp(&first) {
            _ if line.is_empty() => line,
            std::cmp::Ordering::Less => line,
            std::cmp::Ordering::Equal => format!("- {line}"),
            std::cmp::Ordering::Greater => format!("  {line}"),
        })
        .collect()
}

/// `lines` one level deeper.
pub(crate) fn indented(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| if line.is_empty() { line } else { format!("  {line}") })
}

/// `lines` as comments.
pub(crate) fn commented(lines: Vec<String>) -> impl Iterator<Item = String> {
    lines.into_iter().map(|line| if line.is_empty() { "#".to_owned() } else { format!("# {line}") })
}

fn block(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if !items.is_empty() => {
            items.iter().flat_map(|value| item(block(value))).collect()
        }
        Value::Object(members) if !members.is_empty() => {
            members.iter().flat_map(|(key, value)| member(key, value)).collect()
        }
        other => inline(other).into_iter().collect(),
    }
}

/// Text as it is where every reader takes it for text, else in quotation marks.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_'))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '.'))
        && !is_special(text);
    if plain { text.to_owned() } else { double_quoted(text) }
}

/// A JSON string is a YAML string in double quotes, but for a few characters that YAML wants escaped.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::new();
    for c in Value::from(text).to_string().chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(quoted, "\\u{:04x}", c as u32); // a String takes everything
            }
            c => quoted.push(c),
        }
    }
    quoted
}

/// Whether some YAML reader takes it for a number, a truth value, a date or nothing.
fn is_special(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(lower.as_str(), "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | "null");
    let digits_only = lower.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '_'));
    word || digits_only || lower.parse::<f64>().is_ok() || crate::number::whole(text).is_some()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::deserializer::FromNode;

    #[test]
    fn text_that_could_be_something_else_is_quoted() {
        for text in ["", "yes", "1.5", "1e3", "0x1f", "2024-01-01", "a: b", "-x", "*.pem", "inf", "~", "a b"]
        {
            assert!(scalar(text).starts_with('"'), "{text}");
        }
        for text in ["30s", "64KiB", "/etc/ssl/certs", "info", "tls1.2"] {
            assert_eq!(scalar(text), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_reads_back(
            texts in proptest::collection::btree_map(".{1,9}|[ -~]{1,9}", ".{0,9}|[ -~\\n]{0,9}", 1..4),
        ) {
            let value = serde_json::to_value(&texts).unwrap();
            let text = block(&value).join("\n");
            let parsed = crate::parse::parse(&text);
            prop_assert!(parsed.findings.is_empty(), "{text}\n{:?}", parsed.findings);
            let read = BTreeMap::<String, String>::deserialize(FromNode(&parsed.root.unwrap())).unwrap();
            prop_assert_eq!(read, texts);
        }
    }

    #[test]
    fn lists_of_mappings_are_blocks() {
        let value = json!([{"a": 1, "b": ["x", {"c": null}]}, "z"]);
        assert_eq!(block(&value), ["- a: 1", "  b:", "    - x", "    - c: null", "- z"]);
    }

    #[test]
    fn the_dash_of_an_item_follows_its_comment() {
        let lines = ["# What.", "a: 1", "", "# More.", "b: 2"].map(str::to_owned).to_vec();
        assert_eq!(item(lines), ["# What.", "- a: 1", "", "  # More.", "  b: 2"]);
    }
}
