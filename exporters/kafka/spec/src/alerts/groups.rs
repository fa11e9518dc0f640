//! Alerts about groups that do not do their work: stuck, without members, at odds with their commits, or busy with
//! rebalancing.

use core::time::Duration;

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::backlog::{WINDOW, consumed, markers};
use super::samples::{
    CLUSTER, GROUP, OnValue, TOPIC, case, differing, fires, held, of_group, of_group_topic, replicated,
    silent,
};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER, across};
use crate::labels::{ConsumerGroup, Topic};
use crate::metrics::{
    GROUP_COMMITS_BEYOND_END, GROUP_CONSUMED_RECORDS, GROUP_LAG_SUM, GROUP_MEMBERS, GROUP_REBALANCES,
    TOPIC_PARTITIONS, TOPIC_PRODUCED_RECORDS,
};

/// Within this time a consumer that works commits something, batch by batch.
const PROGRESS: &str = "10m";

/// How long a standstill goes on for: longer than the lag that it mutes, and shorter than [`PROGRESS`], or what is read between two
/// standstills would not end the first.
const KEEP_STUCK: Duration = Duration::from_mins(8);

/// More rebalances than this within [`REBALANCES_WITHIN`] are not a deployment any more, if it goes on.
const REBALANCES: u32 = 10;

/// See [`REBALANCES`].
const REBALANCES_WITHIN: &str = "30m";

pub(super) fn alerts() -> Vec<Alert> {
    vec![stuck(), without_members(), commits_beyond_end(), rebalances_frequent()]
}

fn stuck() -> Alert {
    let (lag, members, consumed) = (across(GROUP_LAG_SUM), across(GROUP_MEMBERS), consumed(PROGRESS));
    let produced = across(format!("increase({TOPIC_PRODUCED_RECORDS}[{PROGRESS}])"));
    // What a share group reads is not known: that it reads nothing must not follow from it.
    let is_known = across(GROUP_CONSUMED_RECORDS);
    Alert {
        name: "LookoutKafkaConsumerStuck",
        expression: format!(
            "sum without ({Topic}) ({lag} > 0 and {is_known} unless {consumed} > 0 \
             and ignoring ({ConsumerGroup}) {produced} > 0 unless ignoring ({Topic}) {members} == 0)"
        ),
        hold: held(15),
        keep_firing_for: KEEP_STUCK,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group has members and reads nothing",
        description: format!(
            "The group {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has committed nothing for topics that are being written, \
             and {{{{ $value }}}} records of them wait."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaConsumerStuck.md"),
        inhibits: &["LookoutKafkaLagHigh"],
        cases: stuck_cases(),
    }
}

/// A group and its topic: the lag, what was produced and consumed, and how many members there are.
fn group(lag: &str, produced: &str, consumed: &str, members: &str) -> Vec<Given> {
    let labels = (CLUSTER, GROUP, TOPIC);
    vec![
        Given::series(&GROUP_LAG_SUM, labels, lag),
        Given::series(&TOPIC_PRODUCED_RECORDS, (CLUSTER, TOPIC), produced),
        Given::series(&GROUP_CONSUMED_RECORDS, labels, consumed),
        Given::series(&GROUP_MEMBERS, (CLUSTER, GROUP), members),
    ]
}

fn stuck_cases() -> Vec<Case> {
    // What is produced is seen after a minute.
    let stuck = group("1+10x300", "0+10x300", "50x300", "3x300");
    let mut two_topics = stuck.clone();
    two_topics.push(Given::series(&GROUP_LAG_SUM, (CLUSTER, GROUP, "refunds"), "5x300"));
    two_topics.push(Given::series(&TOPIC_PRODUCED_RECORDS, (CLUSTER, "refunds"), "0+10x300"));
    two_topics.push(Given::series(&GROUP_CONSUMED_RECORDS, (CLUSTER, GROUP, "refunds"), "7x300"));
    // A lag that its coordinator tells, records in flight at each look, and no count of what it has read.
    let mut share = group("3 5 2 9 4 7x300", "0+6000x300", "_x300", "3x300");
    let share_alone = share.clone();
    share.push(Given::series(&GROUP_CONSUMED_RECORDS, (CLUSTER, "audit", TOPIC), "50x300"));
    let mut another = group("1+10x300", "0+10x300", "50x300", "3x300");
    another.push(Given::series(&GROUP_CONSUMED_RECORDS, (CLUSTER, "audit", TOPIC), "0+10x300"));
    another.push(Given::series(&GROUP_MEMBERS, (CLUSTER, "audit"), "0x300"));
    let once = group("1+10x300", "0+10x300", "50x40 60x300", "3x300");
    let idle = group("1+10x40 401x300", "0+10x40 400x300", "50x300", "3x300");
    let resumed = group("1+10x30 0x300", "0+10x300", "50x30 60+10x300", "3x300");
    vec![
        case("it commits nothing", CaseKind::Fires, stuck.clone(), 16, Fires(vec![of_group()])),
        fires("two replicas of Lookout are one alert", replicated(&stuck), 16, of_group()),
        fires("two topics are one alert", two_topics, 30, of_group()),
        fires("another group reads, and has no members", another, 30, of_group()),
        fires("its members are not known", stuck[..3].to_vec(), 30, of_group()),
        fires("it goes on for a little while", resumed.clone(), 37, of_group()),
        fires("it has read nothing for ten minutes", once.clone(), 67, of_group()),
        silent("it has read something within ten minutes", CaseKind::Other, once, 64),
        fires("the topic was written within ten minutes", idle.clone(), 53, of_group()),
        silent("the topic was not written for ten minutes", CaseKind::Other, idle, 62),
        fires("one record waits", group("1x300", "0+10x300", "50x300", "3x300"), 30, of_group()),
        fires(
            "a record is written every eight minutes",
            group("5x300", "0x7 1x7 2x7 3x7 4x7 5x7 6x7", "50x300", "3x300"),
            40,
            of_group(),
        ),
        silent(
            "it reads a record every ten minutes",
            CaseKind::Other,
            group("1+10x300", "0+10x300", "0x9 1x9 2x9 3x9 4x9 5x9 6x9", "3x300"),
            60,
        ),
        silent("it reads again", CaseKind::Clears, resumed, 42),
        silent("for fourteen minutes", CaseKind::Below, stuck, 15),
        silent("it has read all", CaseKind::Below, group("0x300", "0+10x300", "50x300", "3x300"), 60),
        silent("a share group: what it reads is not known", CaseKind::Other, share_alone, 60),
        silent("a share group, and two replicas of Lookout", CaseKind::Other, replicated(&share), 60),
        silent("it reads too slowly", CaseKind::Other, group("1+5x300", "0+10x300", "0+5x300", "3x300"), 60),
        silent(
            "it reads too slowly, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&group("1+5x300", "0+10x300", "0+5x300", "3x300")),
            60,
        ),
        silent(
            "no members, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&group("1+10x300", "0+10x300", "50x300", "0x300")),
            60,
        ),
        silent("the topic is idle", CaseKind::Other, group("9x300", "50x300", "50x300", "3x300"), 60),
        silent("it has no members", CaseKind::Other, group("1+10x300", "0+10x300", "50x300", "0x300"), 60),
        silent("nothing is served", CaseKind::Missing, group("_x300", "0+10x300", "_x300", "_x300"), 60),
    ]
}

fn without_members() -> Alert {
    let (lag, members, consumed) = (across(GROUP_LAG_SUM), across(GROUP_MEMBERS), consumed(WINDOW));
    Alert {
        name: "LookoutKafkaGroupWithoutMembers",
        expression: format!(
            "sum without ({Topic}) ({lag} > 0 unless {} unless {consumed} > 0 and ignoring ({Topic}) {members} == 0)",
            markers()
        ),
        hold: held(10),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group has records to read and no members",
        description: format!(
            "{{{{ $value }}}} records wait for the group {{{{ $labels.consumergroup }}}}{OF_CLUSTER}, which has no members and \
             commits nothing."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaGroupWithoutMembers.md"),
        inhibits: &["LookoutKafkaLagHigh"],
        cases: without_members_cases().into_iter().chain(few_records_cases()).collect(),
    }
}

/// A group and its topic of four partitions.
fn alone(lag: &str, produced: &str, consumed: &str, members: &str) -> Vec<Given> {
    let mut given = group(lag, produced, consumed, members);
    given.push(Given::series(&TOPIC_PARTITIONS, (CLUSTER, TOPIC), "4x300"));
    given
}

fn without_members_cases() -> Vec<Case> {
    let left = alone("5x300", "50x300", "50x300", "0x300");
    let mut two_topics = left.clone();
    two_topics.push(Given::series(&GROUP_LAG_SUM, (CLUSTER, GROUP, "refunds"), "5x300"));
    let mut another = left.clone();
    another.push(Given::series(&GROUP_LAG_SUM, (CLUSTER, "audit", TOPIC), "5x300"));
    another.push(Given::series(&GROUP_MEMBERS, (CLUSTER, "audit"), "1x300"));
    let few = alone("1x300", "0+1x300", "50x300", "0x300");
    let once = alone("5x300", "50x300", "50x40 60x300", "0x300");
    let flink = alone("50x300", "0+10x300", "0+10x300", "0x300");
    let joined = alone("5x300", "50x300", "50x300", "0x20 1x300");
    vec![
        case("records wait", CaseKind::Fires, left.clone(), 10, Fires(vec![of_group()])),
        fires("two replicas of Lookout are one alert", replicated(&left), 10, of_group()),
        fires("two topics are one alert", two_topics, 30, of_group()),
        fires("another group has members", another, 30, of_group()),
        fires("few records, of a topic that is written", few.clone(), 30, of_group()),
        fires("few records, and two replicas of Lookout", replicated(&few), 30, of_group()),
        fires("it has committed nothing for half an hour", once.clone(), 85, of_group()),
        silent("it has committed something within half an hour", CaseKind::Other, once, 75),
        silent("a marker in one partition", CaseKind::Other, alone("1x300", "50x300", "50x300", "0x300"), 60),
        silent(
            "markers, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&alone("4x300", "50x300", "50x300", "0x300")),
            60,
        ),
        fires("it goes on for a little while", joined.clone(), 30, of_group()),
        silent("a member has joined", CaseKind::Clears, joined, 32),
        silent("for nine minutes", CaseKind::Below, left, 9),
        silent(
            "an offset per partition: markers",
            CaseKind::Below,
            alone("4x300", "50x300", "50x300", "0x300"),
            60,
        ),
        silent("it has read all", CaseKind::Other, alone("0x300", "0+10x300", "50x300", "0x300"), 60),
        silent(
            "commits without a member, and two replicas of Lookout",
            CaseKind::Other,
            replicated(&flink),
            60,
        ),
        silent("it commits without being a member, as Flink does", CaseKind::Other, flink, 60),
        silent("nothing is served", CaseKind::Missing, alone("_x300", "0+10x300", "_x300", "_x300"), 60),
    ]
}

/// No more records than partitions: whether the topic is written decides, and how much is written does not.
fn few_records_cases() -> Vec<Case> {
    // The one record is there from minute 21 on, and is half an hour old in minute 51.
    let written_once = alone("3x300", "0x20 1x300", "0x300", "0x300");
    let reads_one = alone("5x300", "0x300", "0x5 1x300", "0x300");
    vec![
        fires("one record was written within half an hour", written_once.clone(), 49, of_group()),
        silent("nothing was written for half an hour: markers", CaseKind::Other, written_once, 70),
        silent("it has read one record within half an hour", CaseKind::Other, reads_one, 30),
    ]
}

fn commits_beyond_end() -> Alert {
    const HOLD: u32 = 10;
    let given =
        |values: &str| vec![Given::series(&GROUP_COMMITS_BEYOND_END, (CLUSTER, GROUP, TOPIC), values)];
    Alert {
        name: "LookoutKafkaCommitsBeyondEnd",
        expression: format!("{} > 0", across(GROUP_COMMITS_BEYOND_END)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group has committed offsets that do not exist",
        description: format!(
            "In {{{{ $value }}}} partitions of {{{{ $labels.topic }}}} the group {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has \
             committed an offset beyond the end: the topic was truncated or created again. What is produced up to that \
             offset may never be read."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaCommitsBeyondEnd.md"),
        inhibits: &[],
        cases: OnValue { given, labels: of_group_topic(), hold: HOLD, past: "1", within: "0", well: "0" }
            .cases(),
    }
}

fn rebalances_frequent() -> Alert {
    let rebalances = across(format!("increase({GROUP_REBALANCES}[{REBALANCES_WITHIN}])"));
    let given = |values: &str| vec![Given::series(&GROUP_REBALANCES, (CLUSTER, GROUP), values)];
    let steady = given("0+1x300");
    let over = given("0+1x100 100x300");
    let many = given("0x29 15+15x300");
    Alert {
        name: "LookoutKafkaRebalancesFrequent",
        expression: format!("{rebalances} > {REBALANCES}"),
        hold: held(30),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Data,
        summary: "A Kafka consumer group rebalances all the time",
        description: format!(
            "The group {{{{ $labels.consumergroup }}}}{OF_CLUSTER} has rebalanced {{{{ $value | humanize }}}} times within \
             {REBALANCES_WITHIN}, and goes on. While it does, it reads little or nothing."
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaRebalancesFrequent.md"),
        inhibits: &[],
        cases: vec![
            case("one a minute", CaseKind::Fires, steady.clone(), 90, Fires(vec![of_group()])),
            fires("two replicas of Lookout are one alert", replicated(&steady), 90, of_group()),
            fires("a little more than ten in half an hour", given("0+0.335x300"), 120, of_group()),
            fires("it goes on for a little while", over.clone(), 123, of_group()),
            silent("it is over", CaseKind::Clears, over, 130),
            silent("ten in half an hour", CaseKind::Below, given("0x20 10x29 20x29 30x29 40x29"), 120),
            silent(
                "ten in half an hour, two replicas",
                CaseKind::Other,
                replicated(&given("0x20 10x29 20x29 30x29 40x29")),
                120,
            ),
            fires("for thirty minutes", many.clone(), 60, of_group()),
            fires("one of two replicas has seen it", differing(&many, &given("0x300")), 60, of_group()),
            silent("for twenty-nine minutes", CaseKind::Below, many, 59),
            silent("a deployment", CaseKind::Other, given("0x10 0+3x10 30x300"), 60),
            silent("nothing is served", CaseKind::Missing, given("_x300"), 60),
        ],
    }
}
