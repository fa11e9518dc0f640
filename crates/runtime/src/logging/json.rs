//! JSON: one object per line, `{"timestamp":"…","level":"WARN","target":"…","message":"…","span":{…},"key":value,…}`.
//!
//! Why own code: `tracing-subscriber`'s writes control characters above U+007F as they are, and a field named `target`
//! a second time. The names are its own, so that whoever reads such logs already can read these.

use core::fmt::Write as _;

use super::fields::Value;
use super::quoting::quote;

/// Appends `,"key":value`, without the comma if it is the first of its object.
pub(super) fn pair(out: &mut String, key: &str, value: &Value<'_>) {
    if !out.is_empty() && !out.ends_with('{') {
        out.push(',');
    }
    quote(out, key);
    out.push(':');
    match value {
        // Writing to a String cannot fail.
        Value::Bare(value) => drop(write!(out, "{value}")),
        Value::Text(value) => quote(out, value),
    }
}
