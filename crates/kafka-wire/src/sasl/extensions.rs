//! What a client says beside its token: the key and value pairs of OAUTHBEARER (RFC 7628, section 3.1; KIP-342), as
//! `logicalCluster` and `identityPoolId` in Confluent's cloud.
//!
//! Invariant: no key and no value can end the field it stands in; what has been built can be sent.

use core::fmt;
use std::collections::BTreeMap;

/// Pairs that are fit to be sent, in the order of their keys. The values are not printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Extensions(BTreeMap<String, String>);

/// Why pairs cannot be sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BuildExtensions {
    /// A key of anything but letters, or of none.
    #[error("the key of an extension is `{0}`; it must have ASCII letters only, and at least one")]
    ReadKey(String),
    /// `auth`, which is the token itself.
    #[error("an extension cannot be called `auth`: that is the token itself")]
    TakeToken,
    /// A value of anything but printable ASCII, blanks and line ends, or of nothing.
    #[error("the value of the extension `{0}` is empty or has characters that are not printable ASCII")]
    ReadValue(String),
    /// The same key twice.
    #[error("the extension `{0}` is given twice")]
    RepeatKey(String),
    /// More than anybody has.
    #[error(
        "there are more than {MAX_PAIRS} extensions, or the value of one has more than {MAX_BYTES} bytes"
    )]
    BoundSize,
}

/// The most pairs: Kafka's own login sends two.
const MAX_PAIRS: usize = 16;

/// The most bytes of a key or a value: identifiers have less than a hundred.
const MAX_BYTES: usize = 1_024;

// === impl Extensions ===

impl Extensions {
    /// The pairs, each checked by the rules of RFC 7628.
    pub fn new(pairs: impl IntoIterator<Item = (String, String)>) -> Result<Self, BuildExtensions> {
        let mut extensions = BTreeMap::new();
        for (key, value) in pairs {
            if extensions.len() == MAX_PAIRS || key.len() > MAX_BYTES || value.len() > MAX_BYTES {
                return Err(BuildExtensions::BoundSize);
            }
            if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphabetic()) {
                return Err(BuildExtensions::ReadKey(crate::text::bounded(&key)));
            }
            if key == "auth" {
                return Err(BuildExtensions::TakeToken);
            }
            let is_value = |byte: u8| byte.is_ascii_graphic() || b" \t\r\n".contains(&byte);
            if value.is_empty() || !value.bytes().all(is_value) {
                return Err(BuildExtensions::ReadValue(key));
            }
            if extensions.contains_key(&key) {
                return Err(BuildExtensions::RepeatKey(key));
            }
            extensions.insert(key, value);
        }
        Ok(Self(extensions))
    }

    /// Each pair, in the order of the keys.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

impl fmt::Debug for Extensions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn build(pairs: &[(&str, &str)]) -> Result<Extensions, BuildExtensions> {
        Extensions::new(pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())))
    }

    #[test]
    fn what_would_end_its_field_is_refused() {
        let key = |key: &str| BuildExtensions::ReadKey(key.to_owned());
        assert_eq!(build(&[("", "v")]), Err(key("")));
        assert_eq!(build(&[("a=b", "v")]), Err(key("a=b")));
        assert_eq!(build(&[("a\u{1}b", "v")]), Err(key("a b")));
        assert_eq!(build(&[("auth", "Bearer other")]), Err(BuildExtensions::TakeToken));
        for value in ["", "a\u{1}b", "ä", "a\0"] {
            assert_eq!(build(&[("key", value)]), Err(BuildExtensions::ReadValue("key".to_owned())));
        }
        assert_eq!(build(&[("k", "v"), ("k", "w")]), Err(BuildExtensions::RepeatKey("k".to_owned())));
        assert_eq!(build(&[("k", &"v".repeat(MAX_BYTES + 1))]), Err(BuildExtensions::BoundSize));
    }

    #[test]
    fn values_are_not_printed() {
        let extensions = build(&[("logicalCluster", "lkc-1")]).unwrap();
        assert_eq!(format!("{extensions:?}"), r#"["logicalCluster"]"#);
    }
}
