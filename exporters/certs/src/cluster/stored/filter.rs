//! Which objects are read, and which of their values.

use lookout_certs_spec::config::{ANY_TYPE, ClusterSettings, ObjectLimits};
use lookout_certs_spec::name_pattern::NamePattern;
use lookout_kubernetes::{NamespacePatterns, Namespaces, ObjectKey, Selection};
use lookout_runtime::Shard;

/// The keys that hold certificates.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys(Vec<(NamePattern, KeyMatch)>);

/// How a key is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyMatch {
    /// By its name: it must hold a certificate.
    Name,
    /// By a pattern, which may match something else too.
    Glob,
}

/// Which objects are read, and what is kept of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// Names, and `namespace/name`s, that are left out.
    exclude: Vec<NamePattern>,
    /// What bounds the reading.
    pub limits: ObjectLimits,
}

impl Keys {
    /// Keys as they are configured.
    pub fn new(keys: &[String]) -> Self {
        let pattern = |key: &String| {
            let matched = if NamePattern::is_glob(key) { KeyMatch::Glob } else { KeyMatch::Name };
            Some((NamePattern::parse(key).ok()?, matched))
        };
        Self(keys.iter().filter_map(pattern).collect())
    }

    /// How a key is wanted, if it is.
    pub fn matched(&self, key: &str) -> Option<KeyMatch> {
        let mut matches =
            self.0.iter().filter(|(pattern, _)| pattern.matches(key)).map(|(_, matched)| *matched);
        let first = matches.next()?;
        Some(if first == KeyMatch::Name || matches.any(|matched| matched == KeyMatch::Name) {
            KeyMatch::Name
        } else {
            KeyMatch::Glob
        })
    }
}

impl Filter {
    /// The filter of `settings`.
    pub fn new(settings: &ClusterSettings) -> Self {
        Self { exclude: NamePattern::all(&settings.exclude), limits: settings.limits.clone() }
    }

    /// Whether an object is left out by its name.
    pub fn excludes(&self, key: &ObjectKey) -> bool {
        let full = format!("{}/{}", key.namespace, key.name);
        self.exclude
            .iter()
            .any(|pattern| pattern.matches(if pattern.as_str().contains('/') { &full } else { &key.name }))
    }
}

/// The namespaces of `settings`.
pub(crate) fn namespaces(settings: &ClusterSettings) -> Namespaces {
    if settings.names_each_namespace() {
        let excluded = NamePattern::all(&settings.exclude_namespaces);
        let is_wanted = |name: &&String| !excluded.iter().any(|pattern| pattern.matches(name));
        return Namespaces::Named(settings.namespaces.iter().filter(is_wanted).cloned().collect());
    }
    let patterns = NamespacePatterns {
        include: settings.namespaces.clone(),
        exclude: settings.exclude_namespaces.clone(),
        label_selector: settings.namespace_selector.clone(),
    };
    if patterns == NamespacePatterns::default() { Namespaces::All } else { Namespaces::Matching(patterns) }
}

/// What is asked of the server for Secrets.
pub(super) fn secret_selection(settings: &ClusterSettings, shard: Shard) -> Selection {
    let secrets = &settings.secrets;
    let mut fields = match secrets.rules.as_slice() {
        [rule] if rule.secret_type != ANY_TYPE => vec![format!("type={}", rule.secret_type)],
        _ => secrets.exclude_types.iter().map(|excluded| format!("type!={excluded}")).collect(),
    };
    fields.extend(excluded_names(&settings.exclude));
    selection(settings, shard, &fields)
}

/// What is asked of the server for ConfigMaps.
pub(super) fn config_map_selection(settings: &ClusterSettings, shard: Shard) -> Selection {
    let mut fields: Vec<String> = excluded_names(&settings.config_maps.exclude).collect();
    fields.extend(excluded_names(&settings.exclude));
    selection(settings, shard, &fields)
}

/// What is asked of the server for objects without a namespace.
pub(super) fn cluster_wide_selection(shard: Shard) -> Selection {
    Selection { shard, ..Selection::default() }
}

fn selection(settings: &ClusterSettings, shard: Shard, fields: &[String]) -> Selection {
    Selection {
        namespaces: namespaces(settings),
        label_selector: settings.selector.clone(),
        field_selector: fields.join(","),
        shard,
        metadata_only: false,
    }
}

/// Plain names are left out by the server; what has a wildcard or a namespace, by the reader.
fn excluded_names(names: &[String]) -> impl Iterator<Item = String> {
    let is_plain = |name: &&String| !NamePattern::is_glob(name) && !name.contains('/');
    names.iter().filter(is_plain).map(|name| format!("metadata.name!={name}"))
}

#[cfg(test)]
mod tests {
    use lookout_certs_spec::config::SecretRule;

    use super::*;

    fn rule(secret_type: &str) -> SecretRule {
        SecretRule { secret_type: secret_type.to_owned(), keys: vec!["tls.crt".to_owned()] }
    }

    #[test]
    fn a_single_type_is_asked_for_and_of_several_the_unwanted_are_left_out() {
        let mut settings =
            ClusterSettings { exclude: vec!["old".into(), "*-tmp".into()], ..ClusterSettings::default() };
        let fields = |settings: &ClusterSettings| secret_selection(settings, Shard::WHOLE).field_selector;
        assert_eq!(fields(&settings), "type=kubernetes.io/tls,metadata.name!=old");
        settings.secrets.rules.push(rule("Opaque"));
        let several = fields(&settings);
        assert!(several.starts_with("type!=helm.sh/release.v1,type!="), "{several}");
        settings.secrets.rules = vec![rule(ANY_TYPE)];
        assert_eq!(fields(&settings), several);
    }

    #[test]
    fn plain_namespaces_are_asked_for_one_by_one() {
        let of = |include: &[&str], exclude: &[&str]| {
            let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
            let settings = ClusterSettings {
                namespaces: owned(include),
                exclude_namespaces: owned(exclude),
                ..ClusterSettings::default()
            };
            namespaces(&settings)
        };
        assert_eq!(of(&[], &[]), Namespaces::All);
        assert_eq!(of(&["a", "b", "c"], &["b*"]), Namespaces::Named(vec!["a".into(), "c".into()]));
        assert!(matches!(of(&["a", "team-*"], &[]), Namespaces::Matching(_)));
        assert!(matches!(of(&[], &["kube-system"]), Namespaces::Matching(_)));
    }

    #[test]
    fn names_are_left_out_exactly() {
        let settings =
            ClusterSettings { exclude: vec!["web".into(), "a/*-tmp".into()], ..ClusterSettings::default() };
        let excludes = |namespace, name| Filter::new(&settings).excludes(&ObjectKey::new(namespace, name));
        assert!(excludes("a", "web") && excludes("b", "web") && !excludes("a", "web-2"));
        assert!(excludes("a", "x-tmp") && !excludes("b", "x-tmp"));
    }
}
