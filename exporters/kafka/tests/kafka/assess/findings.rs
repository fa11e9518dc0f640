//! What is found to be wrong, in words.

use std::sync::Arc;

use lookout_kafka::findings;
use lookout_kafka::model::{BrokerDisks, Cycle, Group, LagSeconds, LogDirectories, LogDirectory};
use lookout_kafka_spec::config::AlertSettings;
use lookout_kafka_spec::labels::{GroupState, LagMethod};
use lookout_runtime::Finding;

use super::sources::{directory, offline_directory};
use super::world::{World, fixed_now, group, partition};

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{}: {}", finding.subject, finding.message)).collect()
}

fn of(cycle: &Cycle) -> Vec<String> {
    let findings = findings::cycle(cycle, "lookout-probe");
    assert!(findings.iter().all(|finding| !finding.remedy.is_empty()));
    told(&findings)
}

#[test]
fn of_a_healthy_cluster_nothing_is_found() {
    let cycle = World::new()
        .topic("t", &[partition(0, 10)])
        .min_in_sync(&[("t", 1)])
        .group(group("g"), &[("t", 0, 5)])
        .build();
    assert_eq!(of(&cycle), [""; 0]);
}

#[test]
fn partitions_that_are_offline_or_short_of_replicas_are_found_by_topic() {
    let cycle = World::new()
        .foreign_topic("another", &[partition(0, 1).offline()])
        .topic("orders", &[partition(0, 1).offline(), partition(0, 1)])
        .topic("payments", &[partition(0, 1).on(&[1, 2]).in_sync(1)])
        .min_in_sync(&[("orders", 1), ("payments", 2)])
        .build();
    let expected = [
        "topic orders: 1 of 2 partitions without a leader: neither read nor written",
        "topic payments: 1 of 1 partition with fewer replicas in sync than `min.insync.replicas`: no writing with acks=all",
    ];
    assert_eq!(of(&cycle), expected);
}

#[test]
fn groups_that_lose_records_or_have_nobody_are_found() {
    let nobody = Group { state: Some(GroupState::Empty), members: Some(0), ..group("nobody") };
    let idle = Group { is_idle: true, ..nobody.clone() };
    let done = Group { name: "done".into(), ..nobody.clone() };
    let cycle = World::new()
        .topic("t", &[partition(50, 100), partition(0, 100).unread()])
        .group(done, &[("t", 0, 100)])
        .group(Group { name: "idle".into(), ..idle }, &[("t", 0, 1)])
        .group(group("late"), &[("t", 0, 49)])
        .group(nobody, &[("t", 0, 90), ("t", 1, 3)])
        .build();
    let expected = [
        "group late: 1 record of topic t deleted before the group had read them",
        "group nobody: no members, and at least 10 records behind",
    ];
    assert_eq!(of(&cycle), expected);
}

#[test]
fn a_group_that_commits_without_being_a_member_is_not_forsaken() {
    let nobody = |name: &str| Group { state: Some(GroupState::Empty), members: Some(0), ..group(name) };
    let behind = |group: Group, minutes: i64| {
        let since = LagSeconds::Since {
            timestamp: fixed_now().as_millisecond() - minutes * 60_000,
            method: LagMethod::Timestamp,
        };
        let world =
            World::new().topic("lookout-probe", &[partition(0, 100)]).topic("t", &[partition(0, 100)]);
        let probe = nobody("lookout-probe-vm");
        of(&world
            .group(group, &[("t", 0, 90)])
            .group(probe, &[("lookout-probe", 0, 9)])
            .since(&[since, since])
            .build())
    };
    assert_eq!(behind(nobody("flink"), 29), [""; 0], "a checkpoint a few minutes ago");
    assert_eq!(behind(nobody("flink"), 31), ["group flink: no members, and at least 10 records behind"]);
    // It is far behind, and works.
    assert_eq!(behind(Group { has_moved: true, ..nobody("flink") }, 300), [""; 0]);
    // An offset per partition may be a marker.
    let marker = World::new().topic("t", &[partition(0, 100)]).group(nobody("done"), &[("t", 0, 99)]).build();
    assert_eq!(of(&marker), [""; 0]);
}

#[test]
fn of_many_the_first_are_told_and_the_rest_counted() {
    let names: Vec<_> = (0..findings::MAX_OF_A_KIND + 7).map(|number| format!("t{number:04}")).collect();
    let world =
        names.iter().fold(World::new(), |world, name| world.topic(name, &[partition(0, 1).offline()]));
    let told = of(&world.build());
    assert_eq!(told.len(), findings::MAX_OF_A_KIND + 1);
    assert_eq!(told[findings::MAX_OF_A_KIND], "topics: 7 more topics with partitions without a leader");
}

#[test]
fn disks_that_are_offline_or_nearly_full_are_found() {
    let volume =
        |path, usable| LogDirectory { capacity: Some(1_000), usable: Some(usable), ..directory(path, 1) };
    let directories = vec![
        volume("/full", 149),
        volume("/roomy", 150),
        directory("/silent", 1),
        offline_directory("/broken"),
        LogDirectory { capacity: Some(0), usable: Some(0), ..directory("/nothing", 0) },
    ];
    let disks = LogDirectories {
        at: fixed_now(),
        topology: Arc::default(),
        topics: Vec::new(),
        brokers: [(3, BrokerDisks { size: 0, directories })].into(),
        unreachable: [].into(),
    };
    let expected = [
        "broker 3, log directory /broken: offline: its replicas are not there",
        "broker 3, log directory /full: nearly full: 14.9 % of its volume left",
    ];
    assert_eq!(told(&findings::log_directories(&disks, &AlertSettings::default())), expected);
}
