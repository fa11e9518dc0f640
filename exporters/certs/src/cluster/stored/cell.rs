//! The Secrets with certificates, for those who join with them.
//!
//! A shard holds its own Secrets only. So whoever joins must judge a pair of a Secret and something else on the shard that owns
//! the Secret, by `Shard::owns("namespace/name")`, whoever owns the other: then each pair is judged once, and the union of the
//! shards is what one process would show.

use core::mem;
use core::time::Duration;
use std::collections::BTreeSet;

use lookout_kubernetes::{Entry, Namespaces, ObjectKey, Part, View};
use tokio::sync::watch;
use tokio::time::timeout;

use super::filter::Filter;
use super::object::StoredObject;

/// How long whoever joins with Secrets waits for them to be read, once: without them it could only say that nothing is known.
pub(crate) const WAIT_FOR_SECRETS: Duration = Duration::from_secs(10);

/// Where the Secrets with certificates can be seen; `None` until they have been read, and where they are not.
pub type StoredCell = watch::Sender<Option<StoredSecrets>>;

/// The Secrets with certificates at one moment.
#[derive(Clone, Debug)]
pub struct StoredSecrets {
    /// All that are watched and belong to this shard.
    pub view: View<StoredObject>,
    parts: Vec<Part>,
    scope: Scope,
    /// Of namespaces that are chosen by the client, those that have a Secret here.
    seen: BTreeSet<Box<str>>,
}

/// Which Secrets are watched.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scope {
    pub(super) filter: Filter,
    pub(super) namespaces: Namespaces,
    /// Whether Secrets are chosen by their labels.
    pub(super) has_selector: bool,
}

/// What is known of a Secret.
#[derive(Debug)]
pub enum Found<'a> {
    /// It is there.
    Here(&'a Entry<StoredObject>),
    /// It is not there, or of a type that is not watched.
    Missing,
    /// It is not among those that are watched, or could not be read yet.
    Unknown,
}

/// The Secrets as last read; nothing where none is, or not within `patience`, which is taken: where they cannot be read, not every look
/// waits for them. What comes after it is a change.
pub(crate) async fn latest_secrets(
    seen: &mut watch::Receiver<Option<StoredSecrets>>,
    patience: &mut Duration,
) -> Option<StoredSecrets> {
    let first = timeout(mem::take(patience), seen.wait_for(Option::is_some)).await;
    let known = first.ok().and_then(Result::ok).and_then(|secrets| secrets.clone());
    seen.mark_unchanged();
    known
}

impl StoredSecrets {
    pub(super) fn new(view: View<StoredObject>, parts: Vec<Part>, scope: Scope) -> Self {
        let mut seen = BTreeSet::new();
        if matches!(scope.namespaces, Namespaces::Matching(_)) {
            for entry in view.iter() {
                // Ordered, so the last is the only one that it can be equal to.
                if seen.last() != Some(&entry.key.namespace) {
                    seen.insert(entry.key.namespace.clone());
                }
            }
        }
        Self { view, parts, scope, seen }
    }

    /// What is known of the Secret of that name, which must belong to this shard.
    pub fn find(&self, namespace: &str, name: &str) -> Found<'_> {
        if let Some(entry) = self.view.get(namespace, name) {
            return Found::Here(entry);
        }
        let key = ObjectKey::new(namespace, name);
        if self.scope.has_selector || self.scope.filter.excludes(&key) || !self.has_read(namespace) {
            return Found::Unknown;
        }
        Found::Missing
    }

    /// Whether the Secrets of a namespace have been listed at least once.
    fn has_read(&self, namespace: &str) -> bool {
        let is_chosen = match &self.scope.namespaces {
            Namespaces::All => true,
            Namespaces::Named(names) => names.iter().any(|name| name == namespace),
            // Which namespaces match is for the client to say; what is in the view says it for some.
            Namespaces::Matching(_) => self.seen.contains(namespace),
        };
        let covers = |part: &Part| part.namespace.as_deref().is_none_or(|name| name == namespace);
        is_chosen && self.parts.iter().any(|part| covers(part) && part.current.is_some())
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lookout_certs_spec::config::ClusterSettings;
    use lookout_kubernetes::{NamespacePatterns, PartState};

    use super::*;

    fn part(namespace: Option<&str>, has_been_read: bool) -> Part {
        Part {
            namespace: namespace.map(str::to_owned),
            state: PartState::Following,
            current: has_been_read.then_some(Timestamp::UNIX_EPOCH),
        }
    }

    fn secrets(namespaces: Namespaces, has_selector: bool, parts: Vec<Part>) -> StoredSecrets {
        let web = Entry { key: ObjectKey::new("shop", "web"), object: StoredObject::default() };
        let settings = ClusterSettings { exclude: vec!["old".to_owned()], ..ClusterSettings::default() };
        let scope = Scope { filter: Filter::new(&settings), namespaces, has_selector };
        StoredSecrets::new(View::new([web]), parts, scope)
    }

    fn found(secrets: &StoredSecrets, namespace: &str, name: &str) -> &'static str {
        match secrets.find(namespace, name) {
            Found::Here(_) => "here",
            Found::Missing => "missing",
            Found::Unknown => "unknown",
        }
    }

    #[test]
    fn a_secret_is_missing_only_where_it_would_have_been_seen() {
        let all = secrets(Namespaces::All, false, vec![part(None, true)]);
        assert_eq!(found(&all, "shop", "web"), "here");
        assert_eq!((found(&all, "shop", "other"), found(&all, "shop", "old")), ("missing", "unknown"));
        let unread = secrets(Namespaces::All, false, vec![part(None, false)]);
        assert_eq!((found(&unread, "shop", "web"), found(&unread, "shop", "other")), ("here", "unknown"));
        let by_labels = secrets(Namespaces::All, true, vec![part(None, true)]);
        assert_eq!(found(&by_labels, "shop", "other"), "unknown");
        let two = Namespaces::Named(vec!["shop".to_owned(), "bank".to_owned()]);
        let named = secrets(two, false, vec![part(Some("shop"), true), part(Some("bank"), false)]);
        assert_eq!(found(&named, "shop", "other"), "missing");
        assert_eq!((found(&named, "bank", "other"), found(&named, "else", "other")), ("unknown", "unknown"));
        let patterns = Namespaces::Matching(NamespacePatterns::default());
        let by_pattern = secrets(patterns, false, vec![part(None, true)]);
        assert_eq!(
            (found(&by_pattern, "shop", "other"), found(&by_pattern, "bank", "other")),
            ("missing", "unknown")
        );
    }
    #[tokio::test]
    async fn secrets_that_cannot_be_read_are_waited_for_once_and_seen_when_they_are() {
        let cell = StoredCell::new(None);
        let (mut seen, mut patience) = (cell.subscribe(), Duration::from_millis(1));
        assert!(latest_secrets(&mut seen, &mut patience).await.is_none());
        assert_eq!(patience, Duration::ZERO, "the next look does not wait");
        cell.send_replace(Some(secrets(Namespaces::All, false, vec![part(None, true)])));
        assert!(seen.has_changed().unwrap());
        assert!(latest_secrets(&mut seen, &mut patience).await.is_some());
        assert!(!seen.has_changed().unwrap());
    }
}
