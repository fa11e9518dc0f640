//! Alerts about brokers: one is gone, one does not answer us, or they share the work unevenly.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, expected};

use super::samples::{CLUSTER, OnValue, WHOLE, case, differing, fires, held, of_cluster, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING, KEEP_MUTING_ALL, OF_CLUSTER, across, added_up};
use crate::config::AlertSettings;
use crate::labels::{Broker, KafkaCluster};
use crate::metrics::{BROKER_REACHABLE, BROKERS, CLUSTER_NON_PREFERRED_LEADERS, CLUSTER_PARTITIONS};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![missing(), unreachable(), preferred_leader_skew(settings)]
}

fn missing() -> Alert {
    let most = across(format!("max_over_time({BROKERS}[1d])"));
    Alert {
        name: "LookoutKafkaBrokerMissing",
        expression: format!("{} < {most}", across(BROKERS)),
        hold: held(5),
        keep_firing_for: KEEP_MUTING_ALL,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A Kafka broker is missing",
        description: format!(
            "{{{{ $value }}}} brokers{OF_CLUSTER} are alive, fewer than within the last day. Their partitions have moved to \
             the others, or have lost a replica."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaBrokerMissing.md"),
        inhibits: &[
            "LookoutKafkaUnderReplicated",
            "LookoutKafkaBrokerUnreachable",
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
            "The broker {{{{ $labels.broker }}}}{OF_CLUSTER} has been silent or out of reach for five minutes, or holds replicas and is \
             not alive. The partitions that it leads, and the groups that it coordinates, are not watched."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaBrokerUnreachable.md"),
        inhibits: &["LookoutKafkaPartitionsUnreadable", "LookoutKafkaGroupsUnreadable"],
        cases: OnValue { given, labels, hold: HOLD, past: "0", within: "1", well: "1" }.muting_cases(),
    }
}

fn preferred_leader_skew(settings: &AlertSettings) -> Alert {
    const HOLD: u32 = 30;
    let share = format!("{} / {}", added_up(CLUSTER_NON_PREFERRED_LEADERS), added_up(CLUSTER_PARTITIONS));
    let of = |shard, values: &str, partitions| {
        vec![
            Given::series(&CLUSTER_NON_PREFERRED_LEADERS, (CLUSTER, shard), values),
            Given::series(&CLUSTER_PARTITIONS, (CLUSTER, shard), partitions),
        ]
    };
    let given = |values: &str| of(WHOLE, values, "10000x300");
    let shards = |skewed: &str| [of("0", skewed, "4000x300"), of("1", "100x300", "6000x300")].concat();
    let mut cases =
        OnValue { given, labels: of_cluster(), hold: HOLD, past: "1001", within: "1000", well: "0" }.cases();
    cases.push(fires(
        "more than the share of all shards",
        replicated(&shards("901x300")),
        HOLD,
        of_cluster(),
    ));
    // More than the share in one of them, which is a matter of names.
    cases.push(silent("the share of one shard", CaseKind::Other, shards("900x300"), HOLD + 40));
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
        cases,
    }
}
