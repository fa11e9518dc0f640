//! The way to a node: `certs.endpoints[2].address`.
//!
//! Keys are kept apart from their text form, so a key that holds a dot is never mistaken for two.

use std::fmt;

use crate::quote::{MAX_QUOTED, double_quoted};

/// One step down the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Into a mapping.
    Key(String),
    /// Into a list, counted from 0 as the file has it.
    Index(usize),
}

/// The steps from the root to a node; the root's is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPath(pub(crate) Vec<Step>);

impl KeyPath {
    /// Reads `endpoints[2].address`. What is between dots and brackets is taken as it is.
    pub(crate) fn parse(text: &str) -> Self {
        let mut steps = Vec::new();
        for part in text.split(['.', '[']).filter(|part| !part.is_empty()) {
            let index = part.strip_suffix(']').and_then(|digits| digits.parse().ok());
            steps.push(index.map_or_else(|| Step::Key(part.to_owned()), Step::Index));
        }
        Self(steps)
    }

    /// This path and `key` below it.
    pub(crate) fn key(&self, key: &str) -> Self {
        let mut path = self.clone();
        path.0.push(Step::Key(key.to_owned()));
        path
    }

    /// This path and the steps of `below` after it.
    pub(crate) fn join(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    /// The path without its last step; the root's is the root.
    pub(crate) fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            let dot = if position == 0 { "" } else { "." };
            match step {
                Step::Index(index) => write!(f, "[{index}]"),
                Step::Key(key) if is_plain(key) => write!(f, "{dot}{key}"),
                Step::Key(key) => write!(f, "[{}]", double_quoted(key)),
            }?;
        }
        Ok(())
    }
}

fn is_plain(key: &str) -> bool {
    (1..=MAX_QUOTED).contains(&key.len())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_form_reads_back() {
        let path = KeyPath::parse("certs.endpoints[2].address");
        assert_eq!(path.0.len(), 4);
        assert_eq!(path.to_string(), "certs.endpoints[2].address");
        assert_eq!(path.parent().to_string(), "certs.endpoints[2]");
    }

    #[test]
    fn a_key_with_a_dot_is_quoted() {
        assert_eq!(KeyPath::default().key("labels").key("a.b").to_string(), r#"labels["a.b"]"#);
    }
}
