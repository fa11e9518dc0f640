//! What the client has done and what it cost, for the metrics of the client to show.

use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::{Event, ListCause, Verb, WaitCause};

/// What a cluster's client has done since it was made. Everything is ordered, and no row appears twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Answers, by what was asked: verb, resource (as [`Resource`](crate::Resource) is shown), HTTP status; 0 for no answer.
    pub requests: Vec<(Verb, String, u16, u64)>,
    /// Requests that failed, by verb, resource and reason.
    pub failures: Vec<(Verb, String, Reason, u64)>,
    /// How long answers took, by verb: of a watch until it began, otherwise until the body was read.
    pub durations: Vec<(Verb, Durations)>,
    /// What following each resource has cost.
    pub resources: Vec<ResourceFigures>,
    /// Requests other than watches under way now.
    pub in_flight: usize,
    /// How many there may be.
    pub in_flight_limit: usize,
    /// How long requests waited before they were sent, all together, by what they waited for; every cause is there.
    pub waited: Vec<(WaitCause, Duration)>,
    /// How long all requests but watches are still held back because the server asked for it.
    pub hold_left: Duration,
    /// How often the client was made anew because the server refused the credentials (401).
    pub renewed_credentials: u64,
    /// How often the client was made anew because a file that it was made from had changed, or a plugin's credentials had expired.
    pub reloaded: u64,
    /// When the server last answered anything at all; `None` for never.
    pub answered: Option<Timestamp>,
}

/// What following one resource has cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResourceFigures {
    /// The resource, as [`Resource`](crate::Resource) is shown: `secrets`, `certificates.cert-manager.io`.
    pub resource: String,
    /// Bytes of bodies received, before anything is left out.
    pub received_bytes: u64,
    /// Pages of lists received.
    pub pages: u64,
    /// Lists read from their beginning, by cause; every cause is there.
    pub lists: Vec<(ListCause, u64)>,
    /// Watches that went on where the one before had ended.
    pub resumes: u64,
    /// Events of watches; every event is there.
    pub events: Vec<(Event, u64)>,
    /// Objects that could not be read, counted each time.
    pub unreadable: u64,
    /// Watches that are open now.
    pub watches: u64,
    /// Objects that are held now, over all follows.
    pub objects: u64,
}

/// How many took how long.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Durations {
    /// How many took at most each bound of the metric that shows them and longer than the one before; the last is for the rest.
    pub counts: Vec<u64>,
    /// All together.
    pub sum: Duration,
}
