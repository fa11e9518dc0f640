//! The cycle of a cluster: brokers, partitions, groups, commits, offsets, lag.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::Batch;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::{Cluster, TrafficFigures};
use lookout_runtime::{CollectError, Collected, DataKind, Finding, Source, SourceDescription};
use tokio::time::Instant;

use super::{Plan, unconnected};
use crate::assess::granularity::{self, Counts};
use crate::assess::{self, View};
use crate::cell::{Beginnings, ClusterCell, Offsets, Past};
use crate::collect::coordinators::{self, Coordinators, MISSED_FOR};
use crate::collect::ends::{self, Wanted};
use crate::collect::groups::{GroupPlan, MAX_GROUPS};
use crate::collect::lag_seconds;
use crate::collect::missed::chain;
use crate::collect::round::Round;
use crate::connect::Connector;
use crate::findings;
use crate::history::{Observed, Reading};
use crate::lag::{self, Facts, LagMemory, Search};
use crate::model::{
    Commits, Cycle, Group, Groups, LagSeconds, Lookups, OffsetColumn, Slot, SlotMap, Stages, Topology,
};

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
    /// Those for which there was no time, sorted.
    late: Arc<Vec<Arc<str>>>,
    coordinators: Coordinators,
    /// The topics that the cluster does not name any more, and since when.
    departed: BTreeMap<Arc<str>, Instant>,
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
        if self.kept.low_read.is_none() {
            self.kept.adopt(self.cell.past.lock().await.beginnings.as_ref());
        }
        let (groups, unread_groups) = {
            let (topology, selection) = (Arc::clone(&topology), Arc::clone(&self.groups));
            let (names, late, until) =
                (Arc::clone(&self.kept.names), Arc::clone(&self.kept.late), round.groups_until());
            let (shard, room) = (plan.shard, MAX_GROUPS.into());
            let asked = Arc::new(GroupPlan { topology, selection, shard, names, late, room, until });
            coordinators::read(&mut round, cluster, &asked, &mut self.kept.coordinators).await
        };
        self.kept.remember(groups.as_ref());
        let begun = Instant::now();
        let at = now();
        let wanted = Wanted::of(&topology, groups.as_ref());
        let is_due =
            self.kept.low_read.is_none_or(|read| read.elapsed() >= plan.settings.low_offsets_period.get());
        let low_before = self.kept.low.clone();
        if is_due {
            // What cannot be read now is not known any more.
            self.kept.low = OffsetColumn::unknown(topology.partitions.len());
        }
        let needs_low = |slot: Slot, low: &OffsetColumn| low.get(slot).is_none();
        let ends =
            ends::read(&mut round, cluster, &mut topology, &wanted, &mut self.kept.low, needs_low).await;
        if is_due {
            self.kept.low_read = Some(begun);
        }
        self.kept.topology = Arc::clone(&topology);
        round.took(Stage::Offsets, begun);
        let mut past = self.cell.past.lock().await;
        let read = Read { at, topology, end: ends.end, groups };
        let low = &mut self.kept.low;
        let mut learnt = learn(&mut round, cluster, &plan, &self.cell, &mut past, read, low).await;
        past.beginnings = Some(Beginnings {
            topology: Arc::clone(&learnt.topology),
            low: learnt.low.clone(),
            read: self.kept.low_read,
        });
        learnt.unread_groups = unread_groups;
        learnt.low_before = low_before;
        for (reason, count) in ends.unread.into_iter().chain(learnt.topology.unread_topics.clone()) {
            *learnt.unread_partitions.entry(reason).or_default() += count;
        }
        let faults;
        (faults, learnt.unreachable, learnt.stages) = round.finish();
        learnt.traffic = self.cell.traffic();
        let counts = Counts::of(&learnt, self.view.has_lag_seconds);
        let last = self.cell.granularity().unwrap_or(self.view.granularity);
        self.view.granularity =
            granularity::fit(&counts, self.view.configured, self.cell.allowed_series(), last);
        self.cell.show_granularity(self.view.granularity);
        // Last: who waits for it finds the granularity that goes with it.
        let offsets = Offsets {
            topology: Arc::clone(&learnt.topology),
            end: learnt.end.clone(),
            low: learnt.low.clone(),
        };
        self.cell.show_offsets(Arc::new(offsets));
        Ok(Collected { model: learnt, faults })
    }

    fn assess(&self, model: &Cycle, now: Timestamp, batch: &mut Batch) {
        assess::cycle(model, &self.view, now, batch);
    }

    fn findings(&self, model: &Cycle, _now: Timestamp) -> Vec<Finding> {
        findings::cycle(model, &self.plan.cluster.probe.topic)
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
    low: &mut OffsetColumn,
) -> Cycle {
    let cluster_id = &read.topology.cluster_id;
    if past.cluster_id.is_some() && cluster_id.is_some() && past.cluster_id != *cluster_id {
        // Another cluster under the same addresses: nothing of the other is true of it.
        *past = Past::default();
        cell.forget_facts();
    }
    if cluster_id.is_some() {
        past.cluster_id.clone_from(cluster_id);
    }
    let record_sizes = cell.record_sizes();
    let watched = (plan.settings.topics.clone(), plan.shard);
    let is_as_before = past.watched.as_ref() == Some(&watched);
    past.watched = Some(watched);
    let Observed { produced, progress, rebalances, totals } = past.history.observe(Reading {
        at: read.at,
        topology: &read.topology,
        end: &read.end,
        low: is_as_before.then_some(&*low),
        groups: read.groups.as_mut(),
        record_sizes: &record_sizes,
        settings: &plan.settings,
    });
    forget_beginnings(low, &read.end, past.history.ring().went_back());
    let configurations = cell.configurations();
    let (mut lag_seconds, mut lookups) = (Vec::new(), Lookups::default());
    if plan.settings.lag.seconds
        && let Some(groups) = &read.groups
    {
        let unsought = lag::unsought(groups);
        let facts = Facts {
            at: read.at,
            topology: &read.topology,
            end: &read.end,
            low,
            commits: &groups.commits,
            unsought: &unsought,
            ring: past.history.ring(),
            configurations: configurations.as_deref(),
            settings: &plan.settings,
        };
        (lag_seconds, lookups) = search(round, cluster, facts, &mut past.lag).await;
        lag::of_share_groups(groups, &mut lag_seconds);
    } else {
        past.lag.follow(&read.topology, past.history.ring().went_back());
    }
    Cycle {
        at: read.at,
        topology: read.topology,
        unreachable: BTreeMap::new(),
        end: read.end,
        low: low.clone(),
        low_before: OffsetColumn::default(),
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

/// Forgets the beginnings of partitions that were truncated or created again, to be read anew in the next cycle.
fn forget_beginnings(low: &mut OffsetColumn, end: &OffsetColumn, went_back: &[Slot]) {
    let is_beyond = |slot: &Slot| low.get(*slot).zip(end.get(*slot)).is_some_and(|(low, end)| low > end);
    let beyond: Vec<Slot> = (0..).take(low.len()).filter(is_beyond).collect();
    for slot in beyond.iter().chain(went_back) {
        low.set(*slot, -1);
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

/// Whether both are known, and are not the same.
fn is_another_cluster(older: &Topology, newer: &Topology) -> bool {
    let ids = older.cluster_id.as_ref().zip(newer.cluster_id.as_ref());
    ids.is_some_and(|(older, newer)| older != newer)
}

// === impl Kept ===

impl Kept {
    /// The topology of this cycle, and the columns to go with it.
    fn follow(&mut self, mut topology: Topology) -> Arc<Topology> {
        self.miss_departed(&mut topology, Instant::now());
        if topology == *self.topology {
            return Arc::clone(&self.topology);
        }
        let map = SlotMap::between(&self.topology, &topology);
        if is_another_cluster(&self.topology, &topology) {
            // Where the partitions of another one begin says nothing, whatever their names are.
            (self.low, self.low_read) = (OffsetColumn::unknown(topology.partitions.len()), None);
        } else if !map.is_identity() {
            self.low = self.low.carried(&map, &topology);
        }
        self.topology = Arc::new(topology);
        Arc::clone(&self.topology)
    }

    /// Takes over where partitions begin, as another source of the same cluster has read it.
    fn adopt(&mut self, beginnings: Option<&Beginnings>) {
        let Some(Beginnings { topology, low, read }) = beginnings else { return };
        if !is_another_cluster(topology, &self.topology) {
            self.low = low.carried(&SlotMap::between(topology, &self.topology), &self.topology);
            self.low_read = *read;
        }
    }

    /// A broker that lags behind, or is starting up, leaves out topics without a word. One that was deleted has no commits any
    /// more, so for some time a group that has commits for what has vanished lacks them.
    fn miss_departed(&mut self, topology: &mut Topology, now: Instant) {
        if self.topology.cluster_id != topology.cluster_id {
            self.departed.clear();
            return;
        }
        for topic in self.topology.topics.iter().filter(|topic| topology.find(&topic.name).is_none()) {
            self.departed.entry(Arc::clone(&topic.name)).or_insert(now);
        }
        self.departed.retain(|name, since| {
            now.saturating_duration_since(*since) < MISSED_FOR && topology.find(name).is_none()
        });
        if !self.departed.is_empty() {
            topology.unread_names.extend(self.departed.keys().map(|name| (**name).into()));
            topology.unread_names.sort_unstable();
        }
    }

    fn remember(&mut self, groups: Option<&Groups>) {
        let Some(groups) = groups else { return };
        let is_late = |group: &&Group| group.commits == Commits::Unread(Reason::Timeout);
        let late = groups.groups.iter().filter(is_late).map(|group| Arc::clone(&group.name));
        self.late = Arc::new(late.collect());
        let is_same = self.names.len() == groups.groups.len()
            && self.names.iter().zip(&groups.groups).all(|(name, group)| *name == group.name);
        if !is_same {
            self.names = Arc::new(groups.groups.iter().map(|group| Arc::clone(&group.name)).collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Topic;

    fn topology(names: &[&str]) -> Topology {
        let topic = |name: &&str| Topic {
            name: (**name).into(),
            id: [1; 16],
            first: 0,
            partitions: 0,
            is_internal: false,
            is_ours: true,
        };
        Topology { topics: names.iter().map(topic).collect(), ..Topology::default() }
    }

    #[test]
    fn topics_that_vanish_are_missed_until_they_are_back_or_the_time_is_over() {
        let (mut kept, begun) = (Kept::default(), Instant::now());
        let mut follow = |names: &[&str], minutes: u64| {
            let mut newer = topology(names);
            kept.miss_departed(&mut newer, begun + core::time::Duration::from_secs(60 * minutes));
            kept.topology = Arc::new(newer);
            kept.topology.unread_names.join(" ")
        };
        assert_eq!(follow(&["a", "b", "c"], 0), "");
        assert_eq!(follow(&["b"], 1), "a c");
        assert_eq!(follow(&["b", "c"], 9), "a");
        assert_eq!(follow(&["b"], 10), "a c");
        assert_eq!(follow(&["b"], 11), "c");
        assert_eq!(follow(&["b"], 20), "");
    }

    #[test]
    fn beginnings_of_what_went_back_are_forgotten() {
        let column = |offsets: [i64; 4]| {
            let mut column = OffsetColumn::unknown(4);
            (0..).zip(offsets).for_each(|(slot, offset)| column.set(slot, offset));
            column
        };
        let (mut low, end) = (column([5, 5, 5, 5]), column([9, 4, 8, -1]));
        forget_beginnings(&mut low, &end, &[2]);
        assert_eq!(low, column([5, -1, -1, 5]));
    }
}
