//! What the server bounds, each with its default and the reason for it.
//!
//! Invariant: nothing that a client does costs memory or time without one of these bounds.
//!
//! How to get it wrong: a limit that holds per listener. All hold for the whole server.

use core::time::Duration;

/// Connections at the same time, as Prometheus has it. A Prometheus pair, some agents and probes need a dozen.
const CONNECTIONS: usize = 512;
/// Scrapes at the same time, as `node_exporter` has it.
const REQUESTS: usize = 40;
/// How long a scrape waits for others to end: half of a usual scrape's time, so that the answer can still arrive.
const REQUEST_WAIT: Duration = Duration::from_secs(5);
/// The time for a TLS handshake: two round trips and a signature.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// The time for the head of a request, from its first byte: it is one packet, from a peer that is not broken.
const HEAD: Duration = Duration::from_secs(10);
/// The time that a connection may idle: longer than any usual scrape interval, so that scrapers keep theirs.
const IDLE: Duration = Duration::from_mins(5);
/// The time for taking an answer. No scraper waits longer than its scrape interval.
const ANSWER: Duration = Duration::from_mins(2);
/// The size of a request's head: scrapers need less than one KiB, browsers behind single sign-on several.
const HEAD_BYTES: usize = 32 * 1024;
/// The number of a request's headers.
const HEADERS: usize = 64;
/// The time for finishing what is in flight; half of what Kubernetes grants by default.
const DRAIN: Duration = Duration::from_secs(15);

/// How long a client may keep the server waiting before its place may go to another. A client that is well needs one
/// round trip, and three of the longest fit in. Much longer, and few clients that are not well keep all others out.
pub(super) const GRACE: Duration = Duration::from_secs(1);
/// How long a client that was answered may be without a request before its place may go to another: so long that one
/// which has its next request under way is not hit. Much longer, and polite clients keep all others out.
pub(super) const PAUSE: Duration = Duration::from_millis(50);
/// How long an answer may be in the taking before its slot may go to another although something of it is taken now and
/// then: the default time limit of a Prometheus' scrape.
pub(super) const USUAL_SCRAPE: Duration = Duration::from_secs(10);

/// The server's limits; the defaults are right outside of tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at the same time, over all listeners.
    pub connections: usize,
    /// Scrapes at the same time.
    pub requests: usize,
    /// How long a scrape above that waits before it is refused.
    pub request_wait: Duration,
    /// The time for a TLS handshake.
    pub handshake: Duration,
    /// The time for the head of a request, from its first byte; for the first one, from the connection's beginning.
    pub head: Duration,
    /// The time that a connection may idle.
    pub idle: Duration,
    /// The time for taking an answer.
    pub answer: Duration,
    /// The size of a request's head, bytes.
    pub head_bytes: usize,
    /// The number of a request's headers.
    pub headers: usize,
    /// The time for finishing what is in flight when the process ends.
    pub drain: Duration,
}

impl Limits {
    /// What holds unless somebody says otherwise.
    pub const DEFAULT: Self = Self {
        connections: CONNECTIONS,
        requests: REQUESTS,
        request_wait: REQUEST_WAIT,
        handshake: HANDSHAKE,
        head: HEAD,
        idle: IDLE,
        answer: ANSWER,
        head_bytes: HEAD_BYTES,
        headers: HEADERS,
        drain: DRAIN,
    };
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
