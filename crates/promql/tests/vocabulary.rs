//! Recorded series: their labels follow from their expressions, through chains and over several rules of one name.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "common/declared.rs"]
mod declared;

use lookout_declarations::Recording;
use lookout_promql::{Recorded, Rule, Vocabulary};

fn recording(name: &'static str, expression: &str, labels: &[(&'static str, &str)]) -> Recording {
    Recording {
        name,
        expression: expression.to_owned(),
        labels: labels.iter().map(|(label, value)| (*label, (*value).to_owned())).collect(),
        help: "",
        interval: None,
        cases: Vec::new(),
    }
}

fn recorded() -> Recorded {
    let recordings = [
        // Before what it reads: the order is not that of the chain.
        recording("group:lag:max5m", "max_over_time(group:lag:max[5m])", &[]),
        recording("group:lag:max", "max by (group) (lag)", &[]),
        recording("parts:count", "count(lag)", &[("system", "kafka")]),
        recording("parts:count", "count by (secret) (keys)", &[("system", "vault")]),
    ];
    Recorded::new(&recordings.iter().collect::<Vec<_>>(), declared::METRICS)
}

#[track_caller]
fn refused(text: &str, rule: Rule) {
    let recorded = recorded();
    let problems = Vocabulary::new(declared::METRICS, &recorded).inspect(text).expect_err(text);
    assert_eq!(
        problems.iter().map(|problem| problem.rule).collect::<Vec<_>>(),
        [rule],
        "{text}: {problems:?}"
    );
}

#[track_caller]
fn sound(text: &str) {
    let recorded = recorded();
    Vocabulary::new(declared::METRICS, &recorded).inspect(text).expect(text);
}

#[test]
fn a_recorded_series_has_the_labels_that_are_left() {
    sound("group:lag:max{group=\"billing\"} > 3");
    refused("group:lag:max{topic=\"orders\"} > 3", Rule::UnknownLabel);
}

#[test]
fn labels_follow_through_a_chain_whatever_its_order() {
    sound("sum by (group) (group:lag:max5m)");
    refused("sum by (topic) (group:lag:max5m)", Rule::UnknownLabel);
}

#[test]
fn a_name_that_several_rules_record_has_the_labels_of_any() {
    sound("sum by (system, secret) (parts:count)");
    refused("sum by (group) (parts:count)", Rule::UnknownLabel);
}

#[test]
fn a_series_that_nobody_records_is_not_known() {
    refused("group:lag:mox > 3", Rule::UnknownMetric);
}
