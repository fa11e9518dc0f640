//! Expressions of others: what reads nothing of ours is left alone, and what reads it wrongly is found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_declarations::{Counter, Declaration, Gauge, label, metrics};
use lookout_promql::{Foreign, check_foreign};

label! {
    /// The group.
    pub Group = "consumergroup";
    /// The topic.
    pub Topic = "topic";
    /// The state.
    pub StateLabel = "state" in State {
        /// It runs.
        Running = "running",
    }
}

metrics! {
    /// How far behind.
    pub LAG: Gauge<(Group, Topic)> = Gauge::new("theirs_group_lag", "Records behind.");
    /// Commits.
    pub COMMITS: Counter<(Group,)> = Counter::new("theirs_commits_total", "Commits.");
    /// States.
    pub STATE: Gauge<(Group, StateLabel)> = Gauge::new("theirs_group_state", "States.");
    /// How far.
    pub OFFSET: Gauge<(Group,)> = Gauge::new("theirs_current_offset", "The next record.");
}

fn declarations() -> Vec<&'static Declaration> {
    METRICS.to_vec()
}

fn checked(text: &str) -> Foreign {
    check_foreign(text, &declarations(), &["system:recorded:sum"])
}

#[track_caller]
fn wrong(text: &str, part: &str) {
    match checked(text) {
        Foreign::Wrong(problems) => {
            assert!(problems.iter().any(|problem| problem.message.contains(part)), "{text}: {problems:?}");
        }
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn what_reads_nothing_of_ours_is_left_alone() {
    for text in [
        "up == 0",
        "rate(node_memory_free_bytes[5m])",
        "{__name__=~\"node_.*\"}",
        "sum(theirs_server_messages_total) by (topic)",
        "system:recorded:sum > 1",
        "lookout_things:recorded:sum > 1",
        "limitk(2, node_load1)",
    ] {
        assert_eq!(checked(text), Foreign::NotOurs, "{text}");
    }
}

#[test]
fn what_reads_ours_as_it_is_is_sound() {
    for text in [
        "sum by (consumergroup) (theirs_group_lag) > 100",
        "rate(theirs_commits_total[5m]) == 0",
        "theirs_group_state{state=\"running\"} == 1",
        "theirs_group_lag * on (consumergroup) group_left (team) owners",
        "label_values(theirs_group_lag, topic)",
        "rate(theirs_current_offset[5m]) > 0 and delta(theirs_current_offset[5m]) > 0",
        "theirs_group_lag > $threshold and on (consumergroup) rate(theirs_commits_total[$interval]) > ${minimum}",
        "theirs_group_lag # it's late\n > $threshold",
        "theirs_group_lag{topic=~\"a\\\"b|$topic\"} > $threshold",
        "theirs_group_lag{topic=~`a\\.\"b`} > $threshold",
        "theirs_group_state{state=~\"(?i)RUNNING|Running\"} == 1",
    ] {
        assert_eq!(checked(text), Foreign::Sound, "{text}");
    }
}

#[test]
fn labels_that_a_scrape_adds_are_no_mistake() {
    for text in [
        "sum by (cluster, consumergroup) (theirs_group_lag{env=\"production\", namespace=\"kafka\"}) > 1",
        "theirs_group_lag{exported_namespace=\"x\", my_own_relabelling=\"y\"} > 1",
        "sum by (cluster) (theirs_group_lag) / sum by (cluster) (rate(theirs_commits_total[5m]))",
        "label_replace(theirs_group_lag, \"day\", \"today\", \"topic\", \".*\") > 1",
        "label_replace(theirs_group_lag, \"place\", \"$1\", \"cluster\", \"(.*)\") > 1",
        "label_join(theirs_group_lag, \"place\", \"/\", \"cluster\", \"namespace\", \"topic\") > 1",
        "label_replace(theirs_group_lag, \"place\", \"x\", \"\", \"\") > 1",
    ] {
        assert_eq!(checked(text), Foreign::Sound, "{text}");
    }
}

#[test]
fn what_does_not_exist_is_found_with_what_was_meant() {
    wrong("theirs_group_lagg > 1", "did you mean `theirs_group_lag`");
    wrong("lookout_things > 1", "nobody declares");
    wrong("theirs_commits > 1", "did you mean `theirs_commits_total`");
    wrong("sum by (consumer_group) (theirs_group_lag)", "did you mean `consumergroup`");
    wrong("theirs_group_state{topic=\"x\"}", "no label `topic`");
    wrong("theirs_group_state{state=\"runing\"}", "did you mean `running`");
    wrong("label_values(theirs_group_state, topic)", "topic");
    wrong("label_replace(theirs_group_state, \"x\", \"$1\", \"topic\", \"(.*)\")", "reads the label `topic`");
    wrong("theirs_group_state{state=~\"(?i)RUNNING|STOPED\"}", "`STOPED` matches no value");
}

#[test]
fn what_their_own_rules_record_is_theirs_however_it_is_called() {
    let text = "theirs_group_lags > 1";
    assert!(matches!(checked(text), Foreign::Wrong(_)));
    assert_eq!(check_foreign(text, &declarations(), &["theirs_group_lags"]), Foreign::NotOurs);
}

#[test]
fn what_cannot_work_is_found() {
    wrong("rate(theirs_group_lag[5m])", "`rate` of a gauge");
    wrong("theirs_group_lag / theirs_commits_total", "no rows pair");
}

#[test]
fn what_is_no_promql_is_told_apart() {
    assert!(matches!(checked("theirs_group_lag[5m] keep_metric_names"), Foreign::Unread(_)));
    assert!(matches!(checked("WITH (x = 5) theirs_group_lag > x"), Foreign::Unread(_)));
}

#[test]
fn places_are_those_of_the_text_whatever_stands_for_variables() {
    let Foreign::Wrong(problems) =
        checked("theirs_group_lag > $limit and\ntheirs_group_state{topic=\"$topic\"}")
    else {
        panic!("a label is wrong")
    };
    let places: Vec<_> = problems.iter().filter_map(|problem| problem.place.position).collect();
    assert!(places.contains(&(2, 20)), "{problems:?}");
}
