//! The queries of `kafka_exporter`'s dashboard 7589, unchanged, on a real Prometheus that scrapes Lookout.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::lookout::Lookout;
use crate::prometheus::Prometheus;
use crate::tools::repository;

/// Each query has data.
pub(super) fn queries_have_data(cluster: &mut Cluster, lookout: &Lookout) {
    let address = &lookout.serve.address;
    let job = json!({"job_name": "kafka", "static_configs": [{"targets": [address]}]});
    let mut prometheus = Prometheus::scraping(&job, &[]);
    let file = repository().join("tests/e2e/peers/kafka_exporter-7589.promql");
    let queries = std::fs::read_to_string(file).expect("the queries can be read");
    let mut asked = 0;
    for query in queries.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let query = query.replace("$instance", address).replace("$topic", ".*").replace("$job", "kafka");
        let (query, label) = match query.strip_prefix("label_values(") {
            // What Grafana asks for the values of a variable.
            Some(rest) => {
                let (selector, label) =
                    rest.trim_end_matches(')').rsplit_once(", ").expect("it has two arguments");
                (format!("group by ({label}) ({selector})"), Some(label.to_owned()))
            }
            None => (query, None),
        };
        let rows = prometheus.query(&query);
        let has_label = |row: &Value| label.as_ref().is_none_or(|label| row["metric"][label].is_string());
        assert!(rows.iter().all(has_label), "{query}: {rows:?}");
        println!("    {} rows: {query}", rows.len());
        asked += 1;
    }
    assert_eq!(asked, 8, "the file holds other queries than the dashboard");
    for topic in ["even", "bursting"] {
        cluster.rest(topic);
    }
}
