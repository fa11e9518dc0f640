//! What is said of brokers, topics and partitions, judgement by judgement.

use lookout_declarations::Reason;
use lookout_kafka::assess::View;
use lookout_kafka::assess::granularity::Effective;
use lookout_kafka::model::{BrokerNode, Produced};
use lookout_kafka_spec::config::{Baseline, GroupGranularity, TopicGranularity};
use lookout_runtime::Shard;
use lookout_testkit::scrape::Sample;
use std::sync::Arc;

use super::world::{FINEST, World, absent, group, partition, rows, scrape_of, view};

#[test]
fn a_partition_under_the_minimum_is_counted_once_its_configuration_is_known() {
    let world = || {
        World::new()
            .broker(2, None)
            .topic("full", &[partition(0, 1).on(&[1, 2])])
            .topic("new", &[partition(0, 1).on(&[1, 2]).in_sync(1)])
            .topic("short", &[partition(0, 1).on(&[1, 2]).in_sync(1), partition(0, 1).on(&[2, 1])])
    };
    let family = "kafka_topic_under_min_in_sync_replicas_partitions";
    let of_cluster = "kafka_cluster_under_min_in_sync_replicas_partitions";
    let scrape = world().min_in_sync(&[("full", 2), ("gone", 2), ("short", 2)]).scrape();
    assert_eq!(rows(&scrape, family), ["full 0", "short 1"]);
    assert_eq!(rows(&scrape, of_cluster), [" 1"]);
    let scrape = world().scrape();
    assert_eq!((rows(&scrape, family).len(), rows(&scrape, of_cluster).len()), (0, 0));
}

#[test]
fn an_offline_partition_is_offline_and_not_under_the_minimum_as_well() {
    let partitions = [partition(0, 1).on(&[2, 3]).in_sync(1).offline(), partition(0, 1)];
    let scrape = World::new().topic("t", &partitions).min_in_sync(&[("t", 2)]).scrape();
    assert_eq!(rows(&scrape, "kafka_cluster_offline_partitions"), [" 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_offline_partitions"), ["t 1"]);
    // The other one has one replica, and is under the minimum.
    assert_eq!(rows(&scrape, "kafka_topic_under_min_in_sync_replicas_partitions"), ["t 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_under_replicated_partitions"), ["t 1"]);
}

#[test]
fn a_leader_that_is_not_the_first_replica_is_counted_and_none_is_not() {
    let partitions = [
        partition(0, 1).on(&[1, 2]),
        partition(0, 1).on(&[1, 2]).led_by(2),
        partition(0, 1).on(&[1, 2]).offline(),
    ];
    let scrape = World::new().broker(2, None).topic("t", &partitions).scrape();
    assert_eq!(rows(&scrape, "kafka_topic_non_preferred_leader_partitions"), ["t 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_leader_is_preferred"), ["t,0 1", "t,1 0", "t,2 0"]);
    assert_eq!(rows(&scrape, "kafka_broker_leaders"), ["1 1", "2 1"]);
    assert_eq!(rows(&scrape, "kafka_broker_preferred_leaders"), ["1 3", "2 0"]);
    assert_eq!(rows(&scrape, "kafka_broker_replicas"), ["1 3", "2 3"]);
}

#[test]
fn brokers_that_are_gone_or_silent_are_not_reachable() {
    let scrape = World::new()
        .broker(2, Some("b"))
        .topic("t", &[partition(0, 1).on(&[1, 7])])
        .unreachable(2, Reason::Timeout)
        .scrape();
    assert_eq!(rows(&scrape, "kafka_brokers"), [" 2"]);
    assert_eq!(rows(&scrape, "kafka_broker_reachable"), ["1 1", "2 0", "7 0"]);
    assert_eq!(rows(&scrape, "kafka_broker_info"), ["1,kafka-1.example:9092 1", "2,kafka-2.example:9092 1"]);
    assert_eq!(rows(&scrape, "kafka_broker_rack_info"), ["2,b 1"]);
}

#[test]
fn an_address_of_ip_version_6_is_in_brackets() {
    let mut cycle = World::new().build();
    let topology = Arc::make_mut(&mut cycle.topology);
    topology.brokers = vec![BrokerNode { id: 4, host: "2001:db8::4".into(), port: 9093, rack: None }];
    let scrape = scrape_of(&cycle, &view("", FINEST));
    assert_eq!(rows(&scrape, "kafka_broker_info"), ["4,[2001:db8::4]:9093 1"]);
}

#[test]
fn a_partition_that_the_metadata_left_out_is_neither_offline_nor_without_replicas() {
    let scrape = World::new().topic("t", &[partition(0, 1).on(&[1]), absent()]).scrape();
    assert_eq!(rows(&scrape, "kafka_topic_partitions"), ["t 2"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_leader"), ["t,0 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_replicas"), ["t,0 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_offline_partitions"), ["t 0"]);
    assert_eq!(rows(&scrape, "kafka_topic_replication_factor"), ["t 1"]);
}

#[test]
fn the_replication_factor_is_the_smallest_of_the_partitions() {
    let scrape =
        World::new().topic("t", &[partition(0, 1).on(&[1, 2, 3]), partition(0, 1).on(&[1, 2])]).scrape();
    assert_eq!(rows(&scrape, "kafka_topic_replication_factor"), ["t 2"]);
}

#[test]
fn a_topic_of_another_shard_is_there_for_groups_only() {
    let scrape = World::new()
        .foreign_topic("another", &[partition(0, 100).on(&[1, 2]).in_sync(1)])
        .topic("ours", &[partition(0, 10)])
        .group(group("g"), &[("another", 0, 60)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_topic_partitions"), ["ours 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_current_offset"), ["ours,0 10"]);
    assert_eq!(rows(&scrape, "kafka_cluster_topics"), [" 1"]);
    assert_eq!(rows(&scrape, "kafka_cluster_under_replicated_partitions"), [" 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,another 40"]);
}

#[test]
fn of_brokers_every_shard_says_the_same() {
    let made = || [partition(0, 9).on(&[1, 2]), partition(0, 9).on(&[2, 1])];
    let (world, families) = (
        || World::new().broker(2, None),
        ["kafka_broker_leaders", "kafka_broker_preferred_leaders", "kafka_broker_replicas"],
    );
    let one = world().foreign_topic("a", &made()).topic("b", &made()).scrape();
    let other = world().topic("a", &made()).foreign_topic("b", &made()).scrape();
    for (family, count) in families.into_iter().zip([2, 2, 4]) {
        assert_eq!(rows(&one, family), [format!("1 {count}"), format!("2 {count}")], "{family}");
        assert_eq!(rows(&one, family), rows(&other, family), "{family}");
    }
    assert_eq!(rows(&one, "kafka_cluster_topics"), [" 1"]);
}

#[test]
fn what_shards_add_up_to_has_their_number_and_an_equal_part_of_the_baseline() {
    let cycle = World::new().topic("t", &[partition(0, 9)]).build();
    let shown = |shard, family| {
        let baseline =
            Baseline { records_per_second: Some(600.0), bytes_per_second: Some(90.0), ..Baseline::default() };
        let scrape = scrape_of(&cycle, &View { baseline, shard, ..view("", FINEST) });
        let rows = scrape.samples().filter(|sample| sample.name == family);
        let part =
            |sample: &Sample| (sample.label("lookout_shard").unwrap_or_default().to_owned(), sample.value);
        rows.map(part).collect::<Vec<_>>()
    };
    let third = Shard::new(1, 3).unwrap();
    for (family, whole, of_shard) in [
        ("kafka_cluster_partitions", 1.0, 1.0),
        ("kafka_cluster_produced_records_total", 0.0, 0.0),
        ("kafka_cluster_consumergroups", 0.0, 0.0),
        ("kafka_baseline_records_per_second", 600.0, 200.0),
        ("kafka_baseline_bytes_per_second", 90.0, 30.0),
    ] {
        assert_eq!(shown(Shard::WHOLE, family), [(String::new(), whole)], "{family}");
        assert_eq!(shown(third, family), [("1".to_owned(), of_shard)], "{family}");
    }
    // What each shard says of all brokers alike has none.
    assert_eq!(shown(third, "kafka_brokers"), shown(Shard::WHOLE, "kafka_brokers"));
}

#[test]
fn what_is_retained_is_the_sum_over_all_partitions_or_nothing() {
    let retained = |last| {
        let scrape = World::new().topic("t", &[partition(10, 30), last]).scrape();
        rows(&scrape, "kafka_topic_retained_records")
    };
    assert_eq!(retained(partition(5, 6)), ["t 21"]);
    assert!(retained(partition(5, 6).unread()).is_empty());
}

#[test]
fn estimates_have_rows_once_they_are_known() {
    let produced = |produced| World::new().topic("t", &[partition(0, 1)]).produced(produced).scrape();
    let scrape = produced(Produced { records: 3, ..Produced::default() });
    assert_eq!(rows(&scrape, "kafka_topic_produced_records_total"), ["t 3"]);
    for family in [
        "kafka_topic_estimated_produced_bytes_total",
        "kafka_topic_estimated_record_size_bytes",
        "kafka_topic_hot_partition_ratio",
        "kafka_cluster_estimated_produced_bytes_total",
    ] {
        assert!(rows(&scrape, family).is_empty(), "{family}");
    }
}

#[test]
fn made_coarser_a_cluster_says_so_and_keeps_its_totals() {
    let cycle = World::new().topic("t", &[partition(0, 9)]).group(group("g"), &[("t", 0, 2)]).build();
    let coarse = Effective { topics: TopicGranularity::Cluster, groups: GroupGranularity::Group };
    let scrape = scrape_of(&cycle, &View { granularity: coarse, ..view("", FINEST) });
    assert!(scrape.samples().all(|sample| sample.label("topic").is_none()));
    assert_eq!(rows(&scrape, "kafka_granularity_info"), ["topics,whole 1", "groups,whole 1"]);
    assert_eq!(rows(&scrape, "kafka_granularity_degraded"), ["topics 1", "groups 1"]);
    assert_eq!(rows(&scrape, "kafka_cluster_partitions"), [" 1"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_total_lag"), ["g 7"]);
    // As configured, it is not degraded.
    let scrape = scrape_of(&cycle, &view("", coarse));
    assert_eq!(rows(&scrape, "kafka_granularity_degraded"), ["topics 0", "groups 0"]);
}
