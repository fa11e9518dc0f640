//! Regular expressions over names, anchored at both ends as in Prometheus.

use regex::RegexSet;

use crate::config::Filter;

/// The size of a compiled pattern, in bytes: far above what names need, far below what hurts.
const MAX_COMPILED: usize = 1 << 20;

/// A pattern that is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a regular expression: {0}")]
pub struct CompilePattern(String);

/// Decides whether a name is watched.
#[derive(Clone, Debug)]
pub struct Selection {
    /// Nothing stands for everything.
    include: Option<RegexSet>,
    exclude: RegexSet,
}

/// Checks one pattern.
pub fn compile(pattern: &str) -> Result<(), CompilePattern> {
    compile_all(core::slice::from_ref(&pattern.to_owned())).map(|_| ())
}

fn compile_all(patterns: &[String]) -> Result<RegexSet, CompilePattern> {
    // As written first: `)(` is no pattern, and would be two within the anchors.
    build(patterns.iter().cloned())?;
    build(patterns.iter().map(|pattern| format!("^(?:{pattern})$")))
}

fn build(patterns: impl Iterator<Item = String>) -> Result<RegexSet, CompilePattern> {
    regex::RegexSetBuilder::new(patterns).size_limit(MAX_COMPILED).build().map_err(|error| {
        // The last line says what is wrong, those before it show the pattern.
        let message = error.to_string();
        let last = message.lines().last().unwrap_or_default().trim();
        CompilePattern(last.strip_prefix("error: ").unwrap_or(last).to_owned())
    })
}

// === impl Selection ===

impl Selection {
    /// The selection that `filter` describes; fails only for one that was not validated.
    pub fn new(filter: &Filter) -> Result<Self, CompilePattern> {
        let include = if filter.include.is_empty() { None } else { Some(compile_all(&filter.include)?) };
        Ok(Self { include, exclude: compile_all(&filter.exclude)? })
    }

    /// Whether `name` is watched.
    pub fn contains(&self, name: &str) -> bool {
        self.include.as_ref().is_none_or(|include| include.is_match(name)) && !self.exclude.is_match(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(include: &[&str], exclude: &[&str]) -> Selection {
        let owned = |patterns: &[&str]| patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Selection::new(&Filter { include: owned(include), exclude: owned(exclude) }).unwrap()
    }

    #[test]
    fn patterns_are_anchored_and_exclusion_wins() {
        let all = selection(&[], &[]);
        assert!(all.contains("prices") && all.contains("__consumer_offsets"));
        let some = selection(&["prices|trades-.*"], &["trades-test"]);
        assert!(some.contains("prices") && some.contains("trades-eu"));
        assert!(!some.contains("prices-eu") && !some.contains("my-prices") && !some.contains("trades-test"));
        // An alternative does not escape the anchors.
        assert!(!selection(&[], &["a|b"]).contains("a") && selection(&[], &["a|b"]).contains("ab"));
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert!(compile("(").is_err());
        assert!(compile(")(").is_err());
        assert!(compile(&"(a{1000}){1000}".repeat(5)).is_err());
    }
}
