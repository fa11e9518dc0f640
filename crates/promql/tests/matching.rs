//! Binary operations between series: which label sets pair, and which prove that they cannot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "common/assertions.rs"]
mod assertions;
#[path = "common/declared.rs"]
mod declared;

use assertions::{refused, sound};
use lookout_promql::Rule;

#[test]
fn sides_that_never_pair_are_refused() {
    refused(
        "rate(commits_total[5m]) / rate(records_total[5m])",
        &[(
            Rule::Matching,
            "1:25: `rate(commits_total[5m]) / rate(records_total[5m])`: only the left side has `group` and only the right side has `partition`",
        )],
    );
    refused(
        "sum by (topic) (lag) / retention_seconds",
        &[(Rule::Matching, "only the right side has `instance`, `job`")],
    );
    // Prometheus would answer with nothing, and the alert would never fire.
    refused("max by (group) (lag) > 3 and delta(lag[5m]) > 0", &[(Rule::Matching, "1:26: ")]);
    refused("lag > vector(3)", &[(Rule::Matching, "only the left side has")]);
    refused("lag unless owner_info", &[(Rule::Matching, "no rows pair")]);
    refused("absent(up) and lag", &[(Rule::Matching, "only the right side has")]);
    refused(
        "failures_total{reason=\"timeout\"} / failures_total{reason=\"denied\"}",
        &[(Rule::Matching, "`reason` is `timeout` on the left and `denied` on the right")],
    );
    refused(
        "lag / on (topic) group_left () retention_seconds - on (topic) keys",
        &[(Rule::UnknownLabel, "`on (topic)`: the left side only")],
    );
    sound("failures_total{reason=\"timeout\"} / ignoring (reason) failures_total{reason=\"denied\"}");
    sound("failures_total{reason=\"timeout\"} / on (group, job, instance) failures_total{reason=\"denied\"}");
    sound("sum by (topic) (lag) / on (topic) retention_seconds");
    sound("sum by (topic) (rate(commits_total[5m])) / sum by (topic) (rate(records_total[5m]))");
    sound("lag > on () group_left () vector(3)");
    sound("lag unless on (topic) owner_info");
    sound("lag or commits_total");
    sound("lag and on () vector(1)");
    sound("kube_pod_info * on (pod) group_left (node) kube_pod_info");
}

#[test]
fn matching_names_labels_that_are_there() {
    refused(
        "lag / on (toppic) retention_seconds",
        &[(
            Rule::UnknownLabel,
            "1:5: `lag / on (toppic) retention_seconds`: `on (toppic)`: neither side has that label; did you mean `topic`?",
        )],
    );
    refused(
        "lag and on (group) retention_seconds",
        &[(Rule::UnknownLabel, "`on (group)`: the left side only")],
    );
    refused("retention_seconds and on (group) lag", &[(Rule::UnknownLabel, "the right side only")]);
    refused("lag / ignoring (team) lag", &[(Rule::UnknownLabel, "`ignoring (team)`: neither side")]);
    refused("lag or on (team) lag", &[(Rule::UnknownLabel, "neither side")]);
    sound(
        "rate(commits_total[5m]) / ignoring (group) group_left sum without (partition) (rate(records_total[5m]))",
    );
}

#[test]
fn matching_that_is_not_one_to_one_is_refused() {
    refused(
        "lag / on (topic) retention_seconds",
        &[(
            Rule::Matching,
            "1:5: `lag / on (topic) retention_seconds`: the left side has several rows per group, told apart by `group`, `partition`; add `group_left`",
        )],
    );
    refused(
        "retention_seconds / on (topic) lag",
        &[(Rule::Matching, "the right side has several rows per group")],
    );
    refused(
        "lag / on (topic) records_total",
        &[(
            Rule::Matching,
            "many-to-many: within a group the left side has rows told apart by `group`, `partition`, the right by `partition`",
        )],
    );
    refused(
        "lag / on (topic) group_left () records_total",
        &[(
            Rule::Matching,
            "many-to-many: the right side, the one of `group_left`, has rows told apart by `partition`",
        )],
    );
    refused(
        "records_total / on (topic) group_right () lag",
        &[(
            Rule::Matching,
            "many-to-many: the left side, the one of `group_right`, has rows told apart by `partition`",
        )],
    );
    refused("lag == ignoring (group) lag", &[(Rule::Matching, "many-to-many: within a group")]);
    refused(
        "rate(commits_total[5m]) / ignoring (group, partition) group_left rate(records_total[5m])",
        &[(Rule::Matching, "has rows told apart by `partition`")],
    );
    sound("lag / on (topic) group_left () retention_seconds");
    sound("retention_seconds / on (topic) group_right () lag");
    sound("lag / on (topic) group_left () max by (topic) (records_total)");
    sound("max by (topic) (lag) / on (topic) retention_seconds");
    sound("lag{group=\"a\", partition=\"0\"} / on (topic) retention_seconds");
    sound("lag and on (topic) records_total");
    // Which labels identify the thing that an info metric describes is not declared.
    sound("retention_seconds * on (topic) group_left (team) owner_info");
    sound("lag * on (job, instance) group_left (version) build_info");
}

#[test]
fn labels_taken_over_are_there() {
    refused(
        "lag * on (topic) group_left (taem) owner_info",
        &[(
            Rule::UnknownLabel,
            "1:5: `lag * on (topic) group_left (taem) owner_info`: it takes over the label `taem`, which the side of one does not have; did you mean `team`?",
        )],
    );
    refused("owner_info * on (topic) group_right (version) lag", &[(Rule::UnknownLabel, "`version`")]);
    sound("sum by (team) (lag * on (topic) group_left (team) owner_info)");
    // What was taken over tells no rows apart, so the join's result is still one row per group.
    sound("lag / on (topic) group_left () (retention_seconds * on (topic) group_left (team) owner_info)");
}
