//! How well it could be read: what is missing, what it cost, what was made coarser.

use std::collections::BTreeMap;

use lookout_declarations::{IsGauge, Metric, Reason, ReasonLabel};
use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::REASONS;
use lookout_kafka_spec::config::{GroupGranularity, TopicGranularity};
use lookout_kafka_spec::labels::{Families, GranularityLevel, KafkaCluster};
use lookout_kafka_spec::metrics::{
    CLIENT_RECEIVED_BYTES, CLIENT_REQUESTS, CLIENT_SENT_BYTES, GRANULARITY, GRANULARITY_DEGRADED,
    STAGE_DURATION, TIMESTAMP_LOOKUPS, TIMESTAMP_LOOKUPS_DEFERRED, UNREAD_GROUPS, UNREAD_LAGS,
    UNREAD_PARTITIONS,
};

use super::{View, truth};
use crate::model::Cycle;

type ByReason = Metric<IsGauge, (KafkaCluster, ReasonLabel)>;

pub(super) fn assess(cycle: &Cycle, view: &View, batch: &mut Batch) {
    unread(&UNREAD_PARTITIONS, &cycle.unread_partitions, view, batch);
    unread(&UNREAD_GROUPS, &cycle.unread_groups, view, batch);
    if view.has_lag_seconds {
        unread(&UNREAD_LAGS, &cycle.lookups.unread, view, batch);
    }
    let mut stages = Family::new(&STAGE_DURATION);
    for (stage, duration) in &cycle.stages {
        stages.set((&view.kafka_cluster, *stage), duration.as_secs_f64());
    }
    batch.add(stages);
    cost(cycle, view, batch);
    granularity(view, batch);
}

/// Every reason has a row, so that the first failure is a step and not a new series.
fn unread(metric: &'static ByReason, counts: &BTreeMap<Reason, u64>, view: &View, batch: &mut Batch) {
    let mut family = Family::new(metric);
    for reason in REASONS {
        let count = counts.get(reason).copied().unwrap_or(0);
        family.set((&view.kafka_cluster, *reason), count as f64);
    }
    batch.add(family);
}

fn cost(cycle: &Cycle, view: &View, batch: &mut Batch) {
    let traffic = &cycle.traffic;
    for (metric, total) in [
        (&CLIENT_REQUESTS, Some(traffic.requests)),
        (&CLIENT_SENT_BYTES, Some(traffic.sent_bytes)),
        (&CLIENT_RECEIVED_BYTES, Some(traffic.received_bytes)),
        (&TIMESTAMP_LOOKUPS, view.has_lag_seconds.then_some(cycle.lookups.asked)),
    ] {
        let mut family = Family::new(metric);
        if let Some(total) = total {
            family.total((&*view.kafka_cluster,), total as f64);
        }
        batch.add(family);
    }
    let mut deferred = Family::new(&TIMESTAMP_LOOKUPS_DEFERRED);
    if view.has_lag_seconds {
        deferred.set((&*view.kafka_cluster,), cycle.lookups.deferred as f64);
    }
    batch.add(deferred);
}

fn granularity(view: &View, batch: &mut Batch) {
    let (effective, configured) = (view.granularity, view.configured);
    let topics = match effective.topics {
        TopicGranularity::Partition => GranularityLevel::Partition,
        TopicGranularity::Topic => GranularityLevel::Topic,
        TopicGranularity::Cluster => GranularityLevel::Whole,
    };
    let groups = match effective.groups {
        GroupGranularity::Partition => GranularityLevel::Partition,
        GroupGranularity::Topic => GranularityLevel::Topic,
        GroupGranularity::Group => GranularityLevel::Whole,
    };
    let mut info = Family::new(&GRANULARITY);
    let mut degraded = Family::new(&GRANULARITY_DEGRADED);
    for (families, level, is_degraded) in [
        (Families::Topics, topics, effective.topics < configured.topics),
        (Families::Groups, groups, effective.groups < configured.groups),
    ] {
        info.present((&view.kafka_cluster, families, level));
        degraded.set((&view.kafka_cluster, families), truth(is_degraded));
    }
    batch.add(info);
    batch.add(degraded);
}
