//! Paths with wildcards, component by component.
//!
//! Why component by component: the walk then lists only directories that can match, and never the whole tree below
//! the first wildcard. As in a shell, a wildcard does not match a name that begins with a dot; so the `..data`
//! directories of a Kubernetes volume do not make each of its files appear three times.
//!
//! Invariant: parsing reads no file system.

use globset::{GlobBuilder, GlobMatcher};

/// A path, perhaps with wildcards.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    text: String,
    components: Vec<Component>,
}

/// One component of a [`Pattern`].
#[derive(Clone, Debug, PartialEq)]
pub enum Component {
    /// A name as it stands: followed, not searched for.
    Literal(String),
    /// Any name of one directory that matches.
    Wildcard(Wildcard),
    /// `**`: any number of directories, none included.
    AnyDepth,
}

/// One component with `*`, `?`, `[…]` or `{a,b}`.
#[derive(Clone, Debug)]
pub struct Wildcard {
    matcher: GlobMatcher,
    shows_hidden: bool,
}

/// A matcher follows from its text.
impl PartialEq for Wildcard {
    fn eq(&self, other: &Self) -> bool {
        self.matcher.glob() == other.matcher.glob() && self.shows_hidden == other.shows_hidden
    }
}

/// Why a text is not a pattern.
#[derive(Debug, thiserror::Error)]
pub enum PatternError {
    /// Nothing was written.
    #[error("the path is empty")]
    ReadEmptyPath,
    /// `**` as a part of a component.
    #[error("`{component}` mixes `**` with other text; `**` must stand alone between slashes")]
    ReadAnyDepth {
        /// The component.
        component: String,
    },
    /// The last component stands for directories.
    #[error("the pattern `{pattern}` ends in `**` or `/` and so names no file; append `/*.pem`")]
    ReadLastComponent {
        /// The whole pattern.
        pattern: String,
    },
    /// A wildcard that cannot be read.
    #[error("the wildcard `{component}` cannot be read; close every `[` and `{{` within one path component")]
    ReadWildcard {
        /// The component.
        component: String,
        /// What is wrong with it.
        source: globset::Error,
    },
}

impl Pattern {
    /// Reads a path or a glob.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(PatternError::ReadEmptyPath);
        }
        let mut components = Vec::new();
        if text.starts_with('/') {
            components.push(Component::Literal("/".to_owned()));
        }
        for component in text.split('/').filter(|component| !component.is_empty()) {
            components.push(Component::parse(component)?);
        }
        if text.ends_with('/')
            || !matches!(components.last(), Some(Component::Literal(_) | Component::Wildcard(_)))
        {
            return Err(PatternError::ReadLastComponent { pattern: text.to_owned() });
        }
        Ok(Self { text: text.to_owned(), components })
    }

    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The components in order; an absolute path begins with the literal `/`.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Whether it names one path, without any wildcard.
    pub fn is_literal(&self) -> bool {
        self.components.iter().all(|component| matches!(component, Component::Literal(_)))
    }
}

impl Component {
    fn parse(text: &str) -> Result<Self, PatternError> {
        if text == "**" {
            return Ok(Self::AnyDepth);
        }
        if !text.contains(['*', '?', '[', ']', '{', '}']) {
            return Ok(Self::Literal(text.to_owned()));
        }
        if text.contains("**") {
            return Err(PatternError::ReadAnyDepth { component: text.to_owned() });
        }
        let glob = GlobBuilder::new(text).literal_separator(true).build();
        let glob =
            glob.map_err(|source| PatternError::ReadWildcard { component: text.to_owned(), source })?;
        Ok(Self::Wildcard(Wildcard { matcher: glob.compile_matcher(), shows_hidden: text.starts_with('.') }))
    }
}

impl Wildcard {
    /// Whether the wildcard matches the name of a directory entry.
    pub fn matches(&self, name: &str) -> bool {
        (self.shows_hidden || !name.starts_with('.')) && self.matcher.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_into_literals_wildcards_and_any_depth() {
        let pattern = Pattern::parse("/etc/**/tls-*.pem").unwrap();
        assert!(matches!(
            pattern.components(),
            [Component::Literal(_), Component::Literal(_), Component::AnyDepth, Component::Wildcard(_)]
        ));
        assert!(!pattern.is_literal());
        assert!(Pattern::parse("certs/tls.pem").unwrap().is_literal());
    }

    #[test]
    fn a_wildcard_matches_no_hidden_name_unless_it_begins_with_a_dot() {
        let check = |pattern: &str, name: &str| match &Pattern::parse(pattern).unwrap().components[0] {
            Component::Wildcard(wildcard) => wildcard.matches(name),
            other => panic!("{other:?} is no wildcard"),
        };
        assert!(check("*.pem", "a.pem"));
        assert!(!check("*.pem", ".a.pem"));
        assert!(!check("*", "..data"));
        assert!(check(".*", ".a"));
        assert!(check("tls.{crt,pem}", "tls.pem"));
    }

    #[test]
    fn refuses_what_names_no_file_or_cannot_be_read() {
        for wrong in ["", "/", "/etc/**", "/etc/", "/etc/a**/b", "/etc/[a", "/etc/{a,b", "/etc/{a/b}.pem"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong:?} must be refused");
        }
    }
}
