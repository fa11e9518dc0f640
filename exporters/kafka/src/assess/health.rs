//! How durable the topics are: one judgement for the metrics and for the findings.
//!
//! A partition without replicas is one that the metadata left out: nothing is judged of it.

use crate::configuration::TopicConfiguration;
use crate::model::{Cycle, Partition};

/// How durable the partitions of one topic are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TopicHealth {
    /// Partitions without a leader.
    pub(crate) offline: u64,
    /// Partitions with fewer replicas in sync than replicas, offline ones included.
    pub(crate) under_replicated: u64,
    /// Partitions that are led and have fewer replicas in sync than `min.insync.replicas`; none before that was read.
    pub(crate) under_min_in_sync: Option<u64>,
    /// Partitions that are led by another broker than the preferred one.
    pub(crate) non_preferred: u64,
    /// The smallest number of replicas.
    pub(crate) replication_factor: Option<u16>,
}

/// The health of every topic of the topology, in its order; those of other shards, which are not shown, included.
pub(crate) fn of_topics(cycle: &Cycle) -> Vec<TopicHealth> {
    let topology = &cycle.topology;
    let configurations = cycle.configurations.as_deref();
    // Both are sorted by name.
    let mut configurations = configurations.into_iter().flat_map(|all| &all.0).peekable();
    topology
        .topics
        .iter()
        .map(|topic| {
            while configurations.next_if(|(name, _)| **name < topic.name).is_some() {}
            let configuration = configurations.peek().filter(|(name, _)| **name == topic.name);
            TopicHealth::new(
                topology.partitions_of(topic),
                configuration.map(|(_, configuration)| *configuration),
            )
        })
        .collect()
}

/// Whether the metadata said anything of a partition.
pub(crate) fn is_known(partition: &Partition) -> bool {
    partition.replicas > 0
}

impl TopicHealth {
    fn new(partitions: &[Partition], configuration: Option<&TopicConfiguration>) -> Self {
        let min_in_sync = configuration.and_then(|configuration| configuration.min_in_sync_replicas);
        let mut health = Self { under_min_in_sync: min_in_sync.map(|_| 0), ..Self::default() };
        for partition in partitions.iter().filter(|partition| is_known(partition)) {
            health.offline += u64::from(partition.is_offline());
            health.under_replicated += u64::from(partition.is_under_replicated());
            health.non_preferred += u64::from(partition.is_led_by_another());
            if let (Some(count), Some(minimum)) = (&mut health.under_min_in_sync, min_in_sync) {
                *count += u64::from(!partition.is_offline() && partition.in_sync < minimum);
            }
            let smallest =
                health.replication_factor.map_or(partition.replicas, |least| least.min(partition.replicas));
            health.replication_factor = Some(smallest);
        }
        health
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::NO_NODE;

    fn partition(leader: i32, replicas: u16, in_sync: u16) -> Partition {
        Partition { leader, leader_epoch: 0, preferred: 1, replicas, in_sync }
    }

    fn minimum(min_in_sync_replicas: Option<u16>) -> TopicConfiguration {
        TopicConfiguration {
            min_in_sync_replicas,
            retention_millis: None,
            retention_bytes: None,
            cleanup_policy: "delete".into(),
        }
    }

    #[test]
    fn an_offline_partition_is_not_counted_as_under_the_minimum_as_well() {
        let partitions =
            [partition(NO_NODE, 3, 1), partition(2, 3, 1), partition(1, 3, 2), partition(1, 2, 2)];
        let health = TopicHealth::new(&partitions, Some(&minimum(Some(2))));
        let expected = TopicHealth {
            offline: 1,
            under_replicated: 3,
            under_min_in_sync: Some(1),
            non_preferred: 1,
            replication_factor: Some(2),
        };
        assert_eq!(health, expected);
    }

    #[test]
    fn without_the_configuration_nothing_is_said_of_the_minimum() {
        let partitions = [partition(1, 3, 1)];
        assert_eq!(TopicHealth::new(&partitions, None).under_min_in_sync, None);
        assert_eq!(TopicHealth::new(&partitions, Some(&minimum(None))).under_min_in_sync, None);
    }

    #[test]
    fn a_partition_that_the_metadata_left_out_is_not_judged() {
        let health = TopicHealth::new(&[partition(NO_NODE, 0, 0)], Some(&minimum(Some(1))));
        assert_eq!(health, TopicHealth { under_min_in_sync: Some(0), ..TopicHealth::default() });
    }
}
