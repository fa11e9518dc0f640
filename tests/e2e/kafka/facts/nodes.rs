//! Brokers, controllers and quotas, each broker with what it leads and holds.

use serde_json::Value;

use super::{Facts, float, list, number, word};

pub(super) fn add(truth: &Value, facts: &mut Facts) {
    facts.row("kafka_cluster_info", &[("cluster_id", word(truth, "cluster"))], 1.0);
    facts.row("kafka_brokers", &[], float(i64::try_from(list(truth, "brokers").count()).unwrap()));
    for broker in list(truth, "brokers") {
        let id = number(broker, "id").to_string();
        facts.row("kafka_broker_info", &[("id", &id), ("address", word(broker, "address"))], 1.0);
        if !word(broker, "rack").is_empty() {
            facts.row("kafka_broker_rack_info", &[("broker", &id), ("rack", word(broker, "rack"))], 1.0);
        }
        facts.row("kafka_broker_reachable", &[("broker", &id)], 1.0);
        let partitions = || list(truth, "topics").flat_map(|topic| list(topic, "partitions"));
        let count = |holds: &dyn Fn(&Value) -> bool| {
            float(i64::try_from(partitions().filter(|partition| holds(partition)).count()).unwrap())
        };
        let me = &broker["id"];
        let labels = [("broker", id.as_str())];
        facts.row("kafka_broker_leaders", &labels, count(&|partition| partition["leader"] == *me));
        let preferred = count(&|partition| partition["replicas"][0] == *me);
        facts.row("kafka_broker_preferred_leaders", &labels, preferred);
        let replicas = count(&|partition| list(partition, "replicas").any(|replica| replica == me));
        facts.row("kafka_broker_replicas", &labels, replicas);
    }
    controllers(truth, facts);
    quotas(truth, facts);
}

fn controllers(truth: &Value, facts: &mut Facts) {
    let quorum = &truth["quorum"];
    for family in [
        "kafka_quorum_leader_epoch",
        "kafka_quorum_high_watermark",
        "kafka_quorum_replica_lag_records",
        "kafka_quorum_replica_lag_seconds",
    ] {
        facts.family(family);
    }
    if quorum.is_null() {
        facts.row("kafka_controller_id", &[], float(number(truth, "controller")));
        return;
    }
    facts.row("kafka_controller_id", &[], float(number(quorum, "leader")));
    facts.row("kafka_quorum_leader_epoch", &[], float(number(quorum, "epoch")));
    facts.row("kafka_quorum_high_watermark", &[], float(number(quorum, "high_watermark")));
    for (field, role) in [("voters", "voter"), ("observers", "observer")] {
        for replica in list(quorum, field) {
            let id = number(replica, "id").to_string();
            let labels = [("replica", id.as_str()), ("role", role)];
            // The log grows all the time: the comparison is lenient.
            facts.row("kafka_quorum_replica_lag_records", &labels, 0.0);
            facts.row("kafka_quorum_replica_lag_seconds", &labels, 0.0);
        }
    }
}

fn quotas(truth: &Value, facts: &mut Facts) {
    facts.family("kafka_client_quota");
    for quota in list(truth, "quotas") {
        let name = |kind: &str| match quota["entity"].get(kind) {
            None => String::new(),
            Some(name) => name.as_str().unwrap_or("<default>").to_owned(),
        };
        let (user, client) = (name("user"), name("client-id"));
        let labels =
            [("user", user.as_str()), ("client_id", &client), ("quota", quota_key(word(quota, "key")))];
        let value = quota["value"].as_f64().expect("a quota is a number");
        // Kafka has it in percent of one thread.
        let value = if word(quota, "key") == "request_percentage" { value / 100.0 } else { value };
        facts.row("kafka_client_quota", &labels, value);
    }
}

fn quota_key(key: &str) -> &str {
    if key == "request_percentage" { "request_time" } else { key }
}
