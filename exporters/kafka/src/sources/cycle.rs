//! The cycle of a cluster: brokers, partitions, groups, commits, offsets, lag.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::{Cluster, TrafficFigures};
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Source, SourceDescription};
use tokio::time::Instant;

use super::{Plan, unconnected};
use crate::assess::granularity::{self, Counts};
use crate::assess::{self, View};
use crate::cell::{ClusterCell, Offsets, Past};
use crate::collect::coordinators::{self, Coordinators};
use crate::collect::ends::{self, Wanted};
use crate::collect::groups::GroupPlan;
use crate::collect::lag_seconds;
use crate::collect::missed::chain;
use crate::collect::round::Round;
use crate::connect::Connector;
use crate::findings;
use crate::history::{Observed, Reading};
use crate::lag::{Facts, LagMemory, Search};
use crate::model::{Cycle, Groups, LagSeconds, Lookups, OffsetColumn, Slot, SlotMap, Stages, Topology};

/// Reads a cluster once per period.
pub struct CycleSource {
    plan: Arc<Plan>,
    topics: Selection,
    groups: Arc<Selection>,
    connector: Connector,
    cell: Arc<ClusterCell>,
    view: View,
    kept: Kept,
}

/// What is kept from one cycle to the next.
#[derive(Debug, Default)]
struct Kept {
    topology: Arc<Topology>,
    low: OffsetColumn,
    /// When all beginnings were last asked for.
    low_read: Option<Instant>,
    /// The names of the groups, sorted.
    names: Arc<Vec<Arc<str>>>,
    coordinators: Coordinators,
}

/// What was read, before what follows from it.
struct Read {
    at: Timestamp,
    topology: Arc<Topology>,
    end: OffsetColumn,
    groups: Option<Groups>,
}

impl CycleSource {
    /// A source that has read nothing yet. `topics` and `groups` are what the filters of the plan describe.
    pub fn new(plan: Plan, topics: Selection, groups: Selection, cell: Arc<ClusterCell>) -> Self {
        let cluster = Arc::new(plan.cluster.clone());
        let connector = Connector::new(cluster, plan.settings.deadline.get(), Arc::clone(&cell));
        let view = plan.view();
        let (plan, groups) = (Arc::new(plan), Arc::new(groups));
        Self { plan, topics, groups, connector, cell, view, kept: Kept::default() }
    }

    /// What the driver must know of it.
    pub fn description(plan: &Plan) -> SourceDescription {
        plan.description("", DataKind::Measurements, plan.settings.period.get())
    }
}

impl Source for CycleSource {
    type Model = Cycle;

    async fn collect(&mut self) -> Result<Collected<Cycle>, CollectError> {
        let plan = Arc::clone(&self.plan);
        let mut round = Round::begin(plan.settings.deadline.get());
        let (cluster, stale) = self.connector.cluster().await.map_err(|error| unconnected(&error))?;
        if let Some(error) = stale {
            round.faults.items("files", error.reason(), 1, "see the message", || chain(&error));
        }
        let topology = round.metadata(cluster, &self.kept.topology, &self.topics, plan.shard).await?;
        let mut topology = self.kept.follow(topology);
        let (groups, unread_groups) = {
            let (topology, selection) = (Arc::clone(&topology), Arc::clone(&self.groups));
            let (names, until) = (Arc::clone(&self.kept.names), round.groups_until());
            let asked = Arc::new(GroupPlan { topology, selection, shard: plan.shard, names, until });
            coordinators::read(&mut round, cluster, &asked, &mut self.kept.coordinators).await
        };
        self.kept.remember(groups.as_ref());
        let begun = Instant::now();
        let at = now();
        let wanted = Wanted::of(&topology, groups.as_ref());
        let is_due =
            self.kept.low_read.is_none_or(|read| read.elapsed() >= plan.settings.low_offsets_period.get());
        let needs_low = |slot: Slot, low: &OffsetColumn| is_due || low.get(slot).is_none();
        let ends =
            ends::read(&mut round, cluster, &mut topology, &wanted, &mut self.kept.low, needs_low).await;
        if is_due {
            self.kept.low_read = Some(begun);
        }
        self.kept.topology = Arc::clone(&topology);
        round.took(Stage::Offsets, begun);
        let mut past = self.cell.past.lock().await;
        let read = Read { at, topology, end: ends.end, groups };
        let mut learnt = learn(&mut round, cluster, &plan, &self.cell, &mut past, read, &self.kept.low).await;
        learnt.unread_groups = unread_groups;
        for (reason, count) in ends.unread.into_iter().chain(learnt.topology.unread_topics.clone()) {
            *learnt.unread_partitions.entry(reason).or_default() += count;
        }
        let offsets = Offsets {
            topology: Arc::clone(&learnt.topology),
            end: learnt.end.clone(),
            low: learnt.low.clone(),
        };
        self.cell.show_offsets(Arc::new(offsets));
        let faults;
        (faults, learnt.unreachable, learnt.stages) = round.finish();
        learnt.traffic = self.cell.traffic();
        let counts = Counts::of(&learnt, self.view.has_lag_seconds);
        let last = self.cell.granularity().unwrap_or(self.view.granularity);
        self.view.granularity = granularity::fit(&counts, self.view.configured, plan.series_budget, last);
        self.cell.show_granularity(self.view.granularity);
        Ok(Collected { model: learnt, faults })
    }

    fn assess(&self, model: &Cycle, now: Timestamp, batch: &mut Batch) {
        assess::cycle(model, &self.view, now, batch);
    }

    fn findings(&self, model: &Cycle, _now: Timestamp) -> Vec<Finding> {
        findings::cycle(model)
    }

    fn recover(&mut self) {
        self.connector.reset();
    }
}

/// What follows from what was read: counters, rates, lag in seconds.
async fn learn(
    round: &mut Round,
    cluster: &Cluster,
    plan: &Plan,
    cell: &ClusterCell,
    past: &mut Past,
    mut read: Read,
    low: &OffsetColumn,
) -> Cycle {
    let cluster_id = &read.topology.cluster_id;
    if past.cluster_id.is_some() && cluster_id.is_some() && past.cluster_id != *cluster_id {
        // Another cluster under the same addresses: nothing of the other is true of it.
        *past = Past::default();
    }
    if cluster_id.is_some() {
        past.cluster_id.clone_from(cluster_id);
    }
    let record_sizes = cell.record_sizes();
    let Observed { produced, progress, rebalances, totals } = past.history.observe(Reading {
        at: read.at,
        topology: &read.topology,
        end: &read.end,
        groups: read.groups.as_mut(),
        record_sizes: &record_sizes,
        settings: &plan.settings,
    });
    let configurations = cell.configurations();
    let (mut lag_seconds, mut lookups) = (Vec::new(), Lookups::default());
    if plan.settings.lag.seconds
        && let Some(groups) = &read.groups
    {
        let facts = Facts {
            at: read.at,
            topology: &read.topology,
            end: &read.end,
            low,
            commits: &groups.commits,
            ring: past.history.ring(),
            configurations: configurations.as_deref(),
            settings: &plan.settings,
        };
        (lag_seconds, lookups) = search(round, cluster, facts, &mut past.lag).await;
    }
    Cycle {
        at: read.at,
        topology: read.topology,
        unreachable: BTreeMap::new(),
        end: read.end,
        low: low.clone(),
        unread_partitions: BTreeMap::new(),
        produced,
        groups: read.groups,
        unread_groups: BTreeMap::new(),
        lag_seconds,
        progress,
        rebalances,
        totals,
        configurations,
        lookups,
        stages: Stages::new(),
        traffic: TrafficFigures::default(),
    }
}

async fn search(
    round: &mut Round,
    cluster: &Cluster,
    facts: Facts<'_>,
    memory: &mut LagMemory,
) -> (Vec<LagSeconds>, Lookups) {
    let begun = Instant::now();
    let topology = Arc::clone(facts.topology);
    let mut search = Search::new(facts, memory);
    lag_seconds::search(round, cluster, &topology, &mut search).await;
    let found = search.finish();
    round.took(Stage::Timestamps, begun);
    found
}

/// When the ends are read.
#[expect(clippy::disallowed_methods, reason = "when offsets were read is an observation, as they are")]
fn now() -> Timestamp {
    Timestamp::now()
}

// === impl Kept ===

impl Kept {
    /// The topology of this cycle, and the columns to go with it.
    fn follow(&mut self, topology: Topology) -> Arc<Topology> {
        if topology == *self.topology {
            return Arc::clone(&self.topology);
        }
        let map = SlotMap::between(&self.topology, &topology);
        if !map.is_identity() {
            self.low = self.low.carried(&map, &topology);
        }
        self.topology = Arc::new(topology);
        Arc::clone(&self.topology)
    }

    fn remember(&mut self, groups: Option<&Groups>) {
        let Some(groups) = groups else { return };
        let is_same = self.names.len() == groups.groups.len()
            && self.names.iter().zip(&groups.groups).all(|(name, group)| *name == group.name);
        if !is_same {
            self.names = Arc::new(groups.groups.iter().map(|group| Arc::clone(&group.name)).collect());
        }
    }
}
