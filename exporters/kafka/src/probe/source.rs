//! The source: starts the clients, shows what they count, and makes them anew when they cannot recover by themselves.
//!
//! Once the probe runs, it publishes whatever happens: that records fail is what it is there to measure. It fails as a source
//! only while nothing has been measured yet.

use core::time::Duration;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka_spec::config::ClusterSettings;
use lookout_kafka_spec::metrics::PROBE_BOUNDS;
use lookout_kafka_spec::{REASONS, SPEC};
use lookout_runtime::{CollectError, Collected, DataKind, Fault, Source, SourceDescription};
use tokio::time::{Instant, timeout_at};

use super::assess::assess;
use super::bearer::Bearer;
use super::crew::Crew;
use super::desk::{Desk, Standing, Trouble};
use super::ledger::{Account, Commits};

/// The time from one publication to the next.
const PERIOD: Duration = Duration::from_secs(15);

/// How long the first look at the cluster is waited for, beyond the time of one request: it resolves, connects and logs in.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// The longest that it is waited for: with the slack, not until the next publication is due.
const LONGEST_LOOK: Duration = Duration::from_secs(12);

/// What a cycle may take beyond that before the driver cuts it off: only a defect takes longer.
const SLACK: Duration = Duration::from_secs(2);

/// After so many looks in a row that were refused for who we are, clients are made anew with what the files hold by then.
const REFUSALS: u32 = 3;

/// What the probe has measured by now.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The value of the label `kafka_cluster`.
    pub cluster: String,
    /// What became of the records, by the broker that led their partition.
    pub accounts: Vec<(i32, Account)>,
    /// What became of the commits.
    pub commits: Commits,
    /// How many brokers that are alive are not probed; none if that is not known now.
    pub uncovered: Option<usize>,
}

/// Probes one cluster.
pub struct ProbeSource {
    cluster: Arc<ClusterSettings>,
    desk: Arc<Desk>,
    crew: Option<Crew>,
}

impl ProbeSource {
    /// A source that begins with its first cycle.
    pub fn new(cluster: ClusterSettings) -> Self {
        let desk = Arc::new(Desk::new(cluster.probe.timeout.get(), PROBE_BOUNDS));
        Self { cluster: Arc::new(cluster), desk, crew: None }
    }

    /// What the driver must know of it.
    pub fn description(cluster: &ClusterSettings) -> SourceDescription {
        SourceDescription {
            exporter: SPEC.name,
            name: format!("{} probe", cluster.source_name()),
            data: DataKind::Measurements,
            period: PERIOD,
            deadline: patience(cluster) + SLACK,
            reasons: REASONS,
        }
    }

    /// Ends the clients, and settles what they had under way.
    fn dismiss(&mut self) {
        if self.crew.take().is_some() {
            let mut books = self.desk.books();
            books.ledger.abandon(Reason::Disconnected);
            books.commits.abandon(Reason::Disconnected);
        }
    }

    /// What the keeper has found, as soon as there is anything.
    async fn standing(&mut self) -> Result<Standing, CollectError> {
        let patience = patience(&self.cluster);
        let until = Instant::now() + patience;
        if self.crew.as_ref().is_some_and(Crew::is_broken) {
            tracing::error!("a thread of the probe has ended; its clients are made anew");
            self.dismiss();
        }
        let crew = if let Some(crew) = self.crew.take() {
            crew
        } else {
            let bearer = Bearer::obtain(&self.cluster).await;
            let bearer = bearer.map_err(|Trouble { reason, message }| CollectError::new(reason, message))?;
            let (desk, cluster) = (Arc::clone(&self.desk), Arc::clone(&self.cluster));
            let started = tokio::task::spawn_blocking(move || Crew::start(desk, &cluster, bearer)).await;
            let lost =
                |error| CollectError::new(Reason::Unexpected, format!("the probe did not start: {error}"));
            started.map_err(lost)??
        };
        let mut standing = self.crew.insert(crew).shift.standing.subscribe();
        let known =
            timeout_at(until, standing.wait_for(|found| found.layout.is_some() || found.failure.is_some()));
        if let Ok(Ok(standing)) = known.await {
            return Ok(standing.clone());
        }
        let message = format!("the cluster was not seen within {} s", patience.as_secs());
        Err(CollectError::new(Reason::Timeout, message))
    }

    /// How many brokers that are alive are not probed: they lead no partition, or theirs is not being read yet. And why it is
    /// not, if the client has said anything.
    fn uncovered(&self, standing: &Standing) -> (Option<usize>, Option<Trouble>) {
        let layout = standing.layout.as_ref().filter(|_| standing.failure.is_none());
        let (Some(layout), Some(crew)) = (layout, &self.crew) else { return (None, None) };
        let unread = layout.targets.values().filter(|partition| !crew.shift.is_read(**partition)).count();
        let why = crew.shift.explanation().filter(|_| unread > 0);
        (Some(layout.uncovered.len() + unread), why)
    }

    fn fault(&self, trouble: Trouble) -> Fault {
        Fault { reason: trouble.reason, subject: self.cluster.probe.topic.clone(), message: trouble.message }
    }
}

/// How long a cycle waits for the first look at a cluster. The next one comes back to it.
fn patience(cluster: &ClusterSettings) -> Duration {
    let look = cluster.connect_timeout.get() + cluster.request_timeout.get() + FIRST_LOOK;
    look.min(LONGEST_LOOK)
}

impl Source for ProbeSource {
    type Model = Observation;

    async fn collect(&mut self) -> Result<Collected<Observation>, CollectError> {
        let standing = self.standing().await?;
        let (uncovered, unread) = self.uncovered(&standing);
        if let Some((Trouble { reason, .. }, rounds)) = &standing.failure {
            let is_refused =
                matches!(reason, Reason::Unauthenticated | Reason::Handshake | Reason::Untrusted);
            // A token that cannot be had is asked for again in any case.
            let is_ours = self.crew.as_ref().is_some_and(|crew| crew.shift.lapse().is_some());
            if is_refused && !is_ours && *rounds >= REFUSALS {
                self.dismiss();
            }
        }
        let books = self.desk.books().clone();
        let accounts: Vec<_> =
            books.ledger.accounts().map(|(broker, account)| (broker, account.clone())).collect();
        let failure = standing.failure.map(|(trouble, _)| trouble);
        if let Some(Trouble { reason, message }) = failure.clone().filter(|_| accounts.is_empty()) {
            return Err(CollectError::new(reason, message));
        }
        let unrenewed = self.crew.as_ref().and_then(|crew| crew.shift.held.as_ref()?.trouble());
        let faults = failure
            .into_iter()
            .chain(unrenewed)
            .chain(standing.fault)
            .chain(unread)
            .map(|trouble| self.fault(trouble))
            .collect();
        let cluster = self.cluster.name.clone();
        Ok(Collected { model: Observation { cluster, accounts, commits: books.commits, uncovered }, faults })
    }

    fn assess(&self, model: &Observation, _now: Timestamp, batch: &mut Batch) {
        assess(model, batch);
    }

    fn recover(&mut self) {
        self.dismiss();
    }
}

impl Drop for ProbeSource {
    fn drop(&mut self) {
        self.dismiss();
    }
}
