//! Which objects belong to a follow, as far as the server does not select them itself.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use lookout_runtime::Shard;

use crate::object::ObjectKey;
use crate::selection::{NamespacePatterns, Namespaces, Selection};

/// Which objects belong to a follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    shard: Shard,
    /// `None` for all.
    include: Option<GlobSet>,
    exclude: GlobSet,
    /// The namespaces whose labels match, where labels select.
    pub(crate) labelled: Option<BTreeSet<Box<str>>>,
}

// === impl Filter ===

impl Filter {
    /// That of a selection. A pattern that is none matches nothing; whoever configures patterns checks them.
    pub(crate) fn of(selection: &Selection) -> Self {
        let Namespaces::Matching(patterns) = &selection.namespaces else {
            return Self { shard: selection.shard, ..Self::default() };
        };
        Self {
            shard: selection.shard,
            include: (!patterns.include.is_empty()).then(|| globs(&patterns.include)),
            exclude: globs(&patterns.exclude),
            labelled: (!patterns.label_selector.is_empty()).then(BTreeSet::new),
        }
    }

    /// Whether the object of this name belongs to it.
    pub(crate) fn takes(&self, key: &ObjectKey) -> bool {
        self.takes_namespace(&key.namespace)
            && (self.shard == Shard::WHOLE || self.shard.owns(&key.to_string()))
    }

    /// Whether objects of this namespace belong to it. What lives in none always does.
    pub(crate) fn takes_namespace(&self, namespace: &str) -> bool {
        namespace.is_empty()
            || (self.include.as_ref().is_none_or(|include| include.is_match(namespace))
                && !self.exclude.is_match(namespace)
                && self.labelled.as_ref().is_none_or(|labelled| labelled.contains(namespace)))
    }
}

/// What of a field selector the server is to select: that of the selection, and the namespaces that are left out by name.
pub(crate) fn field_selector(selection: &Selection, is_namespaced: bool) -> String {
    let mut terms = Vec::new();
    if !selection.field_selector.is_empty() {
        terms.push(selection.field_selector.clone());
    }
    if let (Namespaces::Matching(NamespacePatterns { exclude, .. }), true) =
        (&selection.namespaces, is_namespaced)
    {
        let exact = exclude.iter().filter(|name| is_exact(name));
        terms.extend(exact.map(|name| format!("metadata.namespace!={name}")));
    }
    terms.join(",")
}

/// Whether a pattern is the name of a namespace.
fn is_exact(pattern: &str) -> bool {
    !pattern.is_empty()
        && pattern.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn globs(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in patterns.iter().filter_map(|pattern| Glob::new(pattern).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matching(include: &[&str], exclude: &[&str]) -> Selection {
        let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        let patterns = NamespacePatterns {
            include: owned(include),
            exclude: owned(exclude),
            ..NamespacePatterns::default()
        };
        Selection { namespaces: Namespaces::Matching(patterns), ..Selection::default() }
    }

    #[test]
    fn namespaces_are_included_and_excluded_by_pattern() {
        let filter = Filter::of(&matching(&["team-*", "shared"], &["team-x", "*-old"]));
        for (namespace, expected) in [
            ("team-a", true),
            ("shared", true),
            ("other", false),
            ("team-x", false),
            ("team-old", false),
            ("", true),
        ] {
            assert_eq!(filter.takes_namespace(namespace), expected, "{namespace}");
        }
        assert!(Filter::of(&matching(&[], &["x"])).takes_namespace("anything"));
    }

    #[test]
    fn the_server_leaves_out_what_is_excluded_by_name() {
        let mut selection = matching(&[], &["kube-system", "*-old", "b"]);
        assert_eq!(field_selector(&selection, true), "metadata.namespace!=kube-system,metadata.namespace!=b");
        assert_eq!(field_selector(&selection, false), "");
        selection.field_selector = "type=kubernetes.io/tls".to_owned();
        selection.namespaces = Namespaces::All;
        assert_eq!(field_selector(&selection, true), "type=kubernetes.io/tls");
    }

    #[test]
    fn each_object_belongs_to_one_shard() {
        let shards: Vec<Filter> = (0..3)
            .map(|index| {
                Filter::of(&Selection { shard: Shard::new(index, 3).unwrap(), ..Selection::default() })
            })
            .collect();
        for number in 0..100 {
            let key = ObjectKey::new("namespace", &format!("name-{number}"));
            assert_eq!(shards.iter().filter(|shard| shard.takes(&key)).count(), 1, "{key}");
        }
    }
}
