//! Placeholders in hand-written runbooks: `{{kafka.alerts.lag}}` is the value of that setting, `{{for}}` and
//! `{{keep_firing_for}}` are the alert's own times.
//!
//! The key is the one that people write into their configuration, so a text needs no code of its own to be true for any
//! settings, and a renamed key is an error where the defaults are rendered. What has another shape is left as it is:
//! Go templates and shell are full of braces.
//!
//! How to get it wrong: asking for a setting that only some configurations have, such as one of a list. There is no one
//! value to show.

use lookout_declarations::Alert;
use serde::Serialize;
use serde_yaml::Value;

use crate::RenderError;
use crate::markdown::duration;

const BEGIN: &str = "{{";
const END: &str = "}}";

/// The settings, to be looked up by their keys.
pub(super) struct Values(Value);

impl Values {
    pub(super) fn new(settings: &impl Serialize) -> Result<Self, RenderError> {
        serde_yaml::to_value(settings).map(Self).map_err(RenderError::ReadSettings)
    }

    /// `text` with every placeholder filled.
    pub(super) fn fill(&self, alert: &Alert, text: &str) -> Result<String, RenderError> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(BEGIN) {
            filled.push_str(before);
            match after.split_once(END) {
                Some((key, behind)) if is_key(key) => {
                    filled.push_str(&self.value(alert, key)?);
                    rest = behind;
                }
                _ => {
                    filled.push_str(BEGIN);
                    rest = after;
                }
            }
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&self, alert: &Alert, key: &str) -> Result<String, RenderError> {
        let value = match key {
            "for" => Some(duration(alert.hold)),
            "keep_firing_for" => Some(duration(alert.keep_firing_for)),
            _ => key.split('.').try_fold(&self.0, |value, part| value.get(part)).and_then(shown),
        };
        value.ok_or_else(|| RenderError::FillPlaceholder { alert: alert.name, key: key.to_owned() })
    }
}

/// Whether what stands between the braces is a key, or one of the alert's own times.
fn is_key(text: &str) -> bool {
    let is_plain = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase())
            && part.chars().all(|character| {
                character.is_ascii_lowercase() || character.is_ascii_digit() || character == '_'
            })
    };
    matches!(text, "for" | "keep_firing_for") || (text.contains('.') && text.split('.').all(is_plain))
}

/// A single value as people write it into the configuration.
fn shown(value: &Value) -> Option<String> {
    match value {
        Value::Null => Some("not set".to_owned()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Sequence(_) | Value::Mapping(_) | Value::Tagged(_) => None,
    }
}
