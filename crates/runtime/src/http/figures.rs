//! What the server counts of itself: prometheus-client's atomic cells, read by the self source.
//!
//! Only the cells are used. Names, labels and encoding are our declarations', like everybody else's.

use core::sync::atomic::AtomicU64;
use core::time::Duration;
use std::sync::{Arc, OnceLock};

use lookout_self_metrics::metrics::{Authentication, CloseReason, Code, HTTP_REQUEST_DURATION, Path};
use lookout_web_config::Policy;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::watch;

use super::limits::Limits;
use super::slots::Slots;
use crate::prober::Prober;
use crate::self_source::{HttpFigures, PathFigures};

/// The server's counters. Cloning shares them.
#[derive(Clone, Debug)]
pub struct HttpMetrics(Arc<Cells>);

#[derive(Debug)]
struct Cells {
    paths: Vec<PathCells>,
    response_bytes: Counter,
    connections: Gauge,
    connections_limit: u64,
    closed: Vec<(CloseReason, Counter)>,
    scrapes_limit: u64,
    authentications: Vec<(Authentication, Counter)>,
    observed: OnceLock<Observed>,
}

/// What is not counted but looked at; there once the server runs.
#[derive(Debug)]
struct Observed {
    slots: Slots,
    prober: watch::Receiver<Option<Arc<dyn Prober>>>,
    policy: watch::Receiver<Arc<Policy>>,
}

#[derive(Debug)]
struct PathCells {
    path: Path,
    /// Only the codes that the path can answer with.
    requests: Vec<(Code, Counter)>,
    /// One for each bound, and one for what is above all of them. Not cumulative.
    buckets: Vec<Counter>,
    seconds: Counter<f64, AtomicU64>,
}

/// A connection, as long as it is open.
#[derive(Debug)]
pub(super) struct OpenConnection(HttpMetrics);

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.connections.dec();
    }
}

impl HttpMetrics {
    /// Counters at zero, for a server with these limits.
    pub fn new(limits: &Limits) -> Self {
        let number = |limit: usize| u64::try_from(limit).unwrap_or(u64::MAX);
        Self(Arc::new(Cells {
            paths: Path::ALL.iter().copied().map(PathCells::new).collect(),
            response_bytes: Counter::default(),
            connections: Gauge::default(),
            connections_limit: number(limits.connections),
            closed: CloseReason::ALL.iter().map(|reason| (*reason, Counter::default())).collect(),
            scrapes_limit: number(limits.requests),
            authentications: Authentication::ALL.iter().map(|result| (*result, Counter::default())).collect(),
            observed: OnceLock::new(),
        }))
    }

    /// What was counted until now.
    pub fn figures(&self) -> HttpFigures {
        let cells = &*self.0;
        let observed = cells.observed.get();
        HttpFigures {
            paths: cells.paths.iter().map(PathCells::figures).collect(),
            response_bytes: cells.response_bytes.get(),
            connections: u64::try_from(cells.connections.get()).unwrap_or(0),
            connections_limit: cells.connections_limit,
            closed: cells.closed.iter().map(|(reason, counter)| (*reason, counter.get())).collect(),
            scrapes: observed.map_or(0, |observed| observed.slots.taken() as u64),
            scrapes_limit: cells.scrapes_limit,
            probes: observed
                .and_then(|observed| observed.prober.borrow().as_ref().map(|prober| prober.load())),
            authentications: cells
                .authentications
                .iter()
                .map(|(result, counter)| (*result, counter.get()))
                .collect(),
            certificate_not_after: observed
                .and_then(|observed| observed.policy.borrow().certificate_not_after()),
        }
    }

    /// Looks at these from now on; the first call counts.
    pub(super) fn observe(
        &self,
        slots: Slots,
        prober: watch::Receiver<Option<Arc<dyn Prober>>>,
        policy: watch::Receiver<Arc<Policy>>,
    ) {
        let _ = self.0.observed.set(Observed { slots, prober, policy });
    }

    /// A connection was closed on its client.
    pub(super) fn closed(&self, reason: CloseReason) {
        for (_, counter) in self.0.closed.iter().filter(|(known, _)| *known == reason) {
            counter.inc();
        }
    }

    /// A user and a password were looked at, or were not.
    pub(super) fn authenticated(&self, result: Authentication) {
        for (_, counter) in self.0.authentications.iter().filter(|(known, _)| *known == result) {
            counter.inc();
        }
    }

    pub(super) fn connection(&self) -> OpenConnection {
        self.0.connections.inc();
        OpenConnection(self.clone())
    }

    pub(super) fn answered(&self, path: Path, code: Code) {
        let requests = self.of(path).into_iter().flat_map(|cells| &cells.requests);
        for (_, counter) in requests.filter(|(known, _)| *known == code) {
            counter.inc();
        }
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.0.response_bytes.inc_by(u64::try_from(bytes).unwrap_or(u64::MAX));
    }

    pub(super) fn took(&self, path: Path, duration: Duration) {
        if let Some(cells) = self.of(path) {
            let seconds = duration.as_secs_f64();
            cells.seconds.inc_by(seconds);
            let bounds = HTTP_REQUEST_DURATION.declaration().buckets;
            let bucket = bounds.iter().position(|bound| seconds <= *bound).unwrap_or(bounds.len());
            if let Some(counter) = cells.buckets.get(bucket) {
                counter.inc();
            }
        }
    }

    fn of(&self, path: Path) -> Option<&PathCells> {
        self.0.paths.iter().find(|cells| cells.path == path)
    }
}

impl PathCells {
    fn new(path: Path) -> Self {
        Self {
            path,
            requests: codes(path).iter().map(|code| (*code, Counter::default())).collect(),
            buckets: (0..=HTTP_REQUEST_DURATION.declaration().buckets.len())
                .map(|_| Counter::default())
                .collect(),
            seconds: Counter::default(),
        }
    }

    fn figures(&self) -> PathFigures {
        PathFigures {
            path: self.path,
            requests: self.requests.iter().map(|(code, counter)| (*code, counter.get())).collect(),
            buckets: self.buckets.iter().map(Counter::get).collect(),
            seconds: self.seconds.get(),
        }
    }
}

/// The codes that a path can answer with, those of the web configuration included: 400 to a client that speaks TLS no
/// more or not yet, 401, 429, and 503 for passwords that wait.
const fn codes(path: Path) -> &'static [Code] {
    use Code::{
        BadRequest, Forbidden, Found, InternalServerError, MethodNotAllowed, NotFound, Ok,
        ServiceUnavailable, TooManyRequests, Unauthorized,
    };
    match path {
        Path::Metrics | Path::Healthy | Path::Ready | Path::Root => {
            &[Ok, BadRequest, Unauthorized, MethodNotAllowed, TooManyRequests, ServiceUnavailable]
        }
        Path::ExporterMetrics => {
            &[Ok, BadRequest, Unauthorized, NotFound, MethodNotAllowed, TooManyRequests, ServiceUnavailable]
        }
        Path::Runbooks => &[
            Ok,
            Found,
            BadRequest,
            Unauthorized,
            NotFound,
            MethodNotAllowed,
            TooManyRequests,
            ServiceUnavailable,
        ],
        Path::Probe => &[
            Ok,
            BadRequest,
            Unauthorized,
            Forbidden,
            NotFound,
            MethodNotAllowed,
            TooManyRequests,
            InternalServerError,
            ServiceUnavailable,
        ],
        Path::Reload => &[
            Ok,
            BadRequest,
            Unauthorized,
            Forbidden,
            MethodNotAllowed,
            TooManyRequests,
            InternalServerError,
            ServiceUnavailable,
        ],
        Path::Other => &[
            Found,
            BadRequest,
            Unauthorized,
            NotFound,
            MethodNotAllowed,
            TooManyRequests,
            ServiceUnavailable,
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_observation_falls_into_the_bucket_of_its_upper_bound() {
        let metrics = HttpMetrics::new(&Limits::default());
        for seconds in [0.0, 0.0005, 0.000_500_1, 30.0, 31.0] {
            metrics.took(Path::Root, Duration::from_secs_f64(seconds));
        }
        let figures = metrics.figures();
        let root = figures.paths.iter().find(|figures| figures.path == Path::Root).unwrap();
        assert_eq!((root.buckets[0], root.buckets[1]), (2, 1));
        assert_eq!(root.buckets[root.buckets.len() - 2..], [1, 1]);
        assert_eq!(root.buckets.iter().sum::<u64>(), 5);
        assert!((root.seconds - 61.001_000_1).abs() < 1e-9);
    }

    #[test]
    fn a_closed_connection_is_counted_no_longer() {
        let metrics = HttpMetrics::new(&Limits::default());
        let (first, second) = (metrics.connection(), metrics.connection());
        drop(first);
        assert_eq!(metrics.figures().connections, 1);
        drop(second);
        assert_eq!(metrics.figures().connections, 0);
    }
}
