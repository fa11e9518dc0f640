//! Log directories: how large they are, and what of each topic lies in them. A sum of which a broker holds back its part is none.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{Facts, float, list, number, word};

pub(super) fn add(truth: &Value, facts: &mut Facts) {
    let leaders: BTreeMap<(&str, i64), &Value> = list(truth, "topics")
        .flat_map(|topic| list(topic, "partitions").map(move |partition| (topic, partition)))
        .map(|(topic, partition)| {
            ((word(topic, "topic"), number(partition, "partition")), &partition["leader"])
        })
        .collect();
    for family in ["kafka_log_directory_capacity_bytes", "kafka_log_directory_usable_bytes"] {
        facts.family(family);
    }
    let answering: BTreeSet<i64> =
        list(truth, "log_dirs").map(|directory| number(directory, "broker")).collect();
    let mut topics: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    let mut brokers: BTreeMap<i64, i64> = BTreeMap::new();
    for directory in list(truth, "log_dirs") {
        let (id, mut size) = (number(directory, "broker"), 0);
        for replica in list(directory, "replicas") {
            let bytes = number(replica, "size");
            size += bytes;
            let place = (word(replica, "topic"), number(replica, "partition"));
            let (all, led) = topics.entry(place.0).or_default();
            *all += bytes;
            if leaders.get(&place).is_some_and(|leader| leader.as_i64() == Some(id)) {
                *led += bytes;
            }
        }
        *brokers.entry(id).or_default() += size;
        let broker = id.to_string();
        let labels = [("broker", broker.as_str()), ("directory", word(directory, "path"))];
        facts.row("kafka_log_directory_size_bytes", &labels, float(size));
        facts.row("kafka_log_directory_offline", &labels, f64::from(u8::from(!directory["error"].is_null())));
        for (field, family) in
            [("total", "kafka_log_directory_capacity_bytes"), ("usable", "kafka_log_directory_usable_bytes")]
        {
            if let Some(bytes) = directory[field].as_i64() {
                facts.row(family, &labels, float(bytes));
            }
        }
    }
    for (broker, size) in brokers {
        facts.row("kafka_broker_log_size_bytes", &[("broker", &broker.to_string())], float(size));
    }
    for family in ["kafka_topic_log_size_bytes", "kafka_topic_leader_log_size_bytes"] {
        facts.family(family);
    }
    for topic in list(truth, "topics") {
        let name = word(topic, "topic");
        let (all, led) = topics.get(name).copied().unwrap_or_default();
        let answers = |node: &Value| node.as_i64().is_some_and(|node| answering.contains(&node));
        // A sum of which a broker holds back its part is none.
        if list(topic, "partitions").all(|partition| list(partition, "replicas").all(answers)) {
            facts.row("kafka_topic_log_size_bytes", &[("topic", name)], float(all));
        }
        if list(topic, "partitions").all(|partition| answers(&partition["leader"])) {
            facts.row("kafka_topic_leader_log_size_bytes", &[("topic", name)], float(led));
        }
    }
}
