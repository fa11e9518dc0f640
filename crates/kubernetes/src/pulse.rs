//! Whether the API server still knows what its storage says.
//!
//! An API server tells watches what it has in memory. With a storage that is dead or silent it goes on doing so: watches stay open, end
//! when they should, and begin anew, and nothing happens in them, as in a cluster where nothing happens. What was read would look
//! current for ever. A list that asks for no version, though, is answered with what the storage says now, or not at all. So with each watch
//! a list of one object's metadata is asked for.
//!
//! Invariants:
//! - One request at a time for an API group, and one in half the time of a watch, whatever number of watches there is. A group is what
//!   one server serves: the one that is asked, or one that it passes requests on to.
//! - Who waited for the answer takes it: a dead storage costs everybody one time-out together, not one after the other. But a right that one
//!   resource lacks says nothing of the others.
//!
//! How to get it wrong: asking `/readyz`. It fails for reasons that are none of ours, such as a server that is about to end; and its parts,
//! of which one is the storage, are not for every account to see.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use lookout_declarations::Reason;
use tokio::time::Instant;

use crate::ask::{Ask, Place, Selectors};
use crate::failure::Failure;
use crate::page::Page;
use crate::server::{Server, now};

/// The last beats, by API group.
#[derive(Default)]
pub(crate) struct Pulses(Mutex<BTreeMap<&'static str, Arc<Pulse>>>);

/// Locked while it is felt.
type Pulse = tokio::sync::Mutex<Option<Beat>>;

/// What was heard.
struct Beat {
    when: Instant,
    outcome: Result<Timestamp, Failure>,
}

// === impl Pulses ===

impl Pulses {
    fn of(&self, group: &'static str) -> Arc<Pulse> {
        let mut pulses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(pulses.entry(group).or_default())
    }
}

// === impl Server ===

impl Server {
    /// When the storage was last known to answer, which is now or a short while ago.
    pub(crate) async fn feel_pulse(&self, place: Place<'_>) -> Result<Timestamp, Failure> {
        let arrival = Instant::now();
        let pulse = self.pulses.of(place.resource.group);
        let mut last = pulse.lock().await;
        if let Some(beat) = &*last {
            let is_recent = beat.outcome.is_ok() && beat.when.elapsed() < self.limits.watch_timeout / 2;
            if is_recent || beat.when > arrival {
                return beat.outcome.clone();
            }
        }
        let outcome = self.newest(place).await.map(|_| now());
        let outcome = outcome.map_err(|failure| {
            // Who is not there at all, or refuses the question, says so itself.
            let is_silent = matches!(failure.reason, Reason::Timeout | Reason::Server);
            let what = "the API server does not answer from its storage";
            if is_silent { failure.while_doing(what) } else { failure }
        });
        let is_told = outcome.as_ref().err().is_none_or(is_of_server);
        *last = is_told.then(|| Beat { when: Instant::now(), outcome: outcome.clone() });
        outcome
    }

    /// A list of this group was complete: that was its storage.
    pub(crate) fn felt_pulse(&self, group: &'static str) {
        // Who feels it at this moment will say so.
        if let Ok(mut last) = self.pulses.of(group).try_lock() {
            *last = Some(Beat { when: Instant::now(), outcome: Ok(now()) });
        }
    }

    /// The version of a collection as its storage says it now.
    pub(crate) async fn newest(&self, place: Place<'_>) -> Result<Option<String>, Failure> {
        // Without the selectors: one object that has them may have to be looked for among very many.
        let selectors = Selectors { metadata_only: true, ..Selectors::default() };
        let ask = Ask::page(place, &selectors, 1, None);
        let whole = self.ask_small(&ask).await?;
        let page = Page::read(whole.buffer.bytes(), whole.is_cut)
            .map_err(|error| self.note(&ask, Failure::new(Reason::Malformed, error.to_string())))?;
        Ok(page.version.map(std::borrow::Cow::into_owned))
    }
}

/// Whether a failure is that of the whole server, and not of what was asked of it.
fn is_of_server(failure: &Failure) -> bool {
    matches!(
        failure.reason,
        Reason::Timeout | Reason::Server | Reason::Unreachable | Reason::Disconnected | Reason::Unresolved
    )
}
