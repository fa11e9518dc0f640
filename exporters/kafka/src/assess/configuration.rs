//! What is configured in the cluster: topics, and client quotas.

use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::config::TopicGranularity;
use lookout_kafka_spec::metrics::{
    CLIENT_QUOTA, TOPIC_CONFIG, TOPIC_MIN_ISR, TOPIC_RETENTION, TOPIC_RETENTION_BYTES,
};

use super::View;
use crate::configuration::{ClientQuota, Configuration, QuotaSubject, TopicConfigurations};

/// Writes the configuration of the topics of this shard, and the client quotas. That of the others is there for the groups that
/// read them.
pub fn configuration(configuration: &Configuration, view: &View, batch: &mut Batch) {
    if view.granularity.topics >= TopicGranularity::Topic {
        topics(&configuration.topics, view, batch);
    }
    quotas(configuration.quotas.as_deref().unwrap_or_default(), &view.kafka_cluster, batch);
}

fn topics(topics: &TopicConfigurations, view: &View, batch: &mut Batch) {
    let cluster = &*view.kafka_cluster;
    let mut min_in_sync = Family::new(&TOPIC_MIN_ISR);
    let mut retention = Family::new(&TOPIC_RETENTION);
    let mut retention_bytes = Family::new(&TOPIC_RETENTION_BYTES);
    let mut info = Family::new(&TOPIC_CONFIG);
    for (name, topic) in topics.0.iter().filter(|(name, _)| view.shard.owns(name)) {
        let labels = (cluster, &**name);
        if let Some(replicas) = topic.min_in_sync_replicas {
            min_in_sync.set(labels, f64::from(replicas));
        }
        if let Some(millis) = topic.retention_millis {
            retention.set(labels, millis as f64 / 1e3);
        }
        if let Some(bytes) = topic.retention_bytes {
            retention_bytes.set(labels, bytes as f64);
        }
        if !topic.cleanup_policy.is_empty() {
            info.present((cluster, name, &topic.cleanup_policy));
        }
    }
    batch.add(min_in_sync);
    batch.add(retention);
    batch.add(retention_bytes);
    batch.add(info);
}

fn quotas(quotas: &[ClientQuota], cluster: &str, batch: &mut Batch) {
    let mut family = Family::new(&CLIENT_QUOTA);
    for quota in quotas {
        family.set((cluster, subject(&quota.user), subject(&quota.client), quota.key), quota.value);
    }
    batch.add(family);
}

fn subject(subject: &QuotaSubject) -> &str {
    match subject {
        QuotaSubject::Any => "",
        QuotaSubject::Default => "<default>",
        QuotaSubject::Named(name) => name,
    }
}
