//! Which faults are made of an alert, and how the tester's answer is read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::collections::BTreeSet;

use lookout_declarations::{
    Alert, Case, CaseKind, Equivalent, Expectation, Given, Owner, Recording, Severity,
};
use lookout_mutation::{Mutant, Mutation, Outcome, Round, Score, mutants};

fn alert(expression: &str) -> Alert {
    Alert {
        name: "LookoutExample",
        expression: expression.to_owned(),
        hold: Duration::from_mins(5),
        keep_firing_for: Duration::from_mins(3),
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "",
        description: String::new(),
        runbook: "",
        inhibits: &[],
        cases: Vec::new(),
    }
}

/// The changes of one kind, as `before → after`.
fn changes(expression: &str, mutation: Mutation) -> Vec<String> {
    let mutants = mutants(&alert(expression), &[]);
    let of_kind = mutants.into_iter().filter(|mutant| mutant.mutation == mutation);
    of_kind.map(|mutant| format!("{} → {}", mutant.before, mutant.after)).collect()
}

#[test]
fn a_comparison_is_turned_round_and_loses_or_gains_equality() {
    assert_eq!(changes("a > 5", Mutation::Comparator), ["a > 5 → a < 5", "a > 5 → a >= 5"]);
    assert_eq!(changes("a == 1", Mutation::Comparator), ["a == 1 → a != 1"]);
}

#[test]
fn a_small_number_moves_by_one_and_another_by_a_tenth() {
    assert_eq!(changes("a > 0", Mutation::Threshold), ["a > 0 → a > -1", "a > 0 → a > 1"]);
    assert_eq!(changes("a > 0.9", Mutation::Threshold), ["a > 0.9 → a > 0.81", "a > 0.9 → a > 0.99"]);
    assert_eq!(changes("a > 3600", Mutation::Threshold), ["a > 3600 → a > 3240", "a > 3600 → a > 3960"]);
}

#[test]
fn a_moment_is_looked_at_to_the_hour_and_not_to_the_second() {
    assert_eq!(changes("a - time() > 0", Mutation::Comparator), ["a - time() > 0 → a - time() < 0"]);
    let expected = ["a - time() > 0 → a - time() > -3600", "a - time() > 0 → a - time() > 3600"];
    assert_eq!(changes("a - time() > 0", Mutation::Threshold), expected);
}

#[test]
fn what_stands_twice_is_changed_everywhere_at_once() {
    let mutants = mutants(&alert("(a > 5 and b) or (a > 5 and c)"), &[]);
    let thresholds: Vec<&Mutant> =
        mutants.iter().filter(|mutant| mutant.mutation == Mutation::Threshold).collect();
    assert_eq!(thresholds.len(), 2, "one lower and one higher");
}

#[test]
fn what_is_another_alert_is_not_changed_inside() {
    let mutants = mutants(&alert("a > 5 unless (a > 8)"), &["a > 8"]);
    let texts: Vec<String> = mutants.iter().map(ToString::to_string).collect();
    assert!(texts.iter().any(|text| text.contains("a > 5 → a > 4")), "{texts:?}");
    assert!(texts.iter().any(|text| text.starts_with("arm:")), "{texts:?}");
    assert!(!texts.iter().any(|text| text.contains("a > 8 →")), "{texts:?}");
}

#[test]
fn a_quantile_is_a_parameter_and_stays_one() {
    let quantile = "histogram_quantile(0.95, a)";
    let changed = changes(&format!("{quantile} > 1"), Mutation::Parameter);
    let expected = [("0.855", "0.855"), ("0.975", "0.975")]
        .map(|(number, _)| format!("{quantile} → histogram_quantile({number}, a)"));
    assert_eq!(changed, expected);
}

#[test]
fn each_side_of_and_or_and_unless_goes_where_something_is_left() {
    assert_eq!(changes("a unless b", Mutation::Arm), ["a unless b → a"]);
    assert_eq!(changes("a and b", Mutation::Arm), ["a and b → a", "a and b → b"]);
    assert_eq!(changes("a or b", Mutation::Arm), ["a or b → a", "a or b → b"]);
}

#[test]
fn matchers_and_labels_of_groupings_and_matchings_go_one_by_one() {
    assert_eq!(changes(r#"a{b="c",d="e"}"#, Mutation::Matcher).len(), 2);
    assert_eq!(changes(r#"rate(a{b="c"}[5m])"#, Mutation::Matcher).len(), 1);
    assert_eq!(changes("sum by (a, b) (c)", Mutation::Grouping).len(), 2);
    assert_eq!(changes("max without (a) (b)", Mutation::Grouping).len(), 1);
    assert_eq!(changes("a and on (b, c) d", Mutation::Matching).len(), 2);
}

#[test]
fn a_window_is_halved_and_doubled() {
    let expected = ["a[10m] → a[5m]", "a[10m] → a[20m]"];
    assert_eq!(changes("increase(a[10m]) > 0", Mutation::Window), expected);
}

#[test]
fn the_holds_go_or_double_and_what_has_none_is_not_changed() {
    assert_eq!(changes("a", Mutation::Hold), ["300s → 0s", "300s → 240s", "300s → 600s"]);
    assert_eq!(changes("a", Mutation::KeepFiring), ["180s → 0s"]);
    let at_once = Alert { hold: Duration::ZERO, keep_firing_for: Duration::ZERO, ..alert("a") };
    assert_eq!(mutants(&at_once, &[]), []);
}

#[test]
fn every_mutant_has_a_name_and_a_rule_of_its_own() {
    let mutants =
        mutants(&alert(r#"(a{b="c"} > 5 and on (d) a{b="c"} > 5) unless ignoring (e) f == 1"#), &[]);
    let names: BTreeSet<String> = mutants.iter().map(Mutant::name).collect();
    assert_eq!(names.len(), mutants.len());
    assert!(!names.contains("LookoutExample__0"), "that is the alert itself");
}

fn case() -> Case {
    Case {
        name: "it fires",
        kind: CaseKind::Fires,
        interval: Duration::from_mins(1),
        given: vec![Given::raw("a", "6x20")],
        at: Duration::from_mins(10),
        expect: Expectation::Fires(vec![vec![("b".to_owned(), "c\"d".to_owned())]]),
    }
}

#[test]
fn a_round_plays_the_alert_its_mutants_and_the_recordings_that_it_reads() {
    let alert = alert("level:a:sum > 5");
    let recording = |name, expression: &str| Recording {
        name,
        expression: expression.to_owned(),
        labels: Vec::new(),
        help: "",
        interval: None,
        cases: Vec::new(),
    };
    let recordings = [
        recording("level:a:sum", "sum(level:a:rate5m)"),
        recording("level:a:rate5m", "rate(a[5m])"),
        recording("level:b:sum", "sum(b)"),
    ];
    let mutants = mutants(&alert, &[]);
    let alive: Vec<&Mutant> = mutants.iter().collect();
    let round = Round::new(&alert, &alive, &[&case()], &recordings).expect("it can be written");
    for name in (0..=mutants.len()).map(|number| format!("LookoutExample__{number}")) {
        assert!(round.rules.contains(&name), "{name} is played");
        assert!(round.tests.contains(&name), "{name} is asked for");
    }
    let place = |name: &str| round.rules.find(&format!("record: {name}"));
    assert!(place("level:a:rate5m") < place("level:a:sum"), "what is read stands before what reads it");
    assert!(place("level:a:rate5m").is_some() && place("level:b:sum").is_none(), "{}", round.rules);
    assert!(round.tests.contains(r#"b="c\"d""#), "{}", round.tests);
}

/// As promtool 2.42 and 3.15 print it.
const ANSWER: &str = r#"  FAILED:
    expr: "ALERTS{alertname=\"LookoutExample__3\",alertstate=\"firing\"}", time: 10m,
        exp: {__name__="ALERTS", alertname="LookoutExample__3", alertstate="firing"} 1E+00
        got: nil
    rule: LookoutExample__12, time: 4m0s, err: found duplicate series for the match group {} on the right side
    expr: "ALERTS{alertname=\"LookoutExampleTwo__4\",alertstate=\"firing\"}", time: 10m,
"#;

#[test]
fn the_answer_tells_what_was_noticed_and_what_could_not_be_evaluated() {
    let outcome = Outcome::read(&alert("a"), ANSWER);
    assert_eq!(outcome.noticed, BTreeSet::from([3]));
    assert_eq!(outcome.refused, BTreeSet::from([12]));
    assert!(!outcome.contradicts_alert() && !outcome.is_unread(false));
}

#[test]
fn an_alert_that_fails_its_own_case_proves_nothing() {
    let answer = ANSWER.replace("LookoutExample__3", "LookoutExample__0");
    assert!(Outcome::read(&alert("a"), &answer).contradicts_alert());
}

#[test]
fn a_tester_that_fails_without_a_word_is_not_a_perfect_score() {
    let outcome = Outcome::read(&alert("a"), "yaml: line 3: found unknown escape character");
    assert!(outcome.is_unread(false) && !outcome.is_unread(true));
}

const EQUIVALENTS: &[Equivalent] = &[
    Equivalent { alerts: &["LookoutExample"], part: "a == 1 → a == 2", why: "it is 0 or 1" },
    Equivalent { alerts: &["LookoutExample"], part: "b == 1", why: "nothing reads it" },
    Equivalent { alerts: &["LookoutOther"], part: "c", why: "not played" },
];

#[test]
fn a_survivor_is_explained_or_not_and_an_explanation_of_nothing_is_found() {
    let mutants = mutants(&alert("a == 1"), &[]);
    let n_mutants = mutants.len();
    let survivors =
        mutants.into_iter().filter(|mutant| mutant.after.ends_with("== 2") || mutant.after == "600s");
    let score = Score::new(n_mutants, survivors.collect(), &["LookoutExample"], EQUIVALENTS);
    assert_eq!(score.n_noticed, n_mutants - 2);
    let unexplained: Vec<&str> = score.unexplained().map(|survivor| survivor.mutant.after.as_str()).collect();
    assert_eq!(unexplained, ["600s"]);
    assert_eq!(score.idle, [("LookoutExample", "b == 1")]);
}
