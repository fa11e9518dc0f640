//! The story of three brokers, one of which dies and comes back.

use std::collections::{BTreeMap, BTreeSet};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::compare::{hold_against_truth, hold_in_part};
use super::driving::Kind;
use super::facts::Facts;
use super::lookout::{Lookout, rows};
use super::steps::Steps;
use super::watcher::Watcher;
use crate::running::until;

/// The broker that dies; it is a controller, too.
const VICTIM: usize = 3;

#[test]
fn three_brokers_are_read_as_their_admin_client_reads_them() {
    let mut cluster = Cluster::start(3);
    let mut steps = Steps::default();
    // One address suffices; the others are learnt.
    let brokers = &cluster.addresses(|ports| ports.clear)[..1];
    let mut lookout = Lookout::watching(&json!({"name": "three", "brokers": brokers}));
    steps.take("every_series_of_three_brokers_is_the_truth", || populated(&mut cluster, &mut lookout));
    let watcher = Watcher::start(&lookout.serve.address, false_rows);
    steps.take("a_broker_that_dies_takes_only_its_own_with_it", || dead(&mut cluster, &mut lookout));
    steps.take("a_broker_that_comes_back_makes_all_good_again", || back(&mut cluster, &mut lookout));
    steps.take("leaders_that_move_change_no_number", || moved(&mut cluster, &mut lookout));
    steps.take("no_scrape_held_a_false_number", || {
        let seen = watcher.end();
        println!("    {} scrapes were watched", seen.scrapes);
        assert!(seen.scrapes > 20, "it hardly watched");
        let n_false = seen.false_rows.len();
        let some: Vec<_> = seen.false_rows.into_iter().take(20).collect();
        assert!(some.is_empty(), "{n_false} false rows:\n{}", some.join("\n"));
    });
    steps.end();
}

/// What must hold in any scrape: records and commits stay as they are, whoever leads.
fn false_rows(scrape: &Scrape) -> Vec<String> {
    let mut found = Vec::new();
    for (name, wanted) in [
        ("kafka_topic_partition_current_offset", 100.0),
        ("kafka_consumergroup_current_offset", 60.0),
        ("kafka_consumergroup_lag", 40.0),
    ] {
        for row in rows(scrape, name, &[]) {
            let is_ours = matches!(row.label("topic"), Some("safe" | "single"));
            // The groups with members have read everything.
            let is_behind = row.label("consumergroup").is_none_or(|group| group.starts_with("behind"));
            if is_ours && is_behind && row.value != wanted {
                found.push(format!("{row:?}, wanted {wanted}"));
            }
        }
    }
    for (topic, wanted) in [("safe", 6.0), ("single", 3.0)] {
        let partitions = rows(scrape, "kafka_topic_partitions", &[("topic", topic)]);
        found.extend(partitions.iter().filter(|row| row.value != wanted).map(|row| format!("{row:?}")));
    }
    found
}

fn populated(cluster: &mut Cluster, lookout: &mut Lookout) {
    let config = json!({"min.insync.replicas": "2"});
    cluster
        .ask(&json!({"do": "create", "topic": "safe", "partitions": 6, "replication": 3, "config": config}));
    // One replica each: partition 2 dies with the victim.
    cluster.ask(&json!({"do": "create", "topic": "single", "assignment": [[1], [2], [3]]}));
    cluster
        .ask(&json!({"do": "create", "topic": "strict", "assignment": [[1, 3], [3, 1]], "config": config}));
    for partition in 0..6 {
        cluster.produce("safe", partition, 100);
    }
    for partition in 0..3 {
        cluster.produce("single", partition, 100);
    }
    // Enough that every broker coordinates some.
    for number in 0..12 {
        let group = format!("behind-{number}");
        for partition in 0..6 {
            cluster.commit(&group, "safe", partition, 60);
        }
        for partition in 0..3 {
            cluster.commit(&group, "single", partition, 60);
        }
    }
    cluster.consume("classic", "safe", Kind::Classic, 2, 600);
    cluster.consume("consumer", "safe", Kind::Consumer, 3, 600);
    cluster.consume("share", "safe", Kind::Share, 1, 600);
    let scrape = hold_against_truth(cluster, lookout);
    let coordinators: BTreeSet<String> = rows(&scrape, "kafka_consumergroup_coordinator", &[])
        .iter()
        .map(|row| row.value.to_string())
        .collect();
    println!("    coordinators: {coordinators:?}");
    assert!(coordinators.len() > 1, "one broker coordinates all groups: this proves little");
}

fn dead(cluster: &mut Cluster, lookout: &mut Lookout) {
    for group in ["classic", "consumer", "share"] {
        cluster.leave(group);
    }
    cluster.kill(VICTIM);
    cluster.until_there(2);
    // Its replicas fall out of the in-sync sets a little later.
    until("leaders without the victim", || {
        let truth = cluster.truth();
        in_sync_without(&truth, VICTIM).then_some(())
    });
    // What the dead broker alone had is gone; everything else is the truth.
    let scrape = hold_in_part(cluster, lookout, |line| !is_of_the_victim(line));
    let of = |name, topic| scrape.value(name, &[("topic", topic)]);
    assert_eq!(of("kafka_topic_partitions", "single"), Some(3.0));
    assert_eq!(of("kafka_topic_offline_partitions", "single"), Some(1.0));
    assert_eq!(of("kafka_topic_offline_partitions", "safe"), Some(0.0));
    assert_eq!(of("kafka_topic_under_replicated_partitions", "safe"), Some(6.0));
    assert_eq!(of("kafka_topic_under_min_in_sync_replicas_partitions", "safe"), Some(0.0));
    assert_eq!(of("kafka_topic_under_min_in_sync_replicas_partitions", "strict"), Some(2.0));
    let single = [("topic", "single"), ("partition", "2")];
    assert_eq!(scrape.value("kafka_topic_partition_leader", &single), Some(-1.0));
    assert_eq!(scrape.value("kafka_topic_partition_current_offset", &single), None);
    let group = [("consumergroup", "behind-0"), ("topic", "single")];
    assert_eq!(scrape.value("kafka_consumergroup_lag_sum", &group), None, "a partial sum is not a sum");
    let unread: f64 = rows(&scrape, "kafka_unread_partitions", &[]).iter().map(|row| row.value).sum();
    assert!(unread >= 1.0, "nobody says that a partition could not be read");
}

/// Whether the difference is about what nobody but the dead broker can tell.
fn is_of_the_victim(line: &str) -> bool {
    let (broker, replica) = (format!("broker=\"{VICTIM}\""), format!("replica=\"{VICTIM}\""));
    line.starts_with("too many: kafka_unread_partitions")
        || line.starts_with("too many: kafka_unread_lags")
        || line.contains(&broker)
        || line.contains(&replica)
}

fn in_sync_without(truth: &Value, node: usize) -> bool {
    let partitions = truth["topics"].as_array().into_iter().flatten();
    let mut partitions = partitions.flat_map(|topic| topic["partitions"].as_array().into_iter().flatten());
    partitions.all(|partition| {
        let in_sync = partition["isr"].as_array().map_or(&[][..], Vec::as_slice);
        partition["leader"].is_null() || !in_sync.contains(&json!(node))
    })
}

fn back(cluster: &mut Cluster, lookout: &mut Lookout) {
    cluster.restart(VICTIM);
    cluster.until_there(3);
    until("every replica in sync", || {
        let truth = cluster.truth();
        let facts = Facts::of(&truth).series;
        (facts.get("kafka_cluster_under_replicated_partitions{}") == Some(&0.0)
            && facts.get("kafka_cluster_offline_partitions{}") == Some(&0.0))
        .then_some(())
    });
    let scrape = hold_against_truth(cluster, lookout);
    let skewed = scrape.value("kafka_cluster_non_preferred_leader_partitions", &[]);
    println!("    led by another broker than the preferred one: {skewed:?}");
    assert!(skewed > Some(0.0), "no leader has moved: the next step proves nothing");
}

fn moved(cluster: &mut Cluster, lookout: &mut Lookout) {
    let truth = cluster.truth();
    let mut topics: BTreeMap<String, usize> = BTreeMap::new();
    for topic in truth["topics"].as_array().into_iter().flatten() {
        let partitions = topic["partitions"].as_array().map_or(0, Vec::len);
        topics.insert(topic["topic"].as_str().unwrap_or_default().to_owned(), partitions);
    }
    for (topic, partitions) in topics {
        for partition in 0..partitions {
            cluster.ask(&json!({"do": "elect", "topic": topic, "partition": partition}));
        }
    }
    let scrape = hold_against_truth(cluster, lookout);
    assert_eq!(scrape.value("kafka_cluster_non_preferred_leader_partitions", &[]), Some(0.0));
}
