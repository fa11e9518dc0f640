//! How the reading of each kind of object stands: `x509_source_up` and what else is said of the API in the words of
//! x509-certificate-exporter.
//!
//! Why a source of its own: certificates are facts, so a source that fails leaves what it last said, and would go on saying that
//! it is up.

use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use lookout_certs_spec::labels::SourceKind;
use lookout_certs_spec::metrics::{COLLISIONS, SOURCE_UP, TRANSPORT_ERRORS, WATCH_RESYNCS};
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Family};
use lookout_kubernetes::ListCause;
use lookout_kubernetes::{Cluster, Figures};
use lookout_runtime::{CollectError, Collected, DataKind, Source, SourceDescription};
use tokio::sync::Notify;

/// What `source_name` is for figures of the API, as x509-certificate-exporter has it.
const SOURCE_NAME: &str = "kubernetes";

/// The shortest time between two words of change: a failing API changes every source at once.
const QUIET: Duration = Duration::from_millis(100);

/// How the reading of each kind of object stands; written by the sources.
#[derive(Debug, Default)]
pub struct Standings {
    standings: Mutex<BTreeMap<Name, Standing>>,
    changed: Notify,
}

/// The kind of source, and the plural name of what it reads.
type Name = (SourceKind, &'static str);

/// How one source stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    is_up: bool,
    collisions: u64,
}

/// What is said of the API and of the sources.
#[derive(Debug)]
pub struct Report {
    standings: BTreeMap<Name, Standing>,
    figures: Figures,
}

/// Says how the reading of each kind of object stands.
pub struct StandingSource {
    names: BTreeSet<Name>,
    standings: Arc<Standings>,
    cluster: Arc<Cluster>,
}

impl Standings {
    pub(super) fn set(&self, name: Name, is_up: bool, collisions: u64) {
        let standing = Standing { is_up, collisions };
        let before = self.lock().insert(name, standing);
        if before != Some(standing) {
            self.changed.notify_one();
        }
    }

    /// That the server has no such resource: then there is nothing to say.
    pub(super) fn forget(&self, name: Name) {
        if self.lock().remove(&name).is_some() {
            self.changed.notify_one();
        }
    }

    /// That the source could not say anything.
    pub(super) fn set_down(&self, name: Name) {
        let collisions = self.lock().get(&name).map_or(0, |standing| standing.collisions);
        self.set(name, false, collisions);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<Name, Standing>> {
        self.standings.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl StandingSource {
    /// A source that speaks of the sources of these names.
    pub fn new(names: BTreeSet<Name>, standings: Arc<Standings>, cluster: Arc<Cluster>) -> Self {
        Self { names, standings, cluster }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "kubernetes".to_owned(),
            data: DataKind::Measurements,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: &[],
        }
    }
}

impl Source for StandingSource {
    type Model = Report;

    async fn collect(&mut self) -> Result<Collected<Report>, CollectError> {
        let mut standings = self.standings.lock().clone();
        // A source that an earlier configuration had may have left its standing.
        standings.retain(|name, _| self.names.contains(name));
        Ok(Collected::complete(Report { standings, figures: self.cluster.figures() }))
    }

    async fn changed(&mut self) {
        self.standings.changed.notified().await;
        tokio::time::sleep(QUIET).await;
    }

    fn assess(&self, report: &Report, _now: Timestamp, batch: &mut Batch) {
        let mut up = Family::new(&SOURCE_UP);
        let mut collisions = BTreeMap::<SourceKind, u64>::new();
        for ((kind, name), standing) in &report.standings {
            up.set((*kind, name), f64::from(u8::from(standing.is_up)));
            *collisions.entry(*kind).or_default() += standing.collisions;
        }
        let mut collided = Family::new(&COLLISIONS);
        for (kind, count) in collisions {
            collided.total((kind,), count as f64);
        }
        batch.add(up);
        batch.add(collided);
        transport(report, &self.names, batch);
    }
}

/// What reading the API has met, for the resources of `names`.
fn transport(report: &Report, names: &BTreeSet<Name>, batch: &mut Batch) {
    let mut failures = BTreeMap::<(&str, Reason), u64>::new();
    let mut resyncs = BTreeMap::<&str, u64>::new();
    for (_, name) in names {
        resyncs.insert(name, 0);
        failures.extend(CLUSTER_REASONS.iter().map(|reason| ((*name, *reason), 0)));
    }
    // As the client shows resources: with their group.
    let plural = |resource: &str| names.iter().map(|(_, name)| *name).find(|name| is_of(resource, name));
    for (_, resource, reason, count) in &report.figures.failures {
        if let Some(name) = plural(resource) {
            *failures.entry((name, *reason)).or_default() += count;
        }
    }
    for figures in &report.figures.resources {
        let Some(name) = plural(&figures.resource) else { continue };
        let again = figures.lists.iter().filter(|(cause, _)| *cause != ListCause::Start);
        *resyncs.entry(name).or_default() += again.map(|(_, count)| count).sum::<u64>();
    }
    let mut errors = Family::new(&TRANSPORT_ERRORS);
    for ((name, reason), count) in failures {
        errors.total((SOURCE_NAME, name, reason), count as f64);
    }
    let mut relists = Family::new(&WATCH_RESYNCS);
    for (name, count) in resyncs {
        relists.total((SOURCE_NAME, name), count as f64);
    }
    batch.add(relists);
    batch.add(errors);
}

fn is_of(resource: &str, plural: &str) -> bool {
    resource.split_once('.').map_or(resource, |(name, _)| name) == plural
}
