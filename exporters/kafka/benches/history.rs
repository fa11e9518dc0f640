//! What the history and the search for the lag in seconds cost: 1,000,000 partitions, 20,000 groups, 2,000,000 commits.
#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use lookout_kafka::history::{History, Observed, Reading};
use lookout_kafka::lag::{Facts, LagMemory, Search};
use lookout_kafka::model::{
    Commit, Commits, Group, Groups, LagSeconds, OffsetColumn, Partition, Topic, Topology,
};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::labels::{GroupState, GroupType};

const PARTITIONS: u32 = 1_000_000;
const PARTITIONS_OF_A_TOPIC: u32 = 10;
const GROUPS: u32 = 20_000;
const COMMITS_OF_A_GROUP: u32 = 100;

/// Records per partition and cycle.
const GROWTH: i64 = 1_500;

/// A cluster, and what has been seen of it.
struct Cluster {
    topology: Arc<Topology>,
    groups: Groups,
    history: History,
    memory: LagMemory,
    settings: Settings,
    cycle: i64,
    end: OffsetColumn,
    low: OffsetColumn,
}

fn topology() -> Topology {
    let partition = Partition { leader: 1, leader_epoch: 0, preferred: 1, replicas: 3, in_sync: 3 };
    let topics = (0..PARTITIONS / PARTITIONS_OF_A_TOPIC).map(|index| Topic {
        name: format!("topic-{index:08}").into(),
        id: [1; 16],
        first: index * PARTITIONS_OF_A_TOPIC,
        partitions: PARTITIONS_OF_A_TOPIC,
        is_internal: false,
        is_ours: true,
    });
    Topology {
        topics: topics.collect(),
        partitions: vec![partition; PARTITIONS as usize],
        ..Topology::default()
    }
}

fn groups() -> Groups {
    let mut built = Groups::default();
    for index in 0..GROUPS {
        let start = u32::try_from(built.commits.len()).unwrap();
        let first = index * (COMMITS_OF_A_GROUP / 2) % (PARTITIONS - COMMITS_OF_A_GROUP);
        built.commits.extend((first..first + COMMITS_OF_A_GROUP).map(|slot| Commit { offset: 0, slot }));
        built.groups.push(Group {
            name: format!("group-{index:08}").into(),
            group_type: GroupType::Consumer,
            state: Some(GroupState::Stable),
            protocol_type: "consumer".into(),
            assignor: "uniform".into(),
            coordinator: 1,
            members: Some(3),
            generation: Some(1),
            commits: Commits::Read(start..start + COMMITS_OF_A_GROUP),
            told_lags: None,
            is_partial: false,
            is_idle: false,
            has_moved: false,
        });
    }
    built
}

impl Cluster {
    fn new() -> Self {
        Self {
            topology: Arc::new(topology()),
            groups: groups(),
            history: History::default(),
            memory: LagMemory::default(),
            settings: Settings::default(),
            cycle: 0,
            end: OffsetColumn::unknown(PARTITIONS as usize),
            low: OffsetColumn::unknown(PARTITIONS as usize),
        }
    }

    fn at(&self) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + 15 * self.cycle).unwrap()
    }

    /// Everybody produces, and everybody commits so many records behind the end.
    fn go_on(&mut self, behind: i64) {
        self.cycle += 1;
        let ends = 1_000_000 + GROWTH * self.cycle;
        (0..PARTITIONS).for_each(|slot| self.end.set(slot, ends + i64::from(slot % 100)));
        self.groups.commits.iter_mut().for_each(|commit| commit.offset = ends - behind);
    }

    fn observe(&mut self) -> Observed {
        let (at, record_sizes) = (self.at(), BTreeMap::new());
        let (topology, end, settings) = (&self.topology, &self.end, &self.settings);
        let groups = Some(&mut self.groups);
        self.history.observe(Reading {
            at,
            topology,
            end,
            low: None,
            groups,
            record_sizes: &record_sizes,
            settings,
        })
    }

    fn search(&mut self) -> Vec<LagSeconds> {
        let facts = Facts {
            at: self.at(),
            topology: &self.topology,
            end: &self.end,
            low: &self.low,
            commits: &self.groups.commits,
            unsought: &[],
            ring: self.history.ring(),
            configurations: None,
            settings: &self.settings,
        };
        let mut search = Search::new(facts, &mut self.memory);
        // Nobody answers.
        while !search.questions().is_empty() {}
        search.finish().0
    }
}

fn history(criterion: &mut Criterion) {
    let mut cluster = Cluster::new();
    for _ in 0..20 {
        cluster.go_on(200);
        cluster.observe();
    }
    let mut group = criterion.benchmark_group("2,000,000 commits");
    group.sample_size(10);
    group.bench_function("observe", |bencher| {
        bencher.iter(|| {
            cluster.cycle += 1;
            black_box(cluster.observe())
        });
    });
    for _ in 0..20 {
        cluster.go_on(200);
        cluster.observe();
    }
    group.bench_function("search within the ring", |bencher| bencher.iter(|| black_box(cluster.search())));
    cluster.go_on(900_000);
    cluster.observe();
    group.bench_function("search far behind", |bencher| bencher.iter(|| black_box(cluster.search())));
    group.finish();
}

criterion_group!(benches, history);
criterion_main!(benches);
