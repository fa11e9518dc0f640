//! Probing on demand: the one request that touches a system (the exception that invariant 2 names).
//!
//! The server parses the request and bounds the time; a [`Prober`] decides whether the target may be probed, does it
//! once, and gives rows. They are encoded for this answer alone: nothing of a probe is ever on `/metrics`.
//!
//! Invariants:
//! - A prober ends within the request's time limit, and bounds how many probes it does at once.
//! - A failed probe is an answer (`probe_success 0`); only a request that is wrong, or not allowed, is refused.
//! - A refusal's text is for the person who asked. It says what to change, and reveals nothing about networks that
//!   may not be probed.
//!
//! How to get it wrong: resolving a name, checking its addresses, and letting the connection resolve it again.

use core::fmt;
use core::pin::Pin;
use core::time::Duration;

use lookout_exposition::{Batch, ExporterFamilies};

/// A future that a trait object gives.
pub type ProbeFuture<'a> = Pin<Box<dyn Future<Output = Result<Batch, Refusal>> + Send + 'a>>;

/// One request to `/probe`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeRequest {
    /// The decoded parameters of the query, in order; a name may be there several times.
    pub parameters: Vec<(String, String)>,
    /// What `X-Prometheus-Scrape-Timeout-Seconds` said, if it was there and made sense: the scraper gives up then.
    pub scrape_timeout: Option<Duration>,
}

/// Why a request was not probed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Answered 400.
    #[error("{0}")]
    UnderstandRequest(String),
    /// Answered 403.
    #[error("{0}")]
    AllowTarget(String),
    /// Answered 503 with `Retry-After`.
    #[error("as many probes as are allowed are under way; try again later, or raise the limit `{0}`")]
    FindPlace(&'static str),
}

/// How busy a prober is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProbeLoad {
    /// Probes under way.
    pub in_flight: u64,
    /// Probes that may be.
    pub limit: u64,
}

/// Answers `/probe`.
pub trait Prober: Send + Sync + 'static {
    /// The families that an answer may have.
    fn families(&self) -> ExporterFamilies;

    /// Probes once. Dropping the future ends the probe.
    fn probe(&self, request: ProbeRequest) -> ProbeFuture<'_>;

    /// How busy it is.
    fn load(&self) -> ProbeLoad;
}

impl fmt::Debug for dyn Prober {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prober").field("load", &self.load()).finish_non_exhaustive()
    }
}
