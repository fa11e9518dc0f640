//! Unit tests of the rule files, for promtool and for vmalert-tool, made from the cases of the alerts and recordings.
//!
//! They look at the series `ALERTS` and not at a tester's own list of alerts: a tester checks only the alerts that a
//! test names, and wants their annotations word for word, with the values of templates worked out. So each case says
//! exactly for which labels its alert fires; and where it fires, that nothing else of the file does, except
//! - what it inhibits or is inhibited by: Alertmanager shows one of the two;
//! - what fires for want of data, because a case gives the series of its own alert only.
//!
//! A case in which the alert is silent says nothing of the others: often it is silent because another one speaks.
//!
//! How to get it wrong: comparing the two testers without their differences, which [`Tester`] lists.

mod derived;
mod file;
mod moments;
mod rules_of;
mod suites;
mod values;

use core::fmt::Write as _;
use core::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

use lookout_declarations::{
    Alert, Case, CaseKind, Declared, Expectation, Given, RecordedSample, Recording, RecordingCase,
};

pub use self::derived::derived_cases;
use self::file::{Expression, Input, Sample, Test, TestFile};
use self::moments::Moments;
use self::rules_of::RulesOf;
pub use self::suites::{Suite, rule_suites};
use crate::{GeneratedFile, RenderError, RuleTarget, generated::origin, markdown::duration};

/// How often the testers mostly evaluate the rules: as often as Prometheus does if nobody says otherwise.
const EVALUATION_INTERVAL: Duration = Duration::from_mins(1);

/// The folder of the unit tests, from the repository's root; each tester has its own below it.
pub const TEST_FOLDER: &str = "rules/generated/tests";

/// What plays the unit tests.
///
/// The format is the same but for the word for an expression. What else differs is not in the format: the clock of
/// promtool begins in 1970 and that of vmalert-tool in 2000, and vmalert puts the name of the group on every alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tester {
    /// Prometheus' promtool.
    Promtool,
    /// VictoriaMetrics' vmalert-tool.
    VmalertTool,
}

impl Tester {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Promtool, Self::VmalertTool];

    /// The name of its program.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Promtool => "promtool",
            Self::VmalertTool => "vmalert-tool",
        }
    }

    /// The engine whose rules it plays.
    pub const fn target(self) -> RuleTarget {
        match self {
            Self::Promtool => RuleTarget::Prometheus,
            Self::VmalertTool => RuleTarget::Vmalert,
        }
    }

    /// Where its clock stands when a test begins, in seconds since 1970.
    const fn start(self) -> i64 {
        match self {
            Self::Promtool => 0,
            Self::VmalertTool => 946_684_800, // 2000-01-01T00:00:00Z
        }
    }
}

/// The unit tests of one exporter for `tester`, a file for each interval at which rules are evaluated: that is a matter of the whole
/// file, and cases that look at days need it seldom. `rule_files` are its rules, as that engine loads them; paths in the test lead to
/// them as they lie below `rules/generated`. `catalogue` says which metrics are moments.
pub fn rule_tests(
    tester: Tester,
    declared: &Declared,
    catalogue: &[Declared],
    rule_files: &[GeneratedFile],
) -> Result<Vec<GeneratedFile>, RenderError> {
    let rules = RulesOf::read(rule_files)?;
    let context = Context::new(tester, declared, catalogue, &rules);
    let mut played: BTreeMap<Duration, Vec<Test>> = BTreeMap::new();
    let mut play = |alert, case: &Case, others| {
        played.entry(case.evaluation_interval()).or_default().push(context.test(alert, case, others));
    };
    for alert in &declared.alerts {
        for case in &alert.cases {
            play(alert, case, Others::Silent);
        }
        for case in derived_cases(alert, catalogue) {
            play(alert, &case, Others::NotAsked);
        }
    }
    for recording in &declared.recordings {
        for case in &recording.cases {
            played.entry(case.evaluation_interval()).or_default().push(context.recorded(recording, case));
        }
    }
    let folder = format!("{TEST_FOLDER}/{}", tester.program());
    let file = |(interval, tests)| {
        let path = format!("{folder}/{}{}.yaml", declared.spec.name, every(interval));
        context.file(path, rules.paths("../../"), rules.groups(), interval, tests)
    };
    played.into_iter().map(file).collect()
}

/// What tells a file from that of the usual interval, at the end of its name.
fn every(interval: Duration) -> String {
    if interval == EVALUATION_INTERVAL { String::new() } else { format!("-every-{}", duration(interval)) }
}

/// Whether a test asks that no other alert fires; then it needs the rules of the whole exporter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Silent,
    NotAsked,
}

struct Context<'a> {
    tester: Tester,
    declared: &'a Declared,
    rules: &'a RulesOf,
    moments: Moments<'a>,
}

impl<'a> Context<'a> {
    fn new(tester: Tester, declared: &'a Declared, catalogue: &'a [Declared], rules: &'a RulesOf) -> Self {
        Self { tester, declared, rules, moments: Moments::new(catalogue, tester.start()) }
    }

    fn file(
        &self,
        path: String,
        rule_files: Vec<String>,
        group_eval_order: Vec<String>,
        interval: Duration,
        tests: Vec<Test>,
    ) -> Result<GeneratedFile, RenderError> {
        let evaluation_interval = duration(interval);
        let file = TestFile { rule_files, evaluation_interval, group_eval_order, tests };
        GeneratedFile::yaml(path, &origin(self.declared.spec), &file)
    }

    fn test(&self, alert: &Alert, case: &Case, others: Others) -> Test {
        let mut expressions = vec![expression(
            case,
            &format!("ALERTS{{alertname=\"{}\",alertstate=\"firing\"}}", alert.name),
            expected(case).iter().map(|labels| self.firing(alert, labels)).collect(),
        )];
        if others == Others::Silent && case.expect != Expectation::Silent {
            let ignored: Vec<&str> = may_fire_too(alert, &self.declared.alerts).into_iter().collect();
            let others = format!("ALERTS{{alertname!~\"{}\",alertstate=\"firing\"}}", ignored.join("|"));
            expressions.push(expression(case, &others, Vec::new()));
        }
        self.played(format!("{}: {}", alert.name, case.name), case.interval, &case.given, expressions)
    }

    /// What is recorded, to a millionth: how far back the engines' own rounding reaches differs between them.
    fn recorded(&self, recording: &Recording, case: &RecordingCase) -> Test {
        let pairs = |labels: &[(String, String)]| {
            let pair = |(name, value): &(String, String)| {
                let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
                format!("{name}=\"{value}\"")
            };
            labels.iter().map(pair).collect::<Vec<_>>().join(",")
        };
        let own: Vec<(String, String)> =
            recording.labels.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let sample = |sample: &RecordedSample| Sample {
            labels: format!("{{{}}}", pairs(&[own.clone(), sample.labels.clone()].concat())),
            value: millionths(sample.value),
        };
        let expression = Expression {
            expr: format!("round(1000000 * {}{{{}}}) # {}", recording.name, pairs(&own), case.name),
            eval_time: duration(case.at),
            exp_samples: case.expect.iter().map(sample).collect(),
        };
        let name = format!("{}: {}", recording.name, case.name);
        self.played(name, case.interval, &case.given, vec![expression])
    }

    /// A test of these expressions, as the tester wants it.
    fn played(
        &self,
        name: String,
        interval: Duration,
        given: &[Given],
        expressions: Vec<Expression>,
    ) -> Test {
        let given = given.iter().map(|given| Input {
            series: given.series.clone(),
            values: self.moments.shifted(given).into_owned(),
        });
        let (promql, metricsql) = match self.tester {
            Tester::Promtool => (expressions, Vec::new()),
            Tester::VmalertTool => (Vec::new(), expressions),
        };
        Test { name, interval: duration(interval), input_series: given.collect(), promql, metricsql }
    }

    /// The series that a firing alert is.
    fn firing(&self, alert: &Alert, labels: &[(String, String)]) -> Sample {
        let mut series = format!(
            "ALERTS{{alertname=\"{}\",alertstate=\"firing\",owner=\"{}\",severity=\"{}\"",
            alert.name, alert.owner, alert.severity
        );
        if let (Tester::VmalertTool, Some(group)) = (self.tester, self.rules.group_of(alert.name)) {
            write_label(&mut series, "alertgroup", group);
        }
        for (name, value) in labels {
            write_label(&mut series, name, value);
        }
        series.push('}');
        Sample { labels: series, value: 1 }
    }
}

/// The testers print the expression of what failed, and not the name of its test; so the name is its comment.
fn expression(case: &Case, expression: &str, exp_samples: Vec<Sample>) -> Expression {
    Expression { expr: format!("{expression} # {}", case.name), eval_time: duration(case.at), exp_samples }
}

/// As a whole number.
fn millionths(value: f64) -> i64 {
    // Counts, shares and seconds of some days: far below what a whole number can be.
    #[allow(clippy::cast_possible_truncation)]
    let millionths = (value * 1e6).round() as i64;
    millionths
}

/// The label sets for which the alert fires in `case`.
fn expected(case: &Case) -> &[Vec<(String, String)>] {
    match &case.expect {
        Expectation::Fires(sets) => sets,
        Expectation::Silent => &[],
    }
}

fn write_label(series: &mut String, name: &str, value: &str) {
    let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
    // Writing to a String cannot fail.
    let _ = write!(series, ",{name}=\"{value}\"");
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
