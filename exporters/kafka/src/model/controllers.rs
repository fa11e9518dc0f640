//! Who controls a cluster, and how far the nodes follow.

use core::time::Duration;

use lookout_kafka_spec::labels::QuorumRole;

/// What one reading of the controllers has learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controllers {
    /// The active controller; none while there is none.
    pub controller: Option<i32>,
    /// The quorum; none with `ZooKeeper`.
    pub quorum: Option<Quorum>,
}

/// The quorum of the controllers (`KRaft`), as its leader sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The epoch of the leader.
    pub leader_epoch: i32,
    /// The high watermark of the metadata log, if the leader knows it already.
    pub high_watermark: Option<u64>,
    /// Voters, then observers, each by identifier.
    pub replicas: Vec<QuorumReplica>,
}

/// A node that follows the metadata log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuorumReplica {
    /// Its node identifier.
    pub id: i32,
    /// Whether it votes.
    pub role: QuorumRole,
    /// Records between its log end and the leader's; none if it has not been heard of since the leader's election.
    pub lag_records: Option<u64>,
    /// The time since it had fetched everything, as of the answer: zero for the leader; none if the leader does not say.
    pub lag: Option<Duration>,
}
