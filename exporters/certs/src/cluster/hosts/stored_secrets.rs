//! What is known of the Secrets that hosts are served with, from two places.
//!
//! Most are among those that are followed for their certificates. That follow asks for some types only, and leaves out what
//! is not wanted; so a Secret that is not among them may well be there. Before one is called missing, it is asked for by its
//! name, and followed for as long as a host names it.

use core::future::poll_fn;
use core::pin::Pin;
use core::task::Poll;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kubernetes::{Cluster, Follower, Namespaces, ObjectKey, PartState, Reader, Selection};
use lookout_runtime::Fault;

use super::named::{KEY, LeafReader};
use super::stored::{Leaf, Stored};
use crate::cluster::following::Standing;
use crate::cluster::stored::{Found, StoredSecrets};

/// The most Secrets that are followed by their names: each is a watch of its own. A host beyond stays unknown.
const MAX_NAMED: usize = 20;

/// What those that are followed for their certificates say of a Secret; nothing if it has to be asked for by its name, because it
/// is not among them, or without the key that counts here.
pub(super) fn among(secrets: &StoredSecrets, key: &ObjectKey) -> Option<Stored> {
    match secrets.find(&key.namespace, &key.name) {
        Found::Unknown => Some(Stored::Unknown),
        Found::Missing => None,
        Found::Here(entry) => {
            let leaf = entry.object.first_of(KEY).map(|leaf| Stored::Leaf(Arc::new(Leaf::new(leaf))));
            let is_unreadable = entry.object.faults.iter().any(|fault| &*fault.entry == KEY);
            leaf.or(is_unreadable.then_some(Stored::WithoutCertificate))
        }
    }
}

/// The Secrets that are followed by their names.
#[derive(Default)]
pub(super) struct NamedSecrets {
    follows: BTreeMap<ObjectKey, Follower<Option<Leaf>>>,
    beyond_limit: usize,
}

impl NamedSecrets {
    /// Follows exactly these, as far as the limit goes.
    pub(super) fn set(&mut self, cluster: &Arc<Cluster>, wanted: &BTreeSet<ObjectKey>) {
        self.follows.retain(|key, _| wanted.contains(key));
        self.beyond_limit = wanted.len().saturating_sub(MAX_NAMED);
        for key in wanted {
            if self.follows.len() >= MAX_NAMED {
                return;
            }
            self.follows.entry(key.clone()).or_insert_with(|| cluster.follow(LeafReader, &selection(key)));
        }
    }

    /// Completes when each has been read or has failed.
    pub(super) async fn settled(&self) {
        for follower in self.follows.values() {
            follower.settled().await;
        }
    }

    /// What is known of one.
    pub(super) fn find(&self, key: &ObjectKey) -> Stored {
        let Some(followed) = self.follows.get(key).map(Follower::latest) else { return Stored::Unknown };
        let found = followed.view.get(&key.namespace, &key.name).map(|entry| entry.object.clone());
        let is_current = followed.parts.iter().all(|part| matches!(part.state, PartState::Following));
        match found {
            Some(Some(leaf)) => Stored::Leaf(Arc::new(leaf)),
            Some(None) => Stored::WithoutCertificate,
            None if is_current && followed.is_complete && followed.fault_count == 0 => Stored::Missing,
            None => Stored::Unknown,
        }
    }

    /// That some are beyond the limit.
    pub(super) fn too_many(&self) -> Option<Fault> {
        (self.beyond_limit > 0).then(|| Fault {
            reason: Reason::TooMany,
            subject: "Secrets that hosts name".to_owned(),
            message: format!(
                "{} more than the {MAX_NAMED} that are asked for by their names are missing, or not among those that are watched; of \
                 their hosts nothing is said",
                self.beyond_limit
            ),
        })
    }

    /// How each stands.
    pub(super) fn standings(&self) -> impl Iterator<Item = Standing> {
        self.follows.values().map(|follower| Standing::of(LeafReader.resource(), &follower.latest()))
    }

    /// Completes when one of them has changed; never if there is none. Cancel-safe.
    pub(super) async fn changed(&mut self) {
        let mut waits: Vec<Pin<Box<dyn Future<Output = ()> + Send + '_>>> =
            self.follows.values_mut().map(|follower| Box::pin(follower.changed()) as _).collect();
        poll_fn(|context| {
            let is_any = waits.iter_mut().any(|wait| wait.as_mut().poll(context).is_ready());
            if is_any { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
}

fn selection(key: &ObjectKey) -> Selection {
    Selection {
        namespaces: Namespaces::Named(vec![key.namespace.to_string()]),
        field_selector: format!("metadata.name={}", key.name),
        ..Selection::default()
    }
}

#[cfg(test)]
mod tests {
    use lookout_runtime::Sources;

    use super::*;

    #[tokio::test]
    async fn secrets_beyond_the_limit_are_counted() {
        let mut kubernetes = lookout_kubernetes::Settings::default();
        kubernetes.access.server = "https://127.0.0.1:1".to_owned();
        let cluster = Cluster::of(&kubernetes, &mut Sources::default()).unwrap();
        let secrets =
            |count: usize| (0..count).map(|index| ObjectKey::new("n", &index.to_string())).collect();
        let mut named = NamedSecrets::default();
        named.set(&cluster, &secrets(MAX_NAMED + 3));
        let fault = named.too_many().unwrap();
        assert_eq!(fault.reason, Reason::TooMany);
        assert!(fault.message.starts_with("3 more than the 20 "), "{}", fault.message);
        named.set(&cluster, &secrets(MAX_NAMED));
        assert_eq!(named.too_many(), None);
    }
}
