//! Alerts about brokers: one is gone, one does not answer us, or they share the work unevenly.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, duration, expected};

use super::samples::{
    CLUSTER, Fraction, OnValue, WHOLE, case, differing, fires, held, of_cluster, replicated, silent,
};
use super::{KEEP_FIRING, KEEP_MUTING, KEEP_MUTING_ALL, OF_CLUSTER, across, added_up};
use crate::config::AlertSettings;
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{
    BROKER_REACHABLE, BROKERS, CLUSTER_NON_PREFERRED_LEADERS, CLUSTER_OFFLINE_PARTITIONS, CLUSTER_PARTITIONS,
    CLUSTER_UNDER_REPLICATED_PARTITIONS,
};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![missing(), unreachable(), preferred_leader_skew(settings)]
}

fn missing() -> Alert {
    let most = across(format!("max_over_time({BROKERS}[1d])"));
    // A broker that was emptied before it was taken away is not missed, and must not keep other alerts back for a day. What is not
    // known is no proof of that.
    let nothing_lacks = format!(
        "{} + {} == 0",
        added_up(CLUSTER_UNDER_REPLICATED_PARTITIONS),
        added_up(CLUSTER_OFFLINE_PARTITIONS)
    );
    Alert {
        name: "LookoutKafkaBrokerMissing",
        expression: format!("{} < {most} unless {nothing_lacks}", across(BROKERS)),
        hold: held(5),
        keep_firing_for: KEEP_MUTING_ALL,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A Kafka broker is missing",
        description: format!(
            "{{{{ $value }}}} brokers{OF_CLUSTER} are alive, fewer than within the last day, and it is not known that every \
             partition has all of its replicas."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaBrokerMissing.md"),
        inhibits: &[
            "LookoutKafkaUnderReplicated",
            "LookoutKafkaPreferredLeaderSkew",
            "LookoutKafkaQuorumReplicaBehind",
        ],
        cases: missing_cases(),
    }
}

fn missing_cases() -> Vec<Case> {
    let given = |values: &str| vec![Given::series(&BROKERS, (CLUSTER,), values)];
    let lost = given("3x10 2x100");
    let (all, since) = (given("3x100"), given("_x10 2x100"));
    let lacking = |shard, lacking: &str, offline: &str| {
        vec![
            Given::series(&CLUSTER_UNDER_REPLICATED_PARTITIONS, (CLUSTER, shard), lacking),
            Given::series(&CLUSTER_OFFLINE_PARTITIONS, (CLUSTER, shard), offline),
        ]
    };
    let moved = [lost.clone(), lacking(WHOLE, "0x200", "0x200")].concat();
    let with = |others: Vec<Given>| [lost.clone(), others].concat();
    vec![
        case("one of three is gone", CaseKind::Fires, lost.clone(), 16, Fires(vec![of_cluster()])),
        fires("two replicas of Lookout are one alert", replicated(&lost), 16, of_cluster()),
        fires("it goes on for a little while", given("3x10 2x10 3x100"), 36, of_cluster()),
        fires("it was lost 23 hours ago", given("3x10 2x1500"), 23 * 60, of_cluster()),
        silent("it is back", CaseKind::Clears, given("3x10 2x10 3x100"), 38),
        silent("for four minutes", CaseKind::Below, lost.clone(), 15),
        fires("one of two replicas has seen it all", differing(&lost, &since), 16, of_cluster()),
        silent("one of two replicas sees it all still", CaseKind::Other, differing(&lost, &all), 60),
        silent("two replicas see all", CaseKind::Other, replicated(&all), 60),
        silent(
            "it was emptied before it was taken away, and two replicas",
            CaseKind::Other,
            replicated(&moved),
            60,
        ),
        silent("it was emptied before it was taken away", CaseKind::Other, moved, 60),
        silent(
            "it was emptied before it was taken away, and two shards",
            CaseKind::Other,
            with([lacking("0", "0x200", "0x200"), lacking("1", "0x200", "0x200")].concat()),
            60,
        ),
        fires("a partition lacks a replica", with(lacking(WHOLE, "1x200", "0x200")), 16, of_cluster()),
        fires(
            "a partition of one of two shards lacks a replica",
            with([lacking("0", "0x200", "0x200"), lacking("1", "1x200", "0x200")].concat()),
            16,
            of_cluster(),
        ),
        silent("all are there", CaseKind::Below, all, 60),
        silent("one was added", CaseKind::Other, given("3x10 4x100"), 60),
        silent("a day later it is the rule", CaseKind::Other, given("3x10 2x1600"), 26 * 60),
        silent("nothing is served", CaseKind::Missing, given("3x10 _x100"), 60),
    ]
}

fn unreachable() -> Alert {
    const HOLD: u32 = 5;
    let given = |values: &str| vec![Given::series(&BROKER_REACHABLE, (CLUSTER, 2), values)];
    let labels = expected::<(KafkaCluster, Broker)>((CLUSTER, 2));
    Alert {
        name: "LookoutKafkaBrokerUnreachable",
        expression: format!("{} == 0", across(BROKER_REACHABLE)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A Kafka broker does not answer Lookout",
        description: format!(
            "The broker {{{{ $labels.broker }}}}{OF_CLUSTER} has been silent or out of reach for {}, or holds replicas and is \
             not alive. The partitions that it leads, and the groups that it coordinates, are not watched.",
            duration(held(HOLD))
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaBrokerUnreachable.md"),
        inhibits: &["LookoutKafkaPartitionsUnreadable", "LookoutKafkaGroupsUnreadable"],
        cases: OnValue { given, labels, hold: HOLD, past: "0", within: "1", well: "1" }.muting_cases(),
    }
}

fn preferred_leader_skew(settings: &AlertSettings) -> Alert {
    const HOLD: u32 = 30;
    let share = format!("{} / {}", added_up(CLUSTER_NON_PREFERRED_LEADERS), added_up(CLUSTER_PARTITIONS));
    Alert {
        name: "LookoutKafkaPreferredLeaderSkew",
        expression: format!("{share} > {}", settings.non_preferred_leaders.get()),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "Many Kafka partitions are not led by their preferred broker",
        description: format!(
            "{{{{ $value | humanizePercentage }}}} of the partitions{OF_CLUSTER} are led by another broker than their first \
             replica, so that some brokers do more than their share."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaPreferredLeaderSkew.md"),
        inhibits: &[],
        cases: preferred_leader_skew_cases(settings, HOLD),
    }
}

fn preferred_leader_skew_cases(settings: &AlertSettings, hold: u32) -> Vec<Case> {
    let Fraction { part, whole } = Fraction::of(settings.non_preferred_leaders);
    let of = |shard, values: &str, partitions: u64| {
        vec![
            Given::series(&CLUSTER_NON_PREFERRED_LEADERS, (CLUSTER, shard), values),
            Given::series(&CLUSTER_PARTITIONS, (CLUSTER, shard), format!("{partitions}x300")),
        ]
    };
    let given = |values: &str| of(WHOLE, values, whole);
    let few = part / 10;
    let shards = |skewed: u64| {
        let first = of("0", &format!("{skewed}x300"), whole * 4 / 10);
        [first, of("1", &format!("{few}x300"), whole * 6 / 10)].concat()
    };
    let (past, more) = (part + part / 1000, shards(part - few + part / 1000));
    let mut cases = OnValue { given, labels: of_cluster(), hold, past, within: part, well: 0 }.cases();
    cases.push(fires("more than the share of all shards", replicated(&more), hold, of_cluster()));
    // More than the share in one of them, which is a matter of names.
    cases.push(silent("the share of one shard", CaseKind::Other, shards(part - few), hold + 40));
    cases
}
