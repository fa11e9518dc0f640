//! Incidents of the simulated Kafka, as a real Prometheus and the shipped rules see them.

use serde_json::json;

use crate::demo::Demo;
use crate::prometheus::Prometheus;
use crate::rules;

/// Long enough for a Prometheus to start, and to see what was before the incident.
const PRELUDE: &str = "45s";

/// The demo with an incident, and a Prometheus that has scraped it before.
fn play(incident: &str) -> (Demo, Prometheus) {
    let demo = Demo::with(&["--incident", incident, "--incident-after", PRELUDE]);
    let job = json!({"job_name": "lookout", "static_configs": [{"targets": [demo.address]}]});
    let prometheus = Prometheus::scraping(&job, &rules::generated("prometheus"));
    (demo, prometheus)
}

#[test]
fn a_lost_broker_is_missing_and_its_alert_is_pending() {
    let (_demo, mut prometheus) = play("kafka-broker-lost");
    prometheus.query("kafka_brokers == 3");
    prometheus.query("kafka_brokers == 2");
    // Every topic has a replica there; the others lead.
    prometheus.query("count(kafka_topic_under_replicated_partitions > 0) == count(kafka_topic_partitions)");
    prometheus.query("kafka_cluster_offline_partitions == 0");
    prometheus.query(r#"kafka_broker_reachable{broker="2"} == 0"#);
    let alert = |name| format!(r#"ALERTS{{alertname="{name}",kafka_cluster="commodities"}}"#);
    prometheus.query(&alert("LookoutKafkaBrokerMissing"));
    prometheus.query(&alert("LookoutKafkaUnderReplicated"));
}

#[test]
fn a_stuck_consumer_has_members_and_a_lag_that_grows_by_the_second() {
    let (_demo, mut prometheus) = play("consumer-stuck");
    let group = r#"{consumergroup="trade-capture"}"#;
    // It has read before; then it reads nothing, while records are produced.
    prometheus.query(&format!("increase(kafka_consumergroup_consumed_records_total{group}[15s]) > 0"));
    prometheus.query(&format!(
        "increase(kafka_consumergroup_consumed_records_total{group}[15s]) == 0 \
         and on (topic) rate(kafka_topic_produced_records_total[15s]) > 0"
    ));
    prometheus.query(&format!("kafka_consumergroup_members{group} > 0"));
    prometheus.query(&format!("deriv(kafka_consumergroup_total_lag{group}[15s]) > 0"));
    // A second each second, but for the steps of a reading.
    prometheus.query(&format!("deriv(kafka_consumergroup_max_lag_seconds{group}[20s]) > 0.7"));
    prometheus.query(&format!("kafka_consumergroup_max_lag_seconds{group} > 15"));
    prometheus.query(&format!("kafka_consumergroup_lag_velocity{group} > 0"));
}
