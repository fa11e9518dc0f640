//! What a scrape says of Kafka: the lag of each partition of a group, whatever the exporter calls it.

use std::collections::BTreeMap;

use lookout_kafka_spec::metrics;

use crate::bench::scrape::line;
pub(super) use crate::bench::scrape::{series, value};

/// The lags: by group, topic and partition.
pub(super) type Lags = BTreeMap<[String; 3], f64>;

/// What others than us and `kafka_exporter`, whose name we keep, call the lag of a partition.
const LAGS_OF_OTHERS: [&str; 2] =
    ["kafka_consumergroup_group_lag", "kminion_kafka_consumer_group_topic_partition_lag"];
/// What groups, topics and partitions are called in labels.
const GROUPS: [&str; 3] = ["consumergroup", "group", "group_id"];
const TOPICS: [&str; 2] = ["topic", "topic_name"];
const PARTITIONS: [&str; 2] = ["partition", "partition_id"];

/// The value of a label that has one of these names; the names and values of clusters of the bench hold no quotes.
fn label<'a>(labels: &'a str, names: &[&str]) -> Option<&'a str> {
    let mut rest = labels;
    while let Some((name, after)) = rest.split_once("=\"") {
        let (value, after) = after.split_once('"')?;
        if names.contains(&name.trim_start_matches([',', ' '])) {
            return Some(value);
        }
        rest = after;
    }
    None
}

/// The lag of each partition of each group.
pub(super) fn lags(text: &str) -> Lags {
    let ours = metrics::GROUP_LAG.declaration().name;
    let rows =
        text.lines().filter_map(line).filter(|(name, _, _)| *name == ours || LAGS_OF_OTHERS.contains(name));
    rows.filter_map(|(_, labels, lag)| {
        let key = [&GROUPS[..], &TOPICS, &PARTITIONS].map(|names| label(labels, names).map(str::to_owned));
        let [Some(group), Some(topic), Some(partition)] = key else { return None };
        Some(([group, topic, partition], lag))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lag_is_found_under_each_name() {
        let ours = metrics::GROUP_LAG.declaration().name;
        let text = format!(
            "# TYPE {ours} gauge\n{ours}{{kafka_cluster=\"b\",consumergroup=\"g\",topic=\"t\",partition=\"0\"}} 3\n\
             kafka_consumergroup_group_lag{{cluster_name=\"b\",group=\"g\",topic=\"t\",partition=\"1\"}} 4\n\
             kminion_kafka_consumer_group_topic_partition_lag{{group_id=\"g\",topic_name=\"t\",partition_id=\"2\"}} 5 17\n"
        );
        let found: Vec<_> =
            lags(&text).into_iter().map(|([_, _, partition], lag)| (partition, lag)).collect();
        assert_eq!(found, [("0".to_owned(), 3.0), ("1".to_owned(), 4.0), ("2".to_owned(), 5.0)]);
        assert_eq!(series(&text), 3);
    }
}
