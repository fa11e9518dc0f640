//! A hand-built world: one cycle of a cluster, made of as few words as a test needs.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_kafka::assess::granularity::Effective;
use lookout_kafka::assess::{self, View};
use lookout_kafka::configuration::{TopicConfiguration, TopicConfigurations};
use lookout_kafka::model::{
    BrokerNode, Commit, Commits, Cycle, Group, Groups, LagSeconds, Lookups, NO_NODE, OffsetColumn, Partition,
    Produced, Progress, Stages, Topic, Topology, Totals,
};
use lookout_kafka_spec::SPEC;
use lookout_kafka_spec::config::{Baseline, GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{GroupState, GroupType};
use lookout_kafka_wire::TrafficFigures;
use lookout_runtime::Shard;
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

/// Each partition has series of its own.
pub(crate) const FINEST: Effective =
    Effective { topics: TopicGranularity::Partition, groups: GroupGranularity::Partition };

/// One cycle that is being made up.
pub(crate) struct World {
    topology: Topology,
    end: Vec<Option<i64>>,
    low: Vec<Option<i64>>,
    pub(crate) cycle: Cycle,
}

/// A partition that is being made up: led, in sync, and read unless said otherwise.
#[derive(Clone)]
pub(crate) struct Made {
    leader: i32,
    replicas: Vec<i32>,
    in_sync: u16,
    low: Option<i64>,
    end: Option<i64>,
}

/// A partition from `low` to `end` that broker 1 leads and has alone.
pub(crate) fn partition(low: i64, end: i64) -> Made {
    Made { leader: 1, replicas: vec![1], in_sync: 1, low: Some(low), end: Some(end) }
}

/// A partition that the metadata left out: they named a later one.
pub(crate) fn absent() -> Made {
    Made { leader: NO_NODE, replicas: Vec::new(), in_sync: 0, low: None, end: None }
}

impl Made {
    pub(crate) fn on(self, replicas: &[i32]) -> Self {
        let in_sync = u16::try_from(replicas.len()).unwrap();
        Self { leader: replicas[0], in_sync, replicas: replicas.to_vec(), ..self }
    }

    pub(crate) fn led_by(self, leader: i32) -> Self {
        Self { leader, ..self }
    }

    pub(crate) fn in_sync(self, in_sync: u16) -> Self {
        Self { in_sync, ..self }
    }

    pub(crate) fn offline(self) -> Self {
        Self { leader: NO_NODE, end: None, ..self }
    }

    /// Its leader did not say where it ends; where it begins is known from before.
    pub(crate) fn unread(self) -> Self {
        Self { end: None, ..self }
    }

    pub(crate) fn without_low(self) -> Self {
        Self { low: None, ..self }
    }
}

/// A stable classic group with one member.
pub(crate) fn group(name: &str) -> Group {
    Group {
        name: name.into(),
        group_type: GroupType::Classic,
        state: Some(GroupState::Stable),
        protocol_type: "consumer".into(),
        assignor: "range".into(),
        coordinator: 1,
        members: Some(1),
        generation: None,
        commits: Commits::Read(0..0),
        told_lags: None,
        is_partial: false,
        is_idle: false,
        has_moved: false,
    }
}

/// A moment.
pub(crate) fn fixed_now() -> Timestamp {
    "2026-02-15T12:00:00Z".parse().unwrap()
}

impl World {
    /// A cluster in which there is broker 1, and nothing else.
    pub(crate) fn new() -> Self {
        let cycle = Cycle {
            at: fixed_now(),
            topology: Arc::default(),
            unreachable: [].into(),
            end: OffsetColumn::default(),
            low: OffsetColumn::default(),
            low_before: OffsetColumn::default(),
            unread_partitions: [].into(),
            produced: Vec::new(),
            totals: Totals::default(),
            groups: Some(Groups::default()),
            unread_groups: [].into(),
            lag_seconds: Vec::new(),
            progress: Vec::new(),
            rebalances: Vec::new(),
            configurations: None,
            lookups: Lookups::default(),
            stages: Stages::new(),
            traffic: TrafficFigures::default(),
        };
        let topology = Topology { cluster_id: Some("Z1JfXr0BQ5-8ZkPzCkq5hg".into()), ..Topology::default() };
        Self { topology, end: Vec::new(), low: Vec::new(), cycle }.broker(1, None)
    }

    pub(crate) fn broker(mut self, id: i32, rack: Option<&str>) -> Self {
        let host = format!("kafka-{id}.example").into();
        self.topology.brokers.push(BrokerNode { id, host, port: 9092, rack: rack.map(Into::into) });
        self
    }

    /// Adds a topic; in the order of names.
    pub(crate) fn topic(mut self, name: &str, partitions: &[Made]) -> Self {
        assert!(
            self.topology.topics.last().is_none_or(|before| *before.name < *name),
            "{name} is out of order"
        );
        self.topology.topics.push(Topic {
            name: name.into(),
            id: [0; 16],
            first: u32::try_from(self.topology.partitions.len()).unwrap(),
            partitions: u32::try_from(partitions.len()).unwrap(),
            is_internal: false,
            is_ours: true,
        });
        for Made { leader, replicas, in_sync, low, end } in partitions {
            self.topology.partitions.push(Partition {
                leader: *leader,
                leader_epoch: 0,
                preferred: replicas.first().copied().unwrap_or(NO_NODE),
                replicas: u16::try_from(replicas.len()).unwrap(),
                in_sync: *in_sync,
            });
            for replica in replicas {
                *self.topology.replicas.entry(*replica).or_default() += 1;
            }
            self.end.push(*end);
            self.low.push(*low);
        }
        self.cycle.produced.push(Produced::default());
        self
    }

    /// Adds a topic of another shard.
    pub(crate) fn foreign_topic(self, name: &str, partitions: &[Made]) -> Self {
        let mut world = self.topic(name, partitions);
        world.topology.topics.last_mut().unwrap().is_ours = false;
        world
    }

    pub(crate) fn produced(mut self, produced: Produced) -> Self {
        *self.cycle.produced.last_mut().unwrap() = produced;
        self
    }

    /// Adds a group with its commits, (topic, partition, offset), in the order of slots; in the order of names.
    pub(crate) fn group(mut self, group: Group, commits: &[(&str, u32, i64)]) -> Self {
        let groups = self.cycle.groups.as_mut().unwrap();
        assert!(
            groups.groups.last().is_none_or(|before| before.name < group.name),
            "{} is out of order",
            group.name
        );
        let first = u32::try_from(groups.commits.len()).unwrap();
        let mut last_topic = None;
        for (topic, partition, offset) in commits {
            let index = self.topology.find(topic).unwrap();
            let slot = self.topology.topics[index].first + partition;
            groups.commits.push(Commit { offset: *offset, slot });
            self.cycle.lag_seconds.push(LagSeconds::Unknown);
            if last_topic != Some(index) {
                self.cycle.progress.push(Progress::default());
            }
            last_topic = Some(index);
        }
        let read = Commits::Read(first..u32::try_from(groups.commits.len()).unwrap());
        let commits = if matches!(group.commits, Commits::Unread(_)) { group.commits.clone() } else { read };
        groups.groups.push(Group { commits, ..group });
        self.cycle.rebalances.push(0);
        self
    }

    /// The lags that the group that was added last is told: it is a share group.
    pub(crate) fn told(mut self, lags: &[Option<u64>]) -> Self {
        let group = self.cycle.groups.as_mut().unwrap().groups.last_mut().unwrap();
        (group.group_type, group.told_lags) = (GroupType::Share, Some(lags.into()));
        self
    }

    /// Since when the group that was added last is behind, commit by commit.
    pub(crate) fn since(mut self, lags: &[LagSeconds]) -> Self {
        let first = self.cycle.lag_seconds.len() - lags.len();
        self.cycle.lag_seconds[first..].copy_from_slice(lags);
        self
    }

    /// How the group that was added last moves through its last topic.
    pub(crate) fn progress(mut self, consumed: u64, lag_velocity: Option<f64>) -> Self {
        *self.cycle.progress.last_mut().unwrap() = Progress { consumed, lag_velocity };
        self
    }

    /// `min.insync.replicas` by topic, in the order of names.
    pub(crate) fn min_in_sync(mut self, topics: &[(&str, u16)]) -> Self {
        let configuration = |minimum: u16| TopicConfiguration {
            min_in_sync_replicas: Some(minimum),
            retention_millis: Some(604_800_000),
            retention_bytes: None,
            cleanup_policy: "delete".into(),
        };
        let topics = topics.iter().map(|(name, minimum)| ((*name).into(), configuration(*minimum)));
        self.cycle.configurations = Some(Arc::new(TopicConfigurations(topics.collect())));
        self
    }

    pub(crate) fn unreachable(mut self, broker: i32, reason: Reason) -> Self {
        self.cycle.unreachable.insert(broker, reason);
        self
    }

    /// The cycle.
    pub(crate) fn build(self) -> Cycle {
        let column = |offsets: &[Option<i64>]| {
            let mut column = OffsetColumn::unknown(offsets.len());
            for (slot, offset) in (0..).zip(offsets) {
                column.set(slot, offset.unwrap_or(-1));
            }
            column
        };
        Cycle {
            end: column(&self.end),
            low: column(&self.low),
            low_before: column(&self.low),
            topology: Arc::new(self.topology),
            ..self.cycle
        }
    }

    /// The cycle as it is served at the finest granularity.
    pub(crate) fn scrape(self) -> Scrape {
        scrape_of(&self.build(), &view("", FINEST))
    }
}

/// How a cluster is shown: as configured, with the lag in seconds.
pub(crate) fn view(kafka_cluster: &str, granularity: Effective) -> View {
    let baseline = Baseline::default();
    View {
        kafka_cluster: kafka_cluster.into(),
        baseline,
        configured: granularity,
        granularity,
        has_lag_seconds: true,
        shard: Shard::WHOLE,
    }
}

/// What is served of a cycle, read back.
pub(crate) fn scrape_of(cycle: &Cycle, view: &View) -> Scrape {
    let mut batch = Batch::new();
    assess::cycle(cycle, view, fixed_now(), &mut batch);
    let text = text_of(batch);
    Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// What is served of `batch`, as text.
pub(crate) fn text_of(batch: Batch) -> String {
    let families = ExporterFamilies { exporter: SPEC.name, families: SPEC.metrics, series_budget: 1_000_000 };
    let exposition = Exposition::new([families]);
    let mut publisher = exposition.publisher(SPEC.name, "test");
    let report = publisher.publish(batch);
    assert_eq!(report.dropped.total(), 0, "{report:?}");
    let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    answer.buffers.iter().map(|buffer| String::from_utf8(buffer.to_vec()).unwrap()).collect()
}

/// The rows of one family as `label,label value`, without the names of the labels, in order.
pub(crate) fn rows(scrape: &Scrape, family: &str) -> Vec<String> {
    let samples = scrape.samples().filter(|sample| sample.name == family);
    samples
        .map(|sample| {
            let labels: Vec<_> = sample.labels.iter().map(|(_, value)| value.as_str()).collect();
            format!("{} {}", labels.join(","), sample.value)
        })
        .collect()
}
