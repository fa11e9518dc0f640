//! What the server was seen to grant, and for how long that is believed.
//!
//! A review is a request for each right and namespace. A missing right is reviewed each time, because somebody is about to grant it. One
//! that is granted is made use of all the time, so that its loss is told by a refusal long before the next review would tell it.
//!
//! Invariants:
//! - A refusal that contradicts a belief ends it at once, and that in the other rights to the same: they are given and taken together.
//!   It wakes whoever reviews them.
//! - Nothing is believed of credentials other than those that were reviewed.
//!
//! How to get it wrong: waking for each refusal. What is missing is refused again and again, and has been reviewed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

use crate::ask::Ask;
use crate::need::{Need, Reviewed, Verdict};

/// How long a granted right is believed that nobody makes use of.
const BELIEF: Duration = Duration::from_mins(10);

/// The rights that were granted when they were last reviewed.
#[derive(Debug, Default)]
pub(crate) struct Rights {
    granted: Mutex<BTreeMap<Need, Grant>>,
    refused: Notify,
}

/// How often the credentials have been made anew; tells those of one time from those of another.
pub(crate) type Renewals = (u64, u64);

#[derive(Debug)]
struct Grant {
    reviewed: Reviewed,
    since: Instant,
    renewals: Renewals,
}

// === impl Rights ===

impl Rights {
    /// The review of a right that need not be repeated with these credentials.
    pub(crate) fn believed(&self, need: &Need, renewals: Renewals) -> Option<Reviewed> {
        let granted = self.granted();
        let grant = granted.get(need)?;
        let is_good = grant.since.elapsed() < BELIEF && grant.renewals == renewals;
        is_good.then(|| grant.reviewed.clone())
    }

    /// Notes a review.
    pub(crate) fn enter(&self, reviewed: &Reviewed, renewals: Renewals) {
        let mut granted = self.granted();
        if reviewed.verdict == Verdict::Allowed {
            let grant = Grant { reviewed: reviewed.clone(), since: Instant::now(), renewals };
            granted.insert(reviewed.need.clone(), grant);
        } else {
            granted.remove(&reviewed.need);
        }
    }

    /// Forgets what nobody needs any more.
    pub(crate) fn retain(&self, needs: &BTreeSet<Need>) {
        self.granted().retain(|need, _| needs.contains(need));
    }

    /// The server refused what was asked.
    pub(crate) fn refuse(&self, ask: &Ask) {
        let mut granted = self.granted();
        if granted.keys().any(|need| need.verb == ask.verb && is_of(need, ask)) {
            granted.retain(|need, _| !is_of(need, ask));
            self.refused.notify_one();
        }
    }

    /// Completes when a right that was believed in has been refused. Cancel-safe.
    pub(crate) async fn refused(&self) {
        self.refused.notified().await;
    }

    fn granted(&self) -> MutexGuard<'_, BTreeMap<Need, Grant>> {
        self.granted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it is a right to what was asked for.
fn is_of(need: &Need, ask: &Ask) -> bool {
    need.namespace == ask.namespace && need.resource.to_string() == ask.resource
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use lookout_declarations::Reason;
    use lookout_kubernetes_spec::metrics::Verb;
    use tokio::time::advance;

    use super::*;
    use crate::ask::{Place, Selectors};
    use crate::resource::Resource;

    const SECRETS: Resource =
        Resource { plural: "secrets", kind: "Secret", is_namespaced: true, ..Resource::NAMESPACES };

    fn need(verb: Verb, namespace: &str) -> Need {
        let namespace = Some(namespace.to_owned());
        let (why, without) = ("to read certificates", "nothing is watched");
        Need { verb, resource: SECRETS, namespace, exporter: "certs", why, without }
    }

    fn reviewed(verb: Verb, namespace: &str, verdict: Verdict) -> Reviewed {
        Reviewed { need: need(verb, namespace), verdict, when: Timestamp::UNIX_EPOCH }
    }

    fn list_in(namespace: &str) -> Ask {
        let place = Place { resource: &SECRETS, version: "v1", namespace: Some(namespace) };
        Ask::page(place, &Selectors::default(), 10, None)
    }

    async fn is_woken(rights: &Rights) -> bool {
        tokio::time::timeout(Duration::ZERO, rights.refused()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_granted_is_believed_for_a_while_and_with_the_same_credentials() {
        let rights = Rights::default();
        rights.enter(&reviewed(Verb::List, "a", Verdict::Allowed), (0, 0));
        advance(Duration::from_mins(9)).await;
        let granted = reviewed(Verb::List, "a", Verdict::Allowed);
        assert_eq!(rights.believed(&granted.need, (0, 0)), Some(granted.clone()));
        assert_eq!(rights.believed(&granted.need, (0, 1)), None);
        assert_eq!(rights.believed(&need(Verb::Watch, "a"), (0, 0)), None);
        advance(Duration::from_mins(1)).await;
        assert_eq!(rights.believed(&granted.need, (0, 0)), None);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_missing_or_unknown_is_never_believed() {
        let rights = Rights::default();
        let unknown = Verdict::Unknown { reason: Reason::Timeout, message: "late".to_owned() };
        for verdict in [Verdict::Denied { remedy: "grant it".to_owned() }, unknown] {
            rights.enter(&reviewed(Verb::List, "a", Verdict::Allowed), (0, 0));
            rights.enter(&reviewed(Verb::List, "a", verdict), (0, 0));
            assert_eq!(rights.believed(&need(Verb::List, "a"), (0, 0)), None);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_refusal_ends_the_belief_in_the_rights_to_the_same_and_wakes_once() {
        let rights = Rights::default();
        for (verb, namespace) in
            [(Verb::List, "a"), (Verb::Watch, "a"), (Verb::List, "b"), (Verb::Watch, "c")]
        {
            rights.enter(&reviewed(verb, namespace, Verdict::Allowed), (0, 0));
        }
        assert!(!is_woken(&rights).await);
        rights.refuse(&list_in("a"));
        assert!(is_woken(&rights).await);
        let believed = |verb, namespace| rights.believed(&need(verb, namespace), (0, 0)).is_some();
        assert!(!believed(Verb::List, "a") && !believed(Verb::Watch, "a"));
        assert!(believed(Verb::List, "b"));
        // It has been reviewed since, or was never said to be granted.
        rights.refuse(&list_in("a"));
        rights.refuse(&list_in("c"));
        assert!(!is_woken(&rights).await);
        assert!(believed(Verb::Watch, "c"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_nobody_needs_is_forgotten() {
        let rights = Rights::default();
        rights.enter(&reviewed(Verb::List, "a", Verdict::Allowed), (0, 0));
        rights.retain(&BTreeSet::new());
        assert_eq!(rights.believed(&need(Verb::List, "a"), (0, 0)), None);
    }
}
