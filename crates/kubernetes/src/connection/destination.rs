//! Where a kubeconfig leads, and how often that has come to be elsewhere.
//!
//! `kubectl config use-context`, a link that points to another file, an edit: the settings stay as they are, and the next
//! request would go to another cluster. Objects of two clusters must never stand side by side, and those of one never under the name of
//! the other. So a connection goes where it went first; where its kubeconfig leads elsewhere it ends, and asks for a successor.
//!
//! Invariants:
//! - Another token, key, client certificate or plugin of the same user leads to the same place, and so does another proxy.
//! - An authority that is exchanged the way it should be, the old and the new side by side for a while, leads to the same place.
//!   One that has nothing in common with the one before is another cluster at the same address, such as one that was made anew.
//!
//! How to get it wrong: asking whether the file has changed. `kubectl` writes to it for a namespace.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kube_client::Config;
use kube_client::config::Context;
use lookout_declarations::Reason;
use lookout_runtime::Renewal;
use tokio::time::Instant;

use crate::failure::Failure;

/// How long a successor is waited for before it is asked for again: putting settings into force may have failed.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// An API server, and who asks it.
#[derive(Debug)]
pub(super) struct Target {
    /// With its path: one address may lead to many clusters by their paths…
    server: String,
    /// …or by the name that is asked for.
    server_name: Option<String>,
    /// The roots in DER form; none for those of the machine.
    authorities: BTreeSet<Vec<u8>>,
    /// The name of the kubeconfig for the user, not what they prove themselves with.
    user: Option<String>,
    impersonated: Option<String>,
}

/// Where a kubeconfig leads, over all configurations that name it: a cell of [`Sources`](lookout_runtime::Sources).
#[derive(Debug, Default)]
pub(crate) struct Destination(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// `None` before the kubeconfig was read.
    target: Option<Target>,
    /// How often it has come to lead elsewhere.
    turn: u64,
}

/// The destination of one connection: only that of the turn in which it was made.
#[derive(Debug)]
pub(crate) struct Course {
    destination: Arc<Destination>,
    turn: u64,
    renewal: Renewal,
    /// When a successor was last asked for.
    asked: Mutex<Option<Instant>>,
}

// === impl Target ===

impl Target {
    /// That of a configuration, which comes from this context.
    pub(super) fn new(config: &Config, context: &Context) -> Self {
        Self {
            server: config.cluster_url.to_string(),
            server_name: config.tls_server_name.clone(),
            authorities: config.root_cert.iter().flatten().cloned().collect(),
            user: context.user.clone(),
            impersonated: config.auth_info.impersonate.clone(),
        }
    }

    fn is_same(&self, other: &Self) -> bool {
        let Self { server, server_name, authorities, user, impersonated } = other;
        let has_authority = self.authorities.is_empty()
            || authorities.is_empty()
            || !self.authorities.is_disjoint(authorities);
        has_authority
            && (&self.server, &self.server_name) == (server, server_name)
            && (&self.user, &self.impersonated) == (user, impersonated)
    }
}

// === impl Destination ===

impl Destination {
    /// How often it has come to be elsewhere.
    fn turn(&self) -> u64 {
        self.known().turn
    }

    /// The kubeconfig leads there now. How often it has come to lead elsewhere.
    fn note(&self, target: Target) -> u64 {
        let mut known = self.known();
        if known.target.as_ref().is_some_and(|before| !before.is_same(&target)) {
            known.turn += 1;
        }
        known.target = Some(target);
        known.turn
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// === impl Course ===

impl Course {
    /// For a connection that is made now.
    pub(crate) fn new(destination: Arc<Destination>, renewal: Renewal) -> Self {
        let turn = destination.turn();
        Self { destination, turn, renewal, asked: Mutex::default() }
    }

    /// How often the kubeconfig had come to lead elsewhere.
    pub(crate) fn turn(&self) -> u64 {
        self.turn
    }

    /// Whether the kubeconfig still leads where it did, as far as it was read.
    pub(super) fn check(&self) -> Result<(), Failure> {
        self.hold(self.destination.turn())
    }

    /// The kubeconfig was read, and leads there.
    pub(super) fn note(&self, target: Target) -> Result<(), Failure> {
        self.hold(self.destination.note(target))
    }

    fn hold(&self, turn: u64) -> Result<(), Failure> {
        if turn == self.turn {
            return Ok(());
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_none_or(|asked| asked.elapsed() >= ASK_AGAIN) {
            *asked = Some(Instant::now());
            self.renewal.ask();
        }
        Err(Failure::new(
            Reason::Unexpected,
            "the kubeconfig leads to another API server or user by now; what was read so far is taken back, and reading begins anew",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(change: impl FnOnce(&mut Target)) -> Target {
        let mut target = Target {
            server: "https://10.0.0.1:6443/".to_owned(),
            server_name: None,
            authorities: [b"old".to_vec()].into(),
            user: Some("admin".to_owned()),
            impersonated: None,
        };
        change(&mut target);
        target
    }

    #[test]
    fn another_server_user_or_authority_is_another_destination() {
        let changes: [fn(&mut Target); 6] = [
            |target| target.server = "https://10.0.0.2:6443/".to_owned(),
            |target| target.server.push_str("k8s/clusters/c-2"),
            |target| target.server_name = Some("two.example".to_owned()),
            |target| target.authorities = [b"new".to_vec()].into(),
            |target| target.user = Some("reader".to_owned()),
            |target| target.impersonated = Some("reader".to_owned()),
        ];
        for change in changes {
            let destination = Destination::default();
            assert_eq!(destination.note(target(|_| {})), 0);
            assert_eq!(destination.note(target(change)), 1, "{:?}", target(change));
            assert_eq!(destination.note(target(change)), 1);
            assert_eq!(destination.note(target(|_| {})), 2, "back again is elsewhere once more");
        }
    }

    #[test]
    fn an_authority_that_is_exchanged_step_by_step_is_the_same_destination() {
        let destination = Destination::default();
        for authorities in [&[&b"old"[..]][..], &[b"old", b"new"], &[b"new"], &[], &[b"new"]] {
            let authorities = authorities.iter().map(|root| root.to_vec()).collect();
            assert_eq!(destination.note(target(|target| target.authorities = authorities)), 0);
        }
    }

    #[test]
    fn a_course_ends_when_its_destination_is_another_and_a_new_one_goes_on() {
        let destination = Arc::new(Destination::default());
        let course = Course::new(Arc::clone(&destination), Renewal::default());
        assert_eq!((course.check(), course.note(target(|_| {}))), (Ok(()), Ok(())));
        let elsewhere = || target(|target| target.server.clear());
        assert!(course.note(elsewhere()).is_err() && course.check().is_err());
        let successor = Course::new(destination, Renewal::default());
        assert_eq!((successor.check(), successor.note(elsewhere())), (Ok(()), Ok(())));
        assert!(course.check().is_err());
    }
}
