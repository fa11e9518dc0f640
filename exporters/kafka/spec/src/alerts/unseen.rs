//! Alerts about data that were there within the last hour and are gone: measurements are withdrawn when they are old, so
//! "lag > X" is silent, not satisfied, when nobody measures it.
//!
//! A cluster that is not seen is critical. A Kafka of which no broker answers looks just like that from here, and no
//! other alert is left to say so. That Lookout itself is down is said by an alert of its own, which explains this one.
//!
//! How to get it wrong: asking by group. A group may vanish for good reasons; all of them at once do not.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{CLUSTER, GROUP, case, differing, fires, held, of_cluster, replicated, silent};
use super::{KEEP_FIRING, OF_CLUSTER, across};
use crate::labels::ConsumerGroup;
use crate::metrics::{CLUSTER_PARTITIONS, GROUP_TOTAL_LAG};

pub(super) fn alerts() -> Vec<Alert> {
    vec![cluster_unseen(), lag_unseen()]
}

fn cluster_unseen() -> Alert {
    let before = across(format!("last_over_time({CLUSTER_PARTITIONS}[1h])"));
    Alert {
        name: "LookoutKafkaClusterUnseen",
        expression: format!("{before} unless {}", across(CLUSTER_PARTITIONS)),
        hold: held(5),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Nothing is known of a Kafka cluster any more",
        description: format!(
            "No measurement{OF_CLUSTER} has been served for five minutes; within the hour there were some. No broker answers, or \
             Lookout does not work. Every alert on them is silent."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaClusterUnseen.md"),
        inhibits: &["LookoutKafkaLagUnseen"],
        cases: cluster_unseen_cases(),
    }
}

fn cluster_unseen_cases() -> Vec<Case> {
    let given = |values: &str| vec![Given::series(&CLUSTER_PARTITIONS, (CLUSTER,), values)];
    let gone = given("10x20 stale _x300");
    vec![
        case("its rows are gone", CaseKind::Fires, gone.clone(), 26, Fires(vec![of_cluster()])),
        fires("two replicas of Lookout are one alert", replicated(&gone), 26, of_cluster()),
        fires("it has been gone for most of an hour", gone.clone(), 78, of_cluster()),
        fires("it goes on for a little while", given("10x20 stale _x30 10x100"), 55, of_cluster()),
        silent("it is seen again", CaseKind::Clears, given("10x20 stale _x30 10x100"), 57),
        silent("for four minutes", CaseKind::Below, gone.clone(), 25),
        silent("one of two replicas sees it", CaseKind::Other, differing(&gone, &given("10x300")), 60),
        silent("it has been gone for longer than an hour", CaseKind::Other, gone, 90),
        silent("it never was there", CaseKind::Missing, given("_x300"), 60),
    ]
}

fn lag_unseen() -> Alert {
    let any = |series: String| format!("group without ({ConsumerGroup}, instance, pod) ({series})");
    let before = any(format!("last_over_time({GROUP_TOTAL_LAG}[1h])"));
    let now = any(GROUP_TOTAL_LAG.to_string());
    Alert {
        name: "LookoutKafkaLagUnseen",
        expression: format!("{before} unless {now}"),
        hold: held(5),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The lag of no Kafka consumer group is known any more",
        description: format!(
            "The lag of the groups{OF_CLUSTER} was served within the hour, and that of none has been for five minutes. Alerts on \
             lag are silent."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaLagUnseen.md"),
        inhibits: &[],
        cases: lag_unseen_cases(),
    }
}

fn lag_unseen_cases() -> Vec<Case> {
    let given = |values: &str| vec![Given::series(&GROUP_TOTAL_LAG, (CLUSTER, GROUP), values)];
    let with = |given: &[Given], further: &str| {
        let another = Given::series(&GROUP_TOTAL_LAG, (CLUSTER, "audit"), further);
        given.iter().cloned().chain([another]).collect::<Vec<_>>()
    };
    let gone = given("10x20 stale _x300");
    vec![
        case(
            "no group has a lag",
            CaseKind::Fires,
            with(&gone, "5x20 stale _x300"),
            26,
            Fires(vec![of_cluster()]),
        ),
        fires("two replicas of Lookout are one alert", replicated(&gone), 26, of_cluster()),
        fires("it has been gone for most of an hour", gone.clone(), 78, of_cluster()),
        fires("it goes on for a little while", given("10x20 stale _x30 10x100"), 55, of_cluster()),
        silent("there are lags again", CaseKind::Clears, given("10x20 stale _x30 10x100"), 57),
        silent("for four minutes", CaseKind::Below, gone.clone(), 25),
        silent("one of two replicas has one", CaseKind::Other, differing(&gone, &given("10x300")), 60),
        silent("another group has one", CaseKind::Other, with(&gone, "5x300"), 60),
        silent("a lag of zero is a lag", CaseKind::Other, with(&gone, "0x300"), 60),
        silent("it has been gone for longer than an hour", CaseKind::Other, gone, 90),
        silent("it never was there", CaseKind::Missing, given("_x300"), 60),
    ]
}
