//! Everything that one cycle of the main source has learnt: what `assess` judges.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_wire::TrafficFigures;

use super::{Groups, LagSeconds, OffsetColumn, Progress, Topology};
use crate::configuration::TopicConfigurations;

/// What one cycle has learnt of a cluster.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// When the end offsets were read.
    pub at: Timestamp,
    /// Brokers, topics, partitions.
    pub topology: Arc<Topology>,
    /// The brokers that did not answer a question of this cycle, and why.
    pub unreachable: BTreeMap<i32, Reason>,
    /// Where partitions end: high watermarks.
    pub end: OffsetColumn,
    /// Where partitions begin; read less often than the ends.
    pub low: OffsetColumn,
    /// Where they began as far as that was known before the commits were read. What is deleted between the two readings was not
    /// lost by a group that had read it: commits are held against this one.
    pub low_before: OffsetColumn,
    /// Partitions whose end should have been read and was not, by reason.
    pub unread_partitions: BTreeMap<Reason, u64>,
    /// What has been produced; one for each topic of the topology.
    pub produced: Vec<Produced>,
    /// What has been produced and consumed in all.
    pub totals: Totals,
    /// The groups of this shard and their commits; none if not even one broker could list its groups.
    pub groups: Option<Groups>,
    /// Groups whose state or commits should have been read and were not, by reason.
    pub unread_groups: BTreeMap<Reason, u64>,
    /// Since when groups are behind; one for each commit. Empty if that is switched off.
    pub lag_seconds: Vec<LagSeconds>,
    /// How groups move; one for each run of commits of one group and topic, in their order.
    pub progress: Vec<Progress>,
    /// Rebalances seen since Lookout started; one for each group.
    pub rebalances: Vec<u64>,
    /// The configuration of the topics as it was last read.
    pub configurations: Option<Arc<TopicConfigurations>>,
    /// Questions for timestamps.
    pub lookups: Lookups,
    /// How long the parts of the cycle took.
    pub stages: Stages,
    /// What has gone over all connections to the cluster, the other sources' included.
    pub traffic: TrafficFigures,
}

/// What has been produced to a topic.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Produced {
    /// Records since Lookout started.
    pub records: u64,
    /// Estimated bytes since Lookout started; none before the size of a record is known.
    pub bytes: Option<f64>,
    /// Estimated bytes on disk of a record.
    pub record_size: Option<f64>,
    /// The busiest partition's share as a multiple of the mean, over the window; none where that means nothing.
    pub hot_partition: Option<f64>,
}

/// What has been produced to all topics of this shard, and consumed by all its groups, since Lookout started.
///
/// Not the sum of what [`Produced`] and [`Progress`] say at the moment: that falls when a topic or a group goes, and a counter
/// that falls is read as a restart, after which all that is left counts as new.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Records produced.
    pub produced_records: u64,
    /// Estimated bytes produced; none before the size of a record of any topic is known.
    pub produced_bytes: Option<f64>,
    /// Records consumed: growth of commits.
    pub consumed_records: u64,
}

/// Questions for offsets by timestamp.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookups {
    /// Since Lookout started.
    pub asked: u64,
    /// Lags that are unknown in this cycle because the budget was spent.
    pub deferred: u64,
    /// Other lags that the log does not tell, by reason: why a question failed, `unexpected` where timestamps say nothing, `empty`
    /// where all that was not read is gone.
    pub unread: BTreeMap<Reason, u64>,
}

/// How long the parts of a cycle took; a part that was not done has no duration.
pub type Stages = BTreeMap<Stage, Duration>;
