//! The story of one broker: topics and groups of every kind, and what happens to their offsets.

use serde_json::json;

use super::cluster::Cluster;
use super::compare::hold_against_truth;
use super::driving::Kind;
use super::lookout::{Lookout, rows};
use super::steps::Steps;
use super::{dashboard, lag_seconds};

#[test]
fn one_broker_is_read_as_its_admin_client_reads_it() {
    let mut cluster = Cluster::start(1);
    let mut steps = Steps::default();
    let brokers = cluster.addresses(|ports| ports.clear);
    let watched = json!({"name": "one", "brokers": brokers});
    // It sees everything happen.
    let mut witness = Lookout::watching(&watched);
    steps.take("an_empty_cluster_is_read", || drop(hold_against_truth(&mut cluster, &mut witness)));
    steps.take("groups_of_every_kind_are_as_they_are", || groups(&mut cluster, &mut witness));
    steps.take("topics_of_every_kind_are_as_they_are", || topics(&mut cluster, &mut witness));
    steps.take("a_marker_of_a_transaction_counts_as_a_record", || transaction(&mut cluster, &mut witness));
    steps.take("deleted_records_are_lost_to_whoever_has_not_read_them", || {
        deleted(&mut cluster, &mut witness);
    });
    steps.take("a_topic_that_is_created_again_goes_on", || created_again(&mut cluster, &mut witness));
    steps.take("offsets_that_are_reset_are_lag_again", || reset(&mut cluster, &mut witness));
    steps.take("a_fresh_start_knows_all_of_it", || {
        drop(hold_against_truth(&mut cluster, &mut Lookout::watching(&watched)));
    });
    steps.take("lag_in_seconds_is_right_directly_after_the_start", || {
        lag_seconds::after_the_start(&mut cluster, &watched);
    });
    steps.take("lag_in_seconds_is_right_while_records_flow", || {
        lag_seconds::while_records_flow(&mut cluster, &watched);
    });
    steps.take("the_queries_of_kafka_exporters_dashboard_have_data", || {
        dashboard::queries_have_data(&mut cluster, &witness);
    });
    steps.take("a_cluster_that_is_gone_is_said_to_be_gone_and_good_again_after", || {
        gone(&mut cluster, &mut witness);
    });
    steps.end();
}

fn groups(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.create("orders", 3);
    cluster.create("quiet", 1);
    cluster.produce("orders", 0, 100);
    cluster.produce("orders", 1, 50);
    cluster.consume("classic", "orders", Kind::Classic, 1, 150);
    cluster.consume("consumer", "orders", Kind::Consumer, 2, 150);
    cluster.consume("share", "orders", Kind::Share, 1, 150);
    // Without records there is nothing to commit.
    cluster.consume("uncommitted", "quiet", Kind::Classic, 1, 0);
    cluster.consume("left", "orders", Kind::Classic, 1, 150);
    cluster.leave("left");
    cluster.commit("empty", "orders", 0, 60);
    // A commit for one partition of three.
    cluster.commit("empty", "orders", 2, 0);
    let scrape = hold_against_truth(cluster, witness);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag", &[("consumergroup", "uncommitted")]).len(), 0);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum", &[("consumergroup", "uncommitted")]).len(), 0);
    let lag = |partition| {
        scrape.value("kafka_consumergroup_lag", &[("consumergroup", "empty"), ("partition", partition)])
    };
    assert_eq!((lag("0"), lag("1"), lag("2")), (Some(40.0), None, Some(0.0)));
}

fn topics(cluster: &mut Cluster, witness: &mut Lookout) {
    let compacted = json!({"cleanup.policy": "compact", "retention.ms": "-1", "min.insync.replicas": "1"});
    cluster.ask(&json!({"do": "create", "topic": "compacted", "partitions": 1, "config": compacted}));
    let both = json!({"cleanup.policy": "compact,delete", "retention.ms": "86400000"});
    cluster.ask(&json!({"do": "create", "topic": "both", "partitions": 1, "config": both}));
    let limited = json!({"retention.bytes": "1048576", "min.insync.replicas": "2"});
    cluster.ask(&json!({"do": "create", "topic": "limited", "partitions": 2, "config": limited}));
    cluster.ask(&json!({"do": "create", "topic": "a.topic_with-every.allowed_Character", "partitions": 1}));
    for (entity, key, value) in [
        (json!({"user": "alice"}), "producer_byte_rate", 1_048_576.0),
        (json!({"user": null}), "request_percentage", 250.0),
        (json!({"user": "alice", "client-id": "batch"}), "consumer_byte_rate", 1000.0),
        (json!({"client-id": null}), "controller_mutation_rate", 2.5),
    ] {
        cluster.ask(&json!({"do": "quota", "entity": entity, "key": key, "value": value}));
    }
    hold_against_truth(cluster, witness);
    // What is changed later is seen as well.
    cluster.ask(&json!({
        "do": "alter_config", "resource": "topic", "name": "limited",
        "config": {"min.insync.replicas": "1", "retention.ms": "5000000"},
    }));
    hold_against_truth(cluster, witness);
}

fn transaction(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.create("ledger", 1);
    let mut transaction = |records, abort| {
        cluster.ask(&json!({
            "do": "transaction", "topic": "ledger", "partition": 0, "records": records, "abort": abort,
            "start": super::driving::milliseconds_now(),
        }));
    };
    transaction(5, false);
    transaction(3, true);
    cluster.commit("auditor", "ledger", 0, 5);
    let scrape = hold_against_truth(cluster, witness);
    // Five records, the marker of the commit, three that were aborted, the marker of the abortion.
    let end = scrape.value("kafka_topic_partition_current_offset", &[("topic", "ledger")]);
    let lag = scrape.value("kafka_consumergroup_lag", &[("consumergroup", "auditor"), ("topic", "ledger")]);
    assert_eq!((end, lag), (Some(10.0), Some(5.0)));
    // A group that reads to the end, and sees five records, stands behind the markers when it commits next; until then
    // they are its lag.
    cluster.consume("reader", "ledger", Kind::Classic, 1, 5);
    let scrape = hold_against_truth(cluster, witness);
    let lag = scrape.value("kafka_consumergroup_lag", &[("consumergroup", "reader"), ("topic", "ledger")]);
    println!("    lag of a group that has read all records before the markers: {lag:?}");
}

fn deleted(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.create("trimmed", 1);
    cluster.produce("trimmed", 0, 100);
    cluster.commit("slow", "trimmed", 0, 10);
    cluster.ask(&json!({"do": "delete_records", "topic": "trimmed", "partition": 0, "before": 40}));
    let scrape = hold_against_truth(cluster, witness);
    let of = |name| scrape.value(name, &[("consumergroup", "slow"), ("topic", "trimmed")]);
    assert_eq!(of("kafka_consumergroup_lag"), Some(90.0));
    assert_eq!(of("kafka_consumergroup_lost_records"), Some(30.0));
    assert_eq!(of("kafka_consumergroup_retention_used_ratio"), Some(1.0));
}

fn created_again(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.create("again", 2);
    witness.fresh();
    cluster.produce("again", 0, 50);
    cluster.commit("regular", "again", 0, 50);
    let produced = |witness: &mut Lookout| {
        witness.fresh().value("kafka_topic_produced_records_total", &[("topic", "again")])
    };
    assert_eq!(produced(witness), Some(50.0));
    cluster.ask(&json!({"do": "delete", "topic": "again"}));
    let scrape = hold_against_truth(cluster, witness);
    assert_eq!(rows(&scrape, "kafka_topic_partitions", &[("topic", "again")]).len(), 0);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag", &[("consumergroup", "regular")]).len(), 0);
    cluster.create("again", 1);
    cluster.produce("again", 0, 20);
    // As a consumer does that has not noticed.
    cluster.commit("regular", "again", 0, 50);
    let scrape = hold_against_truth(cluster, witness);
    let of = |name| scrape.value(name, &[("consumergroup", "regular"), ("topic", "again")]);
    assert_eq!(of("kafka_consumergroup_lag"), Some(0.0));
    assert_eq!(of("kafka_consumergroup_commits_beyond_end"), Some(1.0));
    let produced = produced(witness).expect("it is counted");
    println!("    produced to the topic of the same name: {produced}");
    assert!(produced <= 70.0, "more than was produced: {produced}");
}

fn reset(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.create("replayed", 1);
    cluster.produce("replayed", 0, 100);
    cluster.commit("replaying", "replayed", 0, 60);
    let labels = [("consumergroup", "replaying"), ("topic", "replayed")];
    let consumed = |witness: &mut Lookout| {
        witness.fresh().value("kafka_consumergroup_consumed_records_total", &labels).unwrap_or_default()
    };
    let before = consumed(witness);
    cluster.commit("replaying", "replayed", 0, 80);
    assert_eq!(consumed(witness) - before, 20.0);
    cluster.commit("replaying", "replayed", 0, 20);
    let scrape = hold_against_truth(cluster, witness);
    assert_eq!(scrape.value("kafka_consumergroup_lag", &labels), Some(80.0));
    assert_eq!(consumed(witness) - before, 20.0);
}

fn gone(cluster: &mut Cluster, witness: &mut Lookout) {
    cluster.kill(1);
    let down = witness.until("a source that is down", |scrape| {
        (scrape.value("lookout_source_up", &[("source", "one")]) == Some(0.0)).then_some(())
    });
    // Its last numbers stay until they are withdrawn by age, which is the driver's and tested there.
    assert_eq!(down.value("kafka_brokers", &[]), Some(1.0));
    cluster.restart(1);
    cluster.until_there(1);
    for group in ["classic", "consumer", "share", "uncommitted", "reader"] {
        cluster.leave(group);
    }
    hold_against_truth(cluster, witness);
}
