//! What the alerts have in common, whatever each of them asks.

use lookout_declarations::{CaseKind, Expectation, Severity};
use lookout_kafka_spec::{SPEC, Settings, alerts, board};
use lookout_promql::{Recorded, Vocabulary, check};

#[test]
fn no_alert_has_a_label_that_tells_replicas_of_lookout_apart() {
    for alert in alerts(&Settings::default()) {
        let outcome =
            Vocabulary::new(SPEC.metrics, &Recorded::default()).inspect_alert(&alert).expect(alert.name);
        for label in ["instance", "pod"] {
            assert!(!outcome.labels.may_have(label), "{}: {label}", alert.name);
        }
        // What the scrape adds is kept, and the cluster.
        for label in ["job", "kafka_cluster"] {
            assert!(outcome.labels.may_have(label), "{}: {label}", alert.name);
        }
        // What remembers who was there asks by what stays when a pod is replaced.
        let remembers = alert.name.ends_with("Unseen");
        assert_eq!(
            alert.expression.contains(" by ("),
            remembers,
            "{}: `by` drops the labels that the scrape adds",
            alert.name
        );
    }
}

#[test]
fn only_data_that_are_gone_make_an_alert_fire_without_data() {
    for alert in alerts(&Settings::default()) {
        let missing = alert.cases.iter().filter(|case| case.kind == CaseKind::Missing);
        assert!(missing.clone().all(|case| case.expect == Expectation::Silent), "{}", alert.name);
    }
}

#[test]
fn a_page_is_shown_to_be_one_alert_however_many_replicas_there_are() {
    for alert in alerts(&Settings::default()).into_iter().filter(|alert| alert.severity == Severity::Critical)
    {
        let replicated = alert.cases.iter().any(|case| {
            let instances = case.given.iter().filter(|given| given.series.contains("instance=")).count();
            instances > 1 && matches!(&case.expect, Expectation::Fires(sets) if sets.len() == 1)
        });
        assert!(replicated, "{}", alert.name);
    }
}

#[test]
fn every_panel_reads_what_is_declared() {
    for (place, expression) in board(&Settings::default()).expressions() {
        let expression = expression.replace("$__rate_interval", "5m");
        if let Err(problems) = check(&expression, SPEC.metrics, &[]) {
            panic!("{place}: {problems:?}");
        }
    }
}
