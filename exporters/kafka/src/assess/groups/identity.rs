//! What a group is, and who is in it.

use lookout_declarations::{IsCounter, IsGauge, IsInfo};
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::labels::{ConsumerGroup, GroupIdentity, GroupStateLabel, KafkaCluster};
use lookout_kafka_spec::metrics::{
    GROUP_COORDINATOR, GROUP_INFO, GROUP_MEMBERS, GROUP_REBALANCES, GROUP_STATE,
};

use crate::model::{Group, NO_NODE};

/// The families about groups as such.
pub(super) struct Identity {
    info: Family<IsInfo, GroupIdentity<'static>>,
    state: Family<IsGauge, (KafkaCluster, ConsumerGroup, GroupStateLabel)>,
    members: Family<IsGauge, (KafkaCluster, ConsumerGroup)>,
    coordinator: Family<IsGauge, (KafkaCluster, ConsumerGroup)>,
    rebalances: Family<IsCounter, (KafkaCluster, ConsumerGroup)>,
}

impl Identity {
    pub(super) fn new(groups: usize) -> Self {
        let mut families = Self {
            info: Family::new(&GROUP_INFO),
            state: Family::new(&GROUP_STATE),
            members: Family::new(&GROUP_MEMBERS),
            coordinator: Family::new(&GROUP_COORDINATOR),
            rebalances: Family::new(&GROUP_REBALANCES),
        };
        families.info.reserve(groups);
        families.state.reserve(groups);
        families.members.reserve(groups);
        families.coordinator.reserve(groups);
        families.rebalances.reserve(groups);
        families
    }

    pub(super) fn write(&mut self, kafka_cluster: &str, name: &str, group: &Group, rebalances: Option<u64>) {
        let labels = (kafka_cluster, name);
        if let Some(state) = group.state {
            // Assignor and protocol are known with the state: without it, the row would be that of another series.
            self.info.present(GroupIdentity {
                kafka_cluster,
                consumergroup: name,
                group_type: group.group_type,
                protocol_type: &group.protocol_type,
                assignor: &group.assignor,
            });
            self.state.set((kafka_cluster, name, state), 1.0);
        }
        if let Some(members) = group.members {
            self.members.set(labels, f64::from(members));
        }
        if group.coordinator != NO_NODE {
            self.coordinator.set(labels, f64::from(group.coordinator));
        }
        if let Some(rebalances) = rebalances {
            self.rebalances.total(labels, rebalances as f64);
        }
    }

    pub(super) fn add_to(self, batch: &mut Batch) {
        batch.add(self.info);
        batch.add(self.state);
        batch.add(self.members);
        batch.add(self.coordinator);
        batch.add(self.rebalances);
    }
}
