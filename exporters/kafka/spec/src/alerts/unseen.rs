//! Alerts about data that were there and are gone: measurements are withdrawn when they are old, so
//! "lag > X" is silent, not satisfied, when nobody measures it.
//!
//! A cluster that is not seen is critical. A Kafka of which no broker answers looks just like that from here, and no
//! other alert is left to say so. That Lookout itself is down is said by an alert of its own, which explains this one.
//!
//! Each ends by itself when what is gone is forgotten, though nothing was mended; texts say so. What somebody is called for is
//! remembered for longer than a night. That costs a range of a day in each evaluation, which is little where a cluster has a series
//! and much where each of ten thousand groups has one: so lags are forgotten within the hour.
//!
//! How to get it wrong: asking by group. A group may vanish for good reasons; all of them at once do not. Or keeping what else the scrape
//! adds, as other alerts do: with the node or the template's hash among the labels, each new pod would leave behind one that is gone.

use core::fmt::Display;
use core::time::Duration;

use lookout_declarations::Expectation::Fires;
use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity, duration};

use super::samples::{
    CLUSTER, ExpectedLabels, GROUP, WHOLE, case, differing, fires, held, of_cluster, replicated, silent,
};
use super::{KEEP_FIRING, KEEP_MUTING, OF_CLUSTER};
use crate::labels::{ConsumerGroup, KafkaCluster, LookoutShard};
use crate::metrics::{CLUSTER_PARTITIONS, GROUP_TOTAL_LAG};

/// How long it must be gone, in minutes.
const HOLD: u32 = 5;

/// For how long a cluster that is gone, or a shard, is remembered.
const REMEMBERED: Duration = Duration::from_hours(24);

/// The same for lags.
const LAGS_REMEMBERED: Duration = Duration::from_hours(1);

pub(super) fn alerts() -> Vec<Alert> {
    vec![cluster_unseen(), shard_unseen(), lag_unseen()]
}

/// Whether there is any of `series`, by Kafka cluster and by what stays when Lookout's pods are replaced.
fn seen(series: impl Display) -> String {
    format!("group by (cluster, namespace, job, {KafkaCluster}) ({series})")
}

/// The same by shard.
fn seen_by_shard(series: impl Display) -> String {
    format!("group by (cluster, namespace, job, {KafkaCluster}, {LookoutShard}) ({series})")
}

fn cluster_unseen() -> Alert {
    let before = seen(format!("last_over_time({CLUSTER_PARTITIONS}[{}])", duration(REMEMBERED)));
    Alert {
        name: "LookoutKafkaClusterUnseen",
        expression: format!("{before} unless {}", seen(&CLUSTER_PARTITIONS)),
        hold: held(HOLD),
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "Nothing is known of a Kafka cluster any more",
        description: format!(
            "No measurement{OF_CLUSTER} has been served for {}; within {} there were some. No broker answers, or Lookout does \
             not work. Every alert on them is silent; this one ends after {} also if nothing was mended.",
            duration(held(HOLD)),
            duration(REMEMBERED),
            duration(REMEMBERED)
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaClusterUnseen.md"),
        inhibits: &["LookoutKafkaLagUnseen"],
        cases: cluster_unseen_cases(),
    }
}

fn cluster_unseen_cases() -> Vec<Case> {
    let given = |values: &str| vec![Given::series(&CLUSTER_PARTITIONS, (CLUSTER, WHOLE), values)];
    let shards = |one: &str, other: &str| shards([("0", one), ("1", other)]);
    let gone = given("10x20 stale _x300");
    vec![
        case("its rows are gone", CaseKind::Fires, gone.clone(), 26, Fires(vec![of_cluster()])),
        fires("two replicas of Lookout are one alert", replicated(&gone), 26, of_cluster()),
        fires("it has been gone for most of a day", given("10x20 stale _x1500"), 23 * 60, of_cluster()),
        fires(
            "others of the name are seen",
            told_apart(&CLUSTER_PARTITIONS, &format!("{LookoutShard}=\"\""), "10x20 stale _x300", "10x300"),
            26,
            of_scraped(),
        ),
        fires("it goes on for a little while", given("10x20 stale _x30 10x100"), 60, of_cluster()),
        silent("it is seen again", CaseKind::Clears, given("10x20 stale _x30 10x100"), 62),
        silent("for four minutes", CaseKind::Below, gone.clone(), 25),
        fires("two shards are one alert", shards("10x20 stale _x300", "5x20 stale _x300"), 26, of_cluster()),
        silent("one of two shards sees its part", CaseKind::Other, shards("10x20 stale _x300", "5x300"), 60),
        silent(
            "from now on shards watch it",
            CaseKind::Other,
            [gone.clone(), shards("_x22 5x300", "_x22 5x300")].concat(),
            60,
        ),
        silent("one of two replicas sees it", CaseKind::Other, differing(&gone, &given("10x300")), 60),
        silent(
            "another pod on another node sees it",
            CaseKind::Other,
            replaced("10x20 stale _x300", "_x22 10x300"),
            60,
        ),
        silent("it was taken away a day ago", CaseKind::Other, given("10x20 stale _x2000"), 25 * 60),
        silent("it never was there", CaseKind::Missing, given("_x300"), 60),
    ]
}

/// What two pods of Lookout say, one after the other, where the scrape adds the node.
fn replaced(before: &str, after: &str) -> Vec<Given> {
    let of = |node: &str, values: &str| {
        let labels = format!(
            "{KafkaCluster}=\"{CLUSTER}\",{LookoutShard}=\"\",pod=\"lookout-{node}\",node=\"{node}\""
        );
        Given::raw(format!("{CLUSTER_PARTITIONS}{{{labels}}}"), values)
    };
    vec![of("a", before), of("b", after)]
}

/// What stays when Lookout's pods are replaced, of the Lookout that is meant.
const SCRAPED: [(&str, &str); 3] =
    [("cluster", "production"), ("namespace", "monitoring"), ("job", "lookout")];

/// What the Lookout that is meant says, and what each says that differs from it in one of [`SCRAPED`]; all with `labels`.
fn told_apart(series: impl Display, labels: &str, meant: &str, others: &str) -> Vec<Given> {
    let given = |differing: Option<usize>, values: &str| {
        let value = |(number, (name, value)): (usize, &(&str, &str))| {
            let value = if differing == Some(number) { "another" } else { value };
            format!("{name}=\"{value}\",")
        };
        let scraped: String = SCRAPED.iter().enumerate().map(value).collect();
        Given::raw(format!("{series}{{{scraped}{KafkaCluster}=\"{CLUSTER}\",{labels}}}"), values)
    };
    let others = (0..SCRAPED.len()).map(|number| given(Some(number), others));
    [given(None, meant)].into_iter().chain(others).collect()
}

/// The labels of the alert for what [`told_apart`] means.
fn of_scraped() -> ExpectedLabels {
    let scraped = SCRAPED.map(|(name, value)| (name.to_owned(), value.to_owned()));
    scraped.into_iter().chain(of_cluster()).collect()
}

/// One dead shard is not told by the alert above, nor by that on Lookout itself.
fn shard_unseen() -> Alert {
    let shards = format!("{CLUSTER_PARTITIONS}{{{LookoutShard}!=\"\"}}");
    let before = seen_by_shard(format!("last_over_time({shards}[{}])", duration(REMEMBERED)));
    let now = seen_by_shard(&shards);
    Alert {
        name: "LookoutKafkaShardUnseen",
        expression: format!("count without ({LookoutShard}) ({before} unless {now}) and {}", seen(&shards)),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "A part of a Kafka cluster is not watched any more",
        description: format!(
            "{{{{ $value }}}} of the shards of Lookout have served no measurement{OF_CLUSTER} for {}; within {} they did, and \
             others do. Totals of the cluster are without their topics and groups, and alerts on those are silent.",
            duration(held(HOLD)),
            duration(REMEMBERED)
        ),
        runbook: include_str!("../../runbooks/LookoutKafkaShardUnseen.md"),
        inhibits: &[],
        cases: shard_unseen_cases(),
    }
}

fn shard_unseen_cases() -> Vec<Case> {
    let three = |last: &str| shards([("0", "10x2000"), ("1", "5x2000"), ("2", last)]);
    let gone = three("7x20 stale _x300");
    let whole = |values: &str| Given::series(&CLUSTER_PARTITIONS, (CLUSTER, WHOLE), values);
    let with = |mut given: Vec<Given>, another: Given| {
        given.push(another);
        given
    };
    let all = shards([("0", "10x20 stale _x300"), ("1", "5x20 stale _x300")]);
    let late = shards([("0", "_x22 10x300"), ("1", "_x22 5x300")]);
    vec![
        case("one of three is gone", CaseKind::Fires, gone.clone(), 26, Fires(vec![of_cluster()])),
        fires("two replicas of each are one alert", replicated(&gone), 26, of_cluster()),
        fires("it has been gone for most of a day", three("7x20 stale _x2000"), 23 * 60, of_cluster()),
        fires(
            "it is there for others of the name",
            {
                let of = |shard: &str, values: &str| {
                    told_apart(&CLUSTER_PARTITIONS, &format!("{LookoutShard}=\"{shard}\""), values, "7x300")
                };
                [of("0", "10x300"), of("1", "7x20 stale _x300")].concat()
            },
            26,
            of_scraped(),
        ),
        fires("it goes on for a little while", three("7x20 stale _x30 7x100"), 55, of_cluster()),
        silent("it is there again", CaseKind::Clears, three("7x20 stale _x30 7x100"), 57),
        silent("for four minutes", CaseKind::Below, gone.clone(), 25),
        silent("another replica of it is there", CaseKind::Other, differing(&gone, &three("7x300")), 60),
        silent("all are gone, which another alert says", CaseKind::Other, all.clone(), 60),
        silent("one process watches all again", CaseKind::Other, with(all, whole("_x22 15x300")), 60),
        silent("from now on shards watch it", CaseKind::Other, with(late, whole("15x20 stale _x300")), 60),
        silent("there are fewer since a day ago", CaseKind::Other, three("7x20 stale _x2000"), 25 * 60),
        silent("no shard was ever there", CaseKind::Missing, shards([("0", "_x300"), ("1", "_x300")]), 60),
    ]
}

/// What shards of Lookout say of their parts.
fn shards<const N: usize>(parts: [(&str, &str); N]) -> Vec<Given> {
    parts.map(|(shard, values)| Given::series(&CLUSTER_PARTITIONS, (CLUSTER, shard), values)).into()
}

fn lag_unseen() -> Alert {
    let before = seen(format!("last_over_time({GROUP_TOTAL_LAG}[{}])", duration(LAGS_REMEMBERED)));
    let now = seen(&GROUP_TOTAL_LAG);
    Alert {
        name: "LookoutKafkaLagUnseen",
        expression: format!("{before} unless {now}"),
        hold: held(HOLD),
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The lag of no Kafka consumer group is known any more",
        description: format!(
            "The lag of the groups{OF_CLUSTER} was served within {}, and that of none has been for {}. Alerts on lag are \
             silent; this one ends after {} also if nothing was mended.",
            duration(LAGS_REMEMBERED),
            duration(held(HOLD)),
            duration(LAGS_REMEMBERED)
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
        fires(
            "there are lags in others of the name",
            told_apart(
                &GROUP_TOTAL_LAG,
                &format!("{ConsumerGroup}=\"{GROUP}\""),
                "10x20 stale _x300",
                "10x300",
            ),
            26,
            of_scraped(),
        ),
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
