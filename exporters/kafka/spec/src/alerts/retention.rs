//! Alerts about records that are deleted before a group has read them.
//!
//! A group that has read nothing of a young topic has left all of it unread, and is in no danger: nothing is deleted
//! before it is as old as the retention time. So where a topic is limited by time alone, the age of the oldest unread
//! record decides too. A topic that is only compacted deletes nothing for its age, and one that is limited neither in time nor
//! in size deletes nothing at all: there the whole topic is unread by whoever begins with it, for good reason.

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{CLUSTER, GROUP, TOPIC, case, fires, held, of_group_topic, replicated, silent};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER, across};
use crate::config::AlertSettings;
use crate::labels::{CleanupPolicy, ConsumerGroup, Topic};
use crate::metrics::{
    GROUP_CONSUMED_RECORDS, GROUP_LOST_RECORDS, GROUP_MEMBERS, GROUP_RETENTION_USED, GROUP_TOPIC_LAG_SECONDS,
    TOPIC_CONFIG, TOPIC_PARTITIONS, TOPIC_RETENTION, TOPIC_RETENTION_BYTES,
};

pub(super) fn alerts(settings: &AlertSettings) -> Vec<Alert> {
    vec![records_lost(), risk(settings)]
}

fn records_lost() -> Alert {
    let lost = across(format!("max_over_time({GROUP_LOST_RECORDS}[15m])"));
    let (partitions, members) = (across(TOPIC_PARTITIONS), across(GROUP_MEMBERS));
    let read = across(format!("increase({GROUP_CONSUMED_RECORDS}[1d])"));
    Alert {
        name: "LookoutKafkaRecordsLost",
        expression: format!(
            "{lost} > 0 unless {lost} <= ignoring ({ConsumerGroup}) group_left () {partitions} \
             unless ({lost} and ignoring ({Topic}) {members} == 0 unless {read} > 0)"
        ),
        hold: held(0),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Data,
        summary: "Records were deleted before a Kafka consumer group has read them",
        description: format!(
            "{{{{ $value }}}} records of {{{{ $labels.topic }}}} were deleted before the group \
             {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has read them."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaRecordsLost.md"),
        inhibits: &["LookoutKafkaRetentionRisk", "LookoutKafkaLagHigh"],
        cases: records_lost_cases(),
    }
}

/// What the group has lost and read, and its members; of a topic with four partitions.
fn lost(lost: &str, consumed: &str, members: &str) -> Vec<Given> {
    let labels = (CLUSTER, GROUP, TOPIC);
    vec![
        Given::series(&GROUP_LOST_RECORDS, labels, lost),
        Given::series(&GROUP_MEMBERS, (CLUSTER, GROUP), members),
        Given::series(&TOPIC_PARTITIONS, (CLUSTER, TOPIC), "4x3000"),
        Given::series(&GROUP_CONSUMED_RECORDS, labels, consumed),
    ]
}

fn records_lost_cases() -> Vec<Case> {
    let some = lost("0x9 5x300", "50x300", "2x300");
    let reset = lost("0x9 5 0x300", "50x300", "2x300");
    let read_long_ago = lost("5x3000", "7x60 8x3000", "0x3000");
    let mut another = lost("5x300", "50x300", "2x300");
    another.push(Given::series(&GROUP_MEMBERS, (CLUSTER, "audit"), "0x300"));
    let unknown = some[..2].to_vec();
    vec![
        case("five are lost", CaseKind::Fires, some.clone(), 10, Fires(vec![of_group_topic()])),
        fires("two replicas of Lookout are one alert", replicated(&some), 10, of_group_topic()),
        fires("the group was reset at once", reset.clone(), 24, of_group_topic()),
        fires("it goes on for a little while", reset.clone(), 33, of_group_topic()),
        fires(
            "it lost its members, after reading within the day",
            read_long_ago.clone(),
            24 * 60 + 40,
            of_group_topic(),
        ),
        fires(
            "one is lost, and how many partitions there are is not known",
            lost("0x9 1x300", "50x300", "2x300")[..2].to_vec(),
            12,
            of_group_topic(),
        ),
        fires("the same, and two replicas of Lookout", replicated(&read_long_ago), 24 * 60, of_group_topic()),
        fires("another group has no members", another, 10, of_group_topic()),
        fires("how many partitions there are is not known", unknown, 10, of_group_topic()),
        silent("the group was reset", CaseKind::Clears, reset, 37),
        silent("an offset per partition: markers", CaseKind::Below, lost("4x300", "50x300", "2x300"), 60),
        silent("an offset in one partition: a marker", CaseKind::Other, lost("1x300", "50x300", "2x300"), 60),
        silent(
            "markers, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&lost("4x300", "50x300", "2x300")),
            60,
        ),
        silent(
            "an unused group, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&lost("5x300", "50x300", "0x300")),
            60,
        ),
        silent("none is lost", CaseKind::Below, lost("0x300", "50x300", "2x300")[..2].to_vec(), 60),
        silent("nobody uses the group", CaseKind::Other, lost("5x300", "50x300", "0x300"), 60),
        silent("nobody has used it for a day", CaseKind::Other, read_long_ago, 26 * 60),
        silent("nothing is served", CaseKind::Missing, lost("_x300", "50x300", "2x300"), 60),
    ]
}

fn risk(settings: &AlertSettings) -> Alert {
    let limit = settings.retention_used.get();
    let (used, age) = (across(GROUP_RETENTION_USED), across(GROUP_TOPIC_LAG_SECONDS));
    let (retention, by_size) = (across(TOPIC_RETENTION), across(TOPIC_RETENTION_BYTES));
    let configured = |series: &str| format!("max without ({CleanupPolicy}, instance, pod) ({series})");
    let compacted = configured(&TOPIC_CONFIG.at(CleanupPolicy, "compact").to_string());
    // A limit that does not exist has no row, nor has one that is not known: only what else is known tells them apart.
    let known = configured(&TOPIC_CONFIG.to_string());
    Alert {
        name: "LookoutKafkaRetentionRisk",
        expression: format!(
            "{used} > {limit} unless ({age} < ignoring ({ConsumerGroup}) group_left () {limit} * {retention} \
             unless ignoring ({ConsumerGroup}) {by_size}) unless ignoring ({ConsumerGroup}) {compacted} \
             unless ignoring ({ConsumerGroup}) ({known} unless {retention} unless {by_size})"
        ),
        hold: held(5),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group is about to lose records to retention",
        description: format!(
            "The group {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has not read {{{{ $value | humanizePercentage }}}} of what a \
             partition of {{{{ $labels.topic }}}} retains; the oldest of it is deleted next."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaRetentionRisk.md"),
        inhibits: &[],
        cases: risk_cases(limit),
    }
}

/// The retention of the cases, in seconds: a power of two, so that a share of it is that of the rule to the last bit.
const RETENTION: f64 = 1024.0;

/// What is not read, how old it is, and how long records are retained.
fn unread(used: &str, age: &str) -> Vec<Given> {
    let labels = (CLUSTER, GROUP, TOPIC);
    vec![
        Given::series(&GROUP_RETENTION_USED, labels, used),
        Given::series(&GROUP_TOPIC_LAG_SECONDS, labels, age),
        Given::series(&TOPIC_RETENTION, (CLUSTER, TOPIC), format!("{RETENTION}x300")),
    ]
}

fn with(mut given: Vec<Given>, further: Given) -> Vec<Given> {
    given.push(further);
    given
}

fn risk_cases(limit: f64) -> Vec<Case> {
    // Both as multiples of the limit that is in force.
    let unread = |used: f64, age: f64| {
        unread(&format!("{}x300", limit * used), &format!("{}x300", limit * RETENTION * age))
    };
    let by_size = Given::series(&TOPIC_RETENTION_BYTES, (CLUSTER, TOPIC), "1000000x300");
    let policy = |policy| Given::series(&TOPIC_CONFIG, (CLUSTER, TOPIC, policy), "1x300");
    // After ten minutes another alert may begin.
    let over = unread(1.001, 1.0);
    let nothing = self::unread("_x300", "_x300");
    let unlimited = [over[..2].to_vec(), vec![policy("delete")]].concat();
    let ends = format!("{}x20 {}x300", limit * 1.1, limit / 10.0);
    let ends = vec![Given::series(&GROUP_RETENTION_USED, (CLUSTER, GROUP, TOPIC), ends)];
    let young = unread(1.2, 0.1);
    let alert = |name, given, minutes| fires(name, given, minutes, of_group_topic());
    vec![
        case("a little more than the limit", CaseKind::Fires, over.clone(), 5, Fires(vec![of_group_topic()])),
        alert("two replicas of Lookout are one alert", replicated(&over), 5),
        alert("older than that share of the retention", unread(1.1, 1.2), 9),
        alert("young, but limited in size", with(young.clone(), by_size.clone()), 9),
        alert("its age is not known", over[..1].to_vec(), 9),
        alert("its limits are not known", over[..2].to_vec(), 9),
        alert("limited in time, and all is known", with(over.clone(), policy("delete")), 9),
        alert("limited in size alone, and all is known", with(unlimited.clone(), by_size.clone()), 9),
        alert("deleted and compacted", with(over.clone(), policy("compact,delete")), 9),
        alert("it goes on for a little while", ends.clone(), 25),
        silent("the group has read on", CaseKind::Clears, ends, 27),
        silent("for four minutes", CaseKind::Below, over.clone(), 4),
        silent("as much as the limit", CaseKind::Below, unread(1.0, 1.1), 60),
        silent("what it has not read is young", CaseKind::Below, unread(1.2, 0.999), 60),
        alert("limited in size, and two replicas of Lookout", replicated(&with(young.clone(), by_size)), 9),
        silent("young, and two replicas of Lookout", CaseKind::Other, replicated(&young), 60),
        silent(
            "compacted, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&with(over.clone(), policy("compact"))),
            60,
        ),
        silent("limited neither in time nor in size", CaseKind::Other, unlimited.clone(), 60),
        silent("without limits, and two replicas of Lookout", CaseKind::Other, replicated(&unlimited), 60),
        silent("compacted only", CaseKind::Other, with(over, policy("compact")), 60),
        silent("nothing is served", CaseKind::Missing, nothing, 60),
    ]
}
