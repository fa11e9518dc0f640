//! Partitions: `kafka_exporter`'s families.

use lookout_declarations::IsGauge;
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::config::TopicGranularity;
use lookout_kafka_spec::labels::{KafkaCluster, Partition as PartitionLabel, Topic as TopicLabel};
use lookout_kafka_spec::metrics::{
    PARTITION_END, PARTITION_IN_SYNC, PARTITION_LEADER, PARTITION_LEADER_IS_PREFERRED, PARTITION_LOW,
    PARTITION_REPLICAS, PARTITION_UNDER_REPLICATED,
};

use super::health::is_known;
use super::{View, truth};
use crate::model::{Cycle, NO_NODE, Partition};

type Gauges = Family<IsGauge, (KafkaCluster, TopicLabel, PartitionLabel)>;

/// Writes the series of each partition, unless they are too many.
pub(super) fn assess(cycle: &Cycle, view: &View, batch: &mut Batch) {
    if view.granularity.topics < TopicGranularity::Partition {
        return;
    }
    // Family by family: seven buffers at once fall out of the cache, and a column is cheap to pass over again.
    offsets(cycle, view, batch);
    for (metric, value) in [
        (&PARTITION_LEADER, (|partition| f64::from(partition.leader)) as fn(&Partition) -> f64),
        (&PARTITION_REPLICAS, |partition| f64::from(partition.replicas)),
        (&PARTITION_IN_SYNC, |partition| f64::from(partition.in_sync)),
        (&PARTITION_LEADER_IS_PREFERRED, |partition| truth(is_led_by_preferred(partition))),
        (&PARTITION_UNDER_REPLICATED, |partition| truth(partition.is_under_replicated())),
    ] {
        let mut family = Gauges::new(metric);
        family.reserve(cycle.topology.partitions.len());
        for_each(cycle, view, |labels, _, partition| {
            if is_known(partition) {
                family.set(labels, value(partition));
            }
        });
        batch.add(family);
    }
}

/// The watermarks; an offline partition keeps its other series, so it does not vanish with them.
fn offsets(cycle: &Cycle, view: &View, batch: &mut Batch) {
    for (metric, column) in [(&PARTITION_END, &cycle.end), (&PARTITION_LOW, &cycle.low)] {
        let mut family = Gauges::new(metric);
        family.reserve(column.len());
        for_each(cycle, view, |labels, slot, _| {
            if let Some(offset) = column.get(slot) {
                family.set(labels, offset as f64);
            }
        });
        batch.add(family);
    }
}

fn is_led_by_preferred(partition: &Partition) -> bool {
    partition.leader != NO_NODE && partition.leader == partition.preferred
}

fn for_each<'a>(
    cycle: &'a Cycle,
    view: &'a View,
    mut each: impl FnMut((&'a str, &'a str, i32), u32, &Partition),
) {
    for topic in cycle.topology.topics.iter().filter(|topic| topic.is_ours) {
        let partitions = cycle.topology.partitions_of(topic);
        for ((number, slot), partition) in (0..).zip(topic.first..).zip(partitions) {
            each((&view.kafka_cluster, &topic.name, number), slot, partition);
        }
    }
}
