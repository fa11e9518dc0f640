//! Brokers, and the cluster as a whole.

use std::collections::BTreeMap;

use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::metrics::{
    BASELINE_BYTES, BASELINE_PRODUCE_LATENCY, BASELINE_RECORDS, BROKER_INFO, BROKER_LEADERS,
    BROKER_PREFERRED_LEADERS, BROKER_RACK, BROKER_REACHABLE, BROKER_REPLICAS, BROKERS,
    CLUSTER_CONSUMED_RECORDS, CLUSTER_INFO, CLUSTER_NON_PREFERRED_LEADERS, CLUSTER_OFFLINE_PARTITIONS,
    CLUSTER_PARTITIONS, CLUSTER_PRODUCED_BYTES, CLUSTER_PRODUCED_RECORDS, CLUSTER_TOPICS,
    CLUSTER_UNDER_MIN_ISR_PARTITIONS, CLUSTER_UNDER_REPLICATED_PARTITIONS,
};

use super::health::TopicHealth;
use super::{View, truth};
use crate::model::{BrokerNode, Cycle, NO_NODE};

/// What a broker has to do with partitions.
#[derive(Clone, Copy, Default)]
struct Share {
    is_alive: bool,
    leaders: u64,
    preferred: u64,
    replicas: u64,
}

/// Writes what is known of each broker, those that hold replicas and are not alive included.
pub(super) fn assess(cycle: &Cycle, view: &View, batch: &mut Batch) {
    let cluster = &*view.kafka_cluster;
    let (mut alive, mut info) = (Family::new(&BROKERS), Family::new(&BROKER_INFO));
    let mut rack = Family::new(&BROKER_RACK);
    alive.set((cluster,), cycle.topology.brokers.len() as f64);
    for broker in &cycle.topology.brokers {
        info.present((cluster, broker.id, &address(broker)));
        if let Some(name) = broker.rack.as_deref().filter(|name| !name.is_empty()) {
            rack.present((cluster, broker.id, name));
        }
    }
    batch.add(alive);
    batch.add(info);
    batch.add(rack);

    let mut reachable = Family::new(&BROKER_REACHABLE);
    let mut leaders = Family::new(&BROKER_LEADERS);
    let mut preferred = Family::new(&BROKER_PREFERRED_LEADERS);
    let mut replicas = Family::new(&BROKER_REPLICAS);
    for (id, share) in shares(cycle) {
        let answers = share.is_alive && !cycle.unreachable.contains_key(&id);
        reachable.set((cluster, id), truth(answers));
        leaders.set((cluster, id), share.leaders as f64);
        preferred.set((cluster, id), share.preferred as f64);
        replicas.set((cluster, id), share.replicas as f64);
    }
    batch.add(reachable);
    batch.add(leaders);
    batch.add(preferred);
    batch.add(replicas);
}

/// The brokers that are alive, hold replicas, or were asked in vain; over all topics, whichever shard shows them. Each process says
/// the same of a broker, so that no panel and no alert has to know how many there are.
fn shares(cycle: &Cycle) -> BTreeMap<i32, Share> {
    let topology = &cycle.topology;
    let mut shares: BTreeMap<i32, Share> = BTreeMap::new();
    for broker in &topology.brokers {
        shares.entry(broker.id).or_default().is_alive = true;
    }
    for (broker, replicas) in &topology.replicas {
        shares.entry(*broker).or_default().replicas = *replicas;
    }
    // A first broker of the configuration may have failed before it told its identifier.
    for broker in cycle.unreachable.keys().filter(|broker| **broker >= 0) {
        shares.entry(*broker).or_default();
    }
    for partition in &topology.partitions {
        if partition.leader != NO_NODE {
            shares.entry(partition.leader).or_default().leaders += 1;
        }
        if partition.preferred != NO_NODE {
            shares.entry(partition.preferred).or_default().preferred += 1;
        }
    }
    shares
}

/// The address as `kafka_exporter` writes it.
fn address(broker: &BrokerNode) -> String {
    let BrokerNode { host, port, .. } = broker;
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

/// Writes what is known of the cluster as a whole.
pub(super) fn cluster(cycle: &Cycle, health: &[TopicHealth], view: &View, batch: &mut Batch) {
    let cluster = &*view.kafka_cluster;
    let mut info = Family::new(&CLUSTER_INFO);
    if let Some(identifier) = &cycle.topology.cluster_id {
        info.present((cluster, identifier));
    }
    batch.add(info);
    let part = (cluster, &*view.lookout_shard());
    partitions(cycle, health, part, batch);

    let totals = &cycle.totals;
    let mut produced = Family::new(&CLUSTER_PRODUCED_RECORDS);
    produced.total(part, totals.produced_records as f64);
    batch.add(produced);
    let mut bytes = Family::new(&CLUSTER_PRODUCED_BYTES);
    if let Some(total) = totals.produced_bytes {
        bytes.total(part, total);
    }
    batch.add(bytes);
    let mut consumed = Family::new(&CLUSTER_CONSUMED_RECORDS);
    consumed.total(part, totals.consumed_records as f64);
    batch.add(consumed);
    baseline(view, part, batch);
}

fn partitions(cycle: &Cycle, health: &[TopicHealth], part: (&str, &str), batch: &mut Batch) {
    let (mut topics, mut partitions) = (0_u64, 0_u64);
    let mut sum = TopicHealth::default();
    for (topic, health) in cycle.topology.topics.iter().zip(health).filter(|(topic, _)| topic.is_ours) {
        topics += 1;
        partitions += u64::from(topic.partitions);
        sum.offline += health.offline;
        sum.under_replicated += health.under_replicated;
        sum.non_preferred += health.non_preferred;
        // A topic of yesterday must not hide behind one that was created a minute ago: of those whose configuration is known.
        sum.under_min_in_sync = match (sum.under_min_in_sync, health.under_min_in_sync) {
            (Some(sum), Some(count)) => Some(sum + count),
            (known, None) | (None, known) => known,
        };
    }
    for (metric, count) in [
        (&CLUSTER_TOPICS, Some(topics)),
        (&CLUSTER_PARTITIONS, Some(partitions)),
        (&CLUSTER_OFFLINE_PARTITIONS, Some(sum.offline)),
        (&CLUSTER_UNDER_REPLICATED_PARTITIONS, Some(sum.under_replicated)),
        (&CLUSTER_UNDER_MIN_ISR_PARTITIONS, sum.under_min_in_sync),
        (&CLUSTER_NON_PREFERRED_LEADERS, Some(sum.non_preferred)),
    ] {
        let mut family = Family::new(metric);
        if let Some(count) = count {
            family.set(part, count as f64);
        }
        batch.add(family);
    }
}

/// What is usual of the whole cluster is divided equally: over all shards it adds up, and one that is not there takes its part
/// with it.
fn baseline(view: &View, part: (&str, &str), batch: &mut Batch) {
    let baseline = &view.baseline;
    for (metric, usual) in
        [(&BASELINE_RECORDS, baseline.records_per_second), (&BASELINE_BYTES, baseline.bytes_per_second)]
    {
        let mut family = Family::new(metric);
        if let Some(usual) = usual {
            family.set(part, usual / f64::from(view.shard.count()));
        }
        batch.add(family);
    }
    let mut family = Family::new(&BASELINE_PRODUCE_LATENCY);
    if let Some(latency) = baseline.produce_latency {
        family.set((&*view.kafka_cluster,), latency.get().as_secs_f64());
    }
    batch.add(family);
}
