//! Topics and partitions: leaders, replicas, offsets, configuration.

use serde_json::Value;

use super::{Facts, float, list, number, word};

/// What is counted, of a topic and of the cluster.
#[derive(Clone, Copy, Default)]
struct Counts {
    partitions: i64,
    offline: i64,
    under_replicated: i64,
    under_min_isr: i64,
    not_preferred: i64,
}

pub(super) fn add(truth: &Value, facts: &mut Facts) {
    let mut all = Counts::default();
    let mut topics = 0;
    for topic in list(truth, "topics") {
        let counts = topic_rows(topic, facts);
        topics += 1;
        all.partitions += counts.partitions;
        all.offline += counts.offline;
        all.under_replicated += counts.under_replicated;
        all.under_min_isr += counts.under_min_isr;
        all.not_preferred += counts.not_preferred;
    }
    facts.row("kafka_cluster_topics", &[], float(topics));
    facts.row("kafka_cluster_partitions", &[], float(all.partitions));
    facts.row("kafka_cluster_offline_partitions", &[], float(all.offline));
    facts.row("kafka_cluster_under_replicated_partitions", &[], float(all.under_replicated));
    facts.family("kafka_cluster_under_min_in_sync_replicas_partitions");
    // A cluster without topics has no min.insync.replicas.
    if topics > 0 {
        facts.row("kafka_cluster_under_min_in_sync_replicas_partitions", &[], float(all.under_min_isr));
    }
    facts.row("kafka_cluster_non_preferred_leader_partitions", &[], float(all.not_preferred));
    facts.family("kafka_unread_partitions");
}

fn topic_rows(topic: &Value, facts: &mut Facts) -> Counts {
    let labels = [("topic", word(topic, "topic"))];
    let mut counts = Counts::default();
    let (mut retained, mut factor) = (Some(0), i64::MAX);
    let min_isr = configured(topic, "min.insync.replicas").expect("every topic has it");
    for partition in list(topic, "partitions") {
        let (replicas, in_sync) = (list(partition, "replicas").count(), list(partition, "isr").count());
        let is_offline = partition["leader"].is_null();
        let is_preferred = partition["leader"] == partition["replicas"][0];
        counts.partitions += 1;
        counts.offline += i64::from(is_offline);
        counts.under_replicated += i64::from(in_sync < replicas);
        // As brokers have it: of a partition that nobody leads, nobody says so.
        counts.under_min_isr += i64::from(!is_offline && i64::try_from(in_sync).unwrap() < min_isr);
        counts.not_preferred += i64::from(!is_offline && !is_preferred);
        factor = factor.min(i64::try_from(replicas).unwrap());
        retained = match (retained, partition["latest"].as_i64(), partition["earliest"].as_i64()) {
            (Some(retained), Some(latest), Some(earliest)) => Some(retained + latest - earliest),
            _ => None,
        };
        partition_rows(topic, partition, facts);
    }
    facts.row("kafka_topic_partitions", &labels, float(counts.partitions));
    facts.row("kafka_topic_replication_factor", &labels, float(factor));
    facts.row("kafka_topic_offline_partitions", &labels, float(counts.offline));
    facts.row("kafka_topic_under_replicated_partitions", &labels, float(counts.under_replicated));
    facts.row("kafka_topic_under_min_in_sync_replicas_partitions", &labels, float(counts.under_min_isr));
    facts.row("kafka_topic_non_preferred_leader_partitions", &labels, float(counts.not_preferred));
    if let Some(retained) = retained {
        facts.row("kafka_topic_retained_records", &labels, float(retained));
    }
    facts.row("kafka_topic_min_in_sync_replicas", &labels, float(min_isr));
    facts.family("kafka_topic_retention_seconds");
    if let Some(milliseconds) = configured(topic, "retention.ms").filter(|value| *value >= 0) {
        facts.row("kafka_topic_retention_seconds", &labels, float(milliseconds) / 1000.0);
    }
    facts.family("kafka_topic_partition_retention_bytes");
    if let Some(bytes) = configured(topic, "retention.bytes").filter(|value| *value >= 0) {
        facts.row("kafka_topic_partition_retention_bytes", &labels, float(bytes));
    }
    let policy = word(&topic["config"], "cleanup.policy");
    facts.row("kafka_topic_config_info", &[labels[0], ("cleanup_policy", policy)], 1.0);
    counts
}

fn configured(topic: &Value, key: &str) -> Option<i64> {
    word(&topic["config"], key).parse().ok()
}

fn partition_rows(topic: &Value, partition: &Value, facts: &mut Facts) {
    let name = number(partition, "partition").to_string();
    let labels = [("topic", word(topic, "topic")), ("partition", name.as_str())];
    let (replicas, in_sync) = (list(partition, "replicas").count(), list(partition, "isr").count());
    let count = |number: usize| float(i64::try_from(number).unwrap());
    facts.row("kafka_topic_partition_leader", &labels, float(partition["leader"].as_i64().unwrap_or(-1)));
    facts.row("kafka_topic_partition_replicas", &labels, count(replicas));
    facts.row("kafka_topic_partition_in_sync_replica", &labels, count(in_sync));
    let is_preferred = partition["leader"] == partition["replicas"][0];
    facts.row("kafka_topic_partition_leader_is_preferred", &labels, f64::from(u8::from(is_preferred)));
    let is_under = in_sync < replicas;
    facts.row("kafka_topic_partition_under_replicated_partition", &labels, f64::from(u8::from(is_under)));
    if let Some(latest) = partition["latest"].as_i64() {
        facts.row("kafka_topic_partition_current_offset", &labels, float(latest));
    }
    if let Some(earliest) = partition["earliest"].as_i64() {
        facts.row("kafka_topic_partition_oldest_offset", &labels, float(earliest));
    }
}
