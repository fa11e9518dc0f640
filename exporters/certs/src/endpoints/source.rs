//! The source of one endpoint. What it keeps from attempt to attempt, and leaves to its successor, is the chain last seen; see the
//! module above.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use lookout_certs_spec::{ENDPOINT_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_runtime::{CollectError, Collected, DataKind, Fault, Finding, Source, SourceDescription};
use tokio::sync::watch;
use tokio::time::timeout;

use super::attempt::{Chain, Session, attempt};
use super::failure::Failure;
use super::target::Target;
use super::trust::TrustStore;
use crate::{assess, findings};

/// What an attempt may take beyond its own timeout before the driver cuts it off: only a defect takes longer.
const SLACK: Duration = Duration::from_secs(2);

/// Everything that is known of an endpoint.
#[derive(Debug)]
pub struct Observation {
    /// Which endpoint.
    pub target: Arc<Target>,
    /// Why the last attempt ended before its time.
    pub failure: Option<Failure>,
    /// What the last attempt agreed on.
    pub session: Option<Session>,
    /// Whether the last attempt saw a chain.
    pub is_up: bool,
    /// The chain last seen, in the last attempt or before.
    pub seen: Option<Arc<SeenChain>>,
    /// Whom chains may end at.
    pub trust: Arc<TrustStore>,
}

/// A chain, and when it was seen.
#[derive(Debug)]
pub struct SeenChain {
    /// The chain.
    pub chain: Chain,
    /// When.
    pub at: Timestamp,
}

/// The chain that an endpoint last showed. It outlives its source, for what was seen stays true when the settings of the
/// endpoint change while its server is down.
pub type SeenCell = Mutex<Option<Arc<SeenChain>>>;

/// Connects to one endpoint.
pub struct EndpointSource {
    target: Arc<Target>,
    trust: watch::Receiver<Option<Arc<TrustStore>>>,
    /// Whether the last attempt was judged before any root had been read.
    lacks_trust: bool,
    seen: Arc<SeenCell>,
}

impl EndpointSource {
    /// A source that remembers what is in `seen`, verified against what `trust` shows.
    pub fn new(target: Target, trust: watch::Receiver<Option<Arc<TrustStore>>>, seen: Arc<SeenCell>) -> Self {
        Self { target: Arc::new(target), trust, lacks_trust: false, seen }
    }

    /// What the driver must know of it.
    pub fn description(target: &Target, settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: target.source_name(),
            data: DataKind::Measurements,
            period: settings.endpoint_period.get(),
            deadline: target.timeout + SLACK,
            reasons: ENDPOINT_REASONS,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Option<Arc<SeenChain>>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The trusted roots as last read. Only at the start is there something to wait for.
    async fn trust(&mut self) -> Arc<TrustStore> {
        let first = timeout(self.target.timeout, self.trust.wait_for(Option::is_some)).await;
        let known = first.ok().and_then(Result::ok).and_then(|store| store.clone());
        self.lacks_trust = known.is_none();
        known.unwrap_or_else(|| Arc::new(TrustStore::default()))
    }
}

impl Source for EndpointSource {
    type Model = Observation;

    async fn collect(&mut self) -> Result<Collected<Observation>, CollectError> {
        let target = Arc::clone(&self.target);
        let (attempt, trust) = tokio::join!(attempt(&target), self.trust());
        let is_up = attempt.chain.is_some();
        if let Some(chain) = attempt.chain {
            #[expect(
                clippy::disallowed_methods,
                reason = "when a chain was seen is an observation, as the chain is"
            )]
            let at = Timestamp::now();
            *self.seen() = Some(Arc::new(SeenChain { chain, at }));
        }
        let fault = |failure: &Failure| Fault {
            reason: failure.reason,
            subject: target.source_name(),
            message: failure.message.clone(),
        };
        let faults = attempt.failure.iter().map(fault).collect();
        let (failure, session, seen) = (attempt.failure, attempt.session, self.seen().clone());
        Ok(Collected { model: Observation { target, failure, session, is_up, seen, trust }, faults })
    }

    /// The roots were read at last: what was judged without them is judged again.
    async fn changed(&mut self) {
        if !(self.lacks_trust && self.trust.wait_for(Option::is_some).await.is_ok()) {
            core::future::pending::<()>().await;
        }
    }

    fn assess(&self, model: &Observation, now: Timestamp, batch: &mut Batch) {
        assess::served::assess(model, now, batch);
    }

    fn findings(&self, model: &Observation, now: Timestamp) -> Vec<Finding> {
        findings::served(model, now)
    }
}
