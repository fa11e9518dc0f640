//! One start of the tester: some cases of one alert, played against many of its mutants at the same time.
//!
//! Each mutant is a rule of its own name in one file, and each case asks for each of them whether it came out as for the
//! alert. The alert itself is among them, as number 0: if it fails its case, the case is wrong and proves nothing.
//!
//! How to get it wrong: annotations or labels in these rules. They cost evaluation, and no case looks at them.

use core::fmt::Write as _;
use core::time::Duration;
use std::collections::BTreeSet;

use lookout_declarations::{Alert, Case, Expectation, Recording};
use promql_parser::parser;
use serde::Serialize;

use crate::Mutant;
use crate::mutant::{EVALUATION, name};
use crate::tree::names;

/// The files of a round.
#[derive(Debug)]
pub struct Round {
    /// The rules: the alert, its mutants, and the recordings that they read.
    pub rules: String,
    /// The tests, which name the rules as [`Round::RULES`] in the same folder.
    pub tests: String,
}

impl Round {
    /// The file name of the rules, as the tests name it.
    pub const RULES: &'static str = "rules.yaml";
    /// The file name of the tests.
    pub const TESTS: &'static str = "tests.yaml";

    /// Plays `cases` of `alert`, all of the same interval, against `mutants`. `recordings` are all there are. The error says why it
    /// cannot be written.
    pub fn new(
        alert: &Alert,
        mutants: &[&Mutant],
        cases: &[&Case],
        recordings: &[Recording],
    ) -> Result<Self, serde_yaml::Error> {
        let mut groups: Vec<Group<'_>> = read_by(alert, recordings)
            .into_iter()
            .enumerate()
            .map(|(level, recording)| Group {
                name: format!("recordings {level}"),
                rules: vec![Rule::recording(recording)],
            })
            .collect();
        let original = Rule::alert(name(alert.name, 0), &alert.expression, alert.hold, alert.keep_firing_for);
        let mutated = mutants.iter().map(|mutant| {
            Rule::alert(mutant.name(), &mutant.expression, mutant.hold, mutant.keep_firing_for)
        });
        groups.push(Group {
            name: "mutants".to_owned(),
            rules: core::iter::once(original).chain(mutated).collect(),
        });
        let players: Vec<String> =
            core::iter::once(name(alert.name, 0)).chain(mutants.iter().map(|mutant| mutant.name())).collect();
        let tests = TestFile {
            rule_files: [Self::RULES],
            evaluation_interval: milliseconds(
                cases.first().map_or(EVALUATION, |case| case.evaluation_interval()),
            ),
            group_eval_order: groups.iter().map(|group| group.name.clone()).collect(),
            tests: cases.iter().map(|case| Test::new(case, &players)).collect(),
        };
        Ok(Self {
            rules: serde_yaml::to_string(&RuleFile { groups })?,
            tests: serde_yaml::to_string(&tests)?,
        })
    }
}

/// The recordings that `alert` reads, and those that these read: what is read stands before what reads it.
fn read_by<'a>(alert: &Alert, recordings: &'a [Recording]) -> Vec<&'a Recording> {
    let mut found: Vec<&Recording> = Vec::new();
    let mut wanted = read(&alert.expression);
    while let Some(next) = wanted.pop_first() {
        for recording in recordings.iter().filter(|recording| recording.name == next) {
            if !found.contains(&recording) {
                wanted.extend(read(&recording.expression));
                found.push(recording);
            }
        }
    }
    // Breadth first finds readers before what they read; one that is read twice may stand too early and is then a minute
    // late, as it is in production.
    found.reverse();
    found
}

fn read(expression: &str) -> BTreeSet<String> {
    let mut found = Vec::new();
    match parser::parse(expression) {
        Ok(tree) => {
            names(&tree, &mut found);
            found.into_iter().map(ToOwned::to_owned).collect()
        }
        Err(_) => BTreeSet::new(),
    }
}

#[derive(Serialize)]
struct RuleFile<'a> {
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    name: String,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
struct Rule<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a str>,
    expr: &'a str,
    #[serde(rename = "for", skip_serializing_if = "Option::is_none")]
    hold: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    labels: std::collections::BTreeMap<&'a str, &'a str>,
}

impl<'a> Rule<'a> {
    fn alert(name: String, expr: &'a str, hold: Duration, keep_firing_for: Duration) -> Self {
        let written = |duration: Duration| (!duration.is_zero()).then(|| milliseconds(duration));
        Self {
            alert: Some(name),
            record: None,
            expr,
            hold: written(hold),
            keep_firing_for: written(keep_firing_for),
            labels: std::collections::BTreeMap::new(),
        }
    }

    fn recording(recording: &'a Recording) -> Self {
        Self {
            alert: None,
            record: Some(recording.name),
            expr: &recording.expression,
            hold: None,
            keep_firing_for: None,
            labels: recording.labels.iter().map(|(name, value)| (*name, value.as_str())).collect(),
        }
    }
}

#[derive(Serialize)]
struct TestFile<'a> {
    rule_files: [&'a str; 1],
    evaluation_interval: String,
    group_eval_order: Vec<String>,
    tests: Vec<Test<'a>>,
}

#[derive(Serialize)]
struct Test<'a> {
    name: &'a str,
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

impl<'a> Test<'a> {
    fn new(case: &'a Case, players: &[String]) -> Self {
        Self {
            name: case.name,
            interval: milliseconds(case.interval),
            input_series: case
                .given
                .iter()
                .map(|given| Input { series: &given.series, values: &given.values })
                .collect(),
            expressions: players.iter().map(|player| Expression::new(case, player)).collect(),
        }
    }
}

impl Expression {
    fn new(case: &Case, player: &str) -> Self {
        let expected = match &case.expect {
            Expectation::Fires(sets) => sets.as_slice(),
            Expectation::Silent => &[],
        };
        let sample = |labels: &Vec<(String, String)>| {
            let mut series = format!("ALERTS{{alertname=\"{player}\",alertstate=\"firing\"");
            for (name, value) in labels {
                let value = value.replace('\\', r"\\").replace('"', r#"\""#).replace('\n', r"\n");
                // Writing to a String cannot fail.
                let _ = write!(series, ",{name}=\"{value}\"");
            }
            series.push('}');
            Sample { labels: series, value: 1 }
        };
        Self {
            expr: format!("ALERTS{{alertname=\"{player}\",alertstate=\"firing\"}}"),
            eval_time: milliseconds(case.at),
            exp_samples: expected.iter().map(sample).collect(),
        }
    }
}

fn milliseconds(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}
