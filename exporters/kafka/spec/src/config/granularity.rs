//! The smallest thing that has series of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The smallest thing that has series of its own. Coarser series are there in any case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Granularity {
    /// Of series about topics: `partition`, `topic`, or `cluster`.
    pub topics: TopicGranularity,
    /// Of series about groups: `partition` (of a topic of a group), `topic` (of a group), or `group`.
    pub groups: GroupGranularity,
}

/// The smallest thing about topics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TopicGranularity {
    /// The cluster as a whole.
    Cluster,
    /// Each topic.
    Topic,
    /// Each partition.
    #[default]
    Partition,
}

/// The smallest thing about groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupGranularity {
    /// Each group.
    Group,
    /// Each topic of a group.
    Topic,
    /// Each partition of a topic of a group.
    #[default]
    Partition,
}
