//! Who controls the cluster, and how far the nodes are behind the controllers' log.
//!
//! `KRaft`: any broker passes the question on to the quorum's leader, whose view the answer is. `ZooKeeper`: the metadata names
//! the controller, and there is no quorum.

use core::time::Duration;

use lookout_kafka_spec::labels::QuorumRole;
use lookout_kafka_wire::messages::describe_quorum_response::{PartitionData, ReplicaState};
use lookout_kafka_wire::{Api, Cluster, ErrorCode, Failure, describe_quorum};

use super::missed::Missed;
use crate::model::{Controllers, Quorum, QuorumReplica};

/// How many nodes are kept: every broker is an observer.
const MAX_REPLICAS: usize = 4_096;

/// Asks for the controllers.
pub async fn read(cluster: &Cluster) -> Result<Controllers, Missed> {
    let asked = async {
        let mut lease = cluster.any().await?;
        if lease.versions().choose(Api::DescribeQuorum).is_none() {
            return Ok(None);
        }
        lease.call(&describe_quorum()).await.map(Some)
    };
    let by = |failure: Failure| Missed::by(&failure);
    let Some(answer) = asked.await.map_err(by)? else {
        let controller = cluster.controller().await.map_err(by)?;
        return Ok(Controllers { controller, quorum: None });
    };
    let partition = answer.topics.first().and_then(|topic| topic.partitions.first());
    let codes = [answer.error_code, partition.map_or(0, |partition| partition.error_code)];
    if let Some(code) = codes.into_iter().map(ErrorCode).find(|code| !code.is_none()) {
        return Err(Missed::with(Api::DescribeQuorum, code));
    }
    let controller = partition.map(|partition| partition.leader_id.0).filter(|id| *id >= 0);
    Ok(Controllers { controller, quorum: partition.map(quorum) })
}

fn quorum(partition: &PartitionData) -> Quorum {
    let leader = partition.leader_id.0;
    let states = || partition.current_voters.iter().chain(&partition.observers);
    let of_leader = states().find(|state| state.replica_id.0 == leader);
    let end = of_leader.map(|state| state.log_end_offset).filter(|end| *end >= 0);
    // The leader stamps its own row with its own clock: lags are told without ours.
    let now = of_leader.map(|state| state.last_caught_up_timestamp).filter(|at| *at >= 0);
    let replica = |role: QuorumRole, state: &ReplicaState| {
        let is_leader = state.replica_id.0 == leader;
        let lag_records =
            end.filter(|_| state.log_end_offset >= 0).map(|end| end.saturating_sub(state.log_end_offset));
        let behind = now
            .filter(|_| state.last_caught_up_timestamp >= 0)
            .map(|now| now.saturating_sub(state.last_caught_up_timestamp));
        let lag = behind.map(|millis| Duration::from_millis(u64::try_from(millis).unwrap_or_default()));
        QuorumReplica {
            id: state.replica_id.0,
            role,
            lag_records: if is_leader {
                Some(0)
            } else {
                lag_records.map(|lag| u64::try_from(lag).unwrap_or_default())
            },
            lag: if is_leader { Some(Duration::ZERO) } else { lag },
        }
    };
    let voters = partition.current_voters.iter().map(|state| replica(QuorumRole::Voter, state));
    let observers = partition.observers.iter().map(|state| replica(QuorumRole::Observer, state));
    let mut replicas: Vec<_> = voters.chain(observers).take(MAX_REPLICAS).collect();
    replicas.sort_by_key(|replica| (replica.role != QuorumRole::Voter, replica.id));
    replicas.dedup_by_key(|replica| (replica.role, replica.id));
    Quorum {
        leader_epoch: partition.leader_epoch,
        high_watermark: u64::try_from(partition.high_watermark).ok(),
        replicas,
    }
}
