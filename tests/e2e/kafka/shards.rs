//! The story of three processes that share one cluster: together they say what one says, and nothing twice.

use std::collections::BTreeMap;

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::cluster::Cluster;
use super::compare::{MOVING, NOT_FACTS, TRIES, still};
use super::driving::Kind;
use super::facts::text;
use super::lookout::Lookout;
use super::steps::Steps;

const SHARDS: [&str; 3] = ["0/3", "1/3", "lookout-2/3"];
/// Enough that each shard has some.
const TOPICS: usize = 12;
/// Counts of the cluster: each process says its part.
const ADDED_UP: &[&str] = &[
    "kafka_cluster_topics",
    "kafka_cluster_partitions",
    "kafka_cluster_offline_partitions",
    "kafka_cluster_under_replicated_partitions",
    "kafka_cluster_under_min_in_sync_replicas_partitions",
    "kafka_cluster_non_preferred_leader_partitions",
    "kafka_cluster_consumergroups",
    "kafka_cluster_idle_consumergroups",
];

type Series = BTreeMap<String, f64>;

#[test]
fn three_shards_say_together_what_one_process_says() {
    let mut cluster = Cluster::start(1);
    let mut steps = Steps::default();
    populate(&mut cluster);
    let watched = json!({"name": "shared", "brokers": cluster.addresses(|ports| ports.clear)});
    let mut whole = Lookout::watching(&watched);
    let mut shards = SHARDS.map(|shard| Lookout::of_shard(&watched, shard));
    let (whole, shards) = frozen(&mut cluster, &mut whole, &mut shards);
    steps.take("topics_and_groups_are_each_said_once", || divided(&whole, &shards));
    steps.take("counts_of_the_cluster_add_up", || add_up(&whole, &shards));
    steps.take("what_is_said_of_brokers_is_said_by_each", || same(&whole, &shards));
    steps.end();
}

fn populate(cluster: &mut Cluster) {
    for number in 0..TOPICS {
        let topic = format!("topic-{number}");
        cluster.create(&topic, 2);
        cluster.produce(&topic, 0, 30);
        // Groups that read topics of other shards, two each.
        for read in [number, number + 1] {
            cluster.commit(&format!("group-{read}"), &topic, 0, 10);
        }
    }
    cluster.consume("classic", "topic-0", Kind::Classic, 1, 30);
    cluster.consume("consumer", "topic-1", Kind::Consumer, 1, 30);
}

/// Scrapes of the same, frozen moment.
fn frozen(cluster: &mut Cluster, whole: &mut Lookout, shards: &mut [Lookout; 3]) -> (Scrape, [Scrape; 3]) {
    for _ in 0..TRIES {
        let before = cluster.truth();
        let scrapes = (whole.fresh(), shards.each_mut().map(Lookout::fresh));
        if still(&before, &cluster.truth()).is_empty() {
            return scrapes;
        }
    }
    panic!("the cluster does not hold still");
}

/// The exporter's series with these families and labels, but for what counts or measures over time and Lookout itself.
fn series(scrape: &Scrape, is_meant: impl Fn(&str, bool) -> bool) -> Series {
    let mut series = Series::new();
    for sample in scrape.samples().filter(|sample| sample.name.starts_with("kafka_")) {
        let is_divided = sample.label("topic").or(sample.label("consumergroup")).is_some();
        if !NOT_FACTS.contains(&sample.name.as_str()) && is_meant(&sample.name, is_divided) {
            let labels = sample.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            series.insert(text(&sample.name, labels), sample.value);
        }
    }
    series
}

fn divided(whole: &Scrape, shards: &[Scrape; 3]) {
    let wanted = series(whole, |_, is_divided| is_divided);
    let mut found = Series::new();
    for (scrape, shard) in shards.iter().zip(SHARDS) {
        let part = series(scrape, |_, is_divided| is_divided);
        println!("    shard {shard} has {} of {} series", part.len(), wanted.len());
        assert!(!part.is_empty() && part.len() < wanted.len(), "it does not divide");
        for (series, value) in part {
            assert!(found.insert(series.clone(), value).is_none(), "{series} is said twice");
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|(series, _)| !found.contains_key(*series)).collect();
    assert!(missing.is_empty(), "nobody says {missing:?}");
    assert_eq!(found, wanted);
    // Lag in seconds and counters are divided in the same way, whatever their values.
    for name in ["kafka_consumergroup_max_lag_seconds", "kafka_topic_produced_records_total"] {
        let count = |scrape: &Scrape| scrape.samples().filter(|sample| sample.name == name).count();
        assert!(count(whole) > 0, "{name}");
        assert_eq!(shards.iter().map(count).sum::<usize>(), count(whole), "{name}");
    }
}

fn add_up(whole: &Scrape, shards: &[Scrape; 3]) {
    for name in ADDED_UP {
        let wanted = whole.value(name, &[]).unwrap_or_else(|| panic!("{name} is there"));
        let parts = shards.each_ref().map(|scrape| scrape.value(name, &[]).expect("each says its part"));
        println!("    {name}: {wanted} = {parts:?}");
        assert_eq!(parts.iter().sum::<f64>(), wanted, "{name}");
    }
}

fn same(whole: &Scrape, shards: &[Scrape; 3]) {
    let is_meant = |name: &str, is_divided: bool| !is_divided && !ADDED_UP.contains(&name);
    let wanted = series(whole, is_meant);
    let mut differing = Vec::new();
    for (scrape, shard) in shards.iter().zip(SHARDS) {
        let found = series(scrape, is_meant);
        for series in wanted.keys().chain(found.keys().filter(|series| !wanted.contains_key(*series))) {
            let moving = MOVING.iter().any(|(name, _)| series.starts_with(name));
            let (one, other) = (wanted.get(series), found.get(series));
            if one.is_none() || other.is_none() || (one != other && !moving) {
                differing.push(format!("shard {shard}: {series} is {other:?}, and {one:?} of one process"));
            }
        }
    }
    assert!(wanted.len() > 10, "that is little: {wanted:?}");
    assert!(differing.is_empty(), "{}", differing.join("\n"));
}
