//! What other exporters get wrong (measured, July 2026: `kafka_exporter` 1.9.0, kminion 2.3.5, klag-exporter 0.1.29), one test for
//! each fault.

use lookout_declarations::Reason;
use lookout_kafka::model::{Commits, Group, LagSeconds};
use lookout_kafka_spec::labels::{GroupState, GroupType};

use super::world::{World, absent, group, partition, rows};

#[test]
fn a_partition_without_a_commit_has_no_row_and_is_in_no_sum() {
    // kafka_exporter says −1 for it, and adds that up.
    let scrape = World::new()
        .topic("t", &[partition(0, 100), partition(0, 100), partition(0, 100)])
        .group(group("g"), &[("t", 1, 40)])
        .scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_current_offset"), ["g,t,1 40"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag"), ["g,t,1 60"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_current_offset_sum"), ["g,t 40"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["g,t 60"]);
}

#[test]
fn after_a_truncation_no_lag_is_negative() {
    // kafka_exporter says −80 for this.
    let scrape = World::new().topic("t", &[partition(0, 20)]).group(group("g"), &[("t", 0, 100)]).scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag"), ["g,t,0 0"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_commits_beyond_end"), ["g,t 1"]);
    assert!(scrape.samples().all(|sample| sample.value >= 0.0));
}

#[test]
fn a_group_of_kip_848_has_members_and_a_state() {
    // kafka_exporter and kminion show it as dead, and without members.
    let reconciling = Group {
        group_type: GroupType::Consumer,
        state: Some(GroupState::Reconciling),
        assignor: "uniform".into(),
        members: Some(4),
        ..group("g")
    };
    let scrape = World::new().group(reconciling, &[]).scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_members"), ["g 4"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_state"), ["g,Reconciling 1"]);
    assert_eq!(rows(&scrape, "kafka_consumergroup_info"), ["g,consumer,consumer,uniform 1"]);
}

#[test]
fn an_offline_partition_does_not_vanish() {
    // In the peers all its series go, and an alert on them ends.
    let offline = partition(5, 10).on(&[7, 8]).in_sync(1).offline();
    let scrape = World::new().topic("t", &[partition(0, 3), offline]).scrape();
    assert_eq!(rows(&scrape, "kafka_topic_partitions"), ["t 2"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_leader"), ["t,0 1", "t,1 -1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_replicas"), ["t,0 1", "t,1 2"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_in_sync_replica"), ["t,0 1", "t,1 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_under_replicated_partition"), ["t,0 0", "t,1 1"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_current_offset"), ["t,0 3"]);
    assert_eq!(rows(&scrape, "kafka_cluster_offline_partitions"), [" 1"]);
}

#[test]
fn an_end_that_was_not_read_is_no_lag_of_zero() {
    // klag-exporter says 0 for 949 of 1,182 lags after an outage, because it ignores fenced leader epochs.
    let scrape = World::new()
        .topic("t", &[partition(0, 100).unread()])
        .group(group("g"), &[("t", 0, 60)])
        .since(&[LagSeconds::Unknown])
        .scrape();
    for family in [
        "kafka_consumergroup_lag",
        "kafka_consumergroup_lag_sum",
        "kafka_consumergroup_total_lag",
        "kafka_consumergroup_lag_seconds",
        "kafka_consumergroup_topic_lag_seconds",
        "kafka_consumergroup_max_lag_seconds",
        "kafka_consumergroup_retention_used_ratio",
        "kafka_consumergroup_drain_time_seconds",
        "kafka_topic_partition_current_offset",
    ] {
        assert!(rows(&scrape, family).is_empty(), "{family}");
    }
    assert_eq!(rows(&scrape, "kafka_consumergroup_current_offset"), ["g,t,0 60"]);
}

#[test]
fn a_group_that_has_never_committed_has_no_sum_of_zero() {
    // kafka_exporter says 0 for it, as for a group that has read everything.
    let scrape = World::new().topic("t", &[partition(0, 100)]).group(group("g"), &[]).scrape();
    for family in [
        "kafka_consumergroup_lag_sum",
        "kafka_consumergroup_current_offset_sum",
        "kafka_consumergroup_total_lag",
        "kafka_consumergroup_max_lag_seconds",
    ] {
        assert!(rows(&scrape, family).is_empty(), "{family}");
    }
    assert_eq!(rows(&scrape, "kafka_consumergroup_members"), ["g 1"]);
}

#[test]
fn one_broker_that_is_away_takes_nothing_from_the_others() {
    // klag-exporter shows nothing at all while one of three brokers is down; the first scrapes of the others have no lag.
    let unread =
        Group { state: None, members: None, commits: Commits::Unread(Reason::Timeout), ..group("theirs") };
    let mut world = World::new()
        .broker(2, None)
        .topic("t", &[partition(0, 100), partition(0, 100).on(&[2]).unread()])
        .group(group("ours"), &[("t", 0, 60)])
        .group(unread, &[])
        .unreachable(2, Reason::Timeout);
    world.cycle.unread_partitions.insert(Reason::Timeout, 1);
    world.cycle.unread_groups.insert(Reason::Timeout, 1);
    let scrape = world.scrape();
    assert_eq!(rows(&scrape, "kafka_consumergroup_lag_sum"), ["ours,t 40"]);
    assert_eq!(rows(&scrape, "kafka_topic_partition_current_offset"), ["t,0 100"]);
    assert_eq!(scrape.value("kafka_unread_partitions", &[("reason", "timeout")]), Some(1.0));
    assert_eq!(scrape.value("kafka_unread_consumergroups", &[("reason", "timeout")]), Some(1.0));
    assert!(scrape.samples().all(|sample| {
        let is_of_unread = sample.label("consumergroup") == Some("theirs");
        !is_of_unread
            || ["kafka_consumergroup_coordinator", "kafka_consumergroup_rebalances_total"]
                .contains(&&*sample.name)
    }));
}

#[test]
fn under_replication_is_counted_by_what_the_partitions_say() {
    // In kminion and klag-exporter there is none; in kafka_exporter the count is behind the metadata.
    let scrape =
        World::new().topic("t", &[partition(0, 1).on(&[1, 2, 3]).in_sync(2), partition(0, 1)]).scrape();
    let by_partition = rows(&scrape, "kafka_topic_partition_under_replicated_partition");
    assert_eq!(by_partition, ["t,0 1", "t,1 0"]);
    assert_eq!(rows(&scrape, "kafka_cluster_under_replicated_partitions"), [" 1"]);
}

#[test]
fn every_reason_has_a_row_from_the_start() {
    let scrape = World::new().scrape();
    let reasons = rows(&scrape, "kafka_unread_partitions");
    assert_eq!(reasons.len(), lookout_kafka_spec::REASONS.len());
    assert!(reasons.iter().all(|row| row.ends_with(" 0")), "{reasons:?}");
}

#[test]
fn what_is_not_known_is_nowhere_a_number_below_zero() {
    let nothing = partition(0, 0).offline().without_low();
    let world = World::new().topic("t", &[nothing, absent()]).group(group("g"), &[("t", 0, 5)]);
    let scrape = world.scrape();
    let negative: Vec<_> =
        scrape.samples().filter(|sample| sample.value < 0.0).map(|sample| &*sample.name).collect();
    assert_eq!(negative, ["kafka_topic_partition_leader"]);
}
