//! What it costs to judge a cycle: 10,000 partitions with everything shown, and 1,000,000 by topic.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kafka::assess::granularity::{Counts, Effective};
use lookout_kafka::assess::{self, View};
use lookout_kafka::configuration::{TopicConfiguration, TopicConfigurations};
use lookout_kafka::findings;
use lookout_kafka::model::{
    BrokerNode, Commit, Commits, Cycle, Group, Groups, LagSeconds, Lookups, OffsetColumn, Partition,
    Produced, Progress, Stages, Topic, Topology, Totals,
};
use lookout_kafka_spec::config::{Baseline, GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{GroupState, GroupType, LagMethod};
use lookout_kafka_wire::TrafficFigures;
use lookout_runtime::Shard;

const BROKERS: i32 = 9;
const NOW: i64 = 1_790_000_000_000;

/// A cluster of so many topics of so many partitions, in which each of so many groups has committed for all partitions of
/// so many topics.
struct Size {
    topics: u32,
    partitions: u32,
    groups: u32,
    topics_of_group: u32,
}

fn topology(size: &Size) -> Topology {
    let topic = |number| Topic {
        name: format!("topic-with-a-usual-name-{number:06}").into(),
        id: [0; 16],
        first: number * size.partitions,
        partitions: size.partitions,
        is_internal: false,
        is_ours: true,
    };
    let partition = |slot: u32| {
        let leader = i32::try_from(slot).unwrap() % BROKERS;
        Partition { leader, leader_epoch: 3, preferred: leader, replicas: 3, in_sync: 3 }
    };
    let broker = |id| BrokerNode { id, host: format!("kafka-{id}.example").into(), port: 9092, rack: None };
    Topology {
        brokers: (0..BROKERS).map(broker).collect(),
        topics: (0..size.topics).map(topic).collect(),
        partitions: (0..size.topics * size.partitions).map(partition).collect(),
        replicas: (0..BROKERS).map(|id| (id, 1_000)).collect(),
        ..Topology::default()
    }
}

fn groups(size: &Size) -> Groups {
    let mut groups = Groups::default();
    for number in 0..size.groups {
        let begin = u32::try_from(groups.commits.len()).unwrap();
        let first = number % (size.topics - size.topics_of_group + 1) * size.partitions;
        let slots = first..first + size.topics_of_group * size.partitions;
        groups.commits.extend(slots.map(|slot| Commit { offset: 1_000_000 + i64::from(slot), slot }));
        groups.groups.push(Group {
            name: format!("group-with-a-usual-name-{number:06}").into(),
            group_type: GroupType::Classic,
            state: Some(GroupState::Stable),
            protocol_type: "consumer".into(),
            assignor: "range".into(),
            coordinator: 1,
            members: Some(3),
            generation: None,
            commits: Commits::Read(begin..u32::try_from(groups.commits.len()).unwrap()),
            told_lags: None,
            is_partial: false,
            is_idle: false,
            has_moved: false,
        });
    }
    groups
}

fn configurations(topology: &Topology) -> TopicConfigurations {
    let configuration = TopicConfiguration {
        min_in_sync_replicas: Some(2),
        retention_millis: Some(604_800_000),
        retention_bytes: None,
        cleanup_policy: "delete".into(),
    };
    TopicConfigurations(
        topology.topics.iter().map(|topic| (Arc::clone(&topic.name), configuration.clone())).collect(),
    )
}

fn cycle(size: &Size) -> Cycle {
    let (topology, groups) = (topology(size), groups(size));
    let column = |above: i64| {
        let mut column = OffsetColumn::unknown(topology.partitions.len());
        (0..).take(column.len()).for_each(|slot| column.set(slot, above + i64::from(slot)));
        column
    };
    let since = LagSeconds::Since { timestamp: NOW - 12_345, method: LagMethod::Timestamp };
    let produced = Produced {
        records: 5_000_000,
        bytes: Some(2.5e9),
        record_size: Some(512.5),
        hot_partition: Some(1.25),
    };
    let progress = Progress { consumed: 4_000_000, lag_velocity: Some(-12.5) };
    Cycle {
        at: Timestamp::from_millisecond(NOW).unwrap(),
        unreachable: [].into(),
        end: column(1_000_500),
        low: column(500_000),
        low_before: column(500_000),
        unread_partitions: [].into(),
        produced: vec![produced; topology.topics.len()],
        totals: Totals::default(),
        unread_groups: [].into(),
        lag_seconds: vec![since; groups.commits.len()],
        progress: vec![progress; (size.groups * size.topics_of_group) as usize],
        rebalances: vec![2; groups.groups.len()],
        configurations: Some(Arc::new(configurations(&topology))),
        lookups: Lookups::default(),
        stages: Stages::new(),
        traffic: TrafficFigures::default(),
        groups: Some(groups),
        topology: Arc::new(topology),
    }
}

fn measure(criterion: &mut Criterion, name: &str, size: &Size, granularity: Effective) {
    let cycle = cycle(size);
    let (kafka_cluster, baseline) = ("shop".into(), Baseline::default());
    let (configured, shard) = (granularity, Shard::WHOLE);
    let view = View { kafka_cluster, baseline, configured, granularity, has_lag_seconds: true, shard };
    let judge = || {
        let mut batch = Batch::new();
        assess::cycle(black_box(&cycle), &view, cycle.at, &mut batch);
        batch
    };
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).throughput(Throughput::Elements(judge().rows() as u64));
    group.bench_function("assess", |bencher| bencher.iter_with_large_drop(judge));
    group.bench_function("counts", |bencher| bencher.iter(|| Counts::of(black_box(&cycle), true)));
    group.bench_function("findings", |bencher| {
        bencher.iter(|| findings::cycle(black_box(&cycle), "lookout-probe"));
    });
    group.finish();
}

fn benches(criterion: &mut Criterion) {
    let size = Size { topics: 1_000, partitions: 10, groups: 500, topics_of_group: 4 };
    let finest = Effective { topics: TopicGranularity::Partition, groups: GroupGranularity::Partition };
    measure(criterion, "10,000 partitions, 20,000 commits, all shown", &size, finest);
    let by_topic = Effective { topics: TopicGranularity::Topic, groups: GroupGranularity::Topic };
    for partitions in [25, 50] {
        let size = Size { topics: 20_000, partitions, groups: 20_000, topics_of_group: 2 };
        let name = format!("{} partitions, {} commits, by topic", 20_000 * partitions, 40_000 * partitions);
        measure(criterion, &name, &size, by_topic);
    }
}

criterion_group!(all, benches);
criterion_main!(all);
