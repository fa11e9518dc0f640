//! Unit tests of the rule files, for promtool and vmalert-tool, made from the cases of the alerts.
//!
//! They look at the series `ALERTS` and not at promtool's own list of alerts: a tester checks only the alerts that a
//! test names, and wants their annotations word for word, with the values of templates worked out. So each case says
//! exactly for which labels its alert fires; and where it fires, that nothing else of the file does, except
//! - what it inhibits or is inhibited by: Alertmanager shows one of the two;
//! - what fires for want of data, because a case gives the series of its own alert only.
//!
//! A case in which the alert is silent says nothing of the others: often it is silent because another one speaks.

use core::fmt::Write as _;
use std::collections::BTreeSet;

use lookout_declarations::{Alert, Case, CaseKind, Expectation, ExporterSpec};
use serde::Serialize;

use crate::{GeneratedFile, RenderError, generated::origin, markdown::duration, rules};

/// How often the testers evaluate the rules: as often as Prometheus does if nobody says otherwise.
const EVALUATION_INTERVAL: &str = "1m";

pub(crate) fn render(exporter: &ExporterSpec, alerts: &[Alert]) -> Result<GeneratedFile, RenderError> {
    let tests = alerts.iter().flat_map(|alert| alert.cases.iter().map(|case| test(alert, case, alerts)));
    let file = TestFile {
        rule_files: vec![rules::from_tests(exporter)],
        evaluation_interval: EVALUATION_INTERVAL,
        tests: tests.collect(),
    };
    GeneratedFile::yaml(format!("rules/generated/tests/{}.yaml", exporter.name), &origin(exporter), &file)
}

fn test<'a>(alert: &Alert, case: &'a Case, alerts: &[Alert]) -> Test<'a> {
    let eval_time = duration(case.at);
    let expected: &[_] = match &case.expect {
        Expectation::Fires(sets) => sets,
        Expectation::Silent => &[],
    };
    let samples = expected.iter().map(|labels| Sample { labels: firing(alert, labels), value: 1 });
    let mut expressions = vec![Expression {
        expr: format!("ALERTS{{alertname=\"{}\",alertstate=\"firing\"}}", alert.name),
        eval_time: eval_time.clone(),
        exp_samples: samples.collect(),
    }];
    if case.expect != Expectation::Silent {
        let ignored: Vec<&str> = may_fire_too(alert, alerts).into_iter().collect();
        expressions.push(Expression {
            expr: format!("ALERTS{{alertname!~\"{}\",alertstate=\"firing\"}}", ignored.join("|")),
            eval_time,
            exp_samples: Vec::new(),
        });
    }
    Test {
        name: format!("{}: {}", alert.name, case.name),
        interval: duration(case.interval),
        input_series: case
            .given
            .iter()
            .map(|given| Input { series: &given.series, values: &given.values })
            .collect(),
        expressions,
    }
}

/// The series that a firing alert is.
fn firing(alert: &Alert, labels: &[(String, String)]) -> String {
    let mut series = format!(
        "ALERTS{{alertname=\"{}\",alertstate=\"firing\",owner=\"{}\",severity=\"{}\"",
        alert.name, alert.owner, alert.severity
    );
    for (name, value) in labels {
        let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
        // Writing to a String cannot fail.
        let _ = write!(series, ",{name}=\"{value}\"");
    }
    series.push('}');
    series
}

/// The alerts that say nothing against a case of `alert` by firing.
fn may_fire_too<'a>(alert: &'a Alert, alerts: &'a [Alert]) -> BTreeSet<&'a str> {
    let may = |other: &&Alert| {
        other.name == alert.name
            || alert.inhibits.contains(&other.name)
            || other.inhibits.contains(&alert.name)
            || fires_without_data(other)
    };
    alerts.iter().filter(may).map(|alert| alert.name).collect()
}

fn fires_without_data(alert: &Alert) -> bool {
    alert.cases.iter().any(|case| case.kind == CaseKind::Missing && case.expect != Expectation::Silent)
}

#[derive(Serialize)]
struct TestFile<'a> {
    rule_files: Vec<String>,
    evaluation_interval: &'static str,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: String,
    interval: String,
    input_series: Vec<Input<'a>>,
    #[serde(rename = "promql_expr_test")]
    expressions: Vec<Expression>,
}

#[derive(Serialize)]
struct Input<'a> {
    series: &'a str,
    values: &'a str,
}

#[derive(Serialize)]
struct Expression {
    expr: String,
    eval_time: String,
    exp_samples: Vec<Sample>,
}

#[derive(Serialize)]
struct Sample {
    labels: String,
    value: u8,
}
