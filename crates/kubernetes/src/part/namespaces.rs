//! Namespaces that are selected by their labels: which ones they are now.

use std::collections::BTreeSet;

use lookout_declarations::Reason;

use super::Part;
use crate::failure::Failure;
use crate::follower::{Follower, PartState};

/// The namespaces that have the labels asked for, as they come and go.
pub(crate) struct NamespaceLabels(pub(crate) Follower<()>);

// === impl NamespaceLabels ===

impl NamespaceLabels {
    /// Completes when others have them. Cancel-safe.
    pub(super) async fn changed(&mut self) {
        self.0.changed().await;
    }

    /// Which namespaces have them; or why that is not known.
    async fn names(&self) -> Result<BTreeSet<Box<str>>, Failure> {
        self.0.settled().await;
        let followed = self.0.latest();
        if !followed.is_complete {
            let failing = followed.parts.into_iter().find_map(|part| match part.state {
                PartState::Failing { reason, message, .. } => Some(Failure::new(reason, message)),
                PartState::Listing | PartState::Following | PartState::Absent => None,
            });
            return Err(failing
                .unwrap_or_else(|| Failure::new(Reason::Unexpected, "the namespaces are not known yet")));
        }
        Ok(followed.view.iter().map(|entry| entry.key.name.clone()).collect())
    }
}

impl Part {
    /// Waits until it is known which namespaces belong to the follow, where their labels say so.
    pub(super) async fn await_labels(&mut self) -> Result<(), Failure> {
        if let Some(labels) = &self.labels {
            self.shelf.filter().labelled = Some(labels.names().await?);
        }
        Ok(())
    }

    /// Takes in the objects of namespaces that have come to belong to the follow, and leaves out those of others.
    ///
    /// The watch goes on meanwhile: what it then tells of these objects may be older than what was listed, and is made good by
    /// what it tells after that.
    pub(super) async fn relabel(&mut self) -> Result<(), Failure> {
        let Some(labels) = &self.labels else { return Ok(()) };
        let after = labels.names().await?;
        let filter = self.shelf.filter();
        let before = filter.labelled.take().unwrap_or_default();
        let added: Vec<_> = after.difference(&before).cloned().collect();
        filter.labelled = Some(before.intersection(&after).cloned().collect());
        self.shelf.sift();
        for namespace in added {
            self.set_labelled(&namespace, true);
            if self.shelf.filter().takes_namespace(&namespace) {
                let outcome = self.backfill(&namespace).await;
                // One that failed is found to be missing when the next watch begins.
                self.set_labelled(&namespace, outcome.is_ok());
                outcome?;
            }
        }
        Ok(())
    }

    fn set_labelled(&mut self, namespace: &str, is_labelled: bool) {
        if let Some(labelled) = &mut self.shelf.filter().labelled {
            if is_labelled {
                labelled.insert(namespace.into());
            } else {
                labelled.remove(namespace);
            }
        }
    }
}
