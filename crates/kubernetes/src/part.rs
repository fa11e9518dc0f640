//! One part of a follow: a resource in one namespace or over all, listed once and watched from then on.
//!
//! ```text
//!            ┌────────── gone (410), broken ──────────┐
//!            ▼                                        │
//!  start ──▶ list ──version──▶ watch ──end──▶ watch ──┴─▶ …        each watch goes on where the last one ended
//!            │ 404 in every version
//!            ▼
//!          absent, looked for again
//! ```
//!
//! Invariants:
//! - A watch that ends, or breaks off at any byte, is followed by a watch from the last version seen; never by a list, unless the
//!   server has fallen behind that version.
//! - A list replaces what is known when it is complete, and not before.
//! - No loop without a wait: whatever fails at once waits longer each time, a list that follows on a list too.
//! - What a quiet watch says is believed only while the storage behind the server answers (`pulse`).
//!
//! How to get it wrong: calling the first broken watch a failure. Load balancers cut connections; only what does not come back
//! is one.

mod list;
mod namespaces;
mod page_size;
mod stream;
mod verify;
mod watch;

use std::hash::RandomState;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::ListCause;
use tokio::time::{Instant, sleep};

use self::namespaces::NamespaceLabels;
use crate::ask::{Place, Selectors};
use crate::backoff::{Backoff, jitter};
use crate::failure::{Failure, Kind};
use crate::follower::PartState;
use crate::ledger::{Account, HeldObjects};
use crate::resource::Resource;
use crate::server::{Server, now};
use crate::shelf::Shelf;
use crate::tasks::Task;

/// How often a resource that the server does not have is looked for.
const LOOK_AGAIN: Duration = Duration::from_mins(1);

/// How long a resource that was there may be missing before it is taken for gone: an API server that starts answers 404 for what
/// it has not loaded yet.
const MISSING_GRACE: Duration = Duration::from_secs(15);

/// How many watches in a row may bring what is no event before everything is listed anew.
const MOST_BROKEN: u32 = 3;

/// One part of a follow.
pub(crate) struct Part {
    server: Arc<Server>,
    /// Where its objects go.
    shelf: Box<dyn Shelf>,
    account: Arc<Account>,
    resource: Resource,
    namespace: Option<String>,
    selectors: Selectors,
    labels: Option<NamespaceLabels>,
    held: HeldObjects,
    /// Which of the resource's versions the server has.
    version: &'static str,
    /// From where to watch; `None` before the list.
    position: Option<String>,
    cause: ListCause,
    was_complete: bool,
    /// Whether a watch has begun since the list.
    has_watched: bool,
    backoff: Backoff,
    /// How many lists there were since a watch has gone on from one.
    n_lists: u32,
    /// The waits before lists that follow on each other.
    relists: Backoff,
    /// Whether the storage behind the server answers, while that is not known. It goes on beyond the watch that it began with: an answer
    /// may take longer than a watch.
    pulse: Option<Task<Result<Timestamp, Failure>>>,
    /// Whether the server may be behind us: something has failed since it was seen to be ahead.
    is_doubtful: bool,
    /// When the failures in a row began.
    failing_since: Option<Timestamp>,
    missing_since: Option<Instant>,
    broken: u32,
}

/// What a part is made of.
pub(crate) struct PartOf {
    pub(crate) server: Arc<Server>,
    pub(crate) shelf: Box<dyn Shelf>,
    pub(crate) account: Arc<Account>,
    pub(crate) namespace: Option<String>,
    pub(crate) selectors: Selectors,
    /// Which namespaces have the labels that are asked for.
    pub(crate) labels: Option<NamespaceLabels>,
}

pub(crate) use self::namespaces::NamespaceLabels as Labels;

// === impl Part ===

impl Part {
    pub(crate) fn new(of: PartOf, resource: Resource) -> Self {
        let PartOf { server, shelf, account, namespace, selectors, labels } = of;
        let held = account.hold_objects();
        Self {
            server,
            shelf,
            account,
            resource,
            namespace,
            selectors,
            labels,
            held,
            version: resource.versions.first().copied().unwrap_or("v1"),
            position: None,
            cause: ListCause::Start,
            was_complete: false,
            has_watched: false,
            backoff: Backoff::default(),
            n_lists: 0,
            relists: Backoff::default(),
            pulse: None,
            is_doubtful: false,
            failing_since: None,
            missing_since: None,
            broken: 0,
        }
    }

    /// Follows for as long as somebody wants it.
    pub(crate) async fn run(mut self) {
        loop {
            let outcome = match self.position.clone() {
                None => self.list().await,
                Some(position) => self.resume(position).await,
            };
            self.held.set(self.shelf.len());
            if let Err(failure) = outcome {
                self.fail(failure).await;
            }
        }
    }

    /// Something came of it.
    fn succeed(&mut self) {
        self.backoff.succeed();
        self.failing_since = None;
        self.missing_since = None;
        self.shelf.set_state(PartState::Following);
    }

    /// A watch has gone on from the list.
    fn go_on(&mut self) {
        self.n_lists = 0;
        self.relists.succeed();
        self.succeed();
    }

    /// Decides how to go on after a failure, says so, and waits.
    async fn fail(&mut self, failure: Failure) {
        match failure.kind {
            Kind::Gone => {
                self.position = None;
                self.cause = ListCause::Expired;
                // A server that lost its past sends everybody here at once.
                let wait = self.backoff.fail().min(Duration::from_secs(1));
                sleep(wait).await;
                return;
            }
            Kind::Absent => return self.miss(failure).await,
            Kind::Refused => self.doubt(),
            Kind::Again | Kind::Unauthenticated => {}
        }
        // Not after the first: load balancers cut connections all the time, and no storage is restored in a moment.
        self.is_doubtful |= self.backoff.failures() > 0;
        let is_denied = failure.reason == Reason::Denied;
        let wait = if is_denied { self.backoff.fail_denied() } else { self.backoff.fail() };
        let wait = wait.max(failure.retry_after.unwrap_or_default().min(LOOK_AGAIN));
        // What will not pass by itself is said at once; a cut connection when it does not come back.
        let may_pass = self.position.is_some()
            && self.backoff.failures() < 2
            && matches!(
                failure.reason,
                Reason::Disconnected | Reason::Timeout | Reason::RateLimited | Reason::Server
            );
        self.say(failure, may_pass);
        sleep(wait).await;
    }

    /// The server does not understand from where to watch, or sends what is no event. If that goes on, everything is listed anew.
    fn doubt(&mut self) {
        self.broken += 1;
        if self.position.is_some() && self.broken >= MOST_BROKEN {
            self.broken = 0;
            self.position = None;
            self.cause = ListCause::Broken;
        }
    }

    fn say(&mut self, failure: Failure, may_pass: bool) {
        let since = *self.failing_since.get_or_insert_with(now);
        if !may_pass {
            let Failure { reason, message, .. } = failure;
            self.shelf.set_state(PartState::Failing { reason, message, since });
        }
    }

    /// The server has no such resource in any version.
    async fn miss(&mut self, failure: Failure) {
        self.position = None;
        self.cause = ListCause::Start;
        let missing = *self.missing_since.get_or_insert_with(Instant::now);
        if self.was_complete && missing.elapsed() < MISSING_GRACE {
            self.say(failure, false);
            let wait = self.backoff.fail();
            sleep(wait).await;
            return;
        }
        self.was_complete = false;
        self.failing_since = None;
        self.shelf.set_state(PartState::Absent);
        self.held.set(0);
        sleep(jitter(LOOK_AGAIN, &RandomState::new(), 0)).await;
    }

    /// The collection, in the version that the server has.
    fn place(&self) -> Place<'_> {
        Place { resource: &self.resource, version: self.version, namespace: self.namespace.as_deref() }
    }
}
