//! The granularity that fits the series budget.
//!
//! Above its budget, the exposition withholds whole families, which would take the lag of every group because one topic has grown.
//! So series are made coarser before rows are written, and what all alerts stand on stays.
//!
//! The order of [`ORDER`]: series of partitions go before any other, because no alert stands on them. Of two things on the same
//! level, those about topics go first: what pages of topics (offline, under-replicated, throughput) is there for the cluster as
//! well; of groups, the share of retention used and the records lost exist by topic only, and which partition is stuck is said by
//! nothing coarser. Only as much goes as has to: the first of the order that fits is taken.
//!
//! How to get it wrong: leaving out the hysteresis. With a count that moves around the budget, series would come and go
//! with each cycle; with a broker that is away for a minute, there would be more series for that minute.

use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::{Granularity, GroupGranularity, TopicGranularity};

use super::runs::Runs;
use crate::model::Cycle;

/// What has series of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// About topics.
    pub topics: TopicGranularity,
    /// About groups.
    pub groups: GroupGranularity,
}

/// What there is to have series.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Brokers, those that are not alive and hold replicas included.
    pub brokers: usize,
    /// Topics of this shard.
    pub topics: usize,
    /// Their partitions.
    pub partitions: usize,
    /// Groups that are not idle.
    pub groups: usize,
    /// Pairs of such a group and a topic for which it has commits.
    pub group_topics: usize,
    /// Their commits.
    pub commits: usize,
    /// Whether the lag in seconds is exported.
    pub has_lag_seconds: bool,
    /// Whether there is more than could be counted: a broker is away, and some groups with it.
    pub is_partial: bool,
}

/// From the finest to the coarsest; see the header for the order.
const ORDER: [Effective; 7] = [
    Effective { topics: TopicGranularity::Partition, groups: GroupGranularity::Partition },
    Effective { topics: TopicGranularity::Topic, groups: GroupGranularity::Partition },
    Effective { topics: TopicGranularity::Partition, groups: GroupGranularity::Topic },
    Effective { topics: TopicGranularity::Topic, groups: GroupGranularity::Topic },
    Effective { topics: TopicGranularity::Cluster, groups: GroupGranularity::Topic },
    Effective { topics: TopicGranularity::Topic, groups: GroupGranularity::Group },
    Effective { topics: TopicGranularity::Cluster, groups: GroupGranularity::Group },
];

/// Rows of a cluster as a whole: totals, and one per reason; generous.
const PER_CLUSTER: usize = 250;
/// Rows of a broker: of the cycle, of four log directories, of the quorum, and of the probe with two histograms; generous.
const PER_BROKER: usize = 100;
/// Rows of a topic: eleven of the cycle, two of its size on disk, four of its configuration.
const PER_TOPIC: usize = 17;
/// Rows of a partition.
const PER_PARTITION: usize = 7;
/// Rows of a group, and of its lag in seconds.
const PER_GROUP: (usize, usize) = (6, 1);
/// Rows of a topic of a group, and of its lag in seconds.
const PER_GROUP_TOPIC: (usize, usize) = (8, 1);
/// Rows of a commit, and of its lag in seconds and how that was found.
const PER_COMMIT: (usize, usize) = (2, 2);

/// The part of the budget that must be left before series become finer again: a tenth of growth lies between the two.
const SPARE: usize = 10;

/// The series that one cluster may have: an equal part of the budget, so that a cluster that grows makes no other one coarser.
pub fn budget(settings: &Settings) -> usize {
    settings.series_budget / settings.clusters.len().max(1)
}

/// The granularity for `counts` in a budget of `budget` series, no finer than `configured`. `last` is what was effective so far:
/// finer series come back only when there is room to spare and everything could be counted. If nothing fits, the coarsest is the answer, and the budget does the
/// rest.
pub fn fit(counts: &Counts, configured: Effective, budget: usize, last: Effective) -> Effective {
    let candidates = ORDER.map(|candidate| candidate.no_finer_than(configured));
    let current = candidates.iter().position(|candidate| *candidate == last).unwrap_or(0);
    let fits = |(place, candidate): &(usize, Effective)| {
        let room = match (*place < current, counts.is_partial) {
            (false, _) => budget,
            (true, false) => budget - budget / SPARE,
            (true, true) => return false,
        };
        counts.rows(*candidate) <= room
    };
    let coarsest = candidates[ORDER.len() - 1];
    candidates.into_iter().enumerate().find(fits).map_or(coarsest, |(_, candidate)| candidate)
}

// === impl Effective ===

impl Effective {
    /// What is configured, as far as that alone decides.
    pub fn configured(granularity: &Granularity) -> Self {
        Self { topics: granularity.topics, groups: granularity.groups }
    }

    fn no_finer_than(self, other: Self) -> Self {
        Self { topics: self.topics.min(other.topics), groups: self.groups.min(other.groups) }
    }
}

// === impl Counts ===

impl Counts {
    /// What there is in a cycle.
    pub fn of(cycle: &Cycle, has_lag_seconds: bool) -> Self {
        let topology = &cycle.topology;
        let brokers = topology.brokers.len().max(topology.replicas.len()) + cycle.unreachable.len();
        let is_partial =
            cycle.groups.is_none() || !cycle.unreachable.is_empty() || !topology.unread_topics.is_empty();
        let mut counts = Self { brokers, has_lag_seconds, is_partial, ..Self::default() };
        for topic in topology.topics.iter().filter(|topic| topic.is_ours) {
            counts.topics += 1;
            counts.partitions += topic.partitions as usize;
        }
        let Some(groups) = &cycle.groups else { return counts };
        for group in groups.groups.iter().filter(|group| !group.is_idle) {
            counts.groups += 1;
            let (first, commits) = groups.commits_of(group).unwrap_or_default();
            counts.group_topics += Runs::new(topology, first, commits).count();
            counts.commits += commits.len();
        }
        counts
    }

    /// An upper bound of the rows at a granularity, those of all sources of the cluster; client quotas aside, of which nobody has
    /// many.
    pub fn rows(&self, granularity: Effective) -> usize {
        let of_group =
            |(rows, seconds): (usize, usize)| if self.has_lag_seconds { rows + seconds } else { rows };
        let topics = if granularity.topics >= TopicGranularity::Topic { self.topics } else { 0 };
        let partitions = if granularity.topics >= TopicGranularity::Partition { self.partitions } else { 0 };
        let group_topics = if granularity.groups >= GroupGranularity::Topic { self.group_topics } else { 0 };
        let commits = if granularity.groups >= GroupGranularity::Partition { self.commits } else { 0 };
        [
            (self.brokers, PER_BROKER),
            (topics, PER_TOPIC),
            (partitions, PER_PARTITION),
            (self.groups, of_group(PER_GROUP)),
            (group_topics, of_group(PER_GROUP_TOPIC)),
            (commits, of_group(PER_COMMIT)),
        ]
        .into_iter()
        .fold(PER_CLUSTER, |sum, (count, rows)| sum.saturating_add(count.saturating_mul(rows)))
    }
}
