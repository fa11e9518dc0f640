//! Secrets by reference: the configuration says where a secret is, never what it is.
//!
//! Invariant: nothing here holds a secret. So a reference may be printed, logged and written into a report; a text
//! that is no reference may be the secret itself in the wrong place, and is never repeated.

use std::{borrow::Cow, fmt, path::PathBuf, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Where a secret is found: `file:/path` or `env:NAME`. [`Secret::resolve`] reads it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Secret {
    /// A file, by its absolute path.
    File(PathBuf),
    /// An environment variable of the process.
    Environment(String),
}

/// Why a text is no reference. It never holds the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseSecret {
    /// Neither `file:` nor `env:`.
    #[error(
        "expected `file:/path` or `env:NAME`; the secret itself must not stand here (and is not repeated)"
    )]
    NamePlace,
    /// `file:` with a relative path or none.
    #[error("expected an absolute path after `file:`, as in `file:/run/secrets/name`")]
    NameFile,
    /// `env:` with something that is no name.
    #[error("expected a variable of letters, digits and `_` after `env:`, as in `env:NAME`")]
    NameVariable,
}

// === impl Secret ===

impl FromStr for Secret {
    type Err = ParseSecret;

    fn from_str(text: &str) -> Result<Self, ParseSecret> {
        if let Some(path) = text.strip_prefix("file:") {
            let names_file = path.starts_with('/') && !path.ends_with('/') && !path.contains('\0');
            return if names_file { Ok(Self::File(path.into())) } else { Err(ParseSecret::NameFile) };
        }
        let Some(name) = text.strip_prefix("env:") else { return Err(ParseSecret::NamePlace) };
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if is_name { Ok(Self::Environment(name.to_owned())) } else { Err(ParseSecret::NameVariable) }
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file:{}", path.display()),
            Self::Environment(name) => write!(f, "env:{name}"),
        }
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Any: asked for text, another format's reader would itself answer what is none, and repeat it.
        deserializer.deserialize_any(Visitor)
    }
}

/// Answers every type itself: serde's own answer to an unexpected value repeats it.
struct Visitor;

impl de::Visitor<'_> for Visitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`file:/path` or `env:NAME`")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        Err(E::custom(ParseSecret::NamePlace))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::custom(ParseSecret::NamePlace))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::custom(ParseSecret::NamePlace))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::custom(ParseSecret::NamePlace))
    }

    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<Secret, E> {
        Err(E::custom(ParseSecret::NamePlace))
    }
}

impl JsonSchema for Secret {
    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Where a secret is found: `file:/path` or `env:NAME`.",
            "pattern": "^(file:/.*[^/]|env:[A-Za-z_][A-Za-z0-9_]*)$",
            "examples": ["file:/run/secrets/name"],
        })
    }
}
