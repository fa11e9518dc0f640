//! What a probe has learnt, filled in as it goes: whoever stops it, by its time or by a fault, has what there is.

use core::net::IpAddr;
use core::time::Duration;

use hyper::Version;
use lookout_probe_spec::config::ProberKind;
use lookout_probe_spec::labels::Phase;
use tokio::time::Instant;

use crate::failure::Failure;

/// What a probe has learnt.
#[derive(Clone, Debug)]
pub struct Observation {
    /// How it was probed.
    pub kind: ProberKind,
    /// Why it failed; it succeeded otherwise.
    pub failure: Option<Failure>,
    /// How long all of it took.
    pub duration: Duration,
    /// How long resolving the target's own name took.
    pub lookup: Option<Duration>,
    /// The address that was last tried.
    pub address: Option<IpAddr>,
    /// How long each phase took, by its place in [`Phase::ALL`].
    pub phases: [Duration; Phase::ALL.len()],
    /// What came over HTTP.
    pub http: HttpObservation,
    /// The last handshake that completed.
    pub session: Option<Session>,
    /// The chain that was last shown.
    pub chain: Option<ShownChain>,
    under_way: Option<(Phase, Instant)>,
}

/// What came over HTTP.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpObservation {
    /// The last answer's head.
    pub answer: Option<Answer>,
    /// Redirects that were followed.
    pub redirects: u32,
    /// Whether one led from https to http.
    pub is_downgraded: bool,
    /// Bytes of the body that were read; `None` if none was to be read.
    pub body_length: Option<u64>,
    /// Whether the body was longer than what was read.
    pub is_clipped: bool,
    /// Whether the probe failed for the body's text.
    pub is_body_at_fault: bool,
}

/// The head of an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The version of HTTP.
    pub version: Version,
    /// Whether it came over TLS.
    pub is_over_tls: bool,
    /// The length that it states for its body.
    pub content_length: Option<u64>,
}

/// A completed TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Such as `TLS 1.3`.
    pub version: &'static str,
    /// The IANA name.
    pub cipher: String,
}

/// The dates of a chain, in seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShownChain {
    /// The earliest end of validity of all certificates that could be read.
    pub earliest_not_after: Option<i64>,
    /// The earliest end of validity on the path that is trusted, root included.
    pub path_not_after: Option<i64>,
}

impl Observation {
    /// Nothing is known yet.
    pub fn new(kind: ProberKind) -> Self {
        Self {
            kind,
            failure: None,
            duration: Duration::ZERO,
            lookup: None,
            address: None,
            phases: [Duration::ZERO; Phase::ALL.len()],
            http: HttpObservation::default(),
            session: None,
            chain: None,
            under_way: None,
        }
    }

    /// A phase begins, and the one before it ends.
    pub(crate) fn begin(&mut self, phase: Phase) {
        self.end();
        self.under_way = Some((phase, Instant::now()));
    }

    /// No phase is under way any more.
    pub(crate) fn end(&mut self) {
        if let Some((phase, since)) = self.under_way.take() {
            self.phases[phase as usize] += since.elapsed();
        }
    }

    /// A redirect is followed: what belongs to the target itself is settled.
    pub(crate) fn follow(&mut self) {
        self.end();
        self.lookup.get_or_insert(self.phases[Phase::Resolve as usize]);
        self.http.redirects += 1;
    }

    /// The probe is over.
    pub(crate) fn finish(&mut self, duration: Duration) {
        self.end();
        self.duration = duration;
    }

    /// That the time is up, and what was being done.
    pub(crate) fn late(&self, limit: Duration) -> Failure {
        let what = match self.under_way {
            Some((Phase::Resolve, _)) => "resolving the name",
            Some((Phase::Connect, _)) => "connecting",
            Some((Phase::Tls, _)) => "the TLS handshake",
            Some((Phase::Processing, _)) => "waiting for the answer",
            Some((Phase::Transfer, _)) => "reading the body",
            None => "the probe",
        };
        let message = format!("{what} did not end within the {limit:?} of the probe");
        Failure::new(lookout_declarations::Reason::Timeout, message)
    }
}
