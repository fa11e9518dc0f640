//! Globs over the names of objects, namespaces and keys: `*`, `?`, `[a-z]`, `{a,b}`, over the whole name.
//!
//! How to get it wrong: reading a plain name as a glob that happens to match one name. Plain names let the client ask for one
//! namespace at a time, which needs fewer rights.

use globset::{GlobBuilder, GlobMatcher};
use lookout_config::Complaints;

/// A name, or a glob of names.
#[derive(Clone, Debug)]
pub struct NamePattern(GlobMatcher);

/// What has a meaning in a glob.
const WILDCARDS: &str = "*?[]{},!-";

/// A text that is no glob.
#[derive(Debug, thiserror::Error)]
#[error("the glob `{text}` cannot be read; close every `[` and `{{`")]
pub struct ReadNamePattern {
    text: String,
    source: globset::Error,
}

/// A matcher follows from its text.
impl PartialEq for NamePattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl NamePattern {
    /// Reads a name or a glob.
    pub fn parse(text: &str) -> Result<Self, ReadNamePattern> {
        // A slash parts a namespace from a name, and no wildcard stands for it.
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob = glob.map_err(|source| ReadNamePattern { text: text.to_owned(), source })?;
        Ok(Self(glob.compile_matcher()))
    }

    /// The patterns of a list, without those that cannot be read: of validated settings, all.
    pub fn all(texts: &[String]) -> Vec<Self> {
        texts.iter().filter_map(|text| Self::parse(text).ok()).collect()
    }

    /// Whether it is the name, or matches it.
    pub fn matches(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        self.0.glob().glob()
    }

    /// Whether a text has a wildcard.
    pub fn is_glob(text: &str) -> bool {
        text.contains(['*', '?', '[', ']', '{', '}', '\\'])
    }

    pub(crate) fn complain_about_namespaces(complaints: &mut Complaints, path: &str, texts: &[String]) {
        let is_namespace = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
        };
        let message =
            "must be a namespace, or a pattern of namespaces with `*` for any letters and `?` for one";
        Self::complain(complaints, path, texts, "*?", is_namespace, message);
    }

    pub(crate) fn complain_about_names(complaints: &mut Complaints, path: &str, texts: &[String]) {
        let is_name = |character: char| {
            character.is_ascii_lowercase()
                || character.is_ascii_digit()
                || matches!(character, '-' | '.' | ':' | '/')
        };
        Self::complain(
            complaints,
            path,
            texts,
            WILDCARDS,
            is_name,
            "must be a glob of `name` or of `namespace/name`",
        );
    }

    pub(crate) fn complain_about_keys(complaints: &mut Complaints, path: &str, texts: &[String]) {
        let is_key =
            |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.');
        Self::complain(
            complaints,
            path,
            texts,
            WILDCARDS,
            is_key,
            "must be a key or a glob of keys, such as `tls.crt` or `*.pem`",
        );
    }

    /// Complains about texts that cannot be read, or have other characters than `is_allowed` and wildcards.
    fn complain(
        complaints: &mut Complaints,
        path: &str,
        texts: &[String],
        wildcards: &str,
        is_allowed: impl Fn(char) -> bool,
        message: &str,
    ) {
        complaints.unique(path, "", texts);
        for (index, text) in texts.iter().enumerate() {
            let is_usable = |character| is_allowed(character) || wildcards.contains(character);
            let path = format!("{path}[{index}]");
            match Self::parse(text) {
                _ if text.is_empty() || !text.chars().all(is_usable) => complaints.add(&path, message),
                Err(error) => complaints.add(&path, error.to_string()),
                Ok(_) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_the_whole_name() {
        let check = |pattern: &str, name: &str| NamePattern::parse(pattern).unwrap().matches(name);
        assert!(check("web", "web") && !check("web", "web-2") && !check("web", "my-web"));
        assert!(check("web-*", "web-2") && check("{a,b}.pem", "b.pem"));
        assert!(check("team-*/web", "team-a/web") && !check("team-*", "team-a/web"));
        assert!(check("*.pem", ".pem"));
    }
}
