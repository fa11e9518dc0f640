//! The unit tests of the rules: what each tester is told, and which cases follow from others.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;

use lookout_catalog::Settings;
use lookout_declarations::{Alert, Case, CaseKind, Declared, Expectation, Given, Owner, Severity};
use lookout_render::{Tester, derived_cases, rule_files, rule_suites, rule_tests};
use serde_yaml::Value;

const MINUTE: Duration = Duration::from_mins(1);
/// 2000-01-01T00:00:00Z, when the clock of vmalert-tool begins.
const YEAR_2000: f64 = 946_684_800.0;

fn catalogue() -> Vec<Declared> {
    Settings::default().declared()
}

fn exporter<'a>(catalogue: &'a [Declared], name: &str) -> &'a Declared {
    catalogue.iter().find(|declared| declared.spec.name == name).expect("it is in the catalogue")
}

fn read(text: &str) -> Value {
    serde_yaml::from_str(text).expect("it is YAML")
}

/// Those that are evaluated at the usual interval.
fn tests_of(tester: Tester, name: &str) -> Value {
    files_of(tester, name).remove(0)
}

fn files_of(tester: Tester, name: &str) -> Vec<Value> {
    let catalogue = catalogue();
    let declared = exporter(&catalogue, name);
    let rules = rule_files(tester.target(), declared).expect("the rules are rendered");
    let files = rule_tests(tester, declared, &catalogue, &rules).expect("the tests are rendered");
    files.iter().map(|file| read(&file.contents)).collect()
}

fn sequence(value: &Value) -> &[Value] {
    value.as_sequence().map_or(&[], |sequence| sequence.as_slice())
}

/// The first number of the values of `series` in each test.
fn first_values(file: &Value, series: &str) -> Vec<f64> {
    let inputs = sequence(&file["tests"]).iter().flat_map(|test| sequence(&test["input_series"]));
    let of_series =
        inputs.filter(|input| input["series"].as_str().is_some_and(|text| text.starts_with(series)));
    let values = of_series.filter_map(|input| {
        let text = input["values"].as_str()?;
        let end = text.find(['x', '+', ' ']).unwrap_or(text.len());
        text[..end].parse().ok()
    });
    values.collect()
}

#[test]
fn moments_are_told_each_tester_by_its_own_clock() {
    let moments = |tester| first_values(&tests_of(tester, "probe"), "probe_ssl_earliest_cert_expiry");
    let (promtool, vmalert_tool) = (moments(Tester::Promtool), moments(Tester::VmalertTool));
    assert!(!promtool.is_empty());
    let shifted: Vec<f64> = promtool.iter().map(|value| value + YEAR_2000).collect();
    assert_eq!(vmalert_tool, shifted);
}

#[test]
fn what_is_no_moment_is_told_both_testers_alike() {
    let values = |tester| first_values(&tests_of(tester, "probe"), "probe_success");
    assert!(!values(Tester::Promtool).is_empty());
    assert_eq!(values(Tester::Promtool), values(Tester::VmalertTool));
}

#[test]
fn each_tester_is_asked_in_its_own_words() {
    for (tester, word, other) in [
        (Tester::Promtool, "promql_expr_test", "metricsql_expr_test"),
        (Tester::VmalertTool, "metricsql_expr_test", "promql_expr_test"),
    ] {
        let file = tests_of(tester, "probe");
        for test in sequence(&file["tests"]) {
            assert!(!sequence(&test[word]).is_empty(), "{test:?}");
            assert!(test.get(other).is_none(), "{test:?}");
        }
        let text = serde_yaml::to_string(&file).expect("it can be written");
        assert_eq!(text.contains("alertgroup="), tester == Tester::VmalertTool);
    }
}

#[test]
fn rules_are_evaluated_as_often_as_a_case_has_values() {
    let files = files_of(Tester::Promtool, "kafka");
    let intervals: Vec<&str> = files.iter().filter_map(|file| file["evaluation_interval"].as_str()).collect();
    assert_eq!(intervals, ["1m", "5m"]);
    for (file, interval) in files.iter().zip(intervals) {
        let tests = sequence(&file["tests"]);
        assert!(!tests.is_empty());
        assert!(tests.iter().all(|test| test["interval"].as_str() == Some(interval)), "{interval}");
    }
}

#[test]
fn a_suite_holds_the_rule_of_its_alert_alone() {
    let catalogue = catalogue();
    for tester in Tester::ALL {
        let declared = exporter(&catalogue, "lookout");
        let rules = rule_files(tester.target(), declared).expect("the rules are rendered");
        let suites = rule_suites(tester, declared, &catalogue, &rules).expect("the suites are rendered");
        let (of_alerts, of_recordings): (Vec<_>, Vec<_>) =
            suites.into_iter().partition(|suite| suite.alert.is_some());
        assert_eq!((of_alerts.len(), of_recordings.len()), (declared.alerts.len(), 1));
        for suite in of_alerts {
            let file = read(&suite.rules.contents);
            let groups = sequence(&file["groups"]).iter().flat_map(|group| sequence(&group["rules"]));
            let alerts: Vec<&str> = groups.filter_map(|rule| rule["alert"].as_str()).collect();
            assert_eq!(Some(alerts.as_slice()), suite.alert.as_ref().map(core::slice::from_ref));
            let n_tests: usize =
                suite.tests.iter().map(|test| sequence(&read(&test.contents)["tests"]).len()).sum();
            assert_eq!(n_tests, suite.n_cases, "{:?}", suite.alert);
        }
    }
}

fn case(name: &'static str, kind: CaseKind, series: &str, values: &str, expect: Expectation) -> Case {
    Case { name, kind, interval: MINUTE, given: vec![Given::raw(series, values)], at: MINUTE * 10, expect }
}

fn alert(expression: &str, series: &str, missing: Expectation) -> Alert {
    let fires = || Expectation::Fires(vec![Vec::new()]);
    Alert {
        name: "LookoutExample",
        expression: expression.to_owned(),
        hold: MINUTE * 5,
        keep_firing_for: MINUTE * 6,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "",
        description: String::new(),
        runbook: "",
        inhibits: &[],
        cases: vec![
            case("it is", CaseKind::Fires, series, "0+10x100", fires()),
            case("it is just not", CaseKind::Below, series, "0+1x100", Expectation::Silent),
            case("nothing is there", CaseKind::Missing, series, "_x100", missing),
        ],
    }
}

const COUNTER: &str = "lookout_source_restarts_total";

#[test]
fn an_alert_ends_after_its_series_have_and_not_before_it_is_to() {
    let cases = derived_cases(&alert("a > 5", "a", Expectation::Silent), &catalogue());
    let seen: Vec<(u64, bool)> =
        cases.iter().map(|case| (case.at.as_secs() / 60, case.expect == Expectation::Silent)).collect();
    // Eleven values, the mark with the twelfth, and six minutes.
    assert_eq!(seen, [(19, true), (15, false)], "{cases:?}");
    assert!(cases.iter().all(|case| case.given[0].values.ends_with("stale")), "{cases:?}");
}

#[test]
fn a_range_is_waited_for() {
    let cases = derived_cases(&alert("max_over_time(a[10m]) > 5", "a", Expectation::Silent), &catalogue());
    let minutes: Vec<u64> = cases.iter().map(|case| case.at.as_secs() / 60).collect();
    assert_eq!(minutes, [29]);
}

#[test]
fn an_alert_on_absence_is_not_asked_to_end_with_its_series() {
    let fires = Expectation::Fires(vec![Vec::new()]);
    assert_eq!(derived_cases(&alert("absent(a)", "a", fires), &catalogue()), []);
}

#[test]
fn a_counter_that_begins_again_is_no_reason_to_fire() {
    let alert = alert(&format!("increase({COUNTER}[5m]) > 9"), COUNTER, Expectation::Silent);
    let cases = derived_cases(&alert, &catalogue());
    let case = cases.last().expect("there is one");
    assert_eq!(case.name, "its counters begin again");
    assert_eq!(case.given[0].values, "0 1 2 3 4 0 1 2 3 4 5");
    assert_eq!(case.expect, Expectation::Silent);
}

#[test]
fn a_steady_condition_is_looked_at_on_both_sides_of_its_hold() {
    let mut alert = alert("a > 5", "a", Expectation::Silent);
    alert.cases[0].given = vec![Given::raw("a", "6x100")];
    let cases = derived_cases(&alert, &catalogue());
    let seen: Vec<(u64, bool)> =
        cases.iter().map(|case| (case.at.as_secs() / 60, case.expect == Expectation::Silent)).collect();
    assert!(seen.contains(&(5, false)) && seen.contains(&(4, true)), "{cases:?}");
}
