//! Alerts as a whole: expression, templates, and the series and labels of their cases.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "common/declared.rs"]
mod declared;

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, Given, Owner, Severity};
use lookout_promql::{Rule, check_alert};

fn alert() -> Alert {
    let expected = vec![("group".to_owned(), "billing".to_owned())];
    Alert {
        name: "LookoutLag",
        expression: "max by (group) (lag) > 3".to_owned(),
        hold: Duration::from_mins(5),
        keep_firing_for: Duration::ZERO,
        severity: Severity::Critical,
        owner: Owner::Data,
        summary: "Group {{ $labels.group }} is behind.",
        description: "It is {{ $value | humanize }} records behind.".to_owned(),
        runbook: "",
        inhibits: &[],
        cases: vec![Case {
            name: "fires",
            kind: CaseKind::Fires,
            interval: Duration::from_mins(1),
            given: vec![
                Given::series(&declared::LAG, ("billing", "orders", 0), "4x10"),
                Given::raw("up", "1x10"),
            ],
            at: Duration::from_mins(6),
            expect: Expectation::Fires(vec![expected]),
        }],
    }
}

/// A sound alert, changed by `change`, must have these problems.
#[track_caller]
fn check(change: impl FnOnce(&mut Alert), expected: &[(Rule, &str)]) {
    let mut alert = alert();
    change(&mut alert);
    let problems = check_alert(&alert, declared::METRICS, &[]);
    let matches = problems.len() == expected.len()
        && problems
            .iter()
            .zip(expected)
            .all(|(problem, (rule, part))| problem.rule == *rule && problem.to_string().contains(part));
    assert!(matches, "--- expected\n{expected:#?}\n--- found\n{problems:#?}");
}

#[test]
fn a_sound_alert_has_no_problems() {
    check(|_| (), &[]);
}

#[test]
fn expressions_are_checked() {
    check(
        |alert| alert.expression = "max by (gruop) (lag) > 3".to_owned(),
        &[(Rule::UnknownLabel, "`by (gruop)`")],
    );
}

#[test]
fn templates_name_labels_that_the_expression_has() {
    check(
        |alert| alert.summary = "Topic {{ $labels.topic }} of {{ $labels.group }} is behind.",
        &[(Rule::Template, "`{{ $labels.topic }}`: the expression has no label `topic`; it has `group`")],
    );
    check(|alert| alert.summary = "Group {{$labels.gruop}}.", &[(Rule::Template, "did you mean `group`?")]);
    check(
        |alert| alert.description = "{{ if gt $value 3.0 }}{{ $labels.job }}{{ end }}".to_owned(),
        &[(Rule::Template, "no label `job`")],
    );
    check(|alert| alert.description = "{{ range $labels }}{{ . }}{{ end }}".to_owned(), &[]);
    check(|alert| alert.description = "{{ $externalLabels.cluster }} at {{ $externalURL }}".to_owned(), &[]);
    check(
        |alert| alert.description = "{{ $lag := $value }}{{ $lag }} more".to_owned(),
        &[(Rule::Template, "`$lag` is not defined")],
    );
    check(|alert| alert.description = "{{ with $lag := $value }}{{ end }}".to_owned(), &[]);
    check(
        |alert| alert.description = "{{ $vlaue }}".to_owned(),
        &[(Rule::Template, "did you mean `value`?")],
    );
    check(
        |alert| alert.description = "It is {{ $value behind.".to_owned(),
        &[(Rule::Template, "never closed")],
    );
}

#[test]
fn expected_labels_are_those_of_the_expression() {
    check(
        |alert| {
            let topic = vec![("topic".to_owned(), "orders".to_owned())];
            alert.cases[0].expect = Expectation::Fires(vec![topic]);
        },
        &[(
            Rule::UnknownLabel,
            "`topic=\"orders\"`: the case “fires” expects a label that the expression does not have",
        )],
    );
}

#[test]
fn given_series_are_ones_that_can_be() {
    let given = |series: &str, expected: &[(Rule, &str)]| {
        check(|alert| alert.cases[0].given.push(Given::raw(series, "1")), expected);
    };
    given("lag{group=\"a\",topic=\"b\",partition=\"0\",job=\"lookout\"}", &[]);
    given("wait_seconds_bucket{le=\"0.5\"}", &[]);
    given(
        "gone",
        &[(Rule::UnknownMetric, "the case “fires” gives a series that cannot be: nobody declares")],
    );
    given("lag{gruop=\"a\"}", &[(Rule::UnknownLabel, "`gruop`")]);
    given("failures_total{reason=\"timeuot\"}", &[(Rule::UnknownValue, "`timeuot`")]);
    given("lag{group=~\"a.*\"}", &[(Rule::Syntax, "gives a selector")]);
    given("{__name__=\"lag\"}", &[(Rule::Syntax, "gives a selector")]);
    given("lag > 3", &[(Rule::Syntax, "gives an expression")]);
    given("lag{", &[(Rule::Syntax, "what is no series")]);
}

#[test]
fn queries_of_the_runbook_are_checked() {
    let page = "## Diagnosis\n\n```promql\ntopk(5,\n  lag)\n\nlga\n```\n\n```sh\nlga | grep lag\n```\n\n  ```promql\n  rate(lag[5m])\n  ```\n";
    check(
        |alert| alert.runbook = page,
        &[
            (Rule::UnknownMetric, "`lga`: in the runbook: nobody declares"),
            (Rule::WrongKind, "1:3: `rate(lag[5m])`: in the runbook"),
        ],
    );
}
