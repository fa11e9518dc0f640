//! A simulated cluster, and the sources that watch it.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kafka::cell::ClusterCell;
use lookout_kafka::model::{Cycle, Group};
use lookout_kafka::sources::{CycleSource, Plan};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::{ClusterSettings, Filter};
use lookout_kafka_spec::pattern::Selection;
use lookout_runtime::{CollectError, Collected, Shard, Source};
use lookout_simulator::kafka::{Cluster, ClusterDescription};

use super::turns::by_turns;

/// When simulated time begins.
pub(crate) const START: &str = "2026-03-01T12:00:00Z";

/// A cluster that stands still, and what watches it.
pub(crate) struct Watched {
    pub(crate) cluster: Cluster,
    pub(crate) source: CycleSource,
    pub(crate) cell: Arc<ClusterCell>,
}

/// Starts a cluster; time stands still.
pub(crate) fn start(description: &ClusterDescription) -> Cluster {
    Cluster::start_frozen(description, START.parse::<Timestamp>().unwrap()).unwrap()
}

/// The settings for a cluster, with more patience than any machine needs. Who waits for somebody silent does it by turns.
pub(crate) fn settings(cluster: &Cluster) -> Settings {
    let brokers = cluster.bootstrap().iter().map(ToString::to_string).collect();
    let (connect_timeout, request_timeout) = (HumanDuration::from_secs(60), HumanDuration::from_secs(60));
    let cluster = ClusterSettings { brokers, connect_timeout, request_timeout, ..ClusterSettings::default() };
    Settings {
        clusters: vec![cluster],
        deadline: HumanDuration::from_secs(600),
        // Longer than a test lasts: which cycle asks for the beginnings does not depend on the machine.
        low_offsets_period: HumanDuration::from_secs(3600),
        ..Settings::default()
    }
}

/// The cycle of the one cluster of `settings`.
pub(crate) fn source(settings: &Settings, shard: Shard, cell: &Arc<ClusterCell>) -> CycleSource {
    let plan = Plan::new(settings, &settings.clusters[0], shard);
    let selection = |filter: &Filter| Selection::new(filter).unwrap();
    CycleSource::new(plan, selection(&settings.topics), selection(&settings.groups), Arc::clone(cell))
}

/// A cluster and its cycle.
pub(crate) fn watch(description: &ClusterDescription) -> Watched {
    let cluster = start(description);
    let cell = Arc::new(ClusterCell::default());
    let source = source(&settings(&cluster), Shard::WHOLE, &cell);
    Watched { cluster, source, cell }
}

impl Watched {
    /// Reads once; panics if nothing was learnt.
    pub(crate) async fn read(&mut self) -> Collected<Cycle> {
        self.source.collect().await.unwrap()
    }

    /// Reads once, by turns.
    pub(crate) async fn read_by_turns(&mut self) -> Result<Collected<Cycle>, CollectError> {
        by_turns(&self.cluster, self.source.collect()).await
    }

    /// Every partition that was read ends and begins where the cluster says, and every commit is the cluster's.
    pub(crate) fn check(&self, cycle: &Cycle) {
        for topic in &cycle.topology.topics {
            for (number, slot) in (0..).zip(topic.first..topic.first + topic.partitions) {
                let (name, cluster) = (&*topic.name, &self.cluster);
                if let Some(end) = cycle.end.get(slot) {
                    assert_eq!(Some(end), cluster.end_offset(name, number), "{name}-{number}");
                    assert_eq!(cycle.low.get(slot), cluster.start_offset(name, number), "{name}-{number}");
                }
            }
        }
        let groups = cycle.groups.as_ref().unwrap();
        for group in &groups.groups {
            for commit in groups.commits_of(group).map_or(&[][..], |(_, commits)| commits) {
                let topic = &cycle.topology.topics[cycle.topology.topic_of(commit.slot)];
                let number = i32::try_from(commit.slot - topic.first).unwrap();
                assert_eq!(Some(commit.offset), self.cluster.committed(&group.name, &topic.name, number));
            }
        }
    }
}

/// How many partitions have an end.
pub(crate) fn read_partitions(cycle: &Cycle) -> usize {
    (0..u32::try_from(cycle.end.len()).unwrap()).filter(|slot| cycle.end.get(*slot).is_some()).count()
}

/// The names of the groups.
pub(crate) fn names(cycle: &Cycle) -> Vec<&str> {
    cycle.groups.as_ref().unwrap().groups.iter().map(|group| &*group.name).collect()
}

/// One group.
pub(crate) fn group<'a>(cycle: &'a Cycle, name: &str) -> &'a Group {
    cycle.groups.as_ref().unwrap().groups.iter().find(|group| &*group.name == name).unwrap()
}

/// What a count by reason says.
pub(crate) fn counted(counts: &BTreeMap<Reason, u64>) -> Vec<(Reason, u64)> {
    counts.iter().map(|(reason, count)| (*reason, *count)).collect()
}
