//! Topics: their durability and their throughput. A topic of another shard is known for its groups, and has no rows here.

use lookout_declarations::{IsCounter, IsGauge};
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::config::TopicGranularity;
use lookout_kafka_spec::labels::{KafkaCluster, Topic as TopicLabel};
use lookout_kafka_spec::metrics::{
    TOPIC_HOT_PARTITION, TOPIC_NON_PREFERRED_LEADERS, TOPIC_OFFLINE_PARTITIONS, TOPIC_PARTITIONS,
    TOPIC_PRODUCED_BYTES, TOPIC_PRODUCED_RECORDS, TOPIC_RECORD_SIZE, TOPIC_REPLICATION_FACTOR,
    TOPIC_RETAINED_RECORDS, TOPIC_UNDER_MIN_ISR_PARTITIONS, TOPIC_UNDER_REPLICATED_PARTITIONS,
};

use super::View;
use super::health::TopicHealth;
use crate::model::{Cycle, Produced, Topic};

type Gauges = Family<IsGauge, (KafkaCluster, TopicLabel)>;
type Counters = Family<IsCounter, (KafkaCluster, TopicLabel)>;

/// The families of one pass over the topics.
struct Families {
    partitions: Gauges,
    replication_factor: Gauges,
    offline: Gauges,
    under_replicated: Gauges,
    under_min_in_sync: Gauges,
    non_preferred: Gauges,
    produced_records: Counters,
    produced_bytes: Counters,
    record_size: Gauges,
    retained: Gauges,
    hot_partition: Gauges,
}

/// Writes the series of each topic, unless they are too many.
pub(super) fn assess(cycle: &Cycle, health: &[TopicHealth], view: &View, batch: &mut Batch) {
    if view.granularity.topics < TopicGranularity::Topic {
        return;
    }
    let topics = cycle.topology.topics.iter().zip(health).enumerate();
    let mut families = Families::new(cycle.topology.topics.iter().filter(|topic| topic.is_ours).count());
    for (index, (topic, health)) in topics.filter(|(_, (topic, _))| topic.is_ours) {
        let labels = (&*view.kafka_cluster, &*topic.name);
        families.durability(topic, health, labels);
        families.throughput(cycle.produced.get(index), labels);
        if let Some(retained) = retained(cycle, topic) {
            families.retained.set(labels, retained as f64);
        }
    }
    families.add_to(batch);
}

/// The offsets between low and high watermark; none if one is not known, or belongs to the time before a truncation.
fn retained(cycle: &Cycle, topic: &Topic) -> Option<u128> {
    let of_partition = |slot| {
        let retained = cycle.end.get(slot)?.checked_sub(cycle.low.get(slot)?)?;
        u128::try_from(retained).ok()
    };
    (topic.first..topic.first + topic.partitions).map(of_partition).sum()
}

impl Families {
    fn new(topics: usize) -> Self {
        let gauges = |metric| {
            let mut family = Gauges::new(metric);
            family.reserve(topics);
            family
        };
        Self {
            partitions: gauges(&TOPIC_PARTITIONS),
            replication_factor: gauges(&TOPIC_REPLICATION_FACTOR),
            offline: gauges(&TOPIC_OFFLINE_PARTITIONS),
            under_replicated: gauges(&TOPIC_UNDER_REPLICATED_PARTITIONS),
            under_min_in_sync: gauges(&TOPIC_UNDER_MIN_ISR_PARTITIONS),
            non_preferred: gauges(&TOPIC_NON_PREFERRED_LEADERS),
            produced_records: Family::new(&TOPIC_PRODUCED_RECORDS),
            produced_bytes: Family::new(&TOPIC_PRODUCED_BYTES),
            record_size: gauges(&TOPIC_RECORD_SIZE),
            retained: gauges(&TOPIC_RETAINED_RECORDS),
            hot_partition: gauges(&TOPIC_HOT_PARTITION),
        }
    }

    fn durability(&mut self, topic: &Topic, health: &TopicHealth, labels: (&str, &str)) {
        self.partitions.set(labels, f64::from(topic.partitions));
        if let Some(replicas) = health.replication_factor {
            self.replication_factor.set(labels, f64::from(replicas));
        }
        self.offline.set(labels, health.offline as f64);
        self.under_replicated.set(labels, health.under_replicated as f64);
        if let Some(count) = health.under_min_in_sync {
            self.under_min_in_sync.set(labels, count as f64);
        }
        self.non_preferred.set(labels, health.non_preferred as f64);
    }

    fn throughput(&mut self, produced: Option<&Produced>, labels: (&str, &str)) {
        let Some(produced) = produced else { return };
        self.produced_records.total(labels, produced.records as f64);
        if let Some(bytes) = produced.bytes {
            self.produced_bytes.total(labels, bytes);
        }
        if let Some(size) = produced.record_size {
            self.record_size.set(labels, size);
        }
        if let Some(ratio) = produced.hot_partition {
            self.hot_partition.set(labels, ratio);
        }
    }

    fn add_to(self, batch: &mut Batch) {
        batch.add(self.partitions);
        batch.add(self.replication_factor);
        batch.add(self.offline);
        batch.add(self.under_replicated);
        batch.add(self.under_min_in_sync);
        batch.add(self.non_preferred);
        batch.add(self.produced_records);
        batch.add(self.produced_bytes);
        batch.add(self.record_size);
        batch.add(self.retained);
        batch.add(self.hot_partition);
    }
}
