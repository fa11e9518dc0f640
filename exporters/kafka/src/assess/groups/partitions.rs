//! Where a group stands in each partition.

use lookout_declarations::{IsGauge, IsInfo};
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::labels::{
    ConsumerGroup, KafkaCluster, LagMethod, LagSecondsMethod, Partition as PartitionLabel,
    Topic as TopicLabel,
};
use lookout_kafka_spec::metrics::{GROUP_LAG, GROUP_LAG_SECONDS, GROUP_LAG_SECONDS_METHOD, GROUP_OFFSET};

type Gauges = Family<IsGauge, (KafkaCluster, ConsumerGroup, TopicLabel, PartitionLabel)>;

/// The families about the partitions of groups.
pub(super) struct Partitions {
    offset: Gauges,
    lag: Gauges,
    seconds: Gauges,
    method: Family<IsInfo, LagSecondsMethod<'static>>,
}

impl Partitions {
    pub(super) fn new(commits: usize) -> Self {
        let mut families = Self {
            offset: Family::new(&GROUP_OFFSET),
            lag: Family::new(&GROUP_LAG),
            seconds: Family::new(&GROUP_LAG_SECONDS),
            method: Family::new(&GROUP_LAG_SECONDS_METHOD),
        };
        families.offset.reserve(commits);
        families.lag.reserve(commits);
        families.seconds.reserve(commits);
        families.method.reserve(commits);
        families
    }

    pub(super) fn write(&mut self, labels: (&str, &str, &str, i32), commit: i64, lag: Option<u64>) {
        self.offset.set(labels, commit as f64);
        if let Some(lag) = lag {
            self.lag.set(labels, lag as f64);
        }
    }

    pub(super) fn write_seconds(&mut self, labels: (&str, &str, &str, i32), lag: Option<(f64, LagMethod)>) {
        let Some((seconds, method)) = lag else { return };
        self.seconds.set(labels, seconds);
        let (kafka_cluster, consumergroup, topic, partition) = labels;
        self.method.present(LagSecondsMethod { kafka_cluster, consumergroup, topic, partition, method });
    }

    pub(super) fn add_to(self, batch: &mut Batch) {
        batch.add(self.offset);
        batch.add(self.lag);
        batch.add(self.seconds);
        batch.add(self.method);
    }
}
