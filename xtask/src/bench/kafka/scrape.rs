//! What a scrape says, as far as the bench must know: a value, the number of series, and the lag of each partition of a
//! group whatever the exporter calls it.

use std::collections::BTreeMap;

use lookout_kafka_spec::metrics;

/// The lags: by group, topic and partition.
pub(super) type Lags = BTreeMap<[String; 3], f64>;

/// What others than us and `kafka_exporter`, whose name we keep, call the lag of a partition.
const LAGS_OF_OTHERS: [&str; 2] =
    ["kafka_consumergroup_group_lag", "kminion_kafka_consumer_group_topic_partition_lag"];
/// What groups, topics and partitions are called in labels.
const GROUPS: [&str; 3] = ["consumergroup", "group", "group_id"];
const TOPICS: [&str; 2] = ["topic", "topic_name"];
const PARTITIONS: [&str; 2] = ["partition", "partition_id"];

/// A line: the name, the labels as they stand, the value.
fn line(line: &str) -> Option<(&str, &str, f64)> {
    if line.starts_with('#') {
        return None;
    }
    // A label's value may hold a `}`, what follows the labels does not.
    let (name, labels, rest) = match line.split_once('{') {
        Some((name, rest)) => rest.rsplit_once('}').map(|(labels, rest)| (name, labels, rest))?,
        None => line.split_once(' ').map(|(name, rest)| (name, "", rest))?,
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, labels, value))
}

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

/// The sum of the values of a family's rows that hold `part` in their labels; none without rows.
pub(super) fn value(text: &str, family: &str, part: &str) -> Option<f64> {
    let rows = text.lines().filter(|row| row.starts_with(family)).filter_map(line);
    let values =
        rows.filter(|(name, labels, _)| *name == family && labels.contains(part)).map(|(_, _, value)| value);
    values.fold(None, |sum, value| Some(sum.unwrap_or(0.0) + value))
}

/// How many series there are.
pub(super) fn series(text: &str) -> usize {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).count()
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

    #[test]
    fn a_family_without_rows_has_no_value() {
        let text = "up{a=\"1\"} 2\nup{a=\"2\"} 3\nupper 1\n";
        assert_eq!(
            (value(text, "up", "a="), value(text, "up", "a=\"2\""), value(text, "down", "")),
            (Some(5.0), Some(3.0), None)
        );
    }
}
