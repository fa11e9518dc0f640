//! That what was written for `kafka_exporter` finds its metrics and labels here.

use lookout_kafka_spec::SPEC;
use lookout_promql::{Problem, Rule, inspect};

/// The queries of the peer's dashboard, one a line; variables stand for what a person picks.
const DASHBOARD: &str = include_str!("../fixtures/kafka_exporter-7589.promql");

/// A query of Grafana's own: the values that a label has on some series.
fn label_values(query: &str) -> Option<(&str, &str)> {
    let (series, label) = query.strip_prefix("label_values(")?.strip_suffix(')')?.rsplit_once(',')?;
    Some((series, label.trim()))
}

/// What is wrong with `query`, but for the peer's habit to take the `rate` of offsets, which are gauges.
fn problems(query: &str) -> Vec<Problem> {
    let found = inspect(query, SPEC.metrics, &[]).err().unwrap_or_default();
    found.into_iter().filter(|problem| problem.rule != Rule::WrongKind).collect()
}

#[test]
fn every_query_of_the_peer_names_what_is_declared() {
    let queries: Vec<_> =
        DASHBOARD.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    assert_eq!(queries.len(), 8);
    for query in queries {
        let (series, label) = label_values(query).unwrap_or((query, ""));
        assert_eq!(problems(series), [], "{query}");
        if !label.is_empty() {
            let outcome = inspect(series, SPEC.metrics, &[]).expect(query);
            assert!(outcome.labels.may_have(label), "{query}: there is no label `{label}`");
        }
    }
    assert_ne!(problems("sum by (topics) (rate(kafka_topic_partition_current_offset[1m]))"), []);
}

#[test]
fn every_series_of_the_peer_is_declared_with_its_labels() {
    let partition = ["topic", "partition"];
    let group_partition = ["consumergroup", "topic", "partition"];
    let expected: [(&str, &[&str]); 15] = [
        ("kafka_brokers", &[]),
        ("kafka_broker_info", &["id", "address"]),
        ("kafka_topic_partitions", &["topic"]),
        ("kafka_topic_partition_current_offset", &partition),
        ("kafka_topic_partition_oldest_offset", &partition),
        ("kafka_topic_partition_leader", &partition),
        ("kafka_topic_partition_replicas", &partition),
        ("kafka_topic_partition_in_sync_replica", &partition),
        ("kafka_topic_partition_leader_is_preferred", &partition),
        ("kafka_topic_partition_under_replicated_partition", &partition),
        ("kafka_consumergroup_current_offset", &group_partition),
        ("kafka_consumergroup_current_offset_sum", &["consumergroup", "topic"]),
        ("kafka_consumergroup_lag", &group_partition),
        ("kafka_consumergroup_lag_sum", &["consumergroup", "topic"]),
        ("kafka_consumergroup_members", &["consumergroup"]),
    ];
    for (name, labels) in expected {
        let declaration = SPEC.metrics.iter().find(|declaration| declaration.name == name).expect(name);
        // The cluster's label is empty for a cluster without a name, as the peer's is always.
        let own = declaration.labels.iter().map(|label| label.name).filter(|label| *label != "kafka_cluster");
        assert_eq!(own.collect::<Vec<_>>(), labels, "{name}");
    }
    let compatible = SPEC.metrics.iter().filter(|declaration| declaration.compatible_with.is_some());
    assert_eq!(compatible.count(), expected.len());
}
