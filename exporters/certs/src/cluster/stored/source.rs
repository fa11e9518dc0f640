//! The source of certificates that are stored in one kind of object: facts, by object.

use std::sync::Arc;

use core::time::Duration;

use jiff::Timestamp;
use lookout_certs_spec::config::{Chain, ExpiryThreshold};
use lookout_certs_spec::labels::StoredReason;
use lookout_certs_spec::{CLUSTER_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_kubernetes::{Cluster, Difference, Follower, PartState, Reader, Selection, View};
use lookout_runtime::{
    Before, CollectError, Collected, DataKind, Fault, Finding, Objects, Source, SourceDescription,
};
use tokio::time::Instant;

use super::cell::{Scope, StoredCell, StoredSecrets};
use super::object::StoredObject;
use super::place::Place;
use super::standing::Standings;
use super::tally::Tally;
use crate::assess::object::{self, Showing};
use crate::cluster::following::{Standing, outcome};
use crate::findings;

/// The most faults of values that one cycle names; the metrics count them all.
const MAX_FAULTS: usize = 200;

/// What a source is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredPlan<R> {
    /// How objects are read.
    pub reader: R,
    /// Which are asked for.
    pub selection: Selection,
    /// Where their certificates lie.
    pub place: Place,
    /// Which certificates have rows.
    pub chain: Chain,
    /// Whether the families are exposed that change in every cycle.
    pub exposes_relative: bool,
    /// When a certificate is about to expire.
    pub about_to_expire: ExpiryThreshold,
    /// The time between two cycles.
    pub period: Duration,
}

/// Everything a source knows.
#[derive(Debug)]
pub struct Inventory {
    /// The objects.
    pub view: View<StoredObject>,
    /// Whether the server has such a resource.
    pub is_there: bool,
    /// How many of them have a certificate.
    pub bundles: usize,
    /// Errors so far by reason, all of them.
    pub errors: Vec<(StoredReason, u64)>,
}

/// Follows one kind of object.
pub struct StoredSource<R: Reader<Object = StoredObject>> {
    plan: StoredPlan<R>,
    cluster: Arc<Cluster>,
    follower: Option<Follower<StoredObject>>,
    standings: Arc<Standings>,
    /// Who wants to see the objects too.
    cell: Option<(Arc<StoredCell>, Scope)>,
    tally: Tally,
}

impl<R: Reader<Object = StoredObject>> StoredSource<R> {
    /// A source that has read nothing yet.
    pub fn new(plan: StoredPlan<R>, cluster: Arc<Cluster>, standings: Arc<Standings>) -> Self {
        Self { plan, cluster, follower: None, standings, cell: None, tally: Tally::default() }
    }

    /// The same, showing its objects to others.
    #[must_use]
    pub(super) fn showing(mut self, cell: Arc<StoredCell>, scope: Scope) -> Self {
        self.cell = Some((cell, scope));
        self
    }

    /// What the driver must know of it.
    pub fn description(plan: &StoredPlan<R>, settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: plan.reader.resource().plural.to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: CLUSTER_REASONS,
        }
    }

    fn name(&self) -> (lookout_certs_spec::labels::SourceKind, &'static str) {
        (self.plan.place.source_kind(), self.plan.reader.resource().plural)
    }

    fn showing_of(&self) -> Showing {
        Showing {
            place: self.plan.place,
            chain: self.plan.chain,
            exposes_relative: self.plan.exposes_relative,
        }
    }

    /// The values that cannot be used, bounded.
    fn value_faults(&self) -> Vec<Fault> {
        let kind = self.plan.place.object_kind();
        let fault = |(object, fault): (String, &super::ValueFault)| {
            let entry = &fault.entry;
            let inside = if entry.is_empty() { String::new() } else { format!(" {entry}") };
            Fault {
                reason: fault.kind.reason(),
                subject: format!("{kind} {object}{inside}"),
                message: fault.kind.to_string(),
            }
        };
        self.tally.faults().take(MAX_FAULTS).map(fault).collect()
    }
}

impl<R: Reader<Object = StoredObject>> Source for StoredSource<R> {
    type Model = Inventory;

    async fn collect(&mut self) -> Result<Collected<Inventory>, CollectError> {
        let plan = &self.plan;
        let follows =
            self.follower.get_or_insert_with(|| self.cluster.follow(plan.reader.clone(), &plan.selection));
        follows.settled().await;
        let latest = follows.latest();
        let standing = Standing::of(plan.reader.resource(), &latest);
        let mut faults = match outcome(&[standing]) {
            Ok(faults) => faults,
            Err(error) => {
                self.standings.set_down(self.name());
                return Err(error);
            }
        };
        let now = Instant::now();
        self.tally.update(&latest.view, self.plan.period, now);
        let is_there = latest.parts.iter().any(|part| part.state != PartState::Absent);
        if is_there {
            let fails = latest.parts.iter().any(|part| matches!(part.state, PartState::Failing { .. }));
            self.standings.set(self.name(), !fails, self.tally.collisions());
        } else {
            self.standings.forget(self.name());
        }
        if let Some((cell, scope)) = &self.cell {
            let secrets = StoredSecrets::new(latest.view.clone(), latest.parts, scope.clone());
            cell.send_replace(Some(secrets));
        }
        faults.extend(self.value_faults());
        let model = Inventory {
            view: latest.view,
            is_there,
            bundles: self.tally.bundles(),
            errors: self.tally.errors().collect(),
        };
        Ok(Collected { model, faults })
    }

    async fn changed(&mut self) {
        match &mut self.follower {
            Some(follower) => follower.changed().await,
            None => core::future::pending().await,
        }
    }

    fn assess(&self, inventory: &Inventory, _now: Timestamp, batch: &mut Batch) {
        if inventory.is_there {
            object::assess_whole(self.name(), inventory, batch);
        }
    }

    fn assess_objects(
        &self,
        inventory: &Inventory,
        before: Option<Before<'_, Inventory>>,
        now: Timestamp,
        objects: &mut Objects<'_>,
    ) {
        let (showing, now) = (self.showing_of(), now.as_second());
        let Some(before) = before else {
            for entry in inventory.view.iter() {
                showing.replace(entry, now, objects);
            }
            return;
        };
        for difference in View::differences(&before.model.view, &inventory.view) {
            match difference {
                Difference::Added(entry) | Difference::Changed { after: entry, .. } => {
                    showing.replace(entry, now, objects);
                }
                Difference::Removed(entry) => objects.remove(&entry.key.to_string()),
            }
        }
        let then = before.now.as_second();
        for entry in inventory.view.iter().filter(|entry| showing.differs(&entry.object, then, now)) {
            showing.replace(entry, now, objects);
        }
    }

    fn findings(&self, inventory: &Inventory, now: Timestamp) -> Vec<Finding> {
        let (plan, view) = (&self.plan, &inventory.view);
        findings::in_objects(view, plan.place, plan.chain, &plan.about_to_expire, now)
    }

    fn recover(&mut self) {
        // The first list did not come in time: it goes on, but it cannot be said that all is well.
        self.standings.set_down(self.name());
    }
}
